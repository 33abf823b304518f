"""How the numbers of a column are written, settled by the whole of it: its decimal mark, and the unit in its header.

``1.234`` alone may be a thousand or little more than one; ``12,50`` in the same column tells. A comma is a decimal mark
only where a column or one beside it says so; where nothing does in a file whose cells semicolons part, as they do where
the comma is the decimal mark, the cells that could be either are refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from planner.history.judging.refusals import Remarks, cell_text
from planner.history.notation.cells import Fault, Mark, mark_of, plain, read_number
from planner.history.recognising.dialects import MEASURES
from planner.history.recognising.layouts import Layout
from planner.vocabulary.wording import Message

__all__ = ["NumberForm", "number_forms", "unit_forms"]

_MONEY = frozenset({"spend", "revenue", "bid", "cpc", "cpm", "amount"})
_NUMBERS = (*MEASURES, "amount")
_BRACKETS = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")
_CURRENCIES = re.compile(r"\b(?:cny|rmb|usd|eur|gbp|hkd|chf|jpy|us)\b|[¥$€£]")
_CHINESE = re.compile(
    "(?:单位:?)?(千万|百万|十万|亿|万|千|百)(?:元|块|人民币|美元|美金|欧元|英镑|港币|港元|日元|次|个|笔|单|人|人次|件)?"
)
_CHINESE_FACTORS = {"百": 1e2, "千": 1e3, "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7, "亿": 1e8}
# A line above the table that gives the unit of its money.
_TITLE_UNIT = re.compile(r"(?:金额)?单位\s*[:：]?\s*(?:人民币)?\s*(千万|百万|十万|亿|万|千|百)元")
_ENGLISH = {
    r"micros?": 1e-6, r"(?:in )?(?:k|thousands?|'?000s?|1,?000s?)": 1e3, r"(?:in )?(?:millions?|mn|mio\.?)": 1e6,
}  # fmt: skip
_SMALL_CHANGE = {"(?:单位:?)?分": 0.01, "(?:单位:?)?角": 0.1, r"(?:in )?(?:cents?|pence|fen)": 0.01}


@dataclass(frozen=True)
class NumberForm:
    """How a column's numbers are written.

    `strict` holds them to the tidy form; `factor` is what its header's unit makes of a number.
    """

    strict: bool = False
    mark: Mark = "point"
    factor: float = 1.0

    def read(self, text: str) -> float | Fault | None:
        """Return the number of a cell in whole units."""
        if self.factor != 1.0 and re.search("[万亿]", text):
            return Fault("unit_twice")
        value = read_number(text, strict=self.strict, mark=self.mark)
        if not isinstance(value, float) or self.factor == 1.0:
            return value
        # Dividing keeps micros exact, and rounding what binary fractions lack: 1.1 ten thousands are 11000.
        return round(value * self.factor if self.factor > 1 else value / round(1 / self.factor), 6)

    def scaled_sql(self, value: str) -> str:
        """Return the SQL that makes whole units of a plain cell's number."""
        if self.factor == 1.0:
            return value
        worked = f"{value} * {self.factor}" if self.factor > 1 else f"{value} / {round(1 / self.factor)}"
        return f"round({worked}, 6)"


def unit_forms(layout: Layout, remarks: Remarks | None = None) -> dict[str, NumberForm]:
    """Return the forms of a table's numbers as far as its headers tell, and note the units that are not one."""
    forms = {name: NumberForm(layout.strict) for name in _NUMBERS if name in layout.columns}
    title = _TITLE_UNIT.search(layout.titles)
    for name in () if layout.strict else forms:
        header = layout.own[name]
        factor = _factor(header, money=name in _MONEY)
        if factor == 1.0 and title and name in _MONEY:
            header, factor = f"{header} ({title.group(0)})", _CHINESE_FACTORS[title.group(1)]
        forms[name] = replace(forms[name], factor=factor)
        if factor != 1.0 and remarks is not None:
            shown = f"{factor:.6f}".rstrip("0").rstrip(".")
            remarks.notes.append(Message("history.unit", {"where": remarks.source, "header": header, "factor": shown}))
    return forms


def _factor(header: str, *, money: bool) -> float:
    """Return how many whole units one of the unit that a header names is; 1 where it names none."""
    if header.lower().endswith("_micros"):
        return 1e-6
    for unit in _BRACKETS.findall(unicodedata.normalize("NFKC", header).lower()):
        bare = _CURRENCIES.sub("", unit).strip()
        if match := _CHINESE.fullmatch(bare):
            return _CHINESE_FACTORS[match.group(1)]
        for pattern, factor in {**_ENGLISH, **(_SMALL_CHANGE if money else {})}.items():
            if re.fullmatch(pattern, bare):
                return factor
    return 1.0


def number_forms(
    texts: Mapping[str, Iterable[str]], layout: Layout, delimiter: str, remarks: Remarks
) -> dict[str, NumberForm]:
    """Return how a table's numbers are written, and note where a comma is the decimal mark.

    Parameters
    ----------
    texts
        The cells of each column of numbers; of those that are plain numbers, some of each kind are enough.
    layout
        The table.
    delimiter
        What parts its cells; empty where numbers need not be text.
    remarks
        What is said of it.
    """
    forms = unit_forms(layout)
    if layout.strict:
        return forms
    # Looking closely costs time, and a comma stands in few files.
    odd = {name: [text for text in dict.fromkeys(texts[name]) if not text.isdigit()] for name in forms if name in texts}
    if delimiter != ";" and not any("," in text for cells in odd.values() for text in cells):
        return forms
    marks = {name: _column_mark(cells, typed=not delimiter) for name, cells in odd.items() if name != "budget_spent"}
    settled = set(marks.values()) & {"point", "comma"}
    # A column that does not tell is as the columns beside it.
    beside: Mark = settled.pop() if len(settled) == 1 else "either" if settled or delimiter == ";" else "point"  # type: ignore[assignment]
    for name, mark in marks.items():
        forms[name] = replace(forms[name], mark=mark or beside)
    commas = [name for name, form in forms.items() if form.mark == "comma"]
    # Some column says it beyond doubt.
    if shown := [text for name in commas for text in odd[name] if mark_of(plain(text)) == "comma"]:
        columns = ", ".join(layout.own[name] for name in commas)
        values = {"where": remarks.source, "columns": columns, "value": cell_text(shown[0])}
        remarks.notes.append(Message("history.decimal_comma", values))
    return forms


def _column_mark(texts: Iterable[str], *, typed: bool) -> Mark | None:
    """Return the decimal mark of a column, ``either`` where its cells contradict each other; None if none tells."""
    found = [(text, mark_of(plain(text))) for text in texts]
    marks = [mark for _, mark in found]
    if "point" in marks or (typed and any(mark == "either" and "." in text for text, mark in found)):
        return "point"
    if "comma" not in marks:
        return None
    # One slip such as 12,50 among thousands such as 1,234 does not make decimals of them.
    grouped = sum(mark == "either" and "," in text for text, mark in found)
    return "comma" if marks.count("comma") > grouped else "either"
