"""One short sentence for each row of the schedule: why it is so, from the row's own numbers."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from planner.brief import Brief
from planner.wording import Lang, Message, say

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
    data = market[[f"{name}_ratio" for name in _QUANTITIES]].to_numpy(dtype=float)
    playbook = market[[f"{name}_prior" for name in _QUANTITIES]].to_numpy(dtype=float)
    counts = market[[f"evidence_{'orders' if name == 'conversion' else 'clicks'}" for name in _QUANTITIES]]
    gap = np.where(counts.to_numpy(dtype=float) > 0, np.abs(np.log(data / playbook)), 0.0)
    rows, widest = np.arange(len(market)), gap.argmax(axis=1)
    names = np.where(gap[rows, widest] > _OVERRULED, np.array(_QUANTITIES)[widest], "")
    return pd.DataFrame(
        {"quantity": names, "data": data[rows, widest], "playbook": playbook[rows, widest]}, index=market.index
    )


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
    columns = ["stance", "price_ratio", "conversion_ratio", "click_value"]
    facts = market[columns].join(overruled(market)).join(schedule["bid"]).join(bound.rename("bound"))
    joint = say("reasons.join", lang)
    return [joint.join(part.text(lang) for part in _parts(row, brief)) for row in facts.to_dict("records")]


def _parts(row: Mapping[Hashable, Any], brief: Brief) -> Iterator[Message]:
    """Yield what there is to say of one row."""
    if row["stance"] == "notify":
        yield Message("reasons.notify")
        return
    stance = Message(f"labels.stance_{row['stance']}")
    yield Message(
        "reasons.stance", {"stance": stance, "price": row["price_ratio"], "conversion": row["conversion_ratio"]}
    )
    if row["bid"] == 0:
        yield Message("reasons.earns_nothing", {"value": row["click_value"]})
    if row["quantity"]:
        quantity = Message(f"reasons.{row['quantity']}")
        yield Message("reasons.overruled", {"quantity": quantity, "data": row["data"], "playbook": row["playbook"]})
    if row["bid"] > 0 and (held := _held(row["bound"], brief)):
        yield held


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
