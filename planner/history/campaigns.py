"""Which campaigns of a history are carried through one by one: those a brief plans, and no more than a plan can hold.

The others of a channel are added up under the campaign `OTHERS`: nothing of the channel is lost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.history.gathering.overlaps import hourly
from planner.history.settings import MOST_CAMPAIGNS, CampaignChoice
from planner.history.tidy import OTHERS
from planner.vocabulary.wording import Message

if TYPE_CHECKING:
    from planner.history.engine import Engine

__all__ = ["divided_view", "without_small"]

# Campaigns are ranked by what they did in the channel's last days.
_RANKED_DAYS = 28
_SIZES = ("spend", "clicks", "impressions")


def without_small(
    table: pd.DataFrame, choice: CampaignChoice | None, zone: dt.tzinfo
) -> tuple[pd.DataFrame, list[Message]]:
    """Return a history in which only the campaigns chosen stand by themselves, and what was put together.

    Parameters
    ----------
    table
        As `tables.HISTORY`.
    choice
        None keeps all as they are.
    zone
        The promotion's.
    """
    if choice is None or "campaign" not in table:
        return table, []
    rows = table[table["campaign"].notna() & (table["campaign"] != OTHERS)]
    last = rows.groupby("channel", dropna=False)["hour"].transform("max")
    recent = rows["hour"] > last - pd.Timedelta(days=_RANKED_DAYS)
    units = [rows["channel"], rows["campaign"]]
    measures = [name for name in _SIZES if name in rows]
    amounts = rows[measures].where(recent, np.nan).groupby(units, dropna=False).sum(min_count=1)
    sizes = _sized(amounts)
    kept = choice.kept(sizes)
    own = pd.MultiIndex.from_frame(table[["channel", "campaign"]]).isin(pd.MultiIndex.from_frame(kept))
    own |= table["campaign"].isna() | (table["campaign"] == OTHERS)
    if own.all():
        return table, []
    joined = table.assign(campaign=table["campaign"].astype(object).where(own, OTHERS))
    return hourly(joined.rename(columns={"hour": "instant"}), zone, campaigns=True), _said(sizes, kept, choice)


def _sized(amounts: pd.DataFrame) -> pd.DataFrame:
    """Return ``channel``, ``campaign`` and ``size``, by the first of the amounts that is known of any campaign."""
    known = next((name for name in _SIZES if name in amounts and amounts[name].notna().any()), None)
    size = amounts[known].fillna(0.0) if known else pd.Series(0.0, index=amounts.index)
    return size.rename("size").reset_index()


def _said(sizes: pd.DataFrame, kept: pd.DataFrame, choice: CampaignChoice) -> list[Message]:
    """Return a note for each channel of which some campaigns are put together without having been asked to be."""
    if not choice.everything:
        return []
    counts = pd.DataFrame({"all": sizes.groupby("channel").size(), "kept": kept.groupby("channel").size()}).fillna(0)
    return [
        Message(
            "history.campaigns_joined",
            {"channel": channel, "count": int(row["all"] - row["kept"]), "most": MOST_CAMPAIGNS},
        )
        for channel, row in counts.iterrows()
        if row["all"] > row["kept"]
    ]


def divided_view(
    engine: Engine, view: str, measures: Sequence[str], choice: CampaignChoice
) -> tuple[str, list[Message]]:
    """Return the name of a view of the same rows in which only the campaigns chosen stand by themselves.

    What `without_small` does with a table at hand, in the engine: a large file has more campaigns than memory holds.
    """
    names = [name for name in _SIZES if name in measures]
    lasts = f"SELECT channel, max(hour) AS last FROM {view} WHERE campaign IS NOT NULL GROUP BY channel"
    recent = f"FILTER (r.hour > l.last - INTERVAL {_RANKED_DAYS} DAY)"
    sums = "".join(f", sum(r.{name}) {recent} AS {name}" for name in names)
    amounts = engine.frame(
        f"SELECT r.channel, r.campaign{sums} FROM {view} r JOIN ({lasts}) l "
        "ON r.channel IS NOT DISTINCT FROM l.channel WHERE r.campaign IS NOT NULL GROUP BY ALL",
        "scan",
    )
    sizes = _sized(amounts.set_index(["channel", "campaign"]))
    kept, divided = choice.kept(sizes), f"divided_{view}"
    engine.table(f"kept_{view}", kept)
    columns = ", ".join(f"r.{name}" for name in measures)
    own = f"CASE WHEN r.campaign IS NOT NULL THEN coalesce(k.campaign, '{OTHERS}') END AS campaign"
    engine.run(
        f"CREATE OR REPLACE TEMP VIEW {divided} AS SELECT r.hour, r.channel, {own}, {columns} FROM {view} r "
        f"LEFT JOIN kept_{view} k ON r.channel IS NOT DISTINCT FROM k.channel AND r.campaign = k.campaign"
    )
    return divided, _said(sizes, kept, choice)
