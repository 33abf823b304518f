"""What every plan keeps to, whatever the brief: money, bounds and order. A plan that does not is a bug of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.plan.plan import Plan

__all__ = ["check_plan"]


def check_plan(plan: Plan) -> list[str]:
    """Return what breaks the rules every plan keeps to: money, bounds, order; nothing for a good plan."""
    schedule, summary = plan.schedule, plan.summary
    numbers = schedule.select_dtypes("number")
    broken = [
        f"{name} is negative" for name in ("bid", "spend", "spend_cap", "clicks", "orders") if (numbers[name] < 0).any()
    ]
    if numbers.isna().any().any():
        broken.append("empty numbers in the schedule")
    planned = summary.spend + float(plan.sms["cost"].sum()) + summary.reserve
    if planned > summary.budget * (1 + 1e-12):
        broken.append(f"{planned} planned of {summary.budget}")
    if float(plan.limits["limit"].sum()) > (summary.budget - summary.reserve - summary.sms_cost) * (1 + 1e-12):
        broken.append("limits above the money for ads")
    if (schedule.loc[schedule["bid"] == 0, "spend"] > 0).any():
        broken.append("spend without a bid")
    if (schedule["spend"] > schedule["spend_cap"] + 1e-9).any():
        broken.append("a cap below its spend")
    return broken
