"""The order of the stages, from a brief and a history to a plan, and what a plan is and keeps to.

In goes a brief and a history, out comes a `Plan`. `stages` alone knows the order: the stages do not know each other.
"""

from planner.plan.invariants import check_plan
from planner.plan.plan import Plan
from planner.plan.stages import DRAWS, make_plan
from planner.plan.summary import Summary

__all__ = ["DRAWS", "Plan", "Summary", "check_plan", "make_plan"]
