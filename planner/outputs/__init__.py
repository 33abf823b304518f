"""What a plan becomes for people: the report page, the workbook, the calendar, and a table for spreadsheets.

Each is a function of the plan alone and gives text or bytes; putting files into a folder is `plan_folder`'s. A new file
for people is a module with its function and a line in `FILES`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.plan import Plan
    from planner.vocabulary.wording import Lang

__all__ = ["FILES", "render_outputs"]

# The files beside the page: what gives them, a module of this room and its function of plan and language.
FILES = {
    "plan.xlsx": ("workbook", "render_workbook"),
    "schedule-excel.csv": ("excel_csv", "render_excel_csv"),
    "actions.ics": ("calendar", "render_calendar"),
}


def render_outputs(plan: Plan, lang: Lang | None = None) -> dict[str, bytes]:
    """Return every file for people that a plan becomes.

    Parameters
    ----------
    plan
        What was planned.
    lang
        Language; the plan's by default.

    Returns
    -------
    dict
        Path inside the plan's folder to content; the page to open first stands first. Charts are drawn once, for the
        page and for their own files.
    """
    from planner.charts.drawing import draw_all
    from planner.outputs.report import render_report

    charts = draw_all(plan, None, lang)
    made = {"report.html": render_report(plan, charts, lang).encode("utf-8")}
    for name, (module, function) in FILES.items():
        made[name] = getattr(importlib.import_module(f"planner.outputs.{module}"), function)(plan, lang)
    return made | {f"charts/{name}": content for name, content in charts.items()}
