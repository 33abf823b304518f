"""Schedules that ad tools accept: a plan in a tool's own form, and what the tool's limits cost.

`targets` has a small file an ad tool: what it takes, a writer and a parser. The rest is shared: `series` the plan
campaign by campaign, `grid` where its cells fall, `fit` and `merge` the best numbers, `bases` what they refer to,
`losses` what they cost, `export` the whole.
"""

from __future__ import annotations

from planner.outputs.adtools.changes import read_schedule, schedule_changes
from planner.outputs.adtools.export import Export, export_plan, find_tool
from planner.outputs.adtools.handover import actions_calendar
from planner.outputs.adtools.registry import load_tool, target_names
from planner.outputs.adtools.summary import export_messages, tidy_sheets
from planner.outputs.adtools.tool import Sheet, Tool

__all__ = [
    "Export",
    "Sheet",
    "Tool",
    "actions_calendar",
    "export_messages",
    "export_plan",
    "find_tool",
    "load_tool",
    "read_schedule",
    "schedule_changes",
    "target_names",
    "tidy_sheets",
]
