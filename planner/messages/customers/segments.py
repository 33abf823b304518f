"""Segments by recency, frequency and money, in the shop's own quantiles, with the field's usual names."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd

from planner.brief import Brief
from planner.messages.customers.reading import Customers

__all__ = ["SEGMENTS", "rfm_scores", "segment_customers", "with_customers"]

# Rows: recency from 1 (long ago) to 5 (just now); columns: frequency and money from 1 to 5.
_GRID = (
    ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    ("about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"),
    ("promising", "potential_loyal", "potential_loyal", "loyal", "loyal"),
    ("new", "potential_loyal", "potential_loyal", "champions", "champions"),
)
SEGMENTS = tuple(dict.fromkeys(name for row in reversed(_GRID) for name in reversed(row)))


def rfm_scores(table: pd.DataFrame) -> pd.DataFrame:
    """Return recency and value scores from 1 to 5, each a fifth of the shop's own customers as far as ties allow.

    Parameters
    ----------
    table
        `Customers.table`. Somebody who has never ordered scores lowest on recency.

    Returns
    -------
    pandas.DataFrame
        ``recency``, ``frequency``, ``money`` and ``value``, the last from the mean of the two ranks before it.
    """
    ranks = pd.DataFrame(
        {
            "recency": _percentile(table["last_order"]),
            "frequency": _percentile(table["orders"]),
            "money": _percentile(table["spent"]),
        }
    )
    ranks["value"] = _percentile((ranks["frequency"] + ranks["money"]) / 2)
    # People who are alike share the middle of their ranks: a shop where most bought once has few with a low score.
    return np.ceil(5 * ranks).clip(1, 5).astype("int8")


def _percentile(values: pd.Series) -> pd.Series:
    return values.rank(method="average", pct=True, na_option="top")


def segment_customers(customers: Customers) -> pd.Series:
    """Return each person's segment: the file's own where it has one, else by `rfm_scores`."""
    table = customers.table
    if "segment" in table:
        return table["segment"].rename("segment")
    if table.empty:
        return pd.Series([], index=table.index, dtype=object, name="segment")
    scores = rfm_scores(table)
    cell = (scores["recency"].to_numpy(int) - 1) * 5 + scores["value"].to_numpy(int) - 1
    names = pd.Categorical.from_codes(
        np.array([SEGMENTS.index(name) for row in _GRID for name in row])[cell], categories=list(SEGMENTS)
    )
    return pd.Series(names, index=table.index, name="segment")


def reachable(customers: Customers, first_send: dt.date, *, quiet_days: int) -> pd.Series:
    """Return who may be written to: nobody who opted out or had a message in the last days before the first send."""
    table = customers.table
    recent = table["last_sms"] > pd.Timestamp(first_send) - pd.Timedelta(days=quiet_days)
    return ~(table["opted_out"] | recent)


def with_customers(brief: Brief, customers: Customers, *, quiet_days: int = 3) -> Brief:
    """Return a brief whose segments are those of a customer file, with the people who may be written to.

    What the brief states of a segment of the same name is kept, except its people.

    Parameters
    ----------
    brief
        The promotion.
    customers
        As `read_customers` returns them.
    quiet_days
        Days without a message before the promotion's eve that a person needs to be written to. [days]
    """
    eve = brief.timetable.opening.astimezone(brief.zone).date() - dt.timedelta(days=1)
    segment = segment_customers(customers)[reachable(customers, eve, quiet_days=quiet_days)]
    counts = segment.value_counts(sort=False)
    stated = {}
    if brief.sms is not None:
        stated = {each.name: each.model_dump(exclude_unset=True) for each in brief.sms.segments}
    names = [
        name for name in (*SEGMENTS, *sorted(set(counts.index) - set(SEGMENTS))) if counts.get(name, 0) > 0 and name
    ]
    segments = [{**stated.get(name, {}), "name": name, "people": int(counts[name])} for name in names]
    return brief.with_(sms={"segments": segments})


def share_of(people: int, share: float) -> int:
    """Return how many of some people a share is, rounded up."""
    return math.ceil(people * share - 1e-9)
