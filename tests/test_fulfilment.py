"""What late and missing orders cost, by the platforms' rules."""

from __future__ import annotations

import pytest

from planner.allocate.fulfilment import COMPENSATION, Compensation, FulfilmentCost, Rate, shipping_cost


@pytest.mark.parametrize(
    ("platform", "price", "late", "missing"),
    [
        ("tmall", 200.0, 10.0, 70.0),  # 5 % and 35 % in all
        ("tmall", 60.0, 5.0, 21.0),  # at least 5 when late; 5 + 18 is held to 35 %
        ("tmall", 2000.0, 50.0, 550.0),  # at most 50 when late, 500 when missing
        ("taobao", 100.0, 5.0, 35.0),
        ("taobao", 10.0, 1.0, 4.0),  # at least 1 when late
        ("taobao", 1000.0, 30.0, 60.0),  # at most 30 each
        ("other", 100.0, 0.0, 0.0),
    ],
)
def test_compensation_follows_the_platforms_rules(platform: str, price: float, late: float, missing: float) -> None:
    rules = COMPENSATION[platform]
    assert rules.late_amount(price) == pytest.approx(late)
    assert rules.missing_amount(price) == pytest.approx(missing)


def test_tmall_order_never_pays_more_than_its_share() -> None:
    assert all(COMPENSATION["tmall"].missing_amount(price) <= 0.35 * price + 1e-12 for price in range(1, 5000, 7))


def test_shipping_cost_rises_at_the_promise_and_at_the_end_of_grace() -> None:
    cost = shipping_cost("tmall", 200.0, 240.0, promise_hours=48.0)
    assert cost.thresholds == (480.0, 1200.0)
    assert cost.costs == (10.0, 70.0)
    assert cost.cost(480.0) == 0.0
    assert cost.cost(481.0) == pytest.approx(10.0)
    assert cost.cost(1201.0) == pytest.approx(7200.0 + 70.0)
    assert cost.next_cost(1200.0) == 70.0


def test_backlog_ships_first_and_lost_profit_counts_as_a_cost() -> None:
    cost = shipping_cost("other", 200.0, 240.0, backlog=500.0, lost_profit=40.0)
    assert cost == FulfilmentCost((700.0,), (40.0,))


def test_backlog_beyond_all_capacity_makes_every_order_missing() -> None:
    assert shipping_cost("tmall", 200.0, 24.0, backlog=1000.0) == FulfilmentCost((0.0,), (70.0,))


def test_orders_that_come_in_slowly_are_late_later() -> None:
    assert shipping_cost("tmall", 200.0, 24.0, spread_hours=24.0).thresholds[0] == 72.0


def test_platform_that_pays_nothing_costs_nothing() -> None:
    assert shipping_cost("other", 200.0, 24.0).cost(1e9) == 0.0


def test_own_rates_replace_the_platforms() -> None:
    own = Compensation(late=Rate(0.1), missing=Rate(0.2))
    assert shipping_cost("tmall", 100.0, 24.0, compensation=own).costs == (10.0, pytest.approx(30.0))


def test_unknown_platform_and_bad_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="tmall, taobao, other"):
        shipping_cost("jd", 100.0, 10.0)
    with pytest.raises(ValueError, match="at least 0"):
        shipping_cost("tmall", -1.0, 10.0)


@pytest.mark.parametrize(
    ("thresholds", "costs", "found"),
    [
        ((1.0,), (), "1 thresholds but 0 costs"),
        ((2.0, 1.0), (1.0, 2.0), "increase"),
        ((1.0, 2.0), (2.0, 1.0), "not convex"),
        ((-1.0,), (1.0,), "at least 0"),
    ],
)
def test_cost_that_is_not_convex_is_refused(
    thresholds: tuple[float, ...], costs: tuple[float, ...], found: str
) -> None:
    with pytest.raises(ValueError, match=found):
        FulfilmentCost(thresholds, costs)
