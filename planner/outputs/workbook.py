"""The plan as a workbook: run sheet, schedule, a grid that follows edits of it, messages, budgets, assumptions.

Text is always written as text, so that no name becomes a formula or a link. Formulas carry the value they have now, for
viewers that do not calculate. Times are the promotion's clock: spreadsheets know no zones, so the headings say which.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from planner.charts.palette import HEAT, TINTS
from planner.charts.words import Words
from planner.outputs.basis import assumptions, certificate
from planner.outputs.tabular import Shown, shown_actions, shown_limits, shown_schedule, shown_sends, shown_width

if TYPE_CHECKING:
    from planner.plan import Plan
    from planner.vocabulary.wording import Lang

__all__ = ["render_workbook", "write_workbook"]

_FORMATS = {
    "text": {},
    "date": {"num_format": "yyyy-mm-dd", "align": "left"},
    "time": {"num_format": "mm-dd hh:mm", "align": "left"},
    "money": {"num_format": "#,##0.00"},
    "number": {"num_format": "#,##0.0"},
    "percent": {"num_format": "0"},
    "factor": {"num_format": "0.00"},
}
_WIDEST = 70
# The column of the grid's sheet from which on the names to choose from stand; the first ones hold the grid.
_NAMES = 27
_SUMMARY = (
    "budget", "reserve", "spend", "sms_cost", "unspent", "orders", "revenue", "profit", "profit_low",
    "profit_high", "money_price",
)  # fmt: skip


def write_workbook(plan: Plan, path: str | Path, lang: Lang | None = None) -> None:
    """Write a plan's workbook to a file; see `render_workbook`."""
    Path(path).write_bytes(render_workbook(plan, lang))


def render_workbook(plan: Plan, lang: Lang | None = None) -> bytes:
    """Return a plan as the bytes of an xlsx file.

    Parameters
    ----------
    plan
        What was planned.
    lang
        Language of sheets, headings and names; the plan's by default.
    """
    words = Words.of(plan, lang)
    buffer = io.BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, settings) as book:
        # The file depends on the plan alone: its date is the promotion's.
        day = plan.brief.promotion.date
        book.set_properties({"title": words.promotion, "created": dt.datetime(day.year, day.month, day.day)})
        _Pages(book, plan, words).write()
    return buffer.getvalue()


class _Pages:
    """The sheets of one workbook and the formats they share."""

    def __init__(self, book: Any, plan: Plan, words: Words) -> None:
        self.book, self.plan, self.words = book, plan, words
        face = {"font_name": "Microsoft YaHei" if words.lang == "zh" else "Calibri", "font_size": 10, "valign": "top"}
        self.formats = {kind: book.add_format(face | extra) for kind, extra in _FORMATS.items()}
        self.wrapped = book.add_format(face | {"text_wrap": True})
        self.heading = book.add_format(face | {"bold": True, "bg_color": "#E8EEF3", "bottom": 1, "text_wrap": True})
        self.sums = book.add_format(face | {"bold": True, "top": 1, "num_format": "#,##0.00"})
        self.tints = {stance: book.add_format({"bg_color": tint}) for stance, tint in TINTS.items()}

    def write(self) -> None:
        """Write every sheet."""
        plan, words = self.plan, self.words
        self._run_sheet(shown_actions(plan, words))
        self._schedule(shown_schedule(plan, words))
        self._grid()
        self._table("sheet_sms", shown_sends(plan, words), sums=("messages", "cost", "orders", "profit"))
        self._table("sheet_limits", shown_limits(plan, words))
        self._assumptions()

    def _run_sheet(self, columns: Sequence[Shown]) -> None:
        """Write what to do, with a choice of done or open in every row."""
        sheet = self._table("sheet_do", columns)
        rows, choices = (
            len(columns[0].cells),
            [self.words.say("workbook.done_no"), self.words.say("workbook.done_yes")],
        )
        if rows:
            place = [column.name for column in columns].index("done")
            sheet.data_validation(1, place, rows, place, {"validate": "list", "source": choices})
            done = self.book.add_format({"font_color": "#808080", "font_strikeout": True})
            rule = {"type": "formula", "criteria": f'=${xl_col_to_name(place)}2="{choices[1]}"', "format": done}
            sheet.conditional_format(1, 0, rows, len(columns) - 1, rule)

    def _schedule(self, columns: Sequence[Shown]) -> None:
        """Write the schedule, its stances in their colours and a bar behind each spend."""
        sheet = self._table(
            "sheet_schedule", columns, sums=("spend", "clicks", "orders", "revenue", "profit"), frozen=5
        )
        names, rows = [column.name for column in columns], len(columns[0].cells)
        stance, spend = names.index("stance"), names.index("spend")
        labels = {self.words.stance(name): name for name in TINTS}
        sheet.data_validation(1, stance, rows, stance, {"validate": "list", "source": list(labels)})
        for label, name in labels.items():
            rule = {"type": "cell", "criteria": "==", "value": f'"{label}"', "format": self.tints[name]}
            sheet.conditional_format(1, stance, rows, stance, rule)
        bar = {"type": "data_bar", "bar_color": HEAT[3], "bar_solid": True, "min_type": "num", "min_value": 0}
        sheet.conditional_format(1, spend, rows, spend, bar)

    def _grid(self) -> None:
        """Write dates against hours: sums over the schedule, for one channel or all."""
        words, plan = self.words, self.plan
        sheet = self.book.add_worksheet(words.say("workbook.sheet_grid"))
        sheet.hide_gridlines(2)
        columns = {column.name: column for column in shown_schedule(plan, words)}
        place = {name: xl_col_to_name(number) for number, name in enumerate(columns)}
        schedule, rows = words.say("workbook.sheet_schedule"), len(plan.schedule)
        spend, start, channel = (
            f"'{schedule}'!${place[name]}$2:${place[name]}${rows + 1}" for name in ("spend", "start", "channel")
        )
        everything = words.say("workbook.grid_all")
        sheet.write_string(
            0, 0, words.say("workbook.grid_title", unit=words.unit, sheet=schedule), self.formats["text"]
        )
        sheet.write_string(1, 0, everything, self.heading)
        self._choice_of(sheet, [everything, *dict.fromkeys(columns["channel"].cells)])
        chosen = f'IF($A$2="{everything}","*",{_exactly("$A$2")})'
        hours = pd.Series(columns["start"].cells).dt.hour
        days = sorted(set(columns["date"].cells))
        sums = plan.schedule["spend"].groupby([columns["date"].cells, hours.to_numpy()]).sum()
        for hour in range(24):
            sheet.write_number(1, 1 + hour, hour, self.heading)
        sheet.write_string(1, 25, words.say("columns.total"), self.heading)
        cell_format = self.book.add_format({"num_format": "#,##0;-#,##0;–", "align": "center", "font_size": 9})
        for row, day in enumerate(days, start=2):
            sheet.write_datetime(row, 0, day.to_pydatetime(), self.formats["date"])
            for hour in range(24):
                # A second of slack, because times of a spreadsheet are fractions of a day.
                edge = f"$A{row + 1}+{xl_col_to_name(1 + hour)}$2/24-1/86400"
                formula = f'=SUMIFS({spend},{start},">="&({edge}),{start},"<"&({edge}+1/24),{channel},{chosen})'
                sheet.write_formula(row, 1 + hour, formula, cell_format, float(sums.get((day, hour), 0.0)))
            total = f"=SUM({xl_rowcol_to_cell(row, 1)}:{xl_rowcol_to_cell(row, 24)})"
            sheet.write_formula(row, 25, total, self.sums, float(sums.xs(day, level=0).sum()))
        last = 1 + len(days)
        sheet.write_string(last + 1, 0, words.say("columns.total"), self.heading)
        for column in range(1, 26):
            value = float(sums.sum() if column == 25 else sums[sums.index.get_level_values(1) == column - 1].sum())
            total = f"=SUM({xl_rowcol_to_cell(2, column)}:{xl_rowcol_to_cell(last, column)})"
            sheet.write_formula(last + 1, column, total, self.sums, value)
        scale = {"type": "2_color_scale", "min_type": "num", "min_value": 0, "min_color": HEAT[0], "max_color": HEAT[3]}
        sheet.conditional_format(2, 1, last, 24, scale)
        sheet.set_column(0, 0, 13)
        sheet.set_column(1, 24, 6.5)
        sheet.set_column(25, 25, 12)
        sheet.freeze_panes(2, 1)
        self._on_paper(sheet)

    def _choice_of(self, sheet: Any, names: Sequence[str]) -> None:
        """Let cell A2 be one of some names; they stand in hidden columns, for a list in the rule itself is short."""
        for number, name in enumerate(names):
            sheet.write_string(0, _NAMES + number, name, self.formats["text"])
        sheet.set_column(_NAMES, _NAMES + len(names) - 1, None, None, {"hidden": True})
        first, last = (xl_rowcol_to_cell(0, at, True, True) for at in (_NAMES, _NAMES + len(names) - 1))
        sheet.data_validation(1, 0, 1, 0, {"validate": "list", "source": f"={first}:{last}"})

    def _assumptions(self) -> None:
        """Write the plan's numbers and what they rest on."""
        words, summary = self.words, self.plan.summary
        values = [float(getattr(summary, name)) for name in _SUMMARY]
        labels = [words.say(f"workbook.{name}") for name in _SUMMARY]
        sheet = self._table(
            "sheet_assumptions",
            [
                Shown("measure", words.say("columns.measure"), "text", labels),
                Shown("value", words.say("columns.value"), "money", values),
            ],
        )
        lines = [
            *assumptions(self.plan, words),
            *certificate(self.plan, words),
            *(note.text(words.lang) for note in self.plan.notes),
        ]
        row = len(_SUMMARY) + 2
        sheet.write_string(row, 0, words.say("workbook.more"), self.heading)
        sheet.set_column(0, 0, 90)
        for offset, line in enumerate(lines, start=1):
            sheet.write_string(row + offset, 0, line, self.wrapped)

    def _table(self, name: str, columns: Sequence[Shown], *, sums: Sequence[str] = (), frozen: int = 1) -> Any:
        """Write a table on a sheet of its own: headings, filters, frozen panes, widths, and sums under some columns."""
        words = self.words
        sheet = self.book.add_worksheet(words.say(f"workbook.{name}"))
        rows = len(columns[0].cells)
        for number, column in enumerate(columns):
            sheet.write_string(0, number, column.heading, self.heading)
            for row, value in enumerate(column.cells, start=1):
                self._write(sheet, row, number, column.kind, value)
            sheet.set_column(number, number, _width(column))
            if column.name in sums and rows:
                letter = xl_col_to_name(number)
                total = float(pd.Series(column.cells, dtype=float).sum())
                # Visible rows only, so that a filter shows its own sum.
                sheet.write_formula(rows + 1, number, f"=SUBTOTAL(109,{letter}2:{letter}{rows + 1})", self.sums, total)
        for row in range(rows):
            # A long text is broken, and only Excel makes room for it by itself.
            longest = max(
                (shown_width(str(column.cells[row])) for column in columns if column.kind == "text"), default=0
            )
            if longest > _WIDEST:
                sheet.set_row(row + 1, 14.0 * math.ceil(1.1 * longest / _WIDEST))
        if sums and rows:
            sheet.write_string(rows + 1, 0, words.say("columns.total"), self.sums)
        if rows:
            sheet.autofilter(0, 0, rows, len(columns) - 1)
        sheet.freeze_panes(1, frozen)
        sheet.set_row(0, 30)
        sheet.write_comment(0, 0, words.say("workbook.times", zone=words.zone.key))
        self._on_paper(sheet)
        return sheet

    def _write(self, sheet: Any, row: int, column: int, kind: str, value: Any) -> None:
        """Write one cell as what it is; a number that is missing or infinite stays empty."""
        if kind == "text":
            sheet.write_string(
                row, column, str(value), self.wrapped if shown_width(str(value)) > _WIDEST else self.formats["text"]
            )
        elif kind in ("date", "time"):
            sheet.write_datetime(row, column, value.to_pydatetime(), self.formats[kind])
        elif value is not None and math.isfinite(value):
            sheet.write_number(row, column, value, self.formats[kind])

    def _on_paper(self, sheet: Any) -> None:
        """Set a sheet up for print: across, one page wide, headings on every page."""
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)


def _exactly(cell: str) -> str:
    """Return the criterion that matches a cell's text and nothing else, whatever signs it holds."""
    for sign in "~*?":
        cell = f'SUBSTITUTE({cell},"{sign}","~{sign}")'
    return f'"="&{cell}'


def _width(column: Shown) -> float:
    """Return a column's width: wide characters count two."""
    typical = {"date": 11, "time": 12, "money": 11, "number": 9, "percent": 9, "factor": 9}.get(column.kind, 0)
    longest = max((shown_width(str(value)) for value in column.cells), default=0) if column.kind == "text" else typical
    # A heading may be broken once.
    return min(max(longest, typical, shown_width(column.heading) / 1.7, 6) + 2, _WIDEST)
