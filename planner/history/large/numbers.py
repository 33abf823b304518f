"""What the numbers of a large table mean: the cells that are not plain put to the rules, each distinct text once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from planner.history.engine import Engine, literal
from planner.history.gathering.rows import judge_numbers
from planner.history.judging.numerals import number_forms
from planner.history.judging.refunds import note_refunds, refunded_texts
from planner.history.large.rows import LargeTable, is_plain
from planner.history.notation.cells import Fault, is_dash

__all__ = ["dashed_columns", "judge_odd", "settle_marks"]


def judge_odd(engine: Engine, table: LargeTable, name: str, number: int) -> bool:
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


def settle_marks(engine: Engine, table: LargeTable, odd_names: Sequence[str]) -> bool:
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


def dashed_columns(
    engine: Engine, table: LargeTable, number: int, odd: Sequence[str], used: pd.DataFrame
) -> tuple[str, ...]:
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
