"""When the rows of a large table were: each distinct text of day, hour and channel judged by the rules of `times`."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from planner.brief.slots import hour_starts
from planner.history.gathering.rows import row_kind
from planner.history.gathering.totals import total_names
from planner.history.judging.moments import settled_order, to_instants
from planner.history.judging.refusals import Remarks
from planner.history.judging.times import moment_rule
from planner.history.large.rows import KEYS, LargeTable
from planner.history.notation.cells import Fault
from planner.history.recognising.dialects import key_of
from planner.history.recognising.layouts import Layout
from planner.vocabulary.wording import Message

__all__ = ["large_moments"]


def large_moments(groups: pd.DataFrame, table: LargeTable, zone: dt.tzinfo) -> pd.DataFrame:
    """Return for each distinct text of day, hour and channel: its instant, or why its rows are not used (``kind``)."""
    layout = table.layout
    named = [name for name in ("day", "hour", "channel") if name in layout.columns]
    headers = [key_of(layout.own[name]) for name in named]
    cells = {name: groups[name].tolist() for name in named}
    rule = moment_rule(layout, cells, settled_order(layout, cells, table.remarks), table.file_day, table.remarks)
    records = []
    everything = total_names(groups["channel"], layout.own.get("channel", ""))
    for entry in groups.to_dict("records"):
        kind = row_kind([entry[name] for name in named], headers)
        if kind == "data" and entry["channel"] in everything:
            kind = "total"
        moment = rule(entry["day"], entry["hour"], entry["until"]) if kind == "data" else None
        records.append(
            {
                **{name: entry[name] for name in KEYS}, "n": entry["n"],
                "wall": moment if isinstance(moment, dt.datetime) else None,
                "kind": kind if kind != "data" else moment.kind if isinstance(moment, Fault) else None,
                "dropped": kind != "data",
                "guilty": (guilty := rule.guilty(moment) if isinstance(moment, Fault) else _time_column(layout)),
                "cell": entry[guilty],
            }
        )  # fmt: skip
    frame = pd.DataFrame.from_records(records)
    for kind, count in frame[frame["dropped"]].groupby("kind")["n"].sum().items():
        table.remarks.dropped[str(kind)] += int(count)
    good = frame[frame["wall"].notna()].assign(line=lambda rows: rows.index)
    # Only the hours are looked at here: a row a wall-clock time, so that none counts as the second of its kind.
    hours = good.drop_duplicates("wall")[["wall", "line"]].assign(dimension="")
    # What is said there of rows is left unsaid: each of them stands for many.
    unsaid = Remarks(table.remarks.source)
    instants = to_instants(hours.reset_index(drop=True), table.zone, layout, unsaid)
    again = unsaid.notes
    found = dict(zip(hours["line"], hours["wall"], strict=True))
    by_wall = {found[line]: instant for line, instant in zip(instants["line"], instants["instant"], strict=True)}
    frame["instant"] = pd.to_datetime(frame["wall"].map(by_wall), utc=True).dt.tz_localize(None)
    frame.loc[frame["wall"].notna() & frame["instant"].isna(), "kind"] = "no_such_hour"
    there = frame["instant"].notna()
    starts = hour_starts(pd.DatetimeIndex(frame.loc[there, "instant"]).tz_localize("UTC"), zone)
    frame["hour_start"] = pd.Series(starts.tz_convert("UTC").tz_localize(None), index=frame.index[there])
    frame["later"] = [_later(wall, table.zone) for wall in frame["wall"]]
    count = int(frame.loc[frame["later"] > 0, "n"].sum())
    for note in again:
        table.remarks.notes.append(Message(note.key, dict(vars(note)["values"]) | {"count": count}))
    whole = (frame["instant"] == frame["hour_start"]) | frame["instant"].isna()
    table.by_row = bool(whole.all()) and not frame["later"].any() and not layout.dimensions
    if there.any():
        table.span = tuple(frame["instant"].dt.tz_localize("UTC").agg(["min", "max"]))
    if rule.by_day(good["wall"]) and not table.remarks.problems:
        table.refuse_whole("history.only_days")
    return frame.drop(columns="wall")


def _time_column(layout: Layout) -> str:
    """Return the column that names the hour."""
    return "hour" if "hour" in layout.columns else "day"


def _later(wall: dt.datetime | None, zone: dt.tzinfo) -> int:
    """Return how much later the zone's clock shows a time once more; 0 for one that it shows once. [minutes]"""
    if not isinstance(wall, dt.datetime) or wall.tzinfo is not None or pd.isna(wall):
        return 0
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return round((first - second).total_seconds() / 60) if first and second and first > second else 0
