"""What stands in a history a second time under a name of its own: a channel that is the sum of all others.

Rows that head themselves as totals are known by their word (`cells.is_total`) or by standing beside the parts
(`total_names`); a total under any other name is known by its numbers (`without_sum_channel`).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from planner.history.cells import is_missing, is_total, plain
from planner.history.dialects import key_of
from planner.wording import Message

__all__ = ["total_names", "without_sum_channel"]

# Names of everything together, where other names stand in the same column; alone they are names like any other.
_EVERYTHING = frozenset({"整体", "全部", "全店", "所有", "总体", "不限", "all", "overall"})
_COMPARED = ("impressions", "clicks", "spend")
# So many hours in which two numbers agree are no chance.
_HOURS = 12


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


def without_sum_channel(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Message]]:
    """Return a history without a channel whose numbers are the sum of all others' in every hour, and what was dropped.

    Parameters
    ----------
    table
        As `tables.HISTORY`.
    """
    names = [name for name in _COMPARED if name in table]
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
        if not agrees.all() or (hours := hours & (one > 0).to_numpy()).sum() < _HOURS:
            return table, []
    values = {"channel": whole, "count": len(channels) - 1, "hours": int(hours.sum())}
    return table[table["channel"] != whole].reset_index(drop=True), [Message("history.sum_channel", values)]
