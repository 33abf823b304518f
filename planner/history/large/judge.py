"""Large tables judged by the same rules as small ones, and added up by the engine.

Tables of one layout are laid over one another as `combine` does with small ones: identical rows count once, rows that
contradict each other are an error that shows both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from planner.history.engine import Engine, literal
from planner.history.gathering.one_table import another_order
from planner.history.gathering.totals import total_names
from planner.history.judging.channels import named_channels
from planner.history.judging.numerals import unit_forms
from planner.history.judging.times import hours_to_24
from planner.history.large.moments import large_moments
from planner.history.large.numbers import dashed_columns, judge_odd, settle_marks
from planner.history.large.rows import (
    KEYS,
    LargeTable,
    drop_totals,
    is_plain,
    judged_sql,
    note_dashes,
    sums,
    tell_refused,
    told_apart,
)
from planner.history.large.scan import keep_rejected, open_scan
from planner.history.large.totals import leave_out_everything, leave_out_sums
from planner.history.large.whole_rows import misfit_counts, without_misfits
from planner.history.notation.cells import is_missing, is_total, plain
from planner.history.recognising.dialects import MEASURES, known_header
from planner.history.recognising.layouts import in_another_order
from planner.history.settings import ReadingSettings

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
    if settle_marks(engine, table, [name for name in measures if int(groups[f"odd_{name}"].sum())]):
        groups = engine.frame(_groups_sql(table, keys, measures), "scan")
    for name in KEYS:
        if name not in groups:
            groups[name] = ""
    table.rows = int(groups["n"].sum()) + table.misfits
    keep_rejected(engine, table)
    if groups.empty:
        table.refuse_whole("history.no_rows")
        return ""
    if line := _header_in_another_order(engine, table, groups):
        table.remarks.problems.append(another_order(table.remarks.source, layout, line))
        return ""
    if hours_to_24(groups["hour"]):
        table.refuse_whole("history.hours_to_24")
        return ""
    moments = large_moments(groups, table, settings.zone)
    channels = _channels(groups, table, settings)
    names = dict(zip(channels["text"], channels["name"], strict=True))
    moments["name"] = moments["channel"].map(names).astype(object)
    engine.table(f"moments_{number}", moments)
    odd_names = [name for name in measures if int(groups[f"odd_{name}"].sum())]
    faulty = [judge_odd(engine, table, name, number) for name in odd_names]
    texts = _campaigns(engine, table)
    engine.table(f"texts_{number}", texts)
    table.campaigns_as_written = not texts["total"].any() and texts["cell"].equals(texts["meant"])
    if texts["total"].any():
        drop_totals(engine, table, number)
    if not odd_names and not texts["total"].any() and texts["meant"].is_unique:
        table.sums = _sums_at_hand(groups, moments, channels, measures)
    table.dashed = dashed_columns(engine, table, number, odd_names, groups[moments["kind"].isna().to_numpy()])
    note_dashes(engine, table, number, odd_names)
    table.numbered_sql = judged_sql(table, number, odd_names, numbered=True)
    view = f"judged_{number}"
    judged = judged_sql(table, number, odd_names)
    if moments["later"].any():
        judged = told_apart(engine, table, number, judged)
    engine.run(f"CREATE OR REPLACE TEMP VIEW {view} AS {judged}")
    if layout.dimensions:
        view = leave_out_everything(engine, table, view)
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


def _channels(groups: pd.DataFrame, table: LargeTable, settings: ReadingSettings) -> pd.DataFrame:
    """Return the brief's word for each distinct text of the channel's column."""
    texts = groups["channel"].drop_duplicates()
    bare = [None if is_missing(text := plain(cell)) else text for cell in texts]
    rows = pd.DataFrame({"text": texts.tolist(), "channel": pd.Series(bare, dtype=object)})
    if "channel" in table.layout.columns:
        table.remarks.note_unseen(table.layout.own["channel"], texts)
    named = named_channels(rows, table.layout, settings, table.remarks)
    return pd.DataFrame({"text": rows["text"].astype(object), "name": named["channel"].astype(object)})


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
        table.remarks.note_unseen(layout.own["campaign"], cells)
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
