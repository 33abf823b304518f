"""The order of the stages, from a brief and a history to a plan; and what a plan must keep to.

The stages do not know each other: this module alone does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.actions import plan_actions
from planner.ads import AdPlan, AdProblem, ad_problem, plan_ads
from planner.allocate import frontier, round_spend
from planner.bids import cap_spend, plan_limits, shown_bids, tool_unit
from planner.brief import Brief
from planner.comparison import compare_plans, cumulative_paths, naive_plans
from planner.curves import clicks_at_spend, spend_at_bid
from planner.history import History
from planner.level import choose_level
from planner.market import Draws, forecast_market
from planner.offers import Offers, plan_offers
from planner.reasons import row_reasons
from planner.rehearse import Rehearsal, rehearse
from planner.slots import hour_starts, make_slots, match_past
from planner.sms import SmsPlan, plan_sms, settle_sms, sms_frontier
from planner.tables import ACTIONS, LIMITS, MARKET, SCHEDULE, SMS
from planner.wording import Lang, Message, Text

__all__ = ["DRAWS", "Plan", "Summary", "check_plan", "make_plan"]

Floats = NDArray[np.float64]

# Markets drawn to judge bid levels and to give ranges; enough that the level chosen does not hang on the seed.
DRAWS = 256


@dataclass(frozen=True)
class Summary:
    """The plan in a few numbers.

    Amounts in the promotion's currency. `profit` is what the ads and messages are expected to leave after their cost,
    on average over drawn markets, `profit_low` and `profit_high` its 10 and 90 % points; `profit_at_forecast` is the
    same if everything comes exactly as forecast. `money_price` is what the next unit of budget would earn net of itself.
    """

    budget: float
    reserve: float
    spend: float
    sms_cost: float
    orders: float
    revenue: float
    profit: float
    profit_low: float
    profit_high: float
    profit_at_forecast: float
    money_price: float
    currency: str

    @property
    def unspent(self) -> float:
        """Money of the budget that is neither planned nor reserved. [currency]"""
        return round(self.budget - self.reserve - self.spend - self.sms_cost, 2)


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything that was planned; the tables are those of `planner.tables`.

    `comparison` and `paths` set the plan beside naive plans over the same drawn markets; `frontier` has profit and
    marginal return over a range of budgets; `certificate` says how close to the optimum the allocation provably is.
    """

    brief: Brief
    lang: Lang
    seed: int
    slots: pd.DataFrame
    market: pd.DataFrame
    schedule: pd.DataFrame
    limits: pd.DataFrame
    sms: pd.DataFrame
    actions: pd.DataFrame
    offers: pd.DataFrame
    comparison: pd.DataFrame
    paths: pd.DataFrame
    frontier: pd.DataFrame
    multipliers: pd.Series
    certificate: Mapping[str, Any]
    summary: Summary
    notes: tuple[Message | Text, ...] = ()
    sources: tuple[Mapping[str, Any], ...] = field(default=())


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
    """
    lang = lang or brief.promotion.lang or "en"
    slots = make_slots(brief.timetable)
    market = forecast_market(brief, slots, history)
    draws = market.draw(DRAWS, seed)
    messages = sms_frontier(brief, market.table, lang)
    problem = ad_problem(brief, market.table, messages.cells() if messages else None)
    ads = _plan_at_level(problem, draws, brief.budget.total - brief.budget.reserve)
    sms = settle_sms(messages, ads.message_money, lang=lang) if messages else plan_sms(brief, market.table, lang=lang)
    money = brief.budget.total - brief.budget.reserve - sms.cost
    spend = _whole_steps(brief, ads)
    caps = _caps(ads, spend, draws, money)
    rehearsals = _rehearsals(brief, market.table, ads, caps, draws, history, money)
    schedule = _schedule(brief, market.table, ads, spend, caps, rehearsals["plan"], lang)
    offers = plan_offers(brief, slots, market.table, lang)
    limits = LIMITS.check(plan_limits(schedule, money, lang))
    actions = plan_actions(brief, brief.timetable, schedule, limits, sms.table, offers, lang)
    plan = Plan(
        brief=brief,
        lang=lang,
        seed=seed,
        slots=slots,
        market=MARKET.check(market.table),
        schedule=SCHEDULE.check(schedule),
        limits=limits,
        sms=SMS.check(sms.table),
        actions=ACTIONS.check(actions),
        offers=offers.table,
        comparison=compare_plans(rehearsals),
        paths=cumulative_paths(market.table, rehearsals),
        frontier=_frontier(problem, money),
        multipliers=ads.allocation.multipliers,
        certificate=ads.allocation.certificate.as_dict(),
        summary=_summary(brief, schedule, ads, sms, offers, rehearsals["plan"]),
        notes=(*(history.notes if history else ()), *market.notes, *sms.notes, *offers.notes),
        sources=tuple(asdict(source) for source in history.sources) if history else (),
    )
    if broken := check_plan(plan):
        raise ValueError("a plan that breaks its own rules: " + "; ".join(broken))
    return plan


def _plan_at_level(problem: AdProblem, draws: Draws, money: float) -> AdPlan:
    """Return the ads at the bid level that earns most over the drawn markets with this money.

    The certificate then speaks of the allocation of the money that this level spends by forecast.
    """
    full = plan_ads(problem, money)
    spend = full.table["spend"].to_numpy()
    rest = money - full.message_money
    level = choose_level(problem.ads, draws, full.bids, caps=np.where(spend > 0, rest, 0.0), budget=rest)
    if level.scale >= 1:
        return full
    scaled = np.maximum(full.bids * level.scale, np.where(full.bids > 0, problem.bounds.lowest, 0.0))
    needed = full.message_money + float(np.minimum(spend_at_bid(problem.ads, scaled), spend).sum())
    return plan_ads(problem, max(needed, _duties(problem)))


def _duties(problem: AdProblem) -> float:
    """Return what the brief's minimum spends come to. [currency]"""
    return float(sum(limit.floor for limit in problem.limits.groups))


def _whole_steps(brief: Brief, ads: AdPlan) -> Floats:
    """Return the spend of every cell in whole steps of the currency, their sum exact and nowhere above a limit."""
    rounded = round_spend(ads.allocation, unit=tool_unit(brief.promotion.currency))
    return np.asarray(rounded.table.loc[ads.problem.ads.index, "spend"], dtype=float)


def _caps(ads: AdPlan, spend: Floats, draws: Draws, money: float) -> Floats:
    """Return the hourly caps, from what the bids may spend in a good hour. [currency]"""
    cells = ads.problem.ads
    uncapped = rehearse(cells, draws, ads.bids, caps=np.inf, budget=np.inf)
    clicks = clicks_at_spend(cells, spend)
    price = np.divide(spend, clicks, out=np.zeros_like(spend), where=clicks > 0)
    return cap_spend(spend, price, np.quantile(uncapped.spend, 0.9, axis=0), money)


def _rehearsals(
    brief: Brief,
    market: pd.DataFrame,
    ads: AdPlan,
    caps: Floats,
    draws: Draws,
    history: History | None,
    money: float,
) -> dict[str, Rehearsal]:
    """Return the plan and the naive plans, each played in the same drawn markets, this plan first."""
    cells = ads.problem.ads
    played = {"plan": rehearse(cells, draws, ads.bids, caps=caps, budget=money)}
    for name, choices in naive_plans(market, money, _last_spend(brief, market, history)).items():
        tries = [rehearse(cells, draws, bids, caps=limits, budget=money) for bids, limits in choices]
        played[name] = max(tries, key=lambda rehearsal: float(rehearsal.profit.sum()))
    return played


def _last_spend(brief: Brief, market: pd.DataFrame, history: History | None) -> Floats | None:
    """Return what was spent at the time of each cell in the last event that the history holds; None without one."""
    if history is None or not brief.past_events or "spend" not in history.table:
        return None
    past = brief.past_timetable(max(brief.past_events, key=lambda event: event.date))
    slots = market[["start", "end", "window"]].drop_duplicates("start")
    then = hour_starts(match_past(slots, brief.timetable, past), brief.zone)
    known = history.table.dropna(subset=["channel"]).groupby(["hour", "channel"])["spend"].sum()
    hours = pd.Series(then, index=pd.Index(slots["start"]))
    keys = pd.MultiIndex.from_arrays([market["start"].map(hours), market["channel"]])
    share = ((market["end"] - market["start"]) / pd.Timedelta(hours=1)).to_numpy()
    spend = known.reindex(keys).fillna(0.0).to_numpy() * share
    return spend if spend.sum() > 0 else None


def _schedule(
    brief: Brief,
    market: pd.DataFrame,
    ads: AdPlan,
    spend: Floats,
    caps: Floats,
    rehearsal: Rehearsal,
    lang: Lang,
) -> pd.DataFrame:
    """Return `tables.SCHEDULE`: what the forecast expects of each cell, and its range over the drawn markets."""
    cells, unit = ads.problem.ads, tool_unit(brief.promotion.currency)
    bids, percent = shown_bids(np.where(spend > 0, ads.bids, 0.0), ads.problem.bounds, unit)
    clicks = clicks_at_spend(cells, spend)
    orders = clicks * cells["orders_per_click"].to_numpy()
    profit = orders * cells["profit_per_order"].to_numpy() - spend
    low, high = (np.quantile(values, (0.1, 0.9), axis=0) for values in (rehearsal.clicks, rehearsal.profit))
    table = pd.DataFrame(
        {
            "start": market["start"],
            "end": market["end"],
            "channel": market["channel"],
            "window": market["window"],
            "stance": market["stance"],
            "bid": bids,
            "bid_percent": percent,
            "spend": spend,
            "spend_cap": np.floor(caps / unit) * unit,
            "impressions": clicks / market["click_through"].to_numpy(),
            "clicks": clicks,
            "clicks_low": np.minimum(low[0], clicks),
            "clicks_high": np.maximum(low[1], clicks),
            "orders": orders,
            "revenue": orders * cells["revenue_per_order"].to_numpy(),
            "profit": profit,
            "profit_low": np.minimum(high[0], profit),
            "profit_high": np.maximum(high[1], profit),
            "next_yuan": np.where(np.isfinite(ads.table["next_yuan"]), ads.table["next_yuan"], 0.0),
        },
        index=market.index,
    ).round(_DECIMALS)
    table["reason"] = row_reasons(brief, table, market, ads.table["bound"].astype(str), lang)
    return table


# Decimals of the schedule's columns: enough that sums over a promotion hold to the cent.
_DECIMALS = {
    **dict.fromkeys(("spend", "spend_cap", "revenue", "profit", "profit_low", "profit_high"), 2),
    **dict.fromkeys(("clicks", "clicks_low", "clicks_high"), 3),
    **{"impressions": 1, "orders": 4, "next_yuan": 4},
}


def _frontier(problem: AdProblem, money: float) -> pd.DataFrame:
    """Return profit, orders and marginal return over a range of ad budgets around this one."""
    budgets = money * np.linspace(0.1, 2.0, 20)
    return frontier(problem.cells, problem.limits, budgets[budgets >= _duties(problem)])


def _summary(
    brief: Brief, schedule: pd.DataFrame, ads: AdPlan, sms: SmsPlan, offers: Offers, rehearsal: Rehearsal
) -> Summary:
    """Return the plan in a few numbers; messages and deals are added to what the ads bring."""
    extra = sms.profit - offers.cost
    late = [ads.problem.limits.fulfilment.cost(orders) for orders in rehearsal.orders.sum(axis=1)]
    profit = rehearsal.profit.sum(axis=1) - np.asarray(late)
    low, high = np.quantile(profit, (0.1, 0.9))
    return Summary(
        budget=brief.budget.total,
        reserve=brief.budget.reserve,
        spend=round(float(schedule["spend"].sum()), 2),
        sms_cost=round(sms.cost, 2),
        orders=float(rehearsal.orders.sum(axis=1).mean() + sms.table["orders"].sum()),
        revenue=float(rehearsal.revenue.sum(axis=1).mean()),
        profit=float(profit.mean()) + extra,
        profit_low=float(low) + extra,
        profit_high=float(high) + extra,
        profit_at_forecast=float(ads.allocation.profit) + extra,
        money_price=float(ads.allocation.money_price),
        currency=brief.promotion.currency,
    )


def check_plan(plan: Plan) -> list[str]:
    """Return what breaks the rules every plan keeps to: money, bounds, order; nothing for a good plan."""
    schedule, summary = plan.schedule, plan.summary
    numbers = schedule.select_dtypes("number")
    broken = [
        f"{name} is negative" for name in ("bid", "spend", "spend_cap", "clicks", "orders") if (numbers[name] < 0).any()
    ]
    if numbers.isna().any().any():
        broken.append("empty numbers in the schedule")
    cents = round(100 * (summary.spend + summary.sms_cost + summary.reserve))
    if cents > round(100 * summary.budget):
        broken.append(f"{cents / 100} planned of {summary.budget}")
    if round(100 * plan.limits["limit"].sum()) > round(100 * (summary.budget - summary.reserve - summary.sms_cost)):
        broken.append("limits above the money for ads")
    if (schedule.loc[schedule["bid"] == 0, "spend"] > 0).any():
        broken.append("spend without a bid")
    if (schedule["spend"] > schedule["spend_cap"] + 1e-9).any():
        broken.append("a cap below its spend")
    return broken
