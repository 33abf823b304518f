"""One short sentence for each row of the schedule: why it is so, from the numbers of its row and of its window.

What it means that data overrule the playbook is said here, once for the schedule, the charts and the report: past
events speak of the window (at least five clicks, or orders for the conversion), the forecast is more than a quarter
away from the playbook, and the playbook's number lies outside the forecast's own range (four in five). Prices are left
out: where a window has more or fewer clicks than thought, the market tells part of that as a price, which no one saw.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief, campaign_key
from planner.brief.playbook import Playbook
from planner.vocabulary.tables import unit_columns
from planner.vocabulary.wording import Lang, Message, say

__all__ = ["overruled", "row_reasons"]

_APART = math.log(1.25)
# Fewer clicks or orders than this do not speak of a window: what moved the forecast there was its neighbours.
_ENOUGH = 5
# Half the width of a range that holds four times in five, in standard deviations.
_WIDE = 1.2816
_SEEN = ("traffic", "conversion")


def overruled(market: pd.DataFrame, playbook: Playbook) -> pd.DataFrame:
    """Return what playbook and forecast say of each window and measure, and where the data overrule the playbook.

    Parameters
    ----------
    market
        `tables.MARKET`.
    playbook
        Gives the spread of its own numbers.

    Returns
    -------
    pandas.DataFrame
        A row a window and measure (traffic, price, conversion), windows as they come in `market`: `window`, `measure`,
        `prior` with `prior_low` and `prior_high`, `value` with `low` and `high` (10 and 90 % points) [x usual],
        `evidence` (clicks of past events, for conversion their orders), `overruled`.
    """
    priors = {window.id: window.prior for window in playbook.windows}
    numbers = market.select_dtypes("number")
    columns = {str(name): numbers[name].to_numpy(dtype=float) for name in numbers}
    windows = market["window"].to_numpy()
    rows = []
    for window in dict.fromkeys(windows):
        here = windows == window
        weight = np.maximum(columns["clicks"][here], 1e-9)
        for name in ("traffic", "price", "conversion"):
            prior, value = (_log_mean(columns[f"{name}_{kind}"][here], weight) for kind in ("prior", "ratio"))
            sd = float(np.average(columns[f"{name}_sd"][here], weights=weight))
            prior_sd = float(getattr(priors.get(window), f"{name}_sd", sd))
            evidence = float(columns["evidence_orders" if name == "conversion" else "evidence_clicks"][here].sum())
            low, high = value * math.exp(-_WIDE * sd), value * math.exp(_WIDE * sd)
            apart = abs(math.log(value / prior)) > _APART and not low <= prior <= high
            rows.append(
                {
                    "window": window,
                    "measure": name,
                    "prior": prior,
                    "prior_low": prior * math.exp(-_WIDE * prior_sd),
                    "prior_high": prior * math.exp(_WIDE * prior_sd),
                    "value": value,
                    "low": low,
                    "high": high,
                    "evidence": evidence,
                    "overruled": name in _SEEN and evidence >= _ENOUGH and apart,
                }
            )
    return pd.DataFrame(rows)


def _log_mean(values: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    """Return the weighted geometric mean."""
    return float(np.exp(np.average(np.log(values), weights=weight)))


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
    columns = [*unit_columns(market), "window", "stance", "price_ratio", "conversion_ratio", "click_value"]
    facts = market[columns].join(schedule["bid"]).join(bound.rename("bound"))
    against = _against(overruled(market, brief.playbook))
    joint = say("reasons.join", lang)
    return [
        joint.join(part.text(lang) for part in _parts(row, against.get(row["window"]), brief))
        for row in facts.to_dict("records")
    ]


def _against(table: pd.DataFrame) -> dict[str, Message]:
    """Return for each window where the data overrule the playbook the sentence on where they do most."""
    strongest: dict[str, tuple[float, Message]] = {}
    for row in table[table["overruled"]].to_dict("records"):
        gap = abs(math.log(row["value"] / row["prior"]))
        quantity = Message(f"reasons.{row['measure']}")
        message = Message("reasons.overruled", {"quantity": quantity, "data": row["value"], "playbook": row["prior"]})
        if gap > strongest.get(row["window"], (0.0, message))[0]:
            strongest[row["window"]] = (gap, message)
    return {window: message for window, (_, message) in strongest.items()}


def _parts(row: Mapping[Hashable, Any], against: Message | None, brief: Brief) -> Iterator[Message]:
    """Yield what there is to say of one row."""
    if row["stance"] == "notify":
        yield Message("reasons.notify")
        return
    stance = Message(f"labels.stance_{row['stance']}")
    yield Message(
        "reasons.stance", {"stance": stance, "price": row["price_ratio"], "conversion": row["conversion_ratio"]}
    )
    if row["bid"] == 0:
        shut = _shut(str(row["channel"]), row.get("campaign"), str(row["window"]), brief)
        worth = {"value": row["click_value"], "currency": brief.promotion.currency}
        yield _held(shut, brief) or Message("reasons.earns_nothing", worth)
    if against:
        yield against
    if row["bid"] > 0 and (held := _held(row["bound"], brief)):
        yield held


def _shut(channel: str, campaign: object, window: str, brief: Brief) -> str:
    """Return which limit of 0 shuts a cell, named as the allocation names limits; nothing where none does."""
    asked = brief.channel(channel)
    if asked and asked.budget == 0:
        return f"channel:{channel}"
    stated = asked.campaign(campaign) if asked else None
    if stated and stated.budget == 0:
        return f"campaign:{campaign_key(channel, stated.name)}"
    for change in brief.windows:
        known = brief.playbook.window(change.window)
        if change.budget == 0 and known and known.id == window:
            return f"window:{window}"
    return "stock" if brief.stock.units == 0 else ""


def _held(bound: str, brief: Brief) -> Message | None:
    """Return the sentence for what holds a cell; None where only the price of money does."""
    kind, _, label = str(bound).partition(":")
    if kind in ("", "total"):
        return None
    if kind == "channel":
        channel = brief.channel(label)
        return Message("reasons.held_channel", {"label": channel.label or label if channel else label})
    if kind == "campaign":
        named = {
            campaign_key(one.name, each.name): f"{one.label or one.name} / {each.name}"
            for one in brief.channels
            for each in one.campaigns
        }
        return Message("reasons.held_channel", {"label": named.get(label, label)})
    if kind == "window":
        window = brief.playbook.window(label)
        return Message("reasons.held_window", {"label": window.name if window else label})
    known = {"floor", "cap", "reach", "day", "stock", "min_return"}
    return Message(f"reasons.held_{kind if kind in known else 'other'}", {"label": bound})
