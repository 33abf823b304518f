"""Totals in a large table that are known by their numbers, as `totals` finds them in a small one."""

from __future__ import annotations

from collections.abc import Sequence

from planner.history.engine import Engine, literal
from planner.history.gathering.totals import SUMMED, UNBOOKED, UNBOOKED_STEP, are_sums, names_everything, sum_hours
from planner.history.large.rows import LargeTable

__all__ = ["leave_out_everything", "leave_out_sums"]


def leave_out_everything(engine: Engine, table: LargeTable, view: str) -> str:
    """Return the name of a view without the rows of all devices, places or audiences beside the single ones.

    As `totals.without_everything` does with small tables.
    """
    assert table.scan is not None
    layout, scan = table.layout, table.scan
    names = [name for name in SUMMED if name in layout.columns]
    texts = {place: scan.text(place) for place in layout.dimensions}
    found = [(place, text) for place in texts if names for text in _named_everything(engine, table, place)]
    if not found:
        return view
    # The view knows what tells rows apart as one number only.
    columns = ", ".join(f"{text} AS apart_{place}" for place, text in texts.items())
    told = f"told_{view}"
    sql = f"SELECT DISTINCT hash({', '.join(texts.values())}) AS apart, {columns} FROM {scan.sql}"
    engine.run(f"CREATE OR REPLACE TEMP TABLE {told} AS {sql}", "scan")
    rows = f"(SELECT v.*, t.* EXCLUDE (apart) FROM {view} v JOIN {told} t ON v.apart = t.apart)"
    totals = []
    for place in texts:
        everything = [text for at, text in found if at == place]
        key = ["instant", "channel", "campaign", *(f"apart_{other}" for other in texts if other != place)]
        alone = f"apart_{place} NOT IN ({', '.join(map(literal, everything))})"
        for number, text in enumerate(everything):
            here, both = f"apart_{place} = {literal(text)}", f"twice_{view}_{place}_{number}"
            if _keep_shown_twice(engine, both, rows, key, names, here=here, alone=alone):
                same = " AND ".join(f"b.{name} IS NOT DISTINCT FROM r.{name}" for name in key)
                totals.append(f"({here} AND EXISTS (SELECT 1 FROM {both} b WHERE {same}))")
    if not totals:
        return view
    inside = " OR ".join(totals)
    count = engine.frame(f"SELECT count(*) AS n FROM {rows} r WHERE {inside}")["n"].iloc[0]
    table.remarks.dropped["total"] += int(count)
    kept = f"SELECT * EXCLUDE ({', '.join(f'apart_{place}' for place in texts)}) FROM {rows} r WHERE NOT ({inside})"
    engine.run(f"CREATE OR REPLACE TEMP VIEW single_{view} AS {kept}")
    # What was added up before knew of no such rows.
    table.sums = None
    return f"single_{view}"


def _keep_shown_twice(
    engine: Engine, name: str, rows: str, key: Sequence[str], names: Sequence[str], *, here: str, alone: str
) -> bool:
    """Keep a table of the keys that rows `here` and rows `alone` both have; tell whether those are these ones' sums."""
    sums = ", ".join(
        f"coalesce(sum({number}) FILTER ({here}), 0) AS {number}_w, "
        f"coalesce(sum({number}) FILTER ({alone}), 0) AS {number}_p"
        for number in names
    )
    keys, having = ", ".join(key), f"count(*) FILTER ({here}) > 0 AND count(*) FILTER ({alone}) > 0"
    sql = f"SELECT {keys}, {sums} FROM {rows} GROUP BY {keys} HAVING {having}"
    engine.run(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}", "scan")
    agrees = " AND ".join(f"abs({each}_w - {each}_p) <= {UNBOOKED_STEP} + {UNBOOKED} * {each}_p" for each in names)
    busy = " OR ".join(f"{each}_w > 0 OR {each}_p > 0" for each in names)
    counts = f"SELECT count(*) AS n, count(*) FILTER ({agrees}) AS same FROM {name} WHERE {busy}"
    count = engine.frame(counts).iloc[0]
    return are_sums(int(count["same"]), int(count["n"]), len(names))


def _named_everything(engine: Engine, table: LargeTable, place: int) -> list[str]:
    """Return the texts of a column of devices or places that may mean all of them."""
    assert table.scan is not None
    text = table.scan.text(place)
    # Such a column can hold as many texts as rows: only what may be one is looked at.
    maybe = f"regexp_matches({text}, '所有|全部|整体|^\\W*全|[aａＡ][lｌＬ][lｌＬ]', 'i')"
    cells = engine.frame(f"SELECT DISTINCT {text} AS cell FROM {table.scan.sql} WHERE {maybe}", "scan")["cell"]
    return sorted(cell for cell in cells if names_everything(cell))


def leave_out_sums(engine: Engine, table: LargeTable, view: str) -> str:
    """Return the name of a view without the rows that name no campaign and are the sum of the campaigns beside them.

    As `totals.without_sum_rows` does with small tables.
    """
    names = [name for name in SUMMED if name in table.layout.columns]
    if not names:
        return view
    sums = ", ".join(
        f"coalesce(sum({name}) FILTER (campaign IS NULL), 0) AS {name}_w, "
        f"coalesce(sum({name}) FILTER (campaign IS NOT NULL), 0) AS {name}_p"
        for name in names
    )
    agrees = " AND ".join(f"abs({name}_w - {name}_p) <= 0.05 + 1e-6 * {name}_p" for name in names)
    both = f"both_{view}"
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {both} AS SELECT instant, channel, {sums} FROM {view} GROUP BY instant, channel "
        "HAVING count(*) FILTER (campaign IS NULL) > 0 AND count(campaign) > 0",
        "scan",
    )
    found = engine.frame(f"SELECT count(*) AS n, count(*) FILTER ({agrees}) AS same FROM {both}").iloc[0]
    if found["n"] < sum_hours(names) or found["same"] < found["n"]:
        return view
    inside = f"campaign IS NULL AND EXISTS (SELECT 1 FROM {both} b WHERE b.instant = r.instant"
    inside += " AND b.channel IS NOT DISTINCT FROM r.channel)"
    table.remarks.dropped["total"] += int(
        engine.frame(f"SELECT count(*) AS n FROM {view} r WHERE {inside}")["n"].iloc[0]
    )
    engine.run(f"CREATE OR REPLACE TEMP VIEW summed_{view} AS SELECT * FROM {view} r WHERE NOT ({inside})")
    # What was added up before knew of no such rows.
    table.sums = None
    return f"summed_{view}"
