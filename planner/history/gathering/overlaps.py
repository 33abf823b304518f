"""From the rows of several files to one tidy table in which nothing is counted twice.

Files that show the same thing in the same way (the same kind of rows, told apart by the same columns) are laid over
one another: a row that stands in two of them counts once, and rows that contradict each other are an error. Files
that show the same money from different sides (by campaign and by item; an order list and a shop report) are never
added: for each hour one of them speaks, and the others fill in what it does not measure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.brief.slots import hour_starts
from planner.history.judging.refusals import Remarks, cell_text
from planner.history.recognising.dialects import MEASURES, key_of
from planner.history.recognising.layouts import Layout
from planner.vocabulary.errors import Problem
from planner.vocabulary.wording import Message

__all__ = ["Part", "View", "combine", "contradiction", "hourly", "view_of"]

View = tuple[int, str, tuple[str, ...]]

_KEY = ["instant", "channel", "campaign", "dimension"]
_PER_CLICK = {"bid": "clicks", "cpc": "clicks", "cpm": "impressions"}
_SUMS = tuple(name for name in MEASURES if name not in _PER_CLICK and name != "budget_spent")
# Who speaks first where several kinds of files show the same hour: the more exactly it was counted, the earlier.
_RANK = {"tidy": 0, "orders": 1, "ads": 2, "shop": 3}
_SHOWN = 20


@dataclass(frozen=True, eq=False)
class Part:
    """One table's rows, with what they were read as."""

    rows: pd.DataFrame
    layout: Layout
    remarks: Remarks

    @property
    def view(self) -> View:
        """From which side the rows show what happened."""
        return view_of(self.layout)


def view_of(layout: Layout) -> View:
    """Return from which side a table shows what happened: its kind and the columns that tell its rows apart.

    Campaigns by their numbers and campaigns by their names are two sides: nothing says which is which.
    """
    apart = sorted(layout.header[place] for place in layout.dimensions)
    campaign = []
    if "campaign" in layout.columns and not layout.strict:
        campaign = ["campaign id" if key_of(layout.own["campaign"]).endswith("id") else "campaign"]
    return (_RANK[layout.dialect.kind], layout.dialect.name, tuple(campaign + apart))


def combine(
    parts: Sequence[Part], zone: dt.tzinfo, *, campaigns: bool
) -> tuple[pd.DataFrame, list[Message], list[Problem]]:
    """Return one row for each hour and channel (and campaign), notes on what was decided, and contradictions."""
    notes: list[Message] = []
    problems: list[Problem] = []
    views: dict[View, list[Part]] = {}
    for part in parts:
        views.setdefault(part.view, []).append(part)
    tables = []
    # Where campaigns are carried through, what shows them speaks before what does not.
    for view in sorted(views, key=lambda view: (*view[:2], campaigns and not view[2], view[2])):
        rows = _overlaid(views[view], zone, notes, problems)
        name = views[view][0].remarks.source
        tables.append((name, hourly(rows, zone, campaigns=campaigns)))
    return _side_by_side(tables, notes), notes, problems


def _overlaid(parts: Sequence[Part], zone: dt.tzinfo, notes: list[Message], problems: list[Problem]) -> pd.DataFrame:
    """Return the rows of files of one view, each once."""
    frames = [part.rows.assign(source=number) for number, part in enumerate(parts)]
    rows = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    key = _present(rows)
    if len(parts) == 1 and len(rows) and (rows["dimension"] == "").all():
        key.remove("dimension")
    double = rows.duplicated(key, keep=False)
    if not double.any():
        return rows
    measures = [name for name in MEASURES if name in rows]
    twice = rows[double].assign(group=rows[double].groupby(key, dropna=False, sort=True).ngroup())
    grouped = twice.groupby("group")
    unequal = (grouped[measures].max() > grouped[measures].min()).any(axis=1)
    wrong = list(unequal.index[unequal])
    names = [part.remarks.source for part in parts]
    for group in wrong[:_SHOWN]:
        problems.append(contradiction(twice[twice["group"] == group], measures, names, zone))
    if len(wrong) > _SHOWN:
        more = Message("history.more_contradictions", {"count": len(wrong) - _SHOWN})
        problems.append(Problem(more, parts[0].remarks.source))
    merged = grouped[[*_present(rows), *measures, "source", "line"]].first()
    notes.append(Message("history.identical", {"count": len(twice) - len(merged), "where": ", ".join(names)}))
    return pd.concat([rows[~double], merged], ignore_index=True)


def _present(rows: pd.DataFrame) -> list[str]:
    """Return the columns of the whole key that rows have."""
    return [name for name in _KEY if name in rows]


def contradiction(group: pd.DataFrame, measures: Sequence[str], files: Sequence[str], zone: dt.tzinfo) -> Problem:
    """Return the problem that shows two rows of one key; ``source`` and ``line`` say where in the named files."""
    differing = [name for name in measures if group[name].max() > group[name].min()]
    first = group.iloc[0]
    unlike = (group[differing] != first[differing]) & group[differing].notna() & first[differing].notna()
    other = group[unlike.any(axis=1)].iloc[0] if unlike.any(axis=None) else group.iloc[1]
    names = [name for name in differing if first[name] != other[name]] or list(differing)

    def shown(row: pd.Series) -> str:
        return ", ".join(f"{name} {row[name]:g}" for name in names)

    what = " / ".join(
        str(first[name]) for name in ("channel", "campaign") if name in group and isinstance(first[name], str)
    )
    values = {
        "hour": f"{first['instant'].tz_convert(zone):%Y-%m-%d %H:%M}",
        "channel": cell_text(what),
        "one": shown(first),
        "other": shown(other),
        "place": f"{files[int(other['source'])]}:{int(other['line'])}",
    }
    return Problem(Message("history.contradiction", values), files[int(first["source"])], int(first["line"]))


def hourly(rows: pd.DataFrame, zone: dt.tzinfo, *, campaigns: bool) -> pd.DataFrame:
    """Return rows added up by hour, channel and campaign; prices are averages over what was bought at them."""
    hours = hour_starts(pd.DatetimeIndex(rows["instant"]), zone)
    key = ["hour", "channel"] + (["campaign"] if campaigns and "campaign" in rows else [])
    rows = rows.assign(hour=hours)
    measures = [name for name in MEASURES if name in rows]
    if not rows.duplicated(key).any():
        return rows[[*key, *measures]]
    grouped = rows.groupby(key, dropna=False, sort=False)
    sums = [name for name in measures if name in _SUMS]
    result = grouped[sums].sum(min_count=1) if sums else pd.DataFrame(index=grouped.size().index)
    for name, weight in _PER_CLICK.items():
        if name in measures:
            result[name] = _average(rows, name, weight, key)
    if "budget_spent" in measures:
        result["budget_spent"] = grouped["budget_spent"].max()
    return result.reset_index()[[*key, *measures]]


def _average(rows: pd.DataFrame, name: str, weight: str, key: Sequence[str]) -> pd.Series:
    """Return a price by key, weighted by what was bought at it; plain where nothing was bought or counted."""
    value = rows[name]
    weights = rows[weight].fillna(0.0) if weight in rows else pd.Series(0.0, index=rows.index)
    parts = rows[list(key)].assign(weighted=value * weights, weight=weights.where(value.notna()), plain=value)
    grouped = parts.groupby(list(key), dropna=False, sort=False)
    total = grouped["weight"].sum()
    return (grouped["weighted"].sum() / total.where(total > 0)).fillna(grouped["plain"].mean())


def _side_by_side(tables: Sequence[tuple[str, pd.DataFrame]], notes: list[Message]) -> pd.DataFrame:
    """Return the tables of several views as one: for each hour and channel the first speaks, the others fill in."""
    result = tables[0][1]
    for name, table in tables[1:]:
        result = _filled(result, table, name, notes)
    return result


def _filled(first: pd.DataFrame, other: pd.DataFrame, name: str, notes: list[Message]) -> pd.DataFrame:
    """Return a table completed by another: new hours taken over, missing numbers filled in, nothing added up."""
    apart = "campaign" in first or "campaign" in other
    if apart:
        first, other = (frame if "campaign" in frame else frame.assign(campaign=None) for frame in (first, other))
        # Where one shows campaigns and the other the whole channel, the same money would stand there twice.
        covered = pd.MultiIndex.from_frame(first[["hour", "channel"]])
        same = pd.MultiIndex.from_frame(other[["hour", "channel"]]).isin(covered)
        finer = set(map(tuple, first[["hour", "channel", "campaign"]].itertuples(index=False, name=None)))
        known = np.array(
            [row in finer for row in other[["hour", "channel", "campaign"]].itertuples(index=False, name=None)],
            dtype=bool,
        )
        if (same & ~known).any():
            hours = other.loc[same & ~known, ["hour", "channel"]].drop_duplicates()
            notes.append(Message("history.seen_twice", {"where": name, "count": len(hours)}))
            other = other[~same | known]
    key = ["hour", "channel", *(["campaign"] if apart else [])]
    left, right = (frame.set_index(pd.MultiIndex.from_frame(frame[key])).drop(columns=key) for frame in (first, other))
    both = left.index.intersection(right.index)
    shared = [column for column in left.columns if column in right.columns]
    for column in shared:
        one, two = left.loc[both, column], right.loc[both, column]
        measured = one.notna() & two.notna()
        if measured.any() and not np.allclose(one[measured], two[measured]) and column in _SUMS:
            values = {
                "where": name,
                "column": column,
                "one": float(one[measured].sum()),
                "other": float(two[measured].sum()),
            }
            notes.append(Message("history.two_sources", values))
    return left.combine_first(right).rename_axis(key).reset_index()
