"""The plan of the same promotion with something changed, on the market that it stands on already where that stays."""

from __future__ import annotations

from typing import Any

from planner.history import History
from planner.plan.expectation import market_changes
from planner.plan.plan import Plan
from planner.plan.stages import make_plan, plan_on
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.wording import Lang, Message

__all__ = ["replan"]


def replan(
    plan: Plan, *, history: History | None = None, lang: Lang | None = None, seed: int | None = None, **changes: Any
) -> Plan:
    """Return the plan of the same promotion with something changed; see `Plan.replan`."""
    brief = plan.brief.with_(**changes) if changes else plan.brief
    lang, seed = lang or plan.lang, plan.seed if seed is None else seed
    changed = market_changes(plan.brief, brief)
    same_market = not changed and brief.shop.margin == plan.brief.shop.margin and not plan.foundation.leans_on_budget
    if history is not None or (plan.foundation.whole and not same_market):
        return make_plan(brief, history or plan.history, lang=lang, seed=seed)
    if changed:
        raise InputError([Problem(Message("plan.history_needed", {"tables": ", ".join(changed)}))])
    foundation = plan.foundation.at_margin(brief.shop.margin / plan.brief.shop.margin)
    return plan_on(foundation, brief, plan.slots, lang=lang, seed=seed)
