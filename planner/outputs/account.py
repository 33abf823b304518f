"""The account of a day that is over: what was planned, what was in force at last, and what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from planner.plan import Plan

__all__ = ["account_files", "account_table"]


def account_table(plan: Plan) -> pd.DataFrame:
    """Return a row for each window and channel of a day: ads only, money in the promotion's currency.

    Returns
    -------
    pandas.DataFrame
        ``window``, ``channel``; ``planned_spend`` and ``planned_orders`` of the plan made beforehand;
        ``in_force_spend`` and ``in_force_orders`` of what was set when each hour began; ``spend``, ``orders``,
        ``revenue`` as reported, an hour's counted in the window in which it begins.
    """
    assert plan.day is not None
    first, happened = plan.day.first, plan.day.actuals
    slots = first.slots.sort_values("start")
    begun = pd.DataFrame({"start": happened["start"]}).reset_index().sort_values("start")
    begun["start"] = begun["start"].astype(slots["start"].dtype)
    windows = pd.merge_asof(begun, slots[["start", "window"]], on="start").set_index("index")["window"]
    keys = ["window", "channel"]
    parts = [
        first.schedule.groupby(keys)[["spend", "orders"]].sum().add_prefix("planned_"),
        plan.day.in_force.groupby(keys)[["spend", "orders"]].sum().add_prefix("in_force_"),
        happened.assign(window=windows).groupby(keys)[["spend", "orders", "revenue"]].sum(),
    ]
    table = pd.concat(parts, axis=1).fillna(0.0).round(2)
    order = {name: place for place, name in enumerate(dict.fromkeys(slots["window"]))}
    table = table.reset_index()
    table = table.assign(place=table["window"].map(order)).sort_values(["place", "channel"], ignore_index=True)
    return table.drop(columns="place")


def account_files(plan: Plan) -> dict[str, bytes]:
    """Return the account, and the lines of a brief by which this day becomes next year's history; by file name."""
    promotion, timetable = plan.day.first.brief.promotion, plan.day.first.brief.timetable  # type: ignore[union-attr]
    zone = plan.brief.zone
    name = promotion.name.replace("\\", "\\\\").replace('"', '\\"')
    event = (
        f'[[past_events]]\nname = "{name}"\ndate = {promotion.date}\n'
        f"starts = {timetable.starts.astimezone(zone).replace(tzinfo=None).isoformat()}\n"
        f"ends = {timetable.ends.astimezone(zone).replace(tzinfo=None).isoformat()}\n"
    )
    table = account_table(plan).to_csv(index=False, lineterminator="\n")
    return {"account.csv": table.encode(), "past_event.toml": event.encode()}
