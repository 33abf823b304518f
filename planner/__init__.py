"""An hour-by-hour planner of paid traffic for online promotions.

>>> import planner
>>> shop = planner.example_folder()
>>> brief = planner.load_brief(shop / "brief.toml")
>>> plan = planner.make_plan(brief, planner.load_history([shop / "history.csv"], brief))
>>> float(plan.schedule["spend"].sum()) <= brief.budget.total
True

The names below are loaded when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from planner.vocabulary.answers import give_answers
from planner.vocabulary.version import __version__ as __version__

if TYPE_CHECKING:
    from planner import allocate, backtest, charts
    from planner.brief import Brief, load_brief
    from planner.brief.example import example_folder
    from planner.brief.playbook import Playbook, load_playbook
    from planner.history import History, load_history
    from planner.outputs.plan_folder import read_plan, write_plan
    from planner.plan import Plan, make_plan
    from planner.vocabulary.errors import InfeasibleError, InputError, PlannerError
    from planner.vocabulary.tables import describe

__all__ = [
    "Brief",
    "History",
    "InfeasibleError",
    "InputError",
    "Plan",
    "PlannerError",
    "Playbook",
    "allocate",
    "backtest",
    "charts",
    "describe",
    "example_folder",
    "load_brief",
    "load_history",
    "load_playbook",
    "make_plan",
    "read_plan",
    "write_plan",
]

_HOMES = {
    "Brief": "brief",
    "History": "history",
    "InfeasibleError": "vocabulary.errors",
    "InputError": "vocabulary.errors",
    "Plan": "plan",
    "PlannerError": "vocabulary.errors",
    "Playbook": "brief.playbook",
    "describe": "vocabulary.tables",
    "example_folder": "brief.example",
    "load_brief": "brief",
    "load_history": "history",
    "load_playbook": "brief.playbook",
    "make_plan": "plan",
    "read_plan": "outputs.plan_folder",
    "write_plan": "outputs.plan_folder",
}

# What a plan can be asked, and by whom it is answered.
give_answers(
    {
        "plan.compare": "planner.plan.changes:plan_changes",
        "plan.explore": "planner.outputs.notebook:explore",
        "plan.live": "planner.plan.live.steering:live",
        "plan.lines": "planner.outputs.notebook:plan_lines",
        "plan.page": "planner.outputs.notebook:plan_html",
        "plan.replan": "planner.plan.replanning:replan",
    }
)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"planner.{_HOMES[name]}"), name)
    if name in __all__:
        return importlib.import_module(f"planner.{name}")
    raise AttributeError(f"module 'planner' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
