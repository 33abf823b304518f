"""What stands in a history a second time under a name of its own: a channel that is the sum of all others.

Rows that head themselves as totals are known by their word (`cells.is_total`) or by standing beside the parts
(`total_names`); in a column of devices or places by word and numbers (`without_everything`); a total under any other
name, or none, is known by its numbers (`without_sum_channel`, `without_sum_rows`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from planner.history.judging.refusals import Remarks
from planner.history.notation.cells import is_missing, is_total, plain
from planner.history.recognising.dialects import key_of
from planner.vocabulary.wording import Message

__all__ = [
    "SUMMED",
    "UNBOOKED",
    "UNBOOKED_STEP",
    "are_sums",
    "names_everything",
    "sum_hours",
    "total_names",
    "without_everything",
    "without_sum_channel",
    "without_sum_rows",
]

# Names of everything together, where other names stand in the same column; alone they are names like any other.
_EVERYTHING = frozenset(
    {
        *(
            "整体",
            "全部",
            "全店",
            "所有",
            "总体",
            "不限",
            "全账户",
            "账户",
            "账户汇总",
            "全部账户",
            "所有计划",
            "全部计划",
        ),
        *("all", "overall", "account"),
    }
)
SUMMED = ("impressions", "clicks", "spend")
# How a device, place or audience begins that may stand for all of them.
_EVERYTHING_START = re.compile(r"(所有|全部|整体|全国|全网|全平台|全终端|all\b)", re.IGNORECASE)
# What a platform's total may hold beyond its parts: this share of them and so much more, and in how many of the hours.
UNBOOKED, UNBOOKED_STEP, _NEARLY_ALL = 0.02, 0.05, 0.95
# So many hours in which two numbers agree are no chance.
_SUM_HOURS, _FEW_HOURS = 12, 3


def total_names(texts: Iterable[str], header: str) -> frozenset[str]:
    """Return the texts of a column that name everything together beside its parts.

    Parameters
    ----------
    texts
        The column's cells.
    header
        The column's header, which may stand among them again.
    """
    names = {text: plain(text) for text in dict.fromkeys(texts)}
    everything = frozenset(text for text, name in names.items() if name.lower() in _EVERYTHING)
    parts = (
        name
        for text, name in names.items()
        if text not in everything and not is_missing(name) and not is_total(name) and key_of(name) != key_of(header)
    )
    return everything if any(parts) else frozenset()


def names_everything(text: str) -> bool:
    """Tell whether a device, place or audience may stand for all by its name; its numbers have to say so too."""
    return bool(_EVERYTHING_START.match(plain(text)))


def are_sums(same: int, both: int, numbers: int) -> bool:
    """Tell whether rows named as everything are the sums of their parts, from how many of the hours shown twice agree.

    Hours without any traffic say nothing and are not among them; `numbers` is in how many columns.

    Nearly all have to: a platform's total may hold an hour's late click that none of the parts has.
    """
    return both * numbers >= _FEW_HOURS and same >= _NEARLY_ALL * both


def without_everything(rows: pd.DataFrame, remarks: Remarks) -> pd.DataFrame:
    """Return a table's rows without those of all devices, places or audiences together beside the single ones.

    Parameters
    ----------
    rows
        ``instant``, ``channel``, ``dimension``, whose parts are joined, and the numbers.
    remarks
        Told how many rows are left out as totals.
    """
    names = [name for name in SUMMED if name in rows]
    texts = rows["dimension"].unique() if "dimension" in rows else []
    if not names or not any(names_everything(part) for text in texts for part in text.split("\x1f")):
        return rows
    parts = rows["dimension"].str.split("\x1f", expand=True)
    totals = np.zeros(len(rows), dtype=bool)
    for place in parts:
        others = [rows[name] for name in ("instant", "channel", "campaign") if name in rows]
        key = pd.concat([*others, parts.drop(columns=place)], axis=1)
        keys = key.groupby(key.columns.tolist(), dropna=False, sort=False).ngroup()
        texts = [text for text in parts[place].dropna().unique() if names_everything(text)]
        alone = ~parts[place].isin(texts).to_numpy()
        for text in texts:
            here = (parts[place] == text).to_numpy()
            sums = [rows.loc[mask, names].groupby(keys[mask]).sum() for mask in (here, alone)]
            twice = sums[0].index.intersection(sums[1].index)
            whole, single = (one.reindex(twice).to_numpy() for one in sums)
            busy = (whole > 0).any(axis=1) | (single > 0).any(axis=1)
            same = (np.abs(whole - single) <= UNBOOKED_STEP + UNBOOKED * single).all(axis=1) & busy
            if are_sums(int(same.sum()), int(busy.sum()), len(names)):
                totals |= here & keys.isin(twice).to_numpy()
    if not totals.any():
        return rows
    remarks.dropped["total"] += int(totals.sum())
    return rows[~totals].reset_index(drop=True)


def sum_hours(names: Sequence[str]) -> int:
    """Return in how many hours the rows without a campaign have to be the sum of the others to be no chance."""
    return _FEW_HOURS if len(names) > 1 else _SUM_HOURS


def without_sum_rows(rows: pd.DataFrame, remarks: Remarks) -> pd.DataFrame:
    """Return a table's rows without those that name no campaign and are the sum of the campaigns beside them.

    Parameters
    ----------
    rows
        ``instant``, ``channel``, ``campaign`` and the numbers.
    remarks
        Told how many rows are left out as totals.
    """
    names = [name for name in SUMMED if name in rows]
    if "campaign" not in rows or rows["campaign"].notna().all() or rows["campaign"].isna().all() or not names:
        return rows
    nameless, keys = rows["campaign"].isna(), ["instant", "channel"]
    whole, parts = (rows[mask].groupby(keys, dropna=False)[names].sum() for mask in (nameless, ~nameless))
    both = whole.index.intersection(parts.index)
    if len(both) < sum_hours(names) or not np.allclose(whole.loc[both], parts.loc[both], rtol=1e-6, atol=0.05):
        return rows
    sums = nameless & pd.MultiIndex.from_frame(rows[keys]).isin(both)
    remarks.dropped["total"] += int(sums.sum())
    return rows[~sums].reset_index(drop=True)


def without_sum_channel(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Message]]:
    """Return a history without a channel whose numbers are the sum of all others' in every hour, and what was dropped.

    Parameters
    ----------
    table
        As `tables.HISTORY`.
    """
    names = [name for name in SUMMED if name in table]
    channels = table["channel"].dropna().unique()
    if len(channels) < 3 or len(names) < 2:
        return table, []
    wide = table.dropna(subset=["channel"]).pivot_table(index="hour", columns="channel", values=names, aggfunc="sum")
    # The sum of the others can only be the largest.
    whole = wide[names[0]].sum().idxmax()
    hours = np.ones(len(wide), dtype=bool)
    for name in names:
        one, others = wide[name][whole], wide[name].drop(columns=whole).sum(axis=1)
        agrees = np.isclose(one.fillna(0.0), others, rtol=1e-6, atol=0.01 * len(channels))
        if not agrees.all() or (hours := hours & (one > 0).to_numpy()).sum() < _SUM_HOURS:
            return table, []
    values = {"channel": whole, "count": len(channels) - 1, "hours": int(hours.sum())}
    return table[table["channel"] != whole].reset_index(drop=True), [Message("history.sum_channel", values)]
