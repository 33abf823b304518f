"""Large tables judged by the same rules as small ones, and added up by the engine.

Tables of one layout are laid over one another as `combine` does with small ones: identical rows count once, rows that
contradict each other are an error that shows both.
"""

from __future__ import annotations

import codecs
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from planner.errors import Problem
from planner.history.cells import Fault, is_missing, is_total, plain
from planner.history.channels import named_channels
from planner.history.columnar import Engine, Scan, literal, parquet_scan, text_scan
from planner.history.dialects import MEASURES, Layout, key_of
from planner.history.moments import settled_order, to_instants
from planner.history.parquet import number_columns
from planner.history.remarks import Remarks
from planner.history.rows import MomentRule, judge_numbers, row_kind
from planner.history.settings import ReadingSettings
from planner.history.sheets import Sheet
from planner.slots import hour_starts
from planner.wording import Message

__all__ = ["LargeTable", "judge_large"]

_TOTAL_WORDS = "合计|总计|汇总|小计|总和|total|^ *sum *$"


@dataclass(eq=False)
class LargeTable:
    """A large table on its way: its sheet, layout and zone, the day of its name, and what is said of it.

    `by_row` tells whether a row is one hour of one campaign, so that nothing has to be added up.
    """

    sheet: Sheet
    layout: Layout
    zone: dt.tzinfo
    file_day: dt.date | None
    remarks: Remarks
    scan: Scan | None = None
    rows: int = 0
    span: tuple[pd.Timestamp, pd.Timestamp] | None = None
    by_row: bool = False


def judge_large(engine: Engine, table: LargeTable, number: int, settings: ReadingSettings) -> str:
    """Return the name of a view of a large table's usable rows, and note what is dropped and refused.

    The view has ``instant`` (UTC), ``twice`` (an hour that the clock showed two times), ``channel``, ``campaign``,
    ``apart`` (what else tells rows apart) and the numbers.
    """
    table.scan = _scan(engine, table, number)
    layout, scan = table.layout, table.scan
    keys = {name: scan.text(layout.columns[name]) for name in ("day", "hour", "channel") if name in layout.columns}
    measures = [name for name in MEASURES if name in layout.columns]
    odd = ", ".join(f"count(*) FILTER (NOT {_plain(scan, layout, name)}) AS odd_{name}" for name in measures)
    found = ", ".join(f"{sql} AS {name}" for name, sql in keys.items())
    groups = engine.frame(f"SELECT {found}, count(*) AS n, {odd} FROM {scan.first_sql} GROUP BY ALL", "scan")
    for name in ("day", "hour", "channel"):
        if name not in groups:
            groups[name] = ""
    table.rows = int(groups["n"].sum())
    _keep_rejected(engine, table)
    moments = _moments(groups, table, settings.zone)
    engine.table(f"moments_{number}", moments)
    engine.table(f"channels_{number}", _channels(groups, table, settings))
    engine.table(f"texts_{number}", _campaigns(engine, table))
    odd_names = [name for name in measures if int(groups[f"odd_{name}"].sum())]
    faulty = [_numbers(engine, table, name, number) for name in odd_names]
    view = f"judged_{number}"
    engine.run(f"CREATE OR REPLACE TEMP VIEW {view} AS {_judged(table, number, odd_names)}")
    if any(faulty) or moments.loc[~moments["dropped"], "kind"].notna().any():
        _tell_refused(engine, table, number, odd_names)
    return view


def _scan(engine: Engine, table: LargeTable, number: int) -> Scan:
    """Return the scan of a table; text in another encoding or packed is written out as UTF-8 first."""
    sheet, layout = table.sheet, table.layout
    blob = sheet.blob
    assert blob is not None
    if not sheet.delimiter:
        assert blob.path is not None
        return parquet_scan(blob.path, layout.header, number_columns(blob.path))
    path = blob.path
    if path is None or sheet.encoding not in ("utf-8", "utf-8-sig"):
        path = engine.folder / f"text_{number}.csv"
        decoder = codecs.getincrementaldecoder(sheet.encoding)()
        with blob.open() as stream, path.open("wb") as out:
            while chunk := stream.read(2**20):
                out.write(decoder.decode(chunk).encode())
            out.write(decoder.decode(b"", final=True).encode())
    return text_scan(path, delimiter=sheet.delimiter, header_row=layout.header_row, width=len(layout.header))


def _plain(scan: Scan, layout: Layout, name: str) -> str:
    """Return the SQL that tells whether a cell needs no rule; a flag always does."""
    place = layout.columns[name]
    return f"({scan.text(place)} = '')" if name == "budget_spent" else scan.is_plain(place)


def _keep_rejected(engine: Engine, table: LargeTable) -> None:
    """Refuse the rows that the engine could not split into the header's columns."""
    if not table.sheet.delimiter:
        return
    rejected = engine.frame("SELECT DISTINCT line, error_type, csv_line FROM reject_errors ORDER BY line")
    for row in rejected.itertuples(index=False):
        table.remarks.refuse(int(row.line), table.layout.header[-1], str(row.csv_line), "too_many_cells")
    engine.run("DELETE FROM reject_errors; DELETE FROM reject_scans")
    table.rows += len(rejected)


def _moments(groups: pd.DataFrame, table: LargeTable, zone: dt.tzinfo) -> pd.DataFrame:
    """Return for each distinct text of day, hour and channel: its instant, or why its rows are not used (``kind``)."""
    layout = table.layout
    named = [name for name in ("day", "hour", "channel") if name in layout.columns]
    headers = [key_of(layout.own[name]) for name in named]
    order = settled_order(layout, {name: groups[name].tolist() for name in named}, table.remarks)
    rule = MomentRule(layout, order, table.file_day)
    records = []
    for entry in groups.to_dict("records"):
        kind = row_kind([entry[name] for name in named], headers)
        moment = rule(entry["day"], entry["hour"]) if kind == "data" else None
        records.append(
            {
                "day": entry["day"], "hour": entry["hour"], "channel": entry["channel"], "n": entry["n"],
                "wall": moment if isinstance(moment, dt.datetime) else None,
                "kind": kind if kind != "data" else moment.kind if isinstance(moment, Fault) else None,
                "dropped": kind != "data",
            }
        )  # fmt: skip
    frame = pd.DataFrame.from_records(records)
    for kind, count in frame[frame["dropped"]].groupby("kind")["n"].sum().items():
        table.remarks.dropped[str(kind)] += int(count)
    good = frame[frame["wall"].notna()].assign(line=lambda rows: rows.index)
    # Only the hours are looked at here: a row a wall-clock time, so that none counts as the second of its kind.
    hours = good.drop_duplicates("wall")[["wall", "line"]].assign(dimension="")
    before = table.remarks.refused
    instants = to_instants(hours.reset_index(drop=True), table.zone, layout, table.remarks)
    found = dict(zip(hours["line"], hours["wall"], strict=True))
    by_wall = {found[line]: instant for line, instant in zip(instants["line"], instants["instant"], strict=True)}
    if table.remarks.refused > before:
        # Refused there by its hour alone; refused again below with its row.
        del table.remarks.refusals[-(table.remarks.refused - before) :]
        table.remarks.counts["no_such_hour"] = 0
    frame["instant"] = pd.to_datetime(frame["wall"].map(by_wall), utc=True).dt.tz_localize(None)
    frame.loc[frame["wall"].notna() & frame["instant"].isna(), "kind"] = "no_such_hour"
    hours = hour_starts(pd.DatetimeIndex(frame["instant"].dropna()).tz_localize("UTC"), zone)
    frame["hour_start"] = pd.Series(
        hours.tz_convert("UTC").tz_localize(None), index=frame.index[frame["instant"].notna()]
    )
    frame["twice"] = frame["wall"].map(lambda wall: _happens_twice(wall, table.zone))
    whole = (frame["instant"] == frame["hour_start"]) | frame["instant"].isna()
    table.by_row = bool(whole.all()) and not frame["twice"].any() and not layout.dimensions
    if frame["instant"].notna().any():
        span = frame["instant"].dt.tz_localize("UTC")
        table.span = (span.min(), span.max())
    if not rule.has_hour and all(wall.time() == dt.time() for wall in good["wall"]):
        table.remarks.problems.append(
            Problem(Message("history.only_days", {}), table.remarks.source, layout.header_row + 1)
        )
    return frame.drop(columns="wall")


def _happens_twice(wall: dt.datetime | None, zone: dt.tzinfo) -> bool:
    """Tell whether the zone's clock shows a time two times."""
    if not isinstance(wall, dt.datetime) or wall.tzinfo is not None or pd.isna(wall):
        return False
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second


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
    text = table.scan.text(table.layout.columns[name])
    sql = f"SELECT DISTINCT {text} AS cell FROM {table.scan.sql} WHERE NOT {_plain(table.scan, table.layout, name)}"
    texts = engine.frame(sql, "scan")["cell"].tolist()
    values = judge_numbers(texts, name, strict=table.layout.strict)
    answers = pd.DataFrame(
        {
            "cell": pd.Series(texts, dtype=object),
            "value": pd.Series([v if isinstance(v, float) else None for v in map(values.get, texts)], dtype=float),
            "kind": pd.Series([v.kind if isinstance(v, Fault) else None for v in map(values.get, texts)], dtype=object),
        }
    )
    engine.table(f"{name}_{number}", answers)
    return bool(answers["kind"].notna().any())


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
        records += [(place, cell, None if is_missing(bare := plain(cell)) else bare, is_total(bare)) for cell in cells]
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


def _joins(table: LargeTable, number: int, odd: Sequence[str]) -> str:
    """Return the SQL that puts a row's cells beside the answers of the rules."""
    assert table.scan is not None
    layout, scan = table.layout, table.scan
    keys = [name for name in ("day", "hour", "channel") if name in layout.columns]
    same = " AND ".join(f"{scan.text(layout.columns[name])} = m.{name}" for name in keys)
    sql = f" JOIN moments_{number} m ON {same}"
    channel = scan.text(layout.columns["channel"]) if "channel" in layout.columns else "''"
    sql += f" JOIN channels_{number} ch ON {channel} = ch.text"
    if "campaign" in layout.columns:
        place = layout.columns["campaign"]
        sql += f" JOIN texts_{number} cp ON cp.place = {place} AND {scan.text(place)} = cp.cell"
    for name in odd:
        sql += f" LEFT JOIN {name}_{number} n_{name} ON {scan.text(layout.columns[name])} = n_{name}.cell"
    return sql


def _no_total(table: LargeTable, number: int) -> str:
    """Return the SQL condition that a row is not one of totals by its campaign or another column of text."""
    assert table.scan is not None
    parts = ["NOT cp.total"] if "campaign" in table.layout.columns else []
    for place in table.layout.dimensions:
        parts.append(f"{table.scan.text(place)} NOT IN (SELECT cell FROM texts_{number} WHERE place = {place})")
    return " AND ".join(parts) or "true"


def _judged(table: LargeTable, number: int, odd: Sequence[str]) -> str:
    """Return the SQL of a table's usable rows."""
    assert table.scan is not None
    layout, scan = table.layout, table.scan
    apart = [scan.text(place) for place in layout.dimensions]
    columns = [
        "m.instant", "m.hour_start AS hour", "m.twice", "ch.name AS channel",
        f"{'cp.meant' if 'campaign' in layout.columns else 'CAST(NULL AS VARCHAR)'} AS campaign",
        f"{'hash(' + ', '.join(apart) + ')' if apart else 'CAST(0 AS UBIGINT)'} AS apart",
    ]  # fmt: skip
    for name in MEASURES:
        if name in layout.columns:
            plain_value = scan.value(layout.columns[name])
            rule = f"CASE WHEN {_plain(scan, layout, name)} THEN {plain_value} ELSE n_{name}.value END"
            columns.append(f"{rule if name in odd else plain_value} AS {name}")
    sound = "".join(f" AND n_{name}.kind IS NULL" for name in odd)
    joined = f"{scan.sql} s{_joins(table, number, odd)}"
    return f"SELECT {', '.join(columns)} FROM {joined} WHERE m.kind IS NULL AND {_no_total(table, number)}{sound}"


def _tell_refused(engine: Engine, table: LargeTable, number: int, odd: Sequence[str]) -> None:
    """Refuse the rows that a rule has refused: the first with their number, the others by kind."""
    assert table.scan is not None
    layout, scan = table.layout, table.scan
    time_column = "hour" if "hour" in layout.columns else "day"
    causes = [("m.kind", time_column), *((f"n_{name}.kind", name) for name in odd)]
    kind = "coalesce(" + ", ".join(sql for sql, _ in causes) + ")"
    column = "CASE " + " ".join(f"WHEN {sql} IS NOT NULL THEN '{name}'" for sql, name in causes) + " END"
    text = (
        "CASE "
        + " ".join(f"WHEN {sql} IS NOT NULL THEN {scan.text(layout.columns[name])}" for sql, name in causes)
        + " END"
    )
    joined = f"(SELECT *, row_number() OVER () AS line FROM {scan.sql}) s{_joins(table, number, odd)}"
    where = f"NOT m.dropped AND {_no_total(table, number)} AND {kind} IS NOT NULL"
    # The number of a row is its place in the file only where one thread reads it in order.
    engine.run("SET threads = 1; SET preserve_insertion_order = true")
    sql = f"SELECT s.line, {column} AS name, {text} AS cell, {kind} AS kind FROM {joined} WHERE {where}"
    engine.run(f"CREATE OR REPLACE TEMP TABLE refused AS {sql}", "scan")
    engine.run("RESET threads; SET preserve_insertion_order = false")
    first = layout.header_row + 1
    for row in engine.frame("SELECT * FROM refused ORDER BY line LIMIT 21").itertuples(index=False):
        table.remarks.refuse(int(row.line) + first, layout.own[row.name], str(row.cell), str(row.kind))
    rest = engine.frame("SELECT kind, count(*) AS n FROM (SELECT * FROM refused ORDER BY line OFFSET 21) GROUP BY kind")
    for row in rest.itertuples(index=False):
        table.remarks.refuse(0, "", "", str(row.kind), times=int(row.n))
