"""Budgets as a tool has to be given them so that it stops at ours even on its worst day.

Most tools take a daily budget. Where the schedule itself moves the daily budget, another one would be multiplied or
would undo it: there each campaign gets one spending limit for the whole promotion.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from planner.outputs.adtools.series import Series
from planner.outputs.adtools.tool import Tool
from planner.plan import Plan
from planner.vocabulary.wording import Lang, say

__all__ = ["tool_budgets"]


def tool_budgets(plan: Plan, tool: Tool, series: Sequence[Series], lang: Lang) -> pd.DataFrame:
    """Return the budgets to set in a tool.

    Parameters
    ----------
    plan
        Its limits are what must not be passed.
    tool
        How far it overspends a daily budget, and the least it takes.
    series
        Which campaigns run in it.
    lang
        Language of the reasons.

    Returns
    -------
    pandas.DataFrame
        ``date``, ``channel``, ``limit`` (the plan's), ``tool_budget`` (what to set), ``worst_case`` (what can then be
        spent) [currency] and ``why``. The worst cases together are at most the limits together, unless the tool's
        least budget alone is more: then it stands and `why` says to stop by hand. A budget of 0 is a pause. Where the
        tool steers money a row is a campaign's spending limit, and its `date` is ``total``. In a plan by campaign
        `channel` is the campaign.
    """
    whole = tool.steers == "money"
    limits = _whole_limits(plan, series) if whole else _daily_limits(plan, series)
    # A spending limit is not overspent as a daily budget is.
    factor = 1.0 if whole else tool.overspend
    wanted = limits["limit"].to_numpy(dtype=float)
    budget = np.floor(wanted / factor + 1e-9)
    low = (budget < tool.least_budget) & (wanted > 0)
    budget[low] = tool.least_budget
    # What the least budgets take more than planned comes from the largest ones, so that the sum still holds.
    over = float(np.ceil(budget.sum() * factor - wanted.sum() - 1e-9))
    for place in np.argsort(-budget, kind="stable"):
        if over <= 0:
            break
        spare = min(np.ceil(over / factor), max(budget[place] - tool.least_budget, 0.0))
        budget[place] -= spare
        over -= spare * factor
    currency = plan.summary.currency
    why = []
    for place, worst in enumerate(budget * factor):
        values = {"least": tool.least_budget, "factor": factor, "limit": wanted[place], "currency": currency}
        stop = worst > wanted[place] + 0.005 and over > 0
        usual = "budget_whole" if whole else "budget_same" if factor == 1 else "budget_worst"
        entry = "budget_stop" if stop else "budget_least" if low[place] and budget[place] else usual
        why.append(say(f"adtools.{entry if budget[place] else 'budget_none'}", lang, **values))
    return limits[["date", "channel", "limit"]].assign(
        tool_budget=budget, worst_case=(budget * factor).round(2), why=why
    )


def _daily_limits(plan: Plan, series: Sequence[Series]) -> pd.DataFrame:
    """Return the plan's limits of a day and channel, or campaign, called as the tool calls it."""
    limits = plan.limits[plan.limits["date"] != "total"]
    campaigns = limits["campaign"].fillna("") if "campaign" in limits else pd.Series("", index=limits.index)
    names = {one.unit: one.name for one in series}
    called = [names.get(unit) for unit in zip(limits["channel"], campaigns, strict=True)]
    return limits.assign(channel=called).dropna(subset=["channel"]).reset_index(drop=True)


def _whole_limits(plan: Plan, series: Sequence[Series]) -> pd.DataFrame:
    """Return what each campaign may spend in the whole promotion."""
    limits = _daily_limits(plan, series).groupby("channel")["limit"].sum()
    rows = [("total", one.name, float(limits.get(one.name, 0.0))) for one in series]
    return pd.DataFrame(rows, columns=["date", "channel", "limit"])
