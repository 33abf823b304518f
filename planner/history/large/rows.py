"""The rows of a large table as SQL: its cells beside the answers of the rules, the usable rows, the refused ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from planner.history.engine import Engine, Scan, literal
from planner.history.judging.numerals import NumberForm
from planner.history.judging.refusals import Remarks
from planner.history.opening.lines import Record
from planner.history.opening.sheet import Sheet
from planner.history.recognising.dialects import MEASURES
from planner.history.recognising.layouts import Layout
from planner.vocabulary.errors import Problem
from planner.vocabulary.wording import Message

__all__ = [
    "KEYS",
    "LargeTable",
    "double_texts_sql",
    "drop_totals",
    "filled",
    "is_plain",
    "judged_sql",
    "note_dashes",
    "sums",
    "tell_refused",
    "told_apart",
]

# The columns whose texts together name a row's time and channel.
KEYS = ("day", "hour", "until", "channel")
_WEIGHTS = {"bid": "clicks", "cpc": "clicks", "cpm": "impressions"}


@dataclass(eq=False)
class LargeTable:
    """A large table on its way: its sheet, layout and zone, the day of its name, and what is said of it.

    `by_row` tells whether a row is one hour of one campaign, so that nothing has to be added up;
    `campaigns_as_written` whether their texts are their names;
    `forms` is how its numbers are written;
    `dashed` names the columns in which a dash beside traffic means none;
    `numbered_sql` is the SQL of its usable rows with their numbers. `sums` are its rows added up by hour and channel,
    at hand where every cell is plain and every text has a meaning of its own; `all_unlike` that no row is double.
    `open_quotes` are the rows that were left out because a quote in them is never closed; `misfits` counts those with
    too few or too many cells.
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
    numbered_sql: str = ""
    campaigns_as_written: bool = False
    sums: pd.DataFrame | None = None
    all_unlike: bool = False
    dashed: tuple[str, ...] = ()
    forms: Mapping[str, NumberForm] = field(default_factory=dict)
    open_quotes: Sequence[Record] = ()
    misfits: int = 0

    def refuse_whole(self, key: str) -> None:
        """Refuse the table as a whole."""
        problem = Problem(Message(key), self.remarks.source, self.layout.header_row + 1)
        self.remarks.problems.append(problem)


def is_plain(scan: Scan, layout: Layout, name: str) -> str:
    """Return the SQL that tells whether a cell needs no rule; a flag always does."""
    place = layout.columns[name]
    return f"({scan.text(place)} = '')" if name == "budget_spent" else scan.is_plain(place)


def _joins(table: LargeTable, number: int, odd: Sequence[str]) -> str:
    """Return the SQL that puts a row's cells beside the answers of the rules."""
    assert table.scan is not None
    layout, scan = table.layout, table.scan
    keys = [name for name in KEYS if name in layout.columns]
    same = " AND ".join(f"{scan.text(layout.columns[name])} = m.{name}" for name in keys)
    sql = f" JOIN moments_{number} m ON {same}"
    if "campaign" in layout.columns and not table.campaigns_as_written:
        place = layout.columns["campaign"]
        sql += f" JOIN texts_{number} cp ON cp.place = {place} AND {scan.text(place)} = cp.cell"
    for name in odd:
        sql += f" LEFT JOIN {name}_{number} n_{name} ON {scan.text(layout.columns[name])} = n_{name}.cell"
    return sql


def _no_total(table: LargeTable, number: int) -> str:
    """Return the SQL condition that a row is not one of totals by its campaign or another column of text."""
    assert table.scan is not None
    joined = "campaign" in table.layout.columns and not table.campaigns_as_written
    parts = ["NOT cp.total"] if joined else []
    for place in table.layout.dimensions:
        parts.append(f"{table.scan.text(place)} NOT IN (SELECT cell FROM texts_{number} WHERE place = {place})")
    return " AND ".join(parts) or "true"


def drop_totals(engine: Engine, table: LargeTable, number: int) -> None:
    """Count the rows that are totals by their campaign or another column of text, and by nothing before it."""
    assert table.scan is not None
    joined = f"{table.scan.sql} s{_joins(table, number, ())}"
    totals = f"SELECT count(*) AS n FROM {joined} WHERE NOT m.dropped AND NOT ({_no_total(table, number)})"
    if count := int(engine.frame(totals, "scan")["n"].iloc[0]):
        table.remarks.dropped["total"] += count


def _campaign(table: LargeTable) -> str:
    """Return the SQL for the campaign of a row."""
    if "campaign" not in table.layout.columns:
        return "CAST(NULL AS VARCHAR)"
    assert table.scan is not None
    return table.scan.text(table.layout.columns["campaign"]) if table.campaigns_as_written else "cp.meant"


def judged_sql(table: LargeTable, number: int, odd: Sequence[str], *, numbered: bool = False) -> str:
    """Return the SQL of a table's usable rows; where asked with ``line``, which holds if one thread reads in order."""
    assert table.scan is not None
    layout, scan = table.layout, table.scan
    apart = [scan.text(place) for place in layout.dimensions]
    columns = [
        "m.instant", "m.hour_start AS hour", "m.later", "m.name AS channel",
        f"{_campaign(table)} AS campaign",
        f"{'hash(' + ', '.join(apart) + ')' if apart else 'CAST(0 AS UBIGINT)'} AS apart",
    ]  # fmt: skip
    columns += [f"{value} AS {name}" for name, value in _values(table, odd).items()]
    sound = "".join(f" AND n_{name}.kind IS NULL" for name in odd)
    rows = scan.sql
    if numbered:
        columns.append(f"s.line + {layout.header_row + 1} AS line")
        rows = f"(SELECT *, row_number() OVER () AS line FROM {scan.sql})"
    joined = f"{rows} s{_joins(table, number, odd)}"
    return f"SELECT {', '.join(columns)} FROM {joined} WHERE m.kind IS NULL AND {_no_total(table, number)}{sound}"


def told_apart(engine: Engine, table: LargeTable, number: int, judged: str) -> str:
    """Return the SQL of usable rows with the second row of a key in an hour that came twice moved to the second hour.

    As `moments.to_instants` does with small tables: by the order of the file. The table's numbered rows follow.
    """
    rows, apart = f"twice_{number}", "instant, channel, campaign, apart"
    sql = f"SELECT * FROM ({table.numbered_sql}) WHERE later > 0"
    engine.run_in_order(f"CREATE OR REPLACE TEMP TABLE {rows} AS {sql}", "scan")
    turns = f"SELECT *, row_number() OVER (PARTITION BY {apart} ORDER BY line) AS turn FROM {rows}"
    shift = "CASE WHEN turn = 2 THEN later * INTERVAL 1 MINUTE ELSE INTERVAL 0 MINUTE END"
    moved = f"SELECT * EXCLUDE (turn) REPLACE (instant + {shift} AS instant, hour + {shift} AS hour) FROM ({turns})"
    table.numbered_sql = f"SELECT * FROM ({table.numbered_sql}) WHERE later = 0 UNION ALL BY NAME {moved}"
    return f"SELECT * FROM ({judged}) WHERE later = 0 UNION ALL BY NAME SELECT * EXCLUDE (line) FROM ({moved})"


def _values(table: LargeTable, odd: Sequence[str]) -> dict[str, str]:
    """Return the SQL for each number of a row: as it stands, as its rule reads it, or none where a dash means that."""
    assert table.scan is not None
    values: dict[str, str] = {}
    for name in MEASURES:
        if name in table.layout.columns:
            values[name] = table.forms[name].scaled_sql(table.scan.value(table.layout.columns[name]))
            if name in odd:
                plain = is_plain(table.scan, table.layout, name)
                values[name] = f"CASE WHEN {plain} THEN {values[name]} ELSE n_{name}.value END"
            if name in table.dashed:
                values[name] = f"CASE WHEN {_is_none(name, values)} THEN 0 ELSE {values[name]} END"
    return values


def _is_none(name: str, values: Mapping[str, str]) -> str:
    """Return the SQL condition that a dash for orders or revenue stands beside traffic, and beside no orders."""
    traffic = " OR ".join(f"coalesce({values[seen]}, 0) > 0" for seen in ("clicks", "impressions") if seen in values)
    sold = f" AND NOT coalesce({values['orders']}, 0) > 0" if name == "revenue" and "orders" in values else ""
    return f"coalesce(n_{name}.dash, false) AND ({traffic or 'false'}){sold}"


def note_dashes(engine: Engine, table: LargeTable, number: int, odd: Sequence[str]) -> None:
    """Say how many dashes were taken for none."""
    if not table.dashed:
        return
    assert table.scan is not None
    values = _values(table, odd)
    counts = ", ".join(f"count(*) FILTER ({_is_none(name, values)}) AS {name}" for name in table.dashed)
    joined = f"{table.scan.sql} s{_joins(table, number, odd)}"
    found = engine.frame(f"SELECT {counts} FROM {joined} WHERE m.kind IS NULL AND {_no_total(table, number)}")
    for name in table.dashed:
        if count := int(found[name].iloc[0]):
            table.remarks.note_dashes(table.layout.own[name], count)


def tell_refused(engine: Engine, table: LargeTable, number: int, odd: Sequence[str]) -> None:
    """Refuse the rows that a rule has refused: the first with their number, the others by kind."""
    assert table.scan is not None
    layout, scan = table.layout, table.scan
    joined = f"(SELECT *, row_number() OVER () AS line FROM {scan.sql}) s{_joins(table, number, odd)}"
    kinds = ["m.kind", *(f"n_{name}.kind" for name in odd)]
    names = ["m.guilty", *(literal(name) for name in odd)]
    texts = ["m.cell", *(scan.text(layout.columns[name]) for name in odd)]
    where = f"NOT m.dropped AND {_no_total(table, number)} AND coalesce({', '.join(kinds)}) IS NOT NULL"
    # A remark under the table has a single cell; in the tidy form nothing stands under the table.
    cells = filled(table)
    found = {"name": names, "cell": texts, "kind": kinds}
    columns = ", ".join(f"{_first_cause(kinds, values)} AS {name}" for name, values in found.items())
    sql = f"SELECT s.line, {columns}, ({cells}) = 1 AND {not layout.strict} AS remark FROM {joined} WHERE {where}"
    engine.run_in_order(f"CREATE OR REPLACE TEMP TABLE refused AS {sql}", "scan")
    remarks = int(engine.frame("SELECT count(*) AS n FROM refused WHERE remark")["n"].iloc[0])
    if remarks:
        table.remarks.dropped["remark"] += remarks
    first, told = layout.header_row + 1, "SELECT * FROM refused WHERE NOT remark ORDER BY line"
    for row in engine.frame(f"{told} LIMIT 21").itertuples(index=False):
        table.remarks.refuse(int(row.line) + first, layout.own[row.name], str(row.cell), str(row.kind))
    rest = f"SELECT kind, count(*) AS n FROM ({told} OFFSET 21) GROUP BY kind"
    for row in engine.frame(rest).itertuples(index=False):
        table.remarks.refuse(0, "", "", str(row.kind), times=int(row.n))


def filled(table: LargeTable) -> str:
    """Return the SQL that counts a row's cells that hold anything."""
    assert table.scan is not None
    scan = table.scan
    return " + ".join(f"CAST({scan.text(place)} <> '' AS INTEGER)" for place in range(len(table.layout.header)))


def _first_cause(kinds: Sequence[str], values: Sequence[str]) -> str:
    """Return the SQL for the value that goes with the first rule that refused a row."""
    cases = [f"WHEN {kind} IS NOT NULL THEN {value}" for kind, value in zip(kinds, values, strict=True)]
    return f"CASE {' '.join(cases)} END"


def sums(measures: Sequence[str]) -> str:
    """Return the SQL that adds rows up; sums are rounded so that the order of the threads cannot be seen in them."""
    parts = []
    for name in measures:
        weight = _WEIGHTS.get(name)
        if weight in measures:
            bought = f"sum(CASE WHEN {name} IS NOT NULL THEN coalesce({weight}, 0) END)"
            parts.append(
                f"round(coalesce(sum({name} * coalesce({weight}, 0)) / nullif({bought}, 0), avg({name})), 6) AS {name}"
            )
        elif weight:
            parts.append(f"round(avg({name}), 6) AS {name}")
        elif name == "budget_spent":
            parts.append(f"max({name}) AS {name}")
        else:
            parts.append(f"round(sum({name}), 6) AS {name}")
    return ", ".join(parts)


def double_texts_sql(table: LargeTable) -> str:
    """Return the SQL that finds a row whose texts stand in another row as well."""
    assert table.scan is not None
    layout = table.layout
    places = [layout.columns[name] for name in (*KEYS, "campaign") if name in layout.columns]
    texts = ", ".join(table.scan.text(place) for place in [*places, *layout.dimensions])
    return f"SELECT hash({texts}) AS h FROM {table.scan.sql} GROUP BY h HAVING count(*) > 1 LIMIT 1"
