"""What goes with an export: what may not be expected of it, and what of its tool is not sure."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from planner.outputs.adtools.series import Series
from planner.outputs.adtools.tool import Tool
from planner.vocabulary.wording import Message, Text, say

__all__ = ["first_notes", "unsure_notes"]


def first_notes(
    tool: Tool, chosen: Sequence[Series], series: Sequence[Series], budgets: pd.DataFrame, currency: str, *, kept: bool
) -> list[Message]:
    """Return what a person has to know before anything else.

    Parameters
    ----------
    tool
        The target.
    chosen, series
        What was asked for, and what of it gets a schedule.
    budgets
        From `budgets.tool_budgets`.
    currency
        The plan's.
    kept
        Whether the schedule that is in the tool now was given.
    """
    return [*_restoring(tool, given=kept), *_overspent(budgets, tool, currency), *_idle(chosen, series)]


def _restoring(tool: Tool, *, given: bool) -> list[Message]:
    """Return what becomes of the schedule that is in the tool now, where a person may not expect it."""
    if tool.exact or given == (tool.rows != "dated"):
        return []
    return [Message("adtools.dated_restore" if given else "adtools.no_restore", {"tool": tool.title})]


def unsure_notes(tool: Tool) -> list[Message]:
    """Return what goes with every export to a tool."""
    notes = [Message(f"adtools.warn_{entry}") for entry in tool.warnings]
    for sure in ("third_party", "assumed"):
        aspects = [aspect for aspect, how in tool.sure.items() if how == sure]
        if aspects:
            named = Text(
                zh="、".join(say(f"adtools.aspect_{aspect}", "zh") for aspect in aspects),
                en=", ".join(say(f"adtools.aspect_{aspect}", "en") for aspect in aspects),
            )
            notes.append(Message(f"adtools.unsure_{sure}", {"aspects": named}))
    return notes


def _overspent(budgets: pd.DataFrame, tool: Tool, currency: str) -> list[Message]:
    """Return the warning that the tool's least budgets come to more than the plan's limits together."""
    worst, limit = float(budgets["worst_case"].sum()), float(budgets["limit"].sum())
    if worst <= limit + 0.005:
        return []
    values = {"worst": worst, "limit": limit, "least": tool.least_budget, "currency": currency}
    return [Message("adtools.budgets_over", values)]


def _idle(chosen: Sequence[Series], series: Sequence[Series]) -> list[Message]:
    """Return the note on campaigns that get no schedule."""
    left = [one.name for one in chosen if one not in series]
    return [Message("adtools.campaigns_idle", {"names": ", ".join(left)})] if left else []
