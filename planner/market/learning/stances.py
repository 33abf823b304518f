"""Which stances of a playbook the events of many shops speak against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from planner.brief.playbook import Playbook, Stance
from planner.market.learning.lessons import Lesson, playbook_cells

__all__ = ["Objection", "objections"]

# So large a part of the events has to speak against a stance, and more than a tossed coin would at this level.
MOST, CHANCE = 0.75, 0.05


@dataclass(frozen=True)
class Objection:
    """A window whose stance events speak against: in `against` of `events` it was better, or worse, than the mean hour.

    Attributes
    ----------
    window, stance, instead
        The window's id, its stance and the one that the events speak for.
    """

    window: str
    stance: Stance
    instead: Stance
    against: int
    events: int


def objections(
    playbook: Playbook, lessons: Sequence[Lesson], conversion: NDArray[np.float64], *, least: int
) -> list[Objection]:
    """Return windows to hold back in worth more than an event's mean hour, and those to compete in worth less.

    An hour's worth is what the same bids brought against a usual day's same hour: clicks times conversion.

    Parameters
    ----------
    conversion
        Conversion against a usual day, as all events have it. [cells]
    least
        From how many events on a window is spoken of.
    """
    of_window = playbook_cells(playbook).table["window"].to_numpy()
    worth: dict[str, list[bool]] = {window.id: [] for window in playbook.windows}
    for lesson in lessons:
        usual = (lesson.clicks.exposure / lesson.weight).sum(axis=1)
        share = lesson.clicks.mix / np.maximum(lesson.clicks.mix.sum(axis=1, keepdims=True), 1e-9)
        clicks = share.T @ np.nan_to_num(lesson.clicks.count).sum(axis=1)
        value, seen = clicks * conversion[lesson.cells], (lesson.clicks.mix > 0).any(axis=0)
        if not (seen.any() and usual[seen].sum() > 0):
            continue
        mean = value[seen].sum() / usual[seen].sum()
        for name, shown in worth.items():
            here = seen & (of_window[lesson.cells] == name)
            if usual[here].sum() > 0:
                shown.append(bool(value[here].sum() / usual[here].sum() > mean))
    found = []
    for window in playbook.windows:
        shown = worth[window.id]
        better = sum(shown)
        if len(shown) < least:
            continue
        if window.stance in ("hold", "low_bid") and _clear(better, len(shown)):
            found.append(Objection(window.id, window.stance, "compete", better, len(shown)))
        if window.stance == "compete" and _clear(len(shown) - better, len(shown)):
            found.append(Objection(window.id, window.stance, "hold", len(shown) - better, len(shown)))
    return found


def _clear(against: int, events: int) -> bool:
    """Return whether so many of the events are no chance."""
    tossed = sum(comb(events, count) for count in range(against, events + 1)) / 2**events
    return against >= MOST * events and tossed < CHANCE
