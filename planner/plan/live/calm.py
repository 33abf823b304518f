"""The few changes that carry the gain: an operator at one in the morning changes six things, not sixty.

A change is a whole channel (or campaign) by one percentage, from now to the close, or the bid of one of its next hours.
Of all of them that one is taken first which earns most when what was set before is played on in the market as it is
now believed, under the hard budget; then the one that earns most beside it; until no more may be made, or none of them
earns enough to get up for.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.allocate.ads import AdPlan
from planner.allocate.bids import shown_bids, tool_unit
from planner.brief import Brief
from planner.market import Draws
from planner.market.simulation import rehearse
from planner.vocabulary.tables import unit_columns

__all__ = ["Calm", "Change", "no_changes"]

Floats = NDArray[np.float64]
# Slots from now on whose bids may be changed one by one: what comes later can still be changed later.
_NEXT = 4
# Bids nearer to each other than this are the same, and no change is worth less than one unit of money.
_SAME, _LEAST = 0.02, 1.0
# Markets in which changes are compared.
_DRAWS = 48
# Changes that are played at each step, the most promising ones: with hundreds of campaigns there are thousands.
_TRIED = 24
_COLUMNS = ("channel", "campaign", "act", "percent", "from_bid", "to_bid", "start", "until", "gain")


@dataclass(frozen=True)
class Change:
    """One change: rows of the market, what it multiplies their bids by or sets them to, and what it earns."""

    unit: tuple[object, ...]
    rows: tuple[int, ...]
    percent: float
    bid: float
    gain: float
    whole: bool


@dataclass
class Calm:
    """Chooses changes; afterwards it knows which were made and what those left out would bring.

    Attributes
    ----------
    brief
        Says how many changes may be made, and what one has to earn.
    before
        Bids per click that are set in the tools now, per row of the rest's market.
    units
        Channel, and campaign where there are such, per row of it.
    """

    brief: Brief
    before: Floats
    units: pd.DataFrame
    changes: list[Change] = field(default_factory=list)
    left_out: float = 0.0
    profit: float = 0.0
    ads: AdPlan | None = None

    def __call__(self, ads: AdPlan, draws: Draws, money: float) -> Floats:
        """Return the bids per click: those of before with the changes made.

        Parameters
        ----------
        ads
            The best plan, all changes made.
        draws
            Markets that may come.
        money
            For all ads. [currency]
        """
        some = Draws(*(getattr(draws, name)[:_DRAWS] for name in ("traffic", "price", "value")))
        self.ads, play = ads, _Play(ads, some, money)
        best, bids = play.profit(ads.bids), self._kept(ads)
        now = play.profit(bids)
        least = max(_LEAST, self.brief.live.least_change * max(best, 0.0))
        while len(self.changes) < self.brief.live.most_changes:
            found = [(play.profit(_with(bids, change)), change) for change in self._possible(ads, bids)]
            if not found:
                break
            profit, change = max(found, key=lambda pair: pair[0])
            if profit - now < least:
                break
            self.changes.append(Change(**{**change.__dict__, "gain": profit - now}))
            bids, now = _with(bids, change), profit
        self.profit, self.left_out = now, max(best - now, 0.0)
        return bids

    def _kept(self, ads: AdPlan) -> Floats:
        """Return the bids of before, within what the tool takes."""
        bounds = ads.problem.bounds
        closed = ads.problem.ads["cap"].to_numpy() <= 0
        kept = np.clip(self.before, bounds.lowest, bounds.highest)
        return np.where((self.before > 0) & ~closed, kept, 0.0)

    def _possible(self, ads: AdPlan, bids: Floats) -> list[Change]:
        """Return every change from these bids towards the best ones."""
        names, possible = list(self.units), []
        units = {_key(key): rows for key, rows in self.units.groupby(names, dropna=False, sort=False).indices.items()}
        if len(names) > 1:
            # All campaigns of a channel by one percentage are one change too.
            units |= {_key(key): rows for key, rows in self.units.groupby(names[:1], sort=False).indices.items()}
        for unit, found in units.items():
            rows = np.asarray(found)
            possible += _as_a_whole(unit, rows, bids, ads)
            for row in rows[:_NEXT].tolist() if len(unit) == len(names) else ():
                if _differ(bids[row], ads.bids[row]):
                    possible.append(Change(unit, (row,), 0.0, float(ads.bids[row]), 0.0, whole=False))
        taken = {(change.unit, change.rows) for change in self.changes}
        left = [change for change in possible if (change.unit, change.rows) not in taken]
        return sorted(left, key=lambda change: -_promise(change, bids, ads))[:_TRIED]

    def table(self, schedule: pd.DataFrame) -> pd.DataFrame:
        """Return `Day.changes`, in the tools' own units."""
        ads = self.ads
        assert ads is not None
        unit = tool_unit(self.brief.promotion.currency)
        before, _ = shown_bids(self._kept(ads), ads.problem.bounds, unit)
        lines = []
        for change in self.changes:
            rows = schedule.iloc[list(change.rows)]
            first = rows.iloc[0]
            names = dict(zip(unit_columns(schedule), change.unit, strict=False))
            off, one = not rows["bid"].any(), len(names) == len(unit_columns(schedule))
            lines.append(
                {
                    **{"channel": names["channel"], "campaign": names.get("campaign")},
                    "act": "off" if off else "percent" if change.whole else "bid",
                    "percent": round(100 * change.percent) if change.whole and not off else np.nan,
                    # The campaigns of a channel have bids of their own: of all together there is no one bid to tell.
                    "from_bid": float(before[change.rows[0]]) if one else np.nan,
                    "to_bid": float(first["bid"]) if one else np.nan,
                    "start": first["start"],
                    "until": rows.iloc[-1]["end"],
                    "gain": round(change.gain, 2),
                }
            )
        return pd.DataFrame(lines, columns=list(_COLUMNS))


def _key(key: Hashable) -> tuple[object, ...]:
    return key if isinstance(key, tuple) else (key,)


def _as_a_whole(unit: tuple[object, ...], rows: NDArray[np.intp], bids: Floats, ads: AdPlan) -> list[Change]:
    """Return the change of all of a unit's rows by one percentage, or to off; none where nothing would change."""
    best = ads.bids
    if not best[rows].any() and bids[rows].any():
        return [Change(unit, tuple(rows.tolist()), 0.0, 0.0, 0.0, whole=True)]
    on = rows[(bids[rows] > 0) & (best[rows] > 0)]
    if not len(on):
        return []
    weight = ads.table["spend"].to_numpy()[on] + 1e-9
    ratio = float(np.exp(np.average(np.log(best[on] / bids[on]), weights=weight)))
    if abs(np.log(ratio)) < _SAME:
        return []
    return [Change(unit, tuple(on.tolist()), round(100 * ratio) / 100, 0.0, 0.0, whole=True)]


def no_changes() -> pd.DataFrame:
    """Return `Day.changes` where nothing is to be changed."""
    return pd.DataFrame(columns=list(_COLUMNS))


class _Play:
    """Bids played in the same markets, under the caps of the plan and the hard budget."""

    def __init__(self, ads: AdPlan, draws: Draws, money: float) -> None:
        self._ads, self._draws, self._money = ads, draws, money

    def profit(self, bids: Floats) -> float:
        """Return the mean profit over the markets, late orders paid for. [currency]"""
        problem = self._ads.problem
        played = rehearse(problem.ads, self._draws, bids, caps=np.inf, budget=self._money, stops=problem.stops)
        late = [problem.limits.fulfilment.cost(orders) for orders in played.orders.sum(axis=1)]
        return float(played.profit.sum(axis=1).mean() - np.mean(late))


def _promise(change: Change, bids: Floats, ads: AdPlan) -> float:
    """Return what a change may be worth: profit falls with the square of how far a bid is off, and with the money."""
    rows = list(change.rows)
    spend = ads.table["spend"].to_numpy()[rows]
    new = bids[rows] * change.percent if change.whole else np.full(len(rows), change.bid)
    both = (new > 0) & (bids[rows] > 0)
    far = np.where(both, np.log(np.where(both, new / np.where(both, bids[rows], 1.0), 1.0)) ** 2, 1.0)
    return float((far * (spend + bids[rows])).sum())


def _differ(one: float, other: float) -> bool:
    """Tell whether two bids are not the same to a person."""
    if one <= 0 or other <= 0:
        return (one > 0) != (other > 0)
    return bool(abs(np.log(one / other)) >= _SAME)


def _with(bids: Floats, change: Change) -> Floats:
    """Return bids with a change made."""
    changed, rows = bids.copy(), list(change.rows)
    changed[rows] = changed[rows] * change.percent if change.whole else change.bid
    return changed
