"""From a sheet's cells to tidy rows: every cell judged by the rules of `cells`, every row used, dropped or refused.

A rule is asked once for each distinct text of a column. Blank rows, repeated headers and rows of totals are dropped and
counted; a row with a cell that cannot be read is refused as a whole, for half a row would be a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.history.gathering.totals import total_names
from planner.history.gathering.whole_rows import whole_rows
from planner.history.judging.numerals import NumberForm
from planner.history.judging.refunds import note_refunds, refunded_texts
from planner.history.judging.refusals import Remarks
from planner.history.judging.times import MomentRule
from planner.history.notation.cells import Fault, is_dash, is_missing, is_total, plain
from planner.history.opening.sheet import Sheet
from planner.history.recognising.dialects import MEASURES, key_of, known_header
from planner.history.recognising.layouts import Layout, in_another_order

__all__ = ["RawRows", "header_in_another_order", "judge_numbers", "judge_rows", "raw_rows", "row_kind"]

_FLAGS = {
    "true": 1.0,
    "yes": 1.0,
    "1": 1.0,
    "是": 1.0,
    "y": 1.0,
    "false": 0.0,
    "no": 0.0,
    "0": 0.0,
    "否": 0.0,
    "n": 0.0,
}


@dataclass(frozen=True)
class RawRows:
    """The needed cells of a sheet as text, a list a column, with the line of each row.

    `cells` has our names for keys; further dimensions stand under ``dimension``, joined. `read` counts the rows below
    the header, those without any cell left out.
    """

    lines: list[int]
    cells: Mapping[str, list[str]]
    read: int


def raw_rows(sheet: Sheet, layout: Layout, remarks: Remarks) -> RawRows:
    """Return the cells of the columns that are needed and of no other, without rows that are blank or not whole."""
    places, wanted = dict(layout.columns), [*layout.columns.values(), *layout.dimensions]
    kept, read = whole_rows(sheet, layout, remarks)
    lines = [row.line for row in kept]
    columns = [list(column) for column in zip(*(row.cells for row in kept), strict=True)] or [[] for _ in wanted]
    found = dict(zip(places, columns, strict=False))
    if layout.dimensions:
        found["dimension"] = ["\x1f".join(parts) for parts in zip(*columns[len(places) :], strict=True)]
    return RawRows(lines, found, read)


def row_kind(keys: Sequence[str], headers: Sequence[str | None]) -> str:
    """Return what a row is by the cells that name it: ``data``, ``total``, ``header`` or ``blank``."""
    bare = [plain(key) for key in keys]
    parts = [plain(part) for key in keys for part in key.split("\x1f")]
    if not any(parts):
        return "blank"
    # A time begins with a digit, as a header does not.
    if not bare[0][:1].isdigit() and any(
        key_of(cell) == header for cell, header in zip(bare, headers, strict=True) if cell
    ):
        return "header"
    return "total" if any(is_total(part) for part in parts) else "data"


def header_in_another_order(raw: RawRows, layout: Layout) -> int | None:
    """Return the line of the first row that is a header again whose columns stand elsewhere; None if there is none."""
    for name in ("day", "hour"):
        headers = {text for text in dict.fromkeys(raw.cells.get(name, ())) if known_header(text)}
        for at, text in enumerate(raw.cells.get(name, ()) if headers else ()):
            if text in headers and in_another_order({key: raw.cells[key][at] for key in layout.columns}, layout):
                return raw.lines[at]
    return None


def judge_numbers(texts: Iterable[str], name: str, form: NumberForm) -> dict[str, float | Fault | None]:
    """Return what each distinct text of a number's column means."""
    rule = _read_flag if name == "budget_spent" else form.read
    return {text: rule(text) for text in dict.fromkeys(texts)}


def _read_flag(text: str) -> float | Fault | None:
    """Return 1 or 0 for a cell that says yes or no."""
    bare = plain(text).lower()
    if is_missing(bare):
        return None
    return _FLAGS.get(bare, Fault("no_flag"))


def judge_rows(
    raw: RawRows, layout: Layout, rule: MomentRule, forms: Mapping[str, NumberForm], remarks: Remarks
) -> pd.DataFrame:
    """Return a sheet's usable rows.

    Returns
    -------
    pandas.DataFrame
        ``wall`` (`datetime`, with an offset where the cell has one), the text columns, the numbers, ``line``.
    """
    count = len(raw.lines)
    blank = [""] * count
    times = list(zip(*(raw.cells.get(name, blank) for name in ("day", "hour", "until")), strict=True))
    named = [name for name in ("day", "hour", "channel", "campaign", "dimension") if name in raw.cells]
    headers = [key_of(layout.own[name]) if name in layout.own else None for name in named]
    keys = list(zip(*(raw.cells[name] for name in named), strict=True))
    kinds = {key: row_kind(key, headers) for key in dict.fromkeys(keys)}
    for place, name in enumerate(named):
        if name in ("channel", "campaign"):
            everything = total_names(raw.cells[name], layout.own[name])
            kinds.update({key: "total" for key in kinds if key[place] in everything and kinds[key] == "data"})
    moments = {time: rule(*time) for time in dict.fromkeys(times)}
    bad = np.zeros(count, dtype=bool)
    for at, key in enumerate(keys):
        if kinds[key] != "data":
            bad[at] = True
            # A row without any key still counts for something where it holds numbers: a total without its word.
            remarks.dropped[_dropped_as(kinds[key], raw, at)] += 1
    for at, time in enumerate(times):
        moment = moments[time]
        if isinstance(moment, Fault) and not bad[at]:
            column = rule.guilty(moment)
            remarks.refuse(raw.lines[at], layout.own[column], raw.cells[column][at], moment.kind)
            bad[at] = True
    data = _judged_numbers(raw, layout, forms, remarks, bad)
    _count_dashes(data, raw, layout, remarks, used=~bad)
    for name in ("channel", "campaign"):
        if name in raw.cells:
            texts = {text: None if is_missing(bare := plain(text)) else bare for text in dict.fromkeys(raw.cells[name])}
            data[name] = [texts[text] for text in raw.cells[name]]
            remarks.note_unseen(layout.own[name], texts)
    data["dimension"] = raw.cells.get("dimension", blank)
    walls = pd.Series([moments[time] for time in times], dtype=object)
    return pd.DataFrame({"wall": walls, **data, "line": raw.lines})[~bad].reset_index(drop=True)


def _judged_numbers(
    raw: RawRows, layout: Layout, forms: Mapping[str, NumberForm], remarks: Remarks, bad: NDArray[np.bool_]
) -> dict[str, Any]:
    """Return the columns of numbers; a row with one that cannot be read is refused and marked as `bad`."""
    data: dict[str, Any] = {}
    unread = bad.copy()
    for name in MEASURES:
        if name in raw.cells:
            values = judge_numbers(raw.cells[name], name, forms[name])
            if refunded := refunded_texts(values, name, layout):
                values |= dict.fromkeys(refunded)
                count = sum(text in refunded for text, gone in zip(raw.cells[name], bad, strict=True) if not gone)
                note_refunds(layout.own[name], count, remarks)
            if any(isinstance(value, Fault) for value in values.values()):
                for at, text in enumerate(raw.cells[name]):
                    if isinstance(fault := values[text], Fault) and not unread[at]:
                        remarks.refuse(raw.lines[at], layout.own[name], text, fault.kind)
                        bad[at] = True
                values = {text: None if isinstance(value, Fault) else value for text, value in values.items()}
            data[name] = np.array([values[text] for text in raw.cells[name]], dtype=float)
    return data


def _count_dashes(
    data: dict[str, Any], raw: RawRows, layout: Layout, remarks: Remarks, *, used: NDArray[np.bool_]
) -> None:
    """Take a dash for orders or revenue beside traffic for none, where the platform is known to write it so."""
    if not layout.dash_is_none:
        return
    seen = [data[name] > 0 for name in ("clicks", "impressions") if name in data]
    there = used & np.logical_or.reduce(seen) if seen else np.zeros(len(raw.lines), dtype=bool)
    for name in ("orders", "revenue"):
        # A column of nothing but dashes was not measured at all.
        if name not in data or not np.isfinite(data[name][used]).any():
            continue
        dashes = {text for text in dict.fromkeys(raw.cells[name]) if is_dash(text)}
        none = np.array([text in dashes for text in raw.cells[name]], dtype=bool) & there
        if name == "revenue" and "orders" in data:
            none &= ~(data["orders"] > 0)
        if none.any():
            data[name][none] = 0.0
            remarks.note_dashes(layout.own[name], int(none.sum()))


def _dropped_as(kind: str, raw: RawRows, at: int) -> str:
    """Return how a dropped row is counted: one with numbers but no key is a total."""
    filled = any(plain(cells[at]) for name, cells in raw.cells.items() if name in MEASURES)
    return "total" if kind == "blank" and filled else kind
