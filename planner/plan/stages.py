"""The order of the stages, from a brief and a history to a plan.

The stages do not know each other: this module alone does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.actions import plan_actions
from planner.actions.after_sale import paid_price
from planner.allocate import Rounded, frontier, round_spend
from planner.allocate.ads import AdPlan, AdProblem, ad_problem, plan_ads
from planner.allocate.bid_level import ALLOWANCE, Level, choose_level
from planner.allocate.bids import plan_limits, tool_unit
from planner.allocate.schedule import hourly_caps, plan_schedule
from planner.brief import Brief, Budget
from planner.brief.slots import make_slots
from planner.history import History
from planner.market import Draws
from planner.market.curves import spend_at_bid
from planner.market.simulation import Rehearsal, rehearse
from planner.messages.offers import plan_offers
from planner.messages.sms import plan_sms, settle_sms, sms_frontier
from planner.plan.expectation import Foundation, lay_foundation
from planner.plan.invariants import check_plan
from planner.plan.naive_plans import compare_plans, cumulative_paths, naive_plans
from planner.plan.plan import Plan
from planner.plan.summary import summarise
from planner.vocabulary.tables import ACTIONS, LIMITS, MARKET, SCHEDULE, SMS
from planner.vocabulary.wording import Lang

__all__ = ["DRAWS", "make_plan", "plan_on"]

Floats = NDArray[np.float64]

# Markets drawn to judge bid levels and to give ranges; enough that the level chosen does not hang on the seed. Of plans
# with very many cells fewer are drawn, that all plans compared fit into memory.
DRAWS, MOST_DRAWN, LEAST_DRAWS = 256, 4_000_000, 64


def make_plan(brief: Brief, history: History | None = None, *, lang: Lang | None = None, seed: int = 0) -> Plan:
    """Plan a promotion.

    Parameters
    ----------
    brief
        What the seller tells us.
    history
        What happened; None plans from the playbook and the brief alone.
    lang
        Language of reasons and actions; by default the brief's, else English.
    seed
        Of the drawn markets; the same seed gives the same plan.

    Raises
    ------
    InputError
        The brief lacks what the history does not give.
    InfeasibleError
        No plan keeps all limits of the brief.

    Examples
    --------
    >>> import planner
    >>> shop = planner.example_folder()
    >>> brief = planner.load_brief(shop / "brief.toml")
    >>> plan = planner.make_plan(brief, planner.load_history(shop / "history.csv", brief))
    >>> plan.summary.spend + plan.summary.sms_cost <= brief.budget.total
    True
    """
    lang = lang or brief.promotion.lang or "en"
    slots = make_slots(brief.timetable)
    return plan_on(lay_foundation(brief, slots, history), brief, slots, lang=lang, seed=seed)


def plan_on(
    foundation: Foundation,
    brief: Brief,
    slots: pd.DataFrame,
    *,
    lang: Lang,
    seed: int,
    settle: Callable[[AdPlan, Draws, float], Floats] | None = None,
    doubt: float = 1.0,
) -> Plan:
    """Return the plan of a brief in the market that it stands on.

    Parameters
    ----------
    foundation
        The market, and what was spent in the last event.
    brief
        What the seller tells us.
    slots
        `tables.SLOTS` of the brief's promotion.
    lang, seed
        As in `make_plan`.
    settle
        Gives the bids per click to set instead of the best ones, from the best plan, the drawn markets and the money
        for ads: on the day not everything is changed.
    doubt
        Variance of the market over that of one forecast beforehand: the drawn markets are too wide as far as the
        forecast is still in doubt, and the allowance for it goes with that.
    """
    offers = plan_offers(brief, slots, foundation.market.table, lang)
    market = replace(foundation.market, table=offers.lifted(foundation.market.table))
    draws = market.draw(min(DRAWS, max(LEAST_DRAWS, MOST_DRAWN // len(market.table))), seed)
    messages = sms_frontier(brief, market.table, lang)
    problem = ad_problem(brief, market.table, messages.cells() if messages else None)
    ads, level = _plan_at_level(problem, draws, brief.budget, allowance=doubt * ALLOWANCE)
    ads = ads.proven()
    sms = settle_sms(messages, ads.message_money, lang=lang) if messages else plan_sms(brief, market.table, lang=lang)
    money = brief.budget.total - brief.budget.reserve - sms.cost
    rounded = round_spend(ads.allocation, unit=tool_unit(brief.promotion.currency))
    if settle is None:
        spend = _whole_steps(brief, ads, rounded, money)
    else:
        ads, spend = _settled(brief, ads, settle(ads, draws, money), money)
    caps = hourly_caps(ads, spend, draws, money)
    rehearsals = _rehearsals(foundation, ads, caps, draws, money)
    schedule = plan_schedule(brief, market.table, ads, spend=spend, caps=caps, rehearsal=rehearsals["plan"], lang=lang)
    limits = LIMITS.check(plan_limits(brief, schedule, money, lang))
    price = paid_price(brief, market.table)
    actions = plan_actions(brief, brief.timetable, schedule, limits, sms.table, offers, lang, price=price)
    plan = Plan(
        brief=brief,
        lang=lang,
        seed=seed,
        slots=slots,
        market=MARKET.check(foundation.market.table),
        schedule=SCHEDULE.check(schedule),
        limits=limits,
        sms=SMS.check(sms.table),
        actions=ACTIONS.check(actions),
        offers=offers.table,
        comparison=compare_plans(rehearsals, problem.limits.fulfilment),
        paths=cumulative_paths(market.table, rehearsals),
        frontier=_frontier(problem, money),
        multipliers=ads.allocation.multipliers,
        certificate=ads.claim | {"rounding_loss": rounded.loss},
        summary=summarise(brief, schedule, ads, sms, offers, rehearsals["plan"], level.last_yuan),
        foundation=foundation,
        notes=(*foundation.notes, *sms.notes, *offers.notes),
    )
    if broken := check_plan(plan):
        raise ValueError("a plan that breaks its own rules: " + "; ".join(broken))
    return plan


def _plan_at_level(
    problem: AdProblem, draws: Draws, budget: Budget, *, allowance: float = ALLOWANCE
) -> tuple[AdPlan, Level]:
    """Return the ads at the level up to which every yuan of the budget earns enough over the drawn markets.

    The certificate then speaks of the allocation of the money that this level spends by forecast.
    """
    money = budget.total - budget.reserve
    full = plan_ads(problem, money)
    spend = full.table["spend"].to_numpy()
    rest = money - full.message_money
    caps = np.where(spend > 0, rest, 0.0)
    level = choose_level(
        problem.ads,
        draws,
        full.bids,
        caps=caps,
        budget=rest,
        least_gain=budget.least_gain,
        allowance=allowance,
        stops=problem.stops,
    )
    if level.scale >= 1:
        return full, level
    scaled = np.maximum(full.bids * level.scale, np.where(full.bids > 0, problem.bounds.lowest, 0.0))
    needed = full.message_money + float(np.minimum(spend_at_bid(problem.ads, scaled), spend).sum())
    return plan_ads(problem, max(needed, _duties(problem))), level


def _duties(problem: AdProblem) -> float:
    """Return what the brief's minimum spends come to. [currency]"""
    return float(sum(limit.floor for limit in problem.limits.groups))


def _whole_steps(brief: Brief, ads: AdPlan, rounded: Rounded, money: float) -> Floats:
    """Return the ads' spend in whole steps of the currency, together at most the money that the messages leave."""
    unit = tool_unit(brief.promotion.currency)
    units = rounded.table.loc[ads.problem.ads.index, "units"].to_numpy(dtype=np.int64, copy=True)
    cells = ads.problem.ads
    duties = [
        ((cells[limit.columns[0]] == limit.label).to_numpy(), int(np.ceil(limit.floor / unit - 1e-6)))
        for limit in ads.problem.limits.groups
        if limit.floor > 0
    ]
    # Messages are bought whole: what they cost may be a step more than the share that rounding gave them. It comes from
    # where the brief's minimum spends are not at stake.
    for _ in range(max(0, int(units.sum()) - int(np.floor(money / unit + 1e-6)))):
        bound = [inside for inside, least in duties if units[inside].sum() <= least]
        free = units * ~np.any(bound, axis=0) if bound else units
        units[int(np.argmax(free if free.any() else units))] -= 1
    spend: Floats = (units * unit).round(6)
    return spend


def _settled(brief: Brief, ads: AdPlan, bids: Floats, money: float) -> tuple[AdPlan, Floats]:
    """Return the ads at other bids, and what these spend by forecast in whole steps of the currency, in order of time.

    The best bids stay where the others do not meet the brief's minimum spends.
    """
    unit, cells, one = tool_unit(brief.promotion.currency), ads.problem.ads, np.ones((1, len(bids)))
    forecast = Draws(one, one, one)
    played = rehearse(cells, forecast, bids, caps=np.inf, budget=money, stops=ads.problem.stops)
    spend: Floats = (np.floor(played.spend[0] / unit + 1e-6) * unit).round(6)
    short = [
        spend[(cells[limit.columns[0]] == limit.label).to_numpy()].sum() < limit.floor - unit
        for limit in ads.problem.limits.groups
        if limit.floor > 0
    ]
    if any(short):
        return ads, _whole_steps(brief, ads, round_spend(ads.allocation, unit=unit), money)
    return replace(ads, bids=np.where(spend > 0, bids, 0.0)), spend


def _rehearsals(foundation: Foundation, ads: AdPlan, caps: Floats, draws: Draws, money: float) -> dict[str, Rehearsal]:
    """Return the plan and the naive plans, each played in the same drawn markets, this plan first."""
    cells, stops, highest = ads.problem.ads, ads.problem.stops, ads.problem.bounds.highest
    played = {"plan": rehearse(cells, draws, ads.bids, caps=caps, budget=money, stops=stops)}
    for name, choices in naive_plans(foundation.market.table, money, foundation.last_spend).items():
        tries = [
            rehearse(cells, draws, np.minimum(bids, highest), caps=limits, budget=money, stops=stops)
            for bids, limits in choices
        ]
        best = max(tries, key=lambda rehearsal: float(rehearsal.profit.sum()))
        # The best level is worth a line of its own only where it is another than the usual one.
        if len(tries) == 1 or best.profit.sum() > played["flat"].profit.sum():
            played[name] = best
    return played


def _frontier(problem: AdProblem, money: float) -> pd.DataFrame:
    """Return profit, orders and marginal return over a range of ad budgets around this one."""
    budgets = money * np.linspace(0.1, 2.0, 20)
    return frontier(problem.cells, problem.limits, budgets[budgets >= _duties(problem)])
