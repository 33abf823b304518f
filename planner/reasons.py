"""One short sentence for each row of the schedule: why it is so, from the row's own numbers."""

from __future__ import annotations

import math

import pandas as pd

from planner.brief import Brief
from planner.wording import Lang, Message

__all__ = ["overruled", "row_reasons"]

# Data overrule the playbook in a row where they move a multiple by more than this factor.
_OVERRULED = math.log(1.25)
_QUANTITIES = ("price", "conversion", "traffic")


def overruled(market: pd.DataFrame) -> pd.DataFrame:
    """Return the largest disagreement between data and playbook in each row of `tables.MARKET`.

    Returns
    -------
    pandas.DataFrame
        Indexed like `market`: ``quantity`` (price, conversion, traffic, or empty where they agree), ``data`` and
        ``playbook`` [x usual].
    """
    gaps = pd.DataFrame(
        {
            name: (market[f"{name}_ratio"] / market[f"{name}_prior"])
            .map(math.log)
            .where(_has_evidence(market, name), 0.0)
            for name in _QUANTITIES
        }
    )
    quantity = gaps.abs().idxmax(axis=1)
    strongest = gaps.abs().max(axis=1)
    table = pd.DataFrame({"quantity": quantity.where(strongest > _OVERRULED, "")}, index=market.index)
    for side, suffix in (("data", "ratio"), ("playbook", "prior")):
        table[side] = [market.at[row, f"{name}_{suffix}"] for row, name in quantity.items()]
    return table


def _has_evidence(market: pd.DataFrame, quantity: str) -> pd.Series:
    """Return where past events have counts that speak of a quantity."""
    return market["evidence_orders" if quantity == "conversion" else "evidence_clicks"] > 0


def row_reasons(brief: Brief, schedule: pd.DataFrame, market: pd.DataFrame, bound: pd.Series, lang: Lang) -> list[str]:
    """Return the reason of each row.

    Parameters
    ----------
    brief
        Gives the labels of channels and windows.
    schedule
        `tables.SCHEDULE` without its reasons, indexed like `market`.
    market
        `tables.MARKET`.
    bound
        What holds the cell, as the allocation names it; indexed like `market`.
    lang
        Language of the sentences.
    """
    gaps = overruled(market)
    reasons = []
    for row in schedule.index:
        at = market.loc[row]
        parts = [
            Message(
                "reasons.stance",
                {
                    "stance": Message(f"labels.stance_{at['stance']}"),
                    "price": at["price_ratio"],
                    "conversion": at["conversion_ratio"],
                },
            )
        ]
        if at["stance"] == "notify":
            parts = [Message("reasons.notify")]
        elif schedule.at[row, "bid"] == 0:
            parts.append(Message("reasons.earns_nothing", {"value": at["click_value"]}))
        gap = gaps.loc[row]
        if gap["quantity"] and at["stance"] != "notify":
            values = {
                "quantity": Message(f"reasons.{gap['quantity']}"),
                "data": gap["data"],
                "playbook": gap["playbook"],
            }
            parts.append(Message("reasons.overruled", values))
        if schedule.at[row, "bid"] > 0 and (held := _held(bound[row], brief)):
            parts.append(held)
        reasons.append(Message("reasons.join").text(lang).join(part.text(lang) for part in parts))
    return reasons


def _held(bound: str, brief: Brief) -> Message | None:
    """Return the sentence for what holds a cell; None where only the price of money does."""
    kind, _, label = str(bound).partition(":")
    if kind in ("", "total"):
        return None
    if kind == "channel":
        channel = brief.channel(label)
        return Message("reasons.held_channel", {"label": channel.label or label if channel else label})
    if kind == "window":
        window = brief.playbook.window(label)
        return Message("reasons.held_window", {"label": window.name if window else label})
    known = {"floor", "cap", "reach", "day"}
    return Message(f"reasons.held_{kind if kind in known else 'other'}", {"label": bound})
