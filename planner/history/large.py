"""Large tables judged by the same rules as small ones, and added up by the engine.

Tables of one layout are laid over one another as `combine` does with small ones: identical rows count once, rows that
contradict each other are an error that shows both.
"""

from __future__ import annotations

import codecs
import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd

from planner.errors import Problem
from planner.history.cells import Fault, is_dash, is_missing, is_total, plain
from planner.history.channels import named_channels
from planner.history.columnar import Engine, Scan, literal, parquet_scan, text_scan
from planner.history.dialects import MEASURES, Layout, key_of
from planner.history.large_rows import (
    LargeTable,
    is_plain,
    judged_sql,
    misfit_counts,
    note_dashes,
    sums,
    tell_refused,
    without_misfits,
)
from planner.history.lines import cells_of_line, runs_over_lines, sound_copy
from planner.history.moments import settled_order, to_instants
from planner.history.parquet import number_columns
from planner.history.refunds import note_refunds, refunded_texts
from planner.history.remarks import Remarks
from planner.history.rows import MomentRule, judge_numbers, row_kind
from planner.history.settings import ReadingSettings
from planner.history.totals import total_names
from planner.history.whole_rows import most_cells
from planner.slots import hour_starts
from planner.wording import Message

__all__ = ["judge_large"]

_TOTAL_WORDS = "合计|总计|汇总|小计|总和|全部|全渠道|total|^ *sum *$|^ *all "


def judge_large(engine: Engine, table: LargeTable, number: int, settings: ReadingSettings) -> str:
    """Return the name of a view of a large table's usable rows, and note what is dropped and refused.

    The view has ``instant`` (UTC), ``twice`` (an hour that the clock showed two times), ``channel``, ``campaign``,
    ``apart`` (what else tells rows apart) and the numbers.
    """
    table.scan = _scan(engine, table, number)
    layout, scan = table.layout, table.scan
    keys = {name: scan.text(layout.columns[name]) for name in ("day", "hour", "channel") if name in layout.columns}
    measures = [name for name in MEASURES if name in layout.columns]
    groups = engine.frame(_groups_sql(table, keys, measures), "scan")
    if without_misfits(engine, table, groups):
        groups = engine.frame(_groups_sql(table, keys, measures), "scan")
    for name in ("day", "hour", "channel"):
        if name not in groups:
            groups[name] = ""
    table.rows = int(groups["n"].sum()) + table.misfits
    _keep_rejected(engine, table)
    if groups.empty:
        table.remarks.problems.append(Problem(Message("history.no_rows"), table.remarks.source, layout.header_row + 1))
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
    engine.run(f"CREATE OR REPLACE TEMP VIEW {view} AS {judged_sql(table, number, odd_names)}")
    if any(faulty) or moments.loc[~moments["dropped"], "kind"].notna().any():
        tell_refused(engine, table, number, odd_names)
    return view


def _groups_sql(table: LargeTable, keys: Mapping[str, str], measures: Sequence[str]) -> str:
    """Return the SQL that counts and adds up rows by their texts of time and channel, and counts their odd numbers."""
    assert table.scan is not None
    layout, scan = table.layout, table.scan
    texts = [f"{sql} AS {name}" for name, sql in keys.items()]
    odd = [f"NOT {is_plain(scan, layout, name)} AS odd_{name}" for name in measures]
    values = [f"{scan.value(layout.columns[name])} AS {name}" for name in measures]
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
    understood = moments["kind"].isna().all() and not moments["twice"].any()
    if not understood or meant.duplicated(["instant", "channel"]).any() or not channels["name"].is_unique:
        return None
    if (moments["instant"] != moments["hour_start"]).any() or meant.groupby("instant")["hour"].nunique().max() > 1:
        return None
    rows = groups[list(measures)].assign(
        instant=pd.to_datetime(moments["instant"], utc=True), channel=meant["channel"], dimension="", line=0
    )
    return rows.sort_values(["instant", "channel"], ignore_index=True)


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
    in_quotes = runs_over_lines(path)
    if in_quotes:
        sound = engine.folder / f"sound_{number}.csv"
        table.open_quotes = sound_copy(path, sound, sheet.delimiter, sheet.width, layout.header_row)
        path = sound
    most = most_cells(sheet, layout)
    return text_scan(path, delimiter=sheet.delimiter, header_row=layout.header_row, width=most, parallel=not in_quotes)


def _keep_rejected(engine: Engine, table: LargeTable) -> None:
    """Refuse the rows that the engine could not split into the header's columns."""
    if not table.sheet.delimiter:
        return
    engine.run("CREATE OR REPLACE TEMP TABLE rejected AS SELECT DISTINCT line, csv_line FROM reject_errors")
    engine.run("DELETE FROM reject_errors; DELETE FROM reject_scans")
    count = int(engine.frame("SELECT count(*) AS n FROM rejected")["n"].iloc[0])
    width, mark = len(table.layout.header), table.sheet.delimiter
    for record in table.open_quotes:
        column = table.layout.header[min(record.open_at or 0, width - 1)]
        table.remarks.refuse(record.line, column, '"', "open_quote")
    table.rows += len(table.open_quotes)
    for row in engine.frame("SELECT * FROM rejected ORDER BY line LIMIT 21").itertuples(index=False):
        cells = cells_of_line(" ".join(str(row.csv_line).splitlines()), mark)
        table.remarks.refuse(int(row.line), table.layout.header[-1], f"{len(cells)} > {width}", "too_many_cells")
    if count > 21:
        table.remarks.refuse(0, "", "", "too_many_cells", times=count - 21)
    table.rows += count


def _moments(groups: pd.DataFrame, table: LargeTable, zone: dt.tzinfo) -> pd.DataFrame:
    """Return for each distinct text of day, hour and channel: its instant, or why its rows are not used (``kind``)."""
    layout = table.layout
    named = [name for name in ("day", "hour", "channel") if name in layout.columns]
    headers = [key_of(layout.own[name]) for name in named]
    order = settled_order(layout, {name: groups[name].tolist() for name in named}, table.remarks)
    rule = MomentRule(layout, order, table.file_day)
    records = []
    everything = total_names(groups["channel"], layout.own.get("channel", ""))
    for entry in groups.to_dict("records"):
        kind = row_kind([entry[name] for name in named], headers)
        if kind == "data" and entry["channel"] in everything:
            kind = "total"
        moment = rule(entry["day"], entry["hour"]) if kind == "data" else None
        records.append(
            {
                "day": entry["day"], "hour": entry["hour"], "channel": entry["channel"], "n": entry["n"],
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
    table.remarks.notes += unsaid.notes
    found = dict(zip(hours["line"], hours["wall"], strict=True))
    by_wall = {found[line]: instant for line, instant in zip(instants["line"], instants["instant"], strict=True)}
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
    if not rule.has_hour and not table.remarks.problems and all(wall.time() == dt.time() for wall in good["wall"]):
        table.remarks.problems.append(
            Problem(Message("history.only_days", {}), table.remarks.source, layout.header_row + 1)
        )
    return frame.drop(columns="wall")


def _time_column(layout: Layout) -> str:
    """Return the column that names the hour."""
    return "hour" if "hour" in layout.columns else "day"


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
    sql = f"SELECT DISTINCT {text} AS cell FROM {table.scan.sql} WHERE NOT {is_plain(table.scan, table.layout, name)}"
    texts = engine.frame(sql, "scan")["cell"].tolist()
    values = judge_numbers(texts, name, strict=table.layout.strict)
    if refunded := refunded_texts(values, name, table.layout):
        values |= dict.fromkeys(refunded)
        cells = f"{text} IN ({', '.join(map(literal, sorted(refunded)))})"
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
