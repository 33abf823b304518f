"""What a plan stands on: the market that brief and history let expect, and what was spent in the last event.

A plan keeps its foundation, so that the same promotion can be planned again with another budget, price of messages,
stock or margin even where the history is no longer at hand. What the brief says beyond that changes the market itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief
from planner.brief.slots import hour_starts, match_past
from planner.history import History
from planner.market import Market, forecast_market
from planner.vocabulary.wording import Message, Text

__all__ = ["Foundation", "lay_foundation", "market_changes"]

Floats = NDArray[np.float64]

# What of a brief the market does not depend on, margin apart: that only scales what a click is worth.
_FREE_TABLES = {"adtools", "budget", "live", "offers", "sms", "stock"}
_FREE_KEYS = {
    "promotion": {"name", "lang"},
    "shop": {"platform", "margin"},
    "channels": {"label", "budget", "daily_minimum", "min_bid", "max_bid", "campaigns"},
    "windows": {"budget"},
}


@dataclass(frozen=True, eq=False)
class Foundation:
    """What a plan stands on.

    Attributes
    ----------
    market
        The forecast of every slot and channel.
    last_spend
        What was spent at the time of each row of the market in the last event; None where the history has no such
        event. [currency]
    had_history
        Whether there was a history.
    history
        The history itself; None too where it was left behind when the plan was written.
    notes
        What reading and forecasting remarked.
    sources
        The files of the history, with their fingerprints.
    """

    market: Market
    last_spend: Floats | None
    had_history: bool
    history: History | None = None
    notes: tuple[Message | Text, ...] = ()
    sources: tuple[Mapping[str, Any], ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the market can be forecast again from what is at hand."""
        return self.history is not None or not self.had_history

    @property
    def leans_on_budget(self) -> bool:
        """Whether a channel's size had to be guessed from the budget."""
        return any(isinstance(note, Message) and note.key == "market.scale_guessed" for note in self.notes)

    def at_margin(self, factor: float) -> Foundation:
        """Return the foundation of a shop whose margin is some factor of this one's."""
        if factor == 1:
            return self
        table = self.market.table.assign(click_value=self.market.table["click_value"] * factor)
        return replace(self, market=replace(self.market, table=table))


def lay_foundation(brief: Brief, slots: pd.DataFrame, history: History | None) -> Foundation:
    """Forecast the market of a brief.

    Parameters
    ----------
    brief
        What the seller says.
    slots
        `tables.SLOTS` of the promotion.
    history
        What happened; None where nothing is known.

    Raises
    ------
    InputError
        The brief lacks what the history does not give.
    """
    market = forecast_market(brief, slots, history)
    return Foundation(
        market,
        _last_spend(brief, market.table, history),
        had_history=history is not None,
        history=history,
        notes=(*(history.notes if history else ()), *market.notes),
        sources=tuple(asdict(source) for source in history.sources) if history else (),
    )


def _last_spend(brief: Brief, market: pd.DataFrame, history: History | None) -> Floats | None:
    """Return what was spent at the time of each cell in the last event that the history holds; None without one."""
    if history is None or not brief.past_events or "spend" not in history.table:
        return None
    past = brief.past_timetable(max(brief.past_events, key=lambda event: event.date))
    slots = market[["start", "end", "window"]].drop_duplicates("start")
    then = hour_starts(match_past(slots, brief.timetable, past), brief.zone)
    known = history.table.dropna(subset=["channel"]).groupby(["hour", "channel"])["spend"].sum()
    hours = pd.Series(then, index=pd.Index(slots["start"]))
    keys = pd.MultiIndex.from_arrays([market["start"].map(hours), market["channel"]])
    share = ((market["end"] - market["start"]) / pd.Timedelta(hours=1)).to_numpy()
    # What a channel spent is laid on its campaigns as they spend at the usual bids.
    usual = market["clicks"] * market["price"]
    whole = usual.groupby([market["start"], market["channel"]]).transform("sum")
    share = share * (usual / whole.where(whole > 0, 1.0)).to_numpy()
    spend = known.reindex(keys).fillna(0.0).to_numpy() * share
    return spend if spend.sum() > 0 else None


def market_changes(before: Brief, after: Brief) -> list[str]:
    """Return which tables of a brief changed in what the market depends on, margin apart."""
    old, new = _bound(before), _bound(after)
    changed = [name for name in old if old[name] != new[name]]
    if "windows" not in changed and before.playbook != after.playbook:
        changed.append("windows")
    return changed


def _bound(brief: Brief) -> dict[str, Any]:
    """Return what of a brief the market depends on, by table."""
    bound: dict[str, Any] = {}
    for name, value in brief.model_dump(exclude=_FREE_TABLES).items():
        free = _FREE_KEYS.get(name, set())
        rows = value if isinstance(value, list | tuple) else [value]
        bound[name] = [{key: item for key, item in row.items() if key not in free} for row in rows]
    # Of a campaign the market knows that it is there.
    bound["campaigns"] = [[campaign.name for campaign in channel.campaigns] for channel in brief.channels]
    # A window whose budget alone is set leaves the playbook as it is.
    bound["windows"] = [row for row in bound["windows"] if row["stance"] or any(row["priors"].values())]
    return bound
