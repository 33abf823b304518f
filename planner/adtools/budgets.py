"""Daily budgets as a tool has to be given them so that it stops at ours even on its worst day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from planner.adtools.tool import Tool
from planner.plan import Plan
from planner.wording import Lang, say

__all__ = ["tool_budgets"]


def tool_budgets(plan: Plan, tool: Tool, channels: Sequence[str], lang: Lang) -> pd.DataFrame:
    """Return the budgets to set in a tool.

    Parameters
    ----------
    plan
        Its limits are what must not be passed.
    tool
        How far it overspends a daily budget, and the least it takes.
    channels
        Which channels run in it.
    lang
        Language of the reasons.

    Returns
    -------
    pandas.DataFrame
        ``date``, ``channel``, ``limit`` (the plan's), ``tool_budget`` (what to set), ``worst_case`` (what a day can
        then spend) [currency] and ``why``. The worst cases together are at most the limits together, unless the
        tool's least budget alone is more: then it stands and `why` says to stop by hand.
    """
    daily = plan.limits["channel"].isin(channels) & (plan.limits["date"] != "total")
    limits = plan.limits[daily].reset_index(drop=True)
    wanted = limits["limit"].to_numpy(dtype=float)
    budget = np.floor(wanted / tool.overspend + 1e-9)
    low = (budget < tool.least_budget) & (wanted > 0)
    budget[low] = tool.least_budget
    # What the least budgets take more than planned comes from the largest ones, so that the sum still holds.
    over = float(np.ceil(budget.sum() * tool.overspend - wanted.sum() - 1e-9))
    for place in np.argsort(-budget, kind="stable"):
        if over <= 0:
            break
        spare = min(np.ceil(over / tool.overspend), max(budget[place] - tool.least_budget, 0.0))
        budget[place] -= spare
        over -= spare * tool.overspend
    currency = plan.summary.currency
    why = []
    for place, worst in enumerate(budget * tool.overspend):
        values = {"least": tool.least_budget, "factor": tool.overspend, "limit": wanted[place], "currency": currency}
        stop = worst > wanted[place] + 0.005 and over > 0
        entry = "budget_stop" if stop else "budget_least" if low[place] else "budget_worst"
        entry = "budget_same" if entry == "budget_worst" and tool.overspend == 1 else entry
        why.append(say(f"adtools.{entry}", lang, **values))
    return limits[["date", "channel", "limit"]].assign(
        tool_budget=budget, worst_case=(budget * tool.overspend).round(2), why=why
    )
