"""The schedule a tool takes that loses least of the plan's expected profit.

Every slot gets the number at which the cells in it are worth most; a tool that counts spans gets the best few spans.
Off is for windows in which the stance buys nothing, for on/off tools, and where the user asks for it; a tool that has
no off gets its lowest number there. Hours outside the promotion keep what they had.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.outputs.adtools.grid import Period, Pieces
from planner.outputs.adtools.merge import GAP, best_spans, share_spans
from planner.outputs.adtools.series import Outcome, Series
from planner.outputs.adtools.tool import UNCHANGED, Tool
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.wording import Message

__all__ = ["best_worth", "fit_percent", "outcome_at", "steps_for"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Slots:
    """The slots of a sheet that the promotion touches: which, and what each is worth at each number and when off."""

    row: NDArray[np.intp]
    slot: NDArray[np.intp]
    worth: Floats
    may_be_off: Bools
    must_be_off: Bools


def outcome_at(series: Series, tool: Tool, percent: Floats, base: float) -> Outcome:
    """Return what every cell does if it stands at so many per cent of the base, for one row of numbers or for many."""
    if tool.steers == "money":
        return series.at_spend(percent / 100 * base / 24 * series.cells["hours"].to_numpy(dtype=float))
    return series.at_bids(percent / 100 * base)


def steps_for(series: Series, tool: Tool, base: float) -> Floats:
    """Return the numbers that both the tool and the channel's own bids allow, those aside that can never be best.

    Every cell is worth most at the plan's own bid and less the further from it, so nothing is best that lies beyond the
    plan's highest bid, or short of its lowest one, by more than a step.
    """
    steps = tool.steps()
    if tool.steers == "bid":
        steps = tool.steps(100 * series.min_bid / base, 100 * series.max_bid / base)
    planned = 100 * series.amounts(tool.steers) / base
    low = 0.0 if series.closed.any() else float(planned.min())
    high = float(planned.max())
    if tool.gap == "unchanged":
        low, high = min(low, UNCHANGED), max(high, UNCHANGED)
    first = max(int(np.searchsorted(steps, low, side="right")) - 1, 0)
    last = int(np.searchsorted(steps, high, side="left")) + 1
    return steps[min(first, len(steps) - 1) : max(last, 1)]


def fit_percent(
    series: Series, tool: Tool, pieces: Pieces, period: Period, usual: Floats, *, base: float, allow_off: bool = False
) -> Floats:
    """Return the numbers of one sheet. [rows x slots, per cent of the base bid; 0 is off]

    Parameters
    ----------
    series
        The campaign.
    tool
        What can be said.
    pieces
        Where the campaign's cells fall; those of other periods are left out.
    period
        The dates that the sheet serves.
    usual
        What the hours outside the promotion keep. [rows x slots]
    base
        What 100 % stands for. [currency]
    allow_off
        Whether a slot may be off where that loses less than the tool's lowest number.
    """
    pieces = pieces.on(np.isin(pieces.day, period.days))
    percent = usual.copy()
    if tool.exact:
        row = [period.row_of(int(day), tool.rows) for day in pieces.day]
        percent[row, pieces.slot] = (100 * series.bids / base)[pieces.cell]
        return percent
    steps = steps_for(series, tool, base)
    slots = _slots(series, tool, pieces, period, outcome_at(series, tool, steps[:, None], base).worth, allow_off)
    if tool.counts_spans:
        return _in_spans(tool, slots, steps, usual)
    best = slots.worth.argmax(axis=1)
    off = slots.must_be_off | (slots.may_be_off & (slots.worth.max(axis=1) <= 0))
    percent[slots.row, slots.slot] = np.where(off, 0.0, steps[best])
    return percent


def _slots(series: Series, tool: Tool, pieces: Pieces, period: Period, worth: Floats, allow_off: bool) -> _Slots:
    """Return the touched slots; `worth` is of whole cells. [numbers x cells]"""
    row = np.array([period.row_of(int(day), tool.rows) for day in pieces.day], dtype=np.intp)
    place, of_piece = np.unique(row * tool.slots + pieces.slot, return_inverse=True)
    order = np.argsort(of_piece, kind="stable")
    parts = pieces.share[order, None] * worth.T[pieces.cell[order]]
    table = np.add.reduceat(parts, np.searchsorted(of_piece[order], np.arange(len(place))), axis=0)
    silent = series.silent[pieces.cell]
    some, others = np.zeros(len(place), dtype=bool), np.zeros(len(place), dtype=bool)
    some[of_piece[silent]] = True
    others[of_piece[~silent]] = True
    free = allow_off or tool.on_off
    may = np.full(len(place), tool.off) & (some | free)
    return _Slots(place // tool.slots, place % tool.slots, table, may, may & some & ~others)


def _in_spans(tool: Tool, slots: _Slots, steps: Floats, usual: Floats) -> Floats:
    """Return the best sheet of few spans: hours outside keep their numbers first, silent ones are off next."""
    # Numbers that only the hours outside may have stand behind the steps.
    numbers = np.concatenate([steps, np.setdiff1d(usual, [*steps, 0.0])])
    scale = 1.0 + float(np.abs(slots.worth).max(axis=1, initial=0.0).sum())
    days, lengths = [], []
    for row in range(len(usual)):
        worth, gap = _day(tool, slots, slots.row == row, numbers, len(steps), usual[row], scale)
        # Neighbours worth the same everywhere are one: a best choice need not tell them apart.
        changes = (worth[1:] != worth[:-1]).any(axis=1) | (gap[1:] != gap[:-1])
        cut = np.concatenate([[0], np.flatnonzero(changes) + 1])
        most = tool.spans_per_day or tool.spans_total or 1
        days.append(best_spans(np.add.reduceat(worth, cut, axis=0), np.add.reduceat(gap, cut), most))
        lengths.append(np.diff(np.append(cut, tool.slots)))
    shares = share_spans(days, tool.spans_total)
    if not all(np.isfinite(day.worth[share]) for day, share in zip(days, shares, strict=True)):
        raise InputError([Problem(Message("adtools.too_few_spans", {"tool": tool.title, "most": tool.spans_total}))])
    percent = np.empty_like(usual)
    uncovered = 0.0 if tool.gap == "off" else UNCHANGED
    for row, (day, share) in enumerate(zip(days, shares, strict=True)):
        chosen = day.pick(share)
        percent[row] = np.repeat(np.where(chosen == GAP, uncovered, numbers[chosen]), lengths[row])
    return percent


def _day(
    tool: Tool, slots: _Slots, touched: Bools, numbers: Floats, own: int, usual: Floats, scale: float
) -> tuple[Floats, Floats]:
    """Return what each slot of a day is worth at each number and in a gap; the first `own` are the promotion's.

    To change an hour outside the promotion outweighs everything, to run in a silent one all that can be earned.
    """
    never, silent = -4 * scale * (1 + len(slots.slot)), -4 * scale
    quiet = 0.0 if tool.gap == "off" else UNCHANGED
    worth = np.where(numbers == usual[:, None], 0.0, never * (1 + _distance(numbers, usual[:, None])))
    gap = np.where(usual == quiet, 0.0, never * (1 + _distance(np.array(quiet), usual)))
    inside = slots.slot[touched]
    worth[inside] = never
    worth[inside, :own] = slots.worth[touched] + np.where(slots.must_be_off[touched], silent, 0.0)[:, None]
    if tool.gap == "off":
        gap[inside] = np.where(slots.may_be_off[touched], 0.0, -np.inf)
    else:
        unchanged = int(np.argmin(np.abs(numbers[:own] - UNCHANGED)))
        gap[inside] = slots.worth[touched][:, unchanged]
    return worth, gap


def _distance(numbers: Floats, usual: Floats) -> Floats:
    """Return how far numbers are from the usual ones, as a ratio's logarithm."""
    return np.asarray(np.abs(np.log(np.maximum(numbers, 1.0)) - np.log(np.maximum(usual, 1.0))))


def best_worth(
    series: Series, tool: Tool, pieces: Pieces, period: Period, *, base: float, allow_off: bool = False
) -> float:
    """Return what the best numbers for a base are worth in all, the number of spans aside. [currency]"""
    steps = steps_for(series, tool, base)
    slots = _slots(series, tool, pieces, period, outcome_at(series, tool, steps[:, None], base).worth, allow_off)
    best = slots.worth.max(axis=1)
    best = np.where(slots.must_be_off, 0.0, np.where(slots.may_be_off, np.maximum(best, 0.0), best))
    return float(best.sum())
