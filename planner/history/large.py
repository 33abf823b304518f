"""Large tables judged by the same rules as small ones, and added up by the engine.

Tables of one layout are laid over one another as `combine` does with small ones: identical rows count once, rows that
contradict each other are an error that shows both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from planner.errors import Problem
from planner.history.cells import Fault, is_dash, is_missing, is_total, plain
from planner.history.channels import named_channels
from planner.history.columnar import Engine, literal
from planner.history.dialects import MEASURES, Layout, in_another_order, key_of, known_header
from planner.history.large_rows import (
    KEYS,
    LargeTable,
    is_plain,
    judged_sql,
    leave_out_sums,
    misfit_counts,
    note_dashes,
    sums,
    tell_refused,
    told_apart,
    without_misfits,
)
from planner.history.large_scan import keep_rejected, open_scan
from planner.history.moments import settled_order, to_instants
from planner.history.numerals import number_forms, unit_forms
from planner.history.reading import another_order
from planner.history.refunds import note_refunds, refunded_texts
from planner.history.remarks import Remarks
from planner.history.rows import judge_numbers, row_kind
from planner.history.settings import ReadingSettings
from planner.history.times import hours_to_24, moment_rule
from planner.history.totals import total_names
from planner.slots import hour_starts
from planner.wording import Message

__all__ = ["judge_large"]

_TOTAL_WORDS = "合计|总计|汇总|小计|总和|全部|全渠道|total|^ *sum *$|^ *all "


def judge_large(engine: Engine, table: LargeTable, number: int, settings: ReadingSettings) -> str:
    """Return the name of a view of a large table's usable rows, and note what is dropped and refused.

    The view has ``instant`` (UTC), ``hour`` (its start, UTC), ``channel``, ``campaign``,
    ``apart`` (what else tells rows apart) and the numbers.
    """
    table.scan = open_scan(engine, table, number)
    layout, scan = table.layout, table.scan
    keys = {name: scan.text(layout.columns[name]) for name in KEYS if name in layout.columns}
    measures = [name for name in MEASURES if name in layout.columns]
    table.forms = unit_forms(layout)
    groups = engine.frame(_groups_sql(table, keys, measures), "scan")
    if without_misfits(engine, table, groups):
        groups = engine.frame(_groups_sql(table, keys, measures), "scan")
    if _settle_marks(engine, table, [name for name in measures if int(groups[f"odd_{name}"].sum())]):
        groups = engine.frame(_groups_sql(table, keys, measures), "scan")
    for name in KEYS:
        if name not in groups:
            groups[name] = ""
    table.rows = int(groups["n"].sum()) + table.misfits
    keep_rejected(engine, table)
    if groups.empty:
        _refuse_whole(table, "history.no_rows")
        return ""
    if line := _header_in_another_order(engine, table, groups):
        table.remarks.problems.append(another_order(table.remarks.source, layout, line))
        return ""
    if hours_to_24(groups["hour"]):
        _refuse_whole(table, "history.hours_to_24")
        return ""
    moments = _moments(groups, table, settings.zone)
    channels = _channels(groups, table, settings)
    names = dict(zip(channels["text"], channels["name"], strict=True))
    moments["name"] = moments["channel"].map(names).astype(object)
    engine.table(f"moments_{number}", moments)
    odd_names = [name for name in measures if int(groups[f"odd_{name}"].sum())]
    faulty = [_numbers(engine, table, name, number) for name in odd_names]
    texts = _campaigns(engine, table)
    engine.table(f"texts_{number}", texts)
    table.campaigns_as_written = not texts["total"].any() and texts["cell"].equals(texts["meant"])
    if not odd_names and not texts["total"].any() and texts["meant"].is_unique:
        table.sums = _sums_at_hand(groups, moments, channels, measures)
    table.dashed = _dashed(engine, table, number, odd_names, groups[moments["kind"].isna().to_numpy()])
    note_dashes(engine, table, number, odd_names)
    table.numbered_sql = judged_sql(table, number, odd_names, numbered=True)
    view = f"judged_{number}"
    judged = judged_sql(table, number, odd_names)
    if moments["later"].any():
        judged = told_apart(engine, table, number, judged)
    engine.run(f"CREATE OR REPLACE TEMP VIEW {view} AS {judged}")
    if texts["meant"].isna().any() and texts["meant"].notna().any():
        view = leave_out_sums(engine, table, view)
    if any(faulty) or moments.loc[~moments["dropped"], "kind"].notna().any():
        tell_refused(engine, table, number, odd_names)
    return view


def _groups_sql(table: LargeTable, keys: Mapping[str, str], measures: Sequence[str]) -> str:
    """Return the SQL that counts and adds up rows by their texts of time and channel, and counts their odd numbers."""
    assert table.scan is not None
    layout, scan = table.layout, table.scan
    texts = [f"{sql} AS {name}" for name, sql in keys.items()]
    odd = [f"NOT {is_plain(scan, layout, name)} AS odd_{name}" for name in measures]
    values = [f"{table.forms[name].scaled_sql(scan.value(layout.columns[name]))} AS {name}" for name in measures]
    counts = ", ".join(f"count(*) FILTER (odd_{name}) AS odd_{name}" for name in measures)
    cells = f"SELECT *, {', '.join(texts + odd + values)} FROM {scan.first_sql}"
    found = f"count(*) AS n, {misfit_counts(table)}, {counts}, {sums(measures)}"
    return f"SELECT {', '.join(keys)}, {found} FROM ({cells}) GROUP BY {', '.join(keys)}"


def _sums_at_hand(
    groups: pd.DataFrame, moments: pd.DataFrame, channels: pd.DataFrame, measures: Sequence[str]
) -> pd.DataFrame | None:
    """Return a table's sums by hour and channel, if what was added up by text is that already.

    It is where every text was understood and no two mean the same, and every moment is a full hour that came once.
    """
    meant = moments.assign(channel=moments["name"])
    understood = moments["kind"].isna().all() and not moments["later"].any()
    if not understood or meant.duplicated(["instant", "channel"]).any() or not channels["name"].is_unique:
        return None
    if (moments["instant"] != moments["hour_start"]).any() or meant.groupby("instant")["hour"].nunique().max() > 1:
        return None
    rows = groups[list(measures)].assign(
        instant=pd.to_datetime(moments["instant"], utc=True), channel=meant["channel"], dimension="", line=0
    )
    return rows.sort_values(["instant", "channel"], ignore_index=True)


def _header_in_another_order(engine: Engine, table: LargeTable, groups: pd.DataFrame) -> int | None:
    """Return the row of the first header below the first whose columns stand elsewhere; None if there is none."""
    assert table.scan is not None
    layout, scan = table.layout, table.scan
    headers = {name: [text for text in groups[name].unique() if known_header(text)] for name in ("day", "hour")}
    if not any(headers.values()):
        return None
    texts = ", ".join(f"{scan.text(place)} AS {name}" for name, place in layout.columns.items())
    inside = " OR ".join(
        f"{scan.text(layout.columns[name])} IN ({', '.join(map(literal, found))})"
        for name, found in headers.items()
        if found
    )
    numbered = f"(SELECT *, row_number() OVER () AS line FROM {scan.sql})"
    sql = f"CREATE OR REPLACE TEMP TABLE headers AS SELECT line, {texts} FROM {numbered} WHERE {inside}"
    engine.run_in_order(sql, "scan")
    for row in engine.frame("SELECT * FROM headers ORDER BY line").to_dict("records"):
        if in_another_order({name: row[name] for name in layout.columns}, layout):
            return int(row["line"]) + layout.header_row + 1
    return None


def _moments(groups: pd.DataFrame, table: LargeTable, zone: dt.tzinfo) -> pd.DataFrame:
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
        _refuse_whole(table, "history.only_days")
    return frame.drop(columns="wall")


def _refuse_whole(table: LargeTable, key: str) -> None:
    """Refuse a table as a whole."""
    table.remarks.problems.append(Problem(Message(key), table.remarks.source, table.layout.header_row + 1))


def _time_column(layout: Layout) -> str:
    """Return the column that names the hour."""
    return "hour" if "hour" in layout.columns else "day"


def _later(wall: dt.datetime | None, zone: dt.tzinfo) -> int:
    """Return how much later the zone's clock shows a time once more; 0 for one that it shows once. [minutes]"""
    if not isinstance(wall, dt.datetime) or wall.tzinfo is not None or pd.isna(wall):
        return 0
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return round((first - second).total_seconds() / 60) if first and second and first > second else 0


def _channels(groups: pd.DataFrame, table: LargeTable, settings: ReadingSettings) -> pd.DataFrame:
    """Return the brief's word for each distinct text of the channel's column."""
    texts = groups["channel"].drop_duplicates()
    bare = [None if is_missing(text := plain(cell)) else text for cell in texts]
    rows = pd.DataFrame({"text": texts.tolist(), "channel": pd.Series(bare, dtype=object)})
    named = named_channels(rows, table.layout, settings, table.remarks)
    return pd.DataFrame({"text": rows["text"].astype(object), "name": named["channel"].astype(object)})


def _numbers(engine: Engine, table: LargeTable, name: str, number: int) -> bool:
    """Put a column's odd cells to the rules and hand the answers to the engine; return whether any is refused."""
    assert table.scan is not None
    texts = _odd_texts(engine, table, name)
    values = judge_numbers(texts, name, table.forms[name])
    if refunded := refunded_texts(values, name, table.layout):
        values |= dict.fromkeys(refunded)
        cells = f"{table.scan.text(table.layout.columns[name])} IN ({', '.join(map(literal, sorted(refunded)))})"
        count = engine.frame(f"SELECT count(*) AS n FROM {table.scan.sql} WHERE {cells}", "scan")["n"].iloc[0]
        note_refunds(table.layout.own[name], int(count), table.remarks)
    answers = pd.DataFrame(
        {
            "cell": pd.Series(texts, dtype=object),
            "value": pd.Series([v if isinstance(v, float) else None for v in map(values.get, texts)], dtype=float),
            "kind": pd.Series([v.kind if isinstance(v, Fault) else None for v in map(values.get, texts)], dtype=object),
            "dash": pd.Series([is_dash(text) for text in texts], dtype=bool),
        }
    )
    engine.table(f"{name}_{number}", answers)
    return bool(answers["kind"].notna().any())


def _odd_texts(engine: Engine, table: LargeTable, name: str) -> list[str]:
    """Return the distinct texts of a column's cells that are no plain numbers."""
    assert table.scan is not None
    text = table.scan.text(table.layout.columns[name])
    sql = f"SELECT DISTINCT {text} AS cell FROM {table.scan.sql} WHERE NOT {is_plain(table.scan, table.layout, name)}"
    return list(engine.frame(sql, "scan")["cell"])


def _settle_marks(engine: Engine, table: LargeTable, odd_names: Sequence[str]) -> bool:
    """Settle how each column's numbers are written; return whether some that seemed plain need the rules for it.

    Of the plain ones a cell of each kind tells as much as all: one whose point is surely the decimal mark, one whose
    point is not.
    """
    assert table.scan is not None
    layout, scan = table.layout, table.scan
    odd = {name: _odd_texts(engine, table, name) for name in odd_names if name != "budget_spent"}
    if layout.strict or not (
        table.sheet.delimiter == ";" or any("," in text for found in odd.values() for text in found)
    ):
        return False
    names = [name for name in table.forms if name != "budget_spent" and layout.columns[name] not in scan.typed]
    kinds = ("[1-9][0-9]{0,2}[.][0-9]{3}", "[0-9]+[.]([0-9]{1,2}|[0-9]{4,})|0[0-9]*[.][0-9]+|[0-9]{4,}[.][0-9]{3}")
    texts = [
        f"min({text}) FILTER (regexp_full_match({text}, '{kind}')) AS {name}_{at}"
        for name in names for text in [scan.text(layout.columns[name])] for at, kind in enumerate(kinds)
    ]  # fmt: skip
    found = engine.frame(f"SELECT {', '.join(texts)} FROM {scan.sql}", "scan").to_dict("records")[0]
    cells = {
        name: [*odd.get(name, ()), *[t for at in (0, 1) if isinstance(t := found[f"{name}_{at}"], str)]]
        for name in names
    }
    table.forms = number_forms(cells, layout, table.sheet.delimiter, table.remarks)
    marked = frozenset(layout.columns[name] for name, form in table.forms.items() if form.mark != "point")
    table.scan = replace(scan, marked=marked)
    return bool(marked)


def _dashed(engine: Engine, table: LargeTable, number: int, odd: Sequence[str], used: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns in which a dash beside traffic means none: those of orders that hold any number at all."""
    if not table.layout.dash_is_none:
        return ()
    found = []
    for name in ("orders", "revenue"):
        if name in odd:
            read = engine.frame(f"SELECT count(value) AS n FROM {name}_{number}")["n"].iloc[0]
            if used[name].notna().any() or read:
                found.append(name)
    return tuple(found)


def _campaigns(engine: Engine, table: LargeTable) -> pd.DataFrame:
    """Return what each distinct text of the campaign's column means, and the texts of other columns that head totals.

    Columns ``place``, ``cell``, ``meant`` (None for a cell that is missing) and ``total``.
    """
    assert table.scan is not None
    layout, scan = table.layout, table.scan
    records: list[tuple[int, str, str | None, bool]] = []
    if "campaign" in layout.columns:
        place = layout.columns["campaign"]
        cells = engine.frame(f"SELECT DISTINCT {scan.text(place)} AS cell FROM {scan.sql}", "scan")["cell"]
        everything = total_names(cells, layout.own["campaign"])
        records += [
            (place, cell, None if is_missing(bare := plain(cell)) else bare, is_total(bare) or cell in everything)
            for cell in cells
        ]
    for place in layout.dimensions:
        # Of other columns only what may head a row of totals is looked at: they can hold as many texts as rows.
        text = scan.text(place)
        heads_total = f"regexp_matches(lower({text}), {literal(_TOTAL_WORDS)})"
        sql = f"SELECT DISTINCT {text} AS cell FROM {scan.sql} WHERE {heads_total}"
        records += [(place, cell, cell, True) for cell in engine.frame(sql, "scan")["cell"] if is_total(plain(cell))]
    return pd.DataFrame(
        {
            "place": pd.Series([record[0] for record in records], dtype="int64"),
            "cell": pd.Series([record[1] for record in records], dtype=object),
            "meant": pd.Series([record[2] for record in records], dtype=object),
            "total": pd.Series([record[3] for record in records], dtype=bool),
        }
    )
