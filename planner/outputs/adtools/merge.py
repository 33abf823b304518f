"""The best way to say many hours in few spans: a dynamic program over what every hour is worth at every number.

Hours that no span covers are a gap: off, or unchanged, as the tool has it. Exact: no other choice of at most so many
spans is worth more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["GAP", "SpanChoice", "best_spans", "share_spans"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# Stands where no span covers an hour.
GAP = -1


@dataclass(frozen=True, eq=False)
class SpanChoice:
    """The best choices for one day, by the number of spans allowed.

    Attributes
    ----------
    worth
        With at most 0, 1, 2, ... spans; minus infinity where a day cannot be said in so few.
    came
        Where the best choice for the first hours comes from: the hour at which its last span begins, `GAP` where a gap
        ends it, -2 where one span less does as well. [spans x hours + 1]
    step
        Best number for a span from one hour to another. [hours x hours]
    """

    worth: Floats
    came: Ints
    step: Ints

    def pick(self, spans: int) -> Ints:
        """Return the number's place for every hour, `GAP` in gaps, of the best choice with at most so many spans."""
        hours = self.came.shape[1] - 1
        chosen = np.full(hours, GAP, dtype=np.intp)
        end = hours
        while end > 0:
            start = self.came[spans, end]
            if start == _FEWER:
                spans -= 1
            elif start == GAP:
                end -= 1
            else:
                chosen[start:end] = self.step[start, end - 1]
                end, spans = int(start), spans - 1
        return chosen


_FEWER = -2


def best_spans(worth: Floats, gap: Floats, most: int) -> SpanChoice:
    """Return the best choices of at most `most` spans.

    Parameters
    ----------
    worth
        What each hour is worth at each number. [hours x numbers]
    gap
        What each hour is worth in a gap; minus infinity where it may be in none. [hours]
    most
        Most spans.
    """
    hours = len(worth)
    span, step = _best_numbers(worth)
    values = np.full((most + 1, hours + 1), -np.inf)
    came = np.full((most + 1, hours + 1), GAP, dtype=np.intp)
    values[0] = np.concatenate([[0.0], np.cumsum(gap)])
    for spans in range(1, most + 1):
        fewer, row = values[spans - 1], values[spans]
        row[0] = 0.0
        # A span that ends before hour j+1, over all its beginnings at once.
        starts = fewer[:hours, None] + span
        at = np.argmax(starts, axis=0)
        best = starts[at, np.arange(hours)]
        for end in range(1, hours + 1):
            options = (fewer[end], row[end - 1] + gap[end - 1], best[end - 1])
            row[end] = max(options)
            came[spans, end] = (_FEWER, GAP, at[end - 1])[options.index(row[end])]
    return SpanChoice(values[:, -1], came, step)


def _best_numbers(worth: Floats) -> tuple[Floats, Ints]:
    """Return what a span from one hour to another is worth at its best number, and that number's place."""
    hours = len(worth)
    until = np.vstack([np.zeros((1, worth.shape[1])), np.cumsum(worth, axis=0)])
    best = np.full((hours, hours), -np.inf)
    step = np.zeros((hours, hours), dtype=np.intp)
    for start in range(hours):
        sums = until[start + 1 :] - until[start]
        step[start, start:] = sums.argmax(axis=1)
        best[start, start:] = sums.max(axis=1)
    return best, step


def share_spans(days: Sequence[SpanChoice], most: int | None) -> list[int]:
    """Return how many spans each day gets, so that all together are worth most and no more than `most` are used.

    None lets every day have what it may.
    """
    limits = [len(day.worth) - 1 for day in days]
    if most is None or sum(limits) <= most:
        return limits
    values = np.full((len(days) + 1, most + 1), -np.inf)
    given = np.zeros((len(days) + 1, most + 1), dtype=np.intp)
    values[0] = 0.0
    for place, day in enumerate(days, start=1):
        for total in range(most + 1):
            tries = [
                values[place - 1, total - used] + day.worth[used] for used in range(min(limits[place - 1], total) + 1)
            ]
            given[place, total] = int(np.argmax(tries))
            values[place, total] = max(tries)
    shares, left = [], most
    for place in range(len(days), 0, -1):
        shares.append(int(given[place, left]))
        left -= shares[-1]
    return shares[::-1]
