"""The order of the stages, from a brief and a history to a plan."""

from planner.plan.stages import DRAWS, Plan, check_plan, make_plan
from planner.plan.summary import Summary

__all__ = ["DRAWS", "Plan", "Summary", "check_plan", "make_plan"]
