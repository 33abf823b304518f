"""What a plan becomes for people: the report page, the workbook, the calendar, and a table for spreadsheets.

Each is a function of the plan alone and gives text or bytes; putting files into a folder is `plan_folder`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.plan import Plan
    from planner.vocabulary.wording import Lang

__all__ = ["render_outputs"]


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
    from planner.outputs.calendar import render_calendar
    from planner.outputs.excel_csv import render_excel_csv
    from planner.outputs.report import render_report
    from planner.outputs.workbook import render_workbook

    charts = draw_all(plan, None, lang)
    return {
        "report.html": render_report(plan, charts, lang).encode("utf-8"),
        "plan.xlsx": render_workbook(plan, lang),
        "schedule-excel.csv": render_excel_csv(plan, lang),
        "actions.ics": render_calendar(plan, lang),
        **{f"charts/{name}": content for name, content in charts.items()},
    }
