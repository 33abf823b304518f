from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from planner.allocate.ads import AdProblem, ad_problem, plan_ads
from planner.allocate.bids import bid_bounds, cap_spend, plan_limits, shown_bids, tool_unit
from planner.brief import Brief
from planner.brief.slots import make_slots
from planner.market import forecast_market
from planner.market.curves import clicks_at_spend, spend_at_bid
from planner.vocabulary.errors import InfeasibleError
from tests.conftest import SMALL_BRIEF, brief_from


def problem_of(brief: Brief) -> AdProblem:
    return ad_problem(brief, forecast_market(brief, make_slots(brief.timetable), None).table)


def test_plan_ads_spends_the_money_at_one_price_of_money(small_brief: Brief) -> None:
    plan = plan_ads(problem_of(small_brief), 600.0)
    free = plan.table["bound"].isin(["", "total"])
    assert plan.table["spend"].sum() == pytest.approx(600.0)
    assert np.ptp(plan.table.loc[free, "next_yuan"]) < 1e-6
    assert plan.allocation.certificate.gap < 1e-9


def test_notify_windows_and_worthless_cells_get_no_money(small_brief: Brief) -> None:
    plan = plan_ads(problem_of(small_brief), 600.0)
    cells = plan.problem.ads
    assert (plan.table.loc[cells["stance"] == "notify", "spend"] == 0).all()
    assert (plan.bids[(cells["stance"] == "notify").to_numpy()] == 0).all()


def test_a_bid_is_what_spends_the_spend(small_brief: Brief) -> None:
    plan = plan_ads(problem_of(small_brief), 600.0)
    spend = plan.table["spend"].to_numpy()
    assert spend_at_bid(plan.problem.ads, plan.bids) == pytest.approx(spend, rel=1e-9)


def test_bids_stay_within_the_channels_bounds_and_money_goes_where_it_may() -> None:
    text = SMALL_BRIEF.replace("price = 1.0", "price = 1.0\nmin_bid = 0.9\nmax_bid = 1.1")
    plan = plan_ads(problem_of(brief_from(text)), 2000.0)
    search = (plan.problem.ads["channel"] == "search").to_numpy()
    bought = plan.bids[search & (plan.bids > 0)]
    assert bought.min() >= 0.9 - 1e-12
    assert bought.max() <= 1.1 + 1e-12
    assert plan.table["spend"].sum() <= 2000 + 1e-9


def test_a_cell_below_the_lowest_bid_is_off_where_even_that_does_not_pay() -> None:
    text = SMALL_BRIEF.replace("conversion = 0.04", "conversion = 0.001\nmin_bid = 0.8")
    plan = plan_ads(problem_of(brief_from(text)), 3000.0)
    search = (plan.problem.ads["channel"] == "search").to_numpy()
    assert (plan.bids[search] == 0).all()
    assert (plan.table["spend"].to_numpy()[search] == 0).all()


def test_lowest_bids_never_break_a_small_budget() -> None:
    text = SMALL_BRIEF.replace("conversion = 0.04", "conversion = 0.2\nmin_bid = 0.8").replace(
        "conversion = 0.015", "conversion = 0.2\nmin_bid = 0.5"
    )
    plan = plan_ads(problem_of(brief_from(text)), 20.0)
    assert 0 < plan.table["spend"].sum() <= 20.0 + 1e-9
    bought = plan.bids > 0
    assert (plan.bids[bought] >= plan.problem.bounds.lowest[bought] - 1e-12).all()


def test_minimum_spends_are_met_where_no_lowest_bid_pays() -> None:
    text = SMALL_BRIEF.replace("conversion = 0.04", "conversion = 0.001\nmin_bid = 0.8\ndaily_minimum = 5")
    plan = plan_ads(problem_of(brief_from(text)), 200.0)
    cells = plan.problem.ads
    search = cells["channel"] == "search"
    by_day = plan.table["spend"][search].groupby(cells["date"][search]).sum()
    assert (by_day >= 5 - 1e-9).all()


def test_channel_and_window_budgets_hold_and_are_named() -> None:
    text = SMALL_BRIEF.replace("price = 1.0", "price = 1.0\nbudget = 100") + "[[windows]]\nwindow = 12\nbudget = 50\n"
    plan = plan_ads(problem_of(brief_from(text)), 600.0)
    cells = plan.problem.ads
    assert plan.table.loc[cells["channel"] == "search", "spend"].sum() == pytest.approx(100.0)
    assert plan.table.loc[cells["window"] == "close", "spend"].sum() <= 50.0 + 1e-9
    assert plan.allocation.multipliers["channel:search"] > 0


def test_a_budget_below_the_minimum_spends_names_them_and_what_would_do() -> None:
    text = SMALL_BRIEF.replace("price = 1.0", "price = 1.0\ndaily_minimum = 300")
    with pytest.raises(InfeasibleError, match="600"):
        plan_ads(problem_of(brief_from(text)), 500.0)


def test_a_cpm_channel_is_bid_by_the_thousand() -> None:
    text = SMALL_BRIEF.replace(
        'role = "feed"\nprice = 0.5', 'role = "feed"\nkind = "cpm"\nclick_through = 0.02\nprice = 10'
    )
    problem = problem_of(brief_from(text))
    feed = (problem.ads["channel"] == "feed").to_numpy()
    assert problem.bounds.per_click[feed] == pytest.approx(20.0)
    assert (problem.bounds.per_click[~feed] == 1).all()
    plan = plan_ads(problem, 600.0)
    bids, percent = shown_bids(plan.bids, problem.bounds, 0.01)
    bought = feed & (plan.bids > 0)
    assert bids[bought] == pytest.approx(20 * plan.bids[bought], abs=0.01)
    assert percent[bought] == pytest.approx(100 * plan.bids[bought] / problem.bounds.base[bought], abs=0.2)


def test_tmall_bids_start_at_thirty_per_cent_of_the_base() -> None:
    text = SMALL_BRIEF.replace("[shop]", '[shop]\nplatform = "tmall"').replace(
        "price = 1.0", "price = 1.0\nbase_bid = 2.0"
    )
    brief = brief_from(text)
    market = forecast_market(brief, make_slots(brief.timetable), None).table
    bounds = bid_bounds(brief, market)
    assert bounds.lowest[(market["channel"] == "search").to_numpy()] == pytest.approx(0.6)


def test_shown_bids_round_down_but_never_to_off(small_brief: Brief) -> None:
    bounds = problem_of(small_brief).bounds
    bids = np.full(len(bounds.base), 0.129)
    bids[0], bids[1] = 0.0, 0.004
    shown, percent = shown_bids(bids, bounds, 0.01)
    assert shown[:3].tolist() == [0.0, 0.01, 0.12]
    assert percent[0] == 0


def test_caps_are_looser_than_the_plan_and_never_above_the_money() -> None:
    caps = cap_spend(np.array([0.0, 1.0, 100.0, 900.0]), np.full(4, 0.5), np.array([5.0, 0.0, 260.0, 0.0]), 1000.0)
    assert caps.tolist() == [0.0, 100.0, 300.0, 1000.0]


@pytest.mark.parametrize(("money", "total"), [(200.0, 200), (230.0, 230), (1000.0, 250)])
def test_limits_are_whole_and_sum_to_at_most_the_money(money: float, total: int, small_brief: Brief) -> None:
    start = pd.to_datetime(["2026-11-10 23:00", "2026-11-11 00:00", "2026-11-11 00:00"]).tz_localize("Asia/Shanghai")
    schedule = pd.DataFrame({"start": start, "channel": ["a", "a", "b"], "spend": [33.4, 66.3, 100.3]})
    limits = plan_limits(small_brief, schedule, money, "en")
    assert limits["date"].tolist() == ["2026-11-10", "2026-11-11", "2026-11-11"]
    assert limits["limit"].sum() == total
    assert (limits["limit"] % 1 == 0).all()


def test_limits_keep_to_a_channels_own_budget() -> None:
    brief = brief_from(SMALL_BRIEF.replace("price = 1.0", "price = 1.0\nbudget = 105"))
    start = pd.to_datetime(["2026-11-10 23:00", "2026-11-11 00:00", "2026-11-11 00:00"]).tz_localize("Asia/Shanghai")
    schedule = pd.DataFrame({"start": start, "channel": ["search", "search", "feed"], "spend": [33.4, 66.3, 100.3]})
    limits = plan_limits(brief, schedule, 1000.0, "en").set_index(["date", "channel"])["limit"]
    assert limits.xs("search", level="channel").sum() == 105
    assert limits["2026-11-11", "feed"] == 126


def test_currencies_without_cents_have_whole_units() -> None:
    assert (tool_unit("CNY"), tool_unit("JPY")) == (0.01, 1.0)


def test_clicks_grow_with_spend_less_and_less(small_brief: Brief) -> None:
    cells = problem_of(small_brief).ads
    clicks = [clicks_at_spend(cells, np.full(len(cells), spend)) for spend in (1.0, 2.0, 3.0)]
    assert (clicks[1] >= clicks[0]).all()
    assert (clicks[2] - clicks[1] <= clicks[1] - clicks[0] + 1e-12).all()
