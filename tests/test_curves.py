"""Curves, elasticity, rehearsal and level: by law and by value."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.allocate.bid_level import ALLOWANCE, choose_level
from planner.market import Draws
from planner.market.curves import bid_at_spend, clicks_at_spend, full_spend, spend_at_bid
from planner.market.elasticity import bid_response, learn_elasticity
from planner.market.simulation import rehearse


def some_cells(slots: int = 4, channels: int = 2, value: float = 2.0) -> pd.DataFrame:
    count = slots * channels
    return pd.DataFrame(
        {
            "start": np.repeat(pd.date_range("2026-11-11", periods=slots, freq="h", tz="Asia/Shanghai"), channels),
            "channel": np.tile([f"c{k}" for k in range(channels)], slots),
            "clicks_scale": np.linspace(5.0, 9.0, count),
            "elasticity": 0.7,
            "max_clicks": 400.0,
            "kappa": 1.1,
            "orders_per_click": 0.05,
            "revenue_per_order": 100.0,
            "profit_per_order": value / 0.05,
        }
    )


def no_doubt(cells: pd.DataFrame, count: int = 1) -> Draws:
    ones = np.ones((count, len(cells)))
    return Draws(ones, ones, ones)


@settings(derandomize=True, max_examples=60)
@given(st.lists(st.floats(0.01, 200), min_size=8, max_size=8))
def test_bid_at_spend_undoes_spend_at_bid(spends: list[float]) -> None:
    cells = some_cells()
    spend = np.minimum(spends, full_spend(cells))
    np.testing.assert_allclose(spend_at_bid(cells, bid_at_spend(cells, spend)), spend, rtol=1e-9)


@settings(derandomize=True, max_examples=60)
@given(st.floats(0.1, 100), st.floats(0.1, 100))
def test_clicks_rise_and_flatten_with_spend(one: float, two: float) -> None:
    cells = some_cells()
    low, high = sorted((one, two))
    middle = clicks_at_spend(cells, np.full(8, (low + high) / 2))
    assert (clicks_at_spend(cells, np.full(8, high)) >= clicks_at_spend(cells, np.full(8, low))).all()
    ends = (clicks_at_spend(cells, np.full(8, high)) + clicks_at_spend(cells, np.full(8, low))) / 2
    assert (middle >= ends - 1e-9).all()


def test_marginal_click_costs_kappa_times_the_bid() -> None:
    cells, spend, step = some_cells(), np.full(8, 20.0), 1e-6
    more = clicks_at_spend(cells, spend + step) - clicks_at_spend(cells, spend)
    np.testing.assert_allclose(step / more, 1.1 * bid_at_spend(cells, spend), rtol=1e-4)


def test_nothing_spent_is_no_bid_and_no_clicks() -> None:
    cells = some_cells()
    assert not bid_at_spend(cells, np.zeros(8)).any()
    assert not spend_at_bid(cells, np.zeros(8)).any()


def test_elasticity_without_evidence_is_the_prior() -> None:
    assert learn_elasticity(None, None).eta == pytest.approx(0.65)


def test_elasticity_follows_price_over_bid_and_bid_changes() -> None:
    dear, cheap = learn_elasticity(0.9, None), learn_elasticity(0.6, None)
    assert dear.eta > cheap.eta
    sure = learn_elasticity(0.84, (3.0, 0.01))
    assert sure.eta == pytest.approx(0.75, abs=0.01)
    assert sure.price_per_bid == pytest.approx(0.84)


@pytest.mark.parametrize("channels", [1, 3])
def test_bid_response_is_found_from_bid_changes_and_not_from_demand(channels: int) -> None:
    rng = np.random.default_rng(3)
    days = 30
    day = np.repeat(np.arange(days), 24)
    bid = np.exp(np.repeat(0.2 * rng.standard_normal((days, channels)), 24, axis=0))
    demand = np.exp(np.repeat(0.05 * rng.standard_normal((days, 1)), 24, axis=0))
    expected = np.full((days * 24, channels), 50.0)
    clicks = rng.poisson(expected * demand * bid**2.5).astype(float)
    for found in bid_response(clicks, bid, expected, day):
        assert found is not None
        assert found[0] == pytest.approx(2.5, abs=3 * found[1])
        assert found[1] < 0.2


def test_bid_response_at_a_constant_bid_says_nothing() -> None:
    grid = np.full((240, 2), 30.0)
    assert bid_response(grid, np.ones((240, 2)), grid, np.repeat(np.arange(10), 24)) == [None, None]


def test_rehearse_in_the_expected_market_spends_what_the_curve_says() -> None:
    cells, bids = some_cells(), np.full(8, 0.8)
    played = rehearse(cells, no_doubt(cells), bids, caps=np.inf, budget=np.inf)
    np.testing.assert_allclose(played.spend[0], spend_at_bid(cells, bids))
    np.testing.assert_allclose(played.clicks[0], clicks_at_spend(cells, spend_at_bid(cells, bids)))
    np.testing.assert_allclose(played.profit[0], played.clicks[0] * 2.0 - played.spend[0])


@settings(derandomize=True, max_examples=40)
@given(st.floats(1, 300), st.floats(0.5, 60), st.integers(0, 5))
def test_rehearse_never_passes_cap_or_budget(budget: float, cap: float, seed: int) -> None:
    cells = some_cells()
    rng = np.random.default_rng(seed)
    draws = Draws(*(np.exp(0.5 * rng.standard_normal((20, 8))) for _ in range(3)))
    played = rehearse(cells, draws, np.full(8, 1.0), caps=np.full(8, cap), budget=budget)
    assert (played.spend <= cap * (1 + 1e-12)).all()
    assert (played.spend.sum(axis=1) <= budget * (1 + 1e-12)).all()


def test_rehearse_stops_in_order_of_time_and_shares_within_a_slot() -> None:
    cells = some_cells(slots=3)
    bids = np.full(6, 0.8)
    free = rehearse(cells, no_doubt(cells), bids, caps=np.inf, budget=np.inf).spend[0]
    budget = free[:2].sum() + 0.5 * free[2:4].sum()
    spend = rehearse(cells, no_doubt(cells), bids, caps=np.inf, budget=budget).spend[0]
    np.testing.assert_allclose(spend, free * [1, 1, 0.5, 0.5, 0, 0])


def test_rehearse_price_pressure_takes_clicks_and_leaves_the_price_of_a_click() -> None:
    cells, bids = some_cells(), np.full(8, 0.5)
    ones = np.ones((1, 8))
    played = rehearse(cells, Draws(ones, 1.2 * ones, ones), bids, caps=np.inf, budget=np.inf)
    plain = rehearse(cells, no_doubt(cells), bids, caps=np.inf, budget=np.inf)
    np.testing.assert_allclose(played.clicks / plain.clicks, 1.2 ** -(0.7 / 0.3))
    np.testing.assert_allclose(played.spend / played.clicks, plain.spend / plain.clicks)


def test_level_stays_at_one_where_nothing_is_in_doubt_and_money_is_ample() -> None:
    cells = some_cells(value=1.0)
    bids = np.full(8, 1.0 / 1.1)
    assert choose_level(cells, no_doubt(cells), bids, caps=np.inf, budget=1e6).scale == 1.0


def test_level_is_lower_where_markets_may_run_away_with_the_budget() -> None:
    cells = some_cells(slots=8, value=3.0)
    rng = np.random.default_rng(0)
    traffic = np.exp(rng.standard_normal((200, 1))) * np.ones((1, 16))
    draws = Draws(traffic, np.ones_like(traffic), np.ones_like(traffic))
    bids = np.full(16, 1.0)
    budget = float(spend_at_bid(cells, bids).sum())
    level = choose_level(cells, draws, bids, caps=np.inf, budget=budget)
    assert level.scale < 1.0
    assert level.ladder["profit"].max() > level.ladder["profit"].iloc[-1]


def test_level_falls_as_more_is_asked_of_the_last_yuan_and_says_what_it_earns() -> None:
    cells = some_cells(slots=8, value=3.0)
    rng = np.random.default_rng(0)
    traffic = np.exp(0.3 * rng.standard_normal((100, 1))) * np.ones((1, 16))
    draws, bids = Draws(traffic, np.ones_like(traffic), np.ones_like(traffic)), np.full(16, 1.0)
    asked = (0.0, 0.3, 1.0, 4.0)
    found = [choose_level(cells, draws, bids, caps=np.inf, budget=1e9, least_gain=least) for least in asked]
    assert all(low.scale >= high.scale for low, high in pairwise(found))
    assert found[-1].scale < 0.7 < found[0].scale
    for least, level in zip(asked[1:], found[1:], strict=True):
        assert level.last_yuan >= least  # the step taken earned what was asked
        chosen = level.ladder[level.ladder["scale"] > level.scale].iloc[:1]
        before = level.ladder[level.ladder["scale"] == level.scale].iloc[0]
        more, money = chosen["profit"] - before["profit"], chosen["spend"] - before["spend"]
        assert (more / money + ALLOWANCE <= least + 1e-9).all()  # and the next one would not
