"""What of the history does not mean what it says: stuck counters, days counted twice, money that had run out.

What is found is taken for unknown, or for a lower bound, and said in a note; nothing is repaired.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from planner.market.evidence import Panel
from planner.vocabulary.wording import Message

__all__ = ["clean_usual", "mark_spent"]

Floats = NDArray[np.float64]
COUNTED = ("impressions", "clicks", "spend", "orders", "revenue")
# So many hours in a row with the same count of at least so many clicks do not happen by chance.
STUCK_HOURS, STUCK_CLICKS = 6, 5
# A day is odd when its clicks are so many times the usual, and that is so many times what days vary by.
ODD_RATIO, ODD_SPREADS = 1.6, 6.0
# Hours whose spend lies so close to the highest are taken to have met a cap, when there are so many.
CAP_NEAR, CAP_HOURS = 0.015, 3
# The last days may lack orders that are still to be counted.
LATEST_DAYS, LACKING = 3, 2.0


def clean_usual(panel: Panel, channels: tuple[str, ...], orders_at: str | None) -> tuple[Panel, list[Message]]:
    """Return usual days without what cannot be true, and what was left out."""
    notes: list[Message] = []
    wrong = np.zeros(panel.clicks.shape, dtype=bool)
    for place, name in enumerate(channels):
        stuck = _stuck(panel.clicks[:, place], panel.instant)
        if stuck.any():
            notes.append(Message("market.stuck", {"channel": name, "hours": int(stuck.sum())}))
        odd = _odd_days(np.where(stuck, np.nan, panel.clicks[:, place]), panel.day)
        for day, ratio in odd.items():
            notes.append(Message("market.odd_day", {"channel": name, "day": np.datetime64(day, "D"), "ratio": ratio}))
        wrong[:, place] = stuck | np.isin(panel.day, list(odd))
    if wrong.any():
        panel = panel.without(wrong, COUNTED)
    if orders_at == "click" and (late := _lacking_days(panel)):
        panel = panel.without(np.isin(panel.day, late), ("orders", "revenue"))
        notes.append(Message("market.orders_to_come", {"days": len(late)}))
    return panel, notes


def mark_spent(panel: Panel, channels: tuple[str, ...], *, currency: str) -> tuple[Panel, list[Message]]:
    """Return a past event with the hours marked in which money had run out, and what was found."""
    spent = panel.spent.copy()
    notes: list[Message] = []
    for place, name in enumerate(channels):
        spend = np.nan_to_num(panel.spend[:, place])
        top = float(spend.max(initial=0.0))
        near = (spend >= (1 - CAP_NEAR) * top) & (top > 0)
        if near.sum() >= CAP_HOURS and top >= 1.5 * float(np.median(spend[spend > 0])):
            spent[:, place] |= near
            values = {"channel": name, "hours": int(near.sum()), "cap": top, "currency": currency}
            notes.append(Message("market.capped", values))
    bought = np.flatnonzero((np.nan_to_num(panel.clicks) > 0).any(axis=1))
    if len(bought) and len(panel.instant) - 1 - bought[-1] >= 2:
        spent[bought[-1] :] = True
        notes.append(Message("market.money_gone", {"hours": len(panel.instant) - 1 - int(bought[-1])}))
    return panel.with_spent(spent), notes


def _stuck(clicks: Floats, instant: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return the hours in which a counter stood still."""
    count = len(clicks)
    same = np.zeros(count, dtype=bool)
    same[1:] = (np.diff(clicks) == 0) & (np.diff(instant) == 3600) & (clicks[1:] >= STUCK_CLICKS)
    start = np.flatnonzero(~same)
    length = np.diff(np.r_[start, count])
    stuck = np.repeat(length >= STUCK_HOURS, length)
    # A history in which nothing ever varies is made that way.
    return stuck if stuck.sum() < 0.5 * count else np.zeros(count, dtype=bool)


def _odd_days(clicks: Floats, day: NDArray[np.int64]) -> dict[int, float]:
    """Return days whose clicks are far from the other days', with their ratio to them; whole days only."""
    days, code = np.unique(day, return_inverse=True)
    known = np.isfinite(clicks)
    total = np.bincount(code, np.where(known, clicks, 0.0), minlength=len(days))
    whole = np.bincount(code, known, minlength=len(days)) >= 20
    if whole.sum() < 7 or np.median(total[whole]) < 50:
        return {}
    log = np.log(np.maximum(total, 0.5) / np.median(total[whole]))
    spread = 1.4826 * float(np.median(np.abs(log[whole])))
    far = whole & (np.abs(log) > max(np.log(ODD_RATIO), ODD_SPREADS * spread))
    return {int(d): float(np.exp(each)) for d, each in zip(days[far], log[far], strict=True)}


def _lacking_days(panel: Panel) -> list[int]:
    """Return the latest days that have far fewer orders than their clicks let expect."""
    both = np.isfinite(panel.clicks) & np.isfinite(panel.orders)
    clicks, orders = (np.where(both, values, 0.0).sum(axis=1) for values in (panel.clicks, panel.orders))
    days = np.unique(panel.day)
    latest = days[-LATEST_DAYS:]
    before = ~np.isin(panel.day, latest)
    if clicks[before].sum() <= 0 or orders[before].sum() < 20:
        return []
    rate = orders[before].sum() / clicks[before].sum()
    lacking = []
    for day in latest:
        expected = rate * clicks[panel.day == day].sum()
        if orders[panel.day == day].sum() < expected - LACKING * np.sqrt(max(expected, 1.0)):
            lacking.append(int(day))
    return lacking
