"""What else may be asked of the allocation: other budgets, the least spend, whole units."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest

from planner.allocate import GroupLimit, Limits, allocate_budget, frontier, least_spend, round_spend
from planner.allocate.fulfilment import FulfilmentCost
from planner.vocabulary.errors import InfeasibleError
from tests.test_allocate import CROSSING, shop

LATE = FulfilmentCost((20.0, 40.0), (4.0, 15.0))
EVERYTHING = Limits(800.0, CROSSING, min_return=4.0, stock=120.0, fulfilment=LATE)


def test_frontier_holds_what_each_budget_earns() -> None:
    cells, budgets = shop(linear=0.2), [900.0, 200.0, 500.0]
    curve = frontier(cells, EVERYTHING, budgets)
    assert curve["budget"].tolist() == [200.0, 500.0, 900.0]
    for row in curve.itertuples():
        plan = allocate_budget(cells, EVERYTHING.with_total(row.budget))
        assert row.profit == pytest.approx(plan.profit, rel=1e-9)
        assert row.spend == pytest.approx(plan.spend, rel=1e-9)
        assert row.orders == pytest.approx(plan.orders, rel=1e-6)
        assert row.gap <= 1e-9


def test_frontier_is_concave_and_its_slope_is_the_price_of_money() -> None:
    curve = frontier(shop(), EVERYTHING, np.linspace(150.0, 900.0, 16))
    assert (curve["profit"].diff().dropna() >= -1e-9).all()
    assert (curve["money_price"].diff().dropna() <= 1e-9).all()
    for before, after in pairwise(curve.itertuples()):
        gain = (after.profit - before.profit) / (after.budget - before.budget)
        assert after.money_price - 1e-9 <= gain <= before.money_price + 1e-9


def test_frontier_leaves_out_budgets_below_the_floors() -> None:
    assert frontier(shop(), EVERYTHING, [50.0, 200.0])["budget"].tolist() == [200.0]
    with pytest.raises(InfeasibleError, match="channel:display"):
        frontier(shop(), EVERYTHING, [50.0])


@pytest.mark.parametrize("budget", [150.0, 400.0, 700.0])
@pytest.mark.parametrize("linear", [0.0, 0.3])
def test_least_spend_for_a_budgets_profit_is_that_budget(budget: float, linear: float) -> None:
    cells = shop(linear=linear)
    limits = Limits(800.0, CROSSING, fulfilment=LATE)
    plan = allocate_budget(cells, limits.with_total(budget))
    least = least_spend(cells, limits, profit=plan.profit)
    assert least.certificate.gap <= 1e-9
    assert least.certificate.violation <= 1e-9
    assert least.spend == pytest.approx(plan.spend, rel=1e-6)
    assert least.profit == pytest.approx(plan.profit, rel=1e-9)


def test_least_spend_for_orders_brings_them_and_no_plan_spends_less() -> None:
    cells = shop(linear=0.2)
    plan = allocate_budget(cells, EVERYTHING)
    least = least_spend(cells, EVERYTHING, orders=plan.orders)
    assert least.orders >= plan.orders * (1 - 1e-9)
    assert least.spend <= plan.spend * (1 + 1e-9)
    more = least_spend(cells, EVERYTHING, orders=plan.orders + 1e-3)
    assert (more.spend - least.spend) / 1e-3 == pytest.approx(-least.multipliers["wanted_orders"], rel=1e-3)


def test_least_spend_for_what_the_floors_bring_is_the_floors() -> None:
    assert least_spend(shop(), EVERYTHING, orders=0.0).spend == pytest.approx(100.0, rel=1e-9)


def test_more_than_can_be_had_is_refused_with_the_most() -> None:
    cells = shop()
    most = allocate_budget(cells, EVERYTHING).profit
    with pytest.raises(InfeasibleError, match=re.escape(f"lowering it to {most:,.2f}")):
        least_spend(cells, EVERYTHING, profit=most + 10.0)
    with pytest.raises(InfeasibleError, match="orders wanted cannot be had"):
        least_spend(cells, EVERYTHING, orders=1e6)


@pytest.mark.parametrize("wanted", [{}, {"orders": 1.0, "profit": 1.0}, {"orders": -1.0}, {"profit": np.nan}])
def test_least_spend_of_nothing_or_of_nonsense_is_refused(wanted: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"either orders or profit|at least 0"):
        least_spend(shop(), EVERYTHING, **wanted)


@pytest.mark.parametrize("unit", [0.01, 1.0, 5.0])
@pytest.mark.parametrize("seed", range(4))
def test_rounding_keeps_every_limit_and_reports_a_loss_within_its_bound(unit: float, seed: int) -> None:
    cells = shop(80, seed, linear=0.2)
    limits = Limits(700.0, CROSSING, stock=90.0, fulfilment=LATE)
    plan = allocate_budget(cells, limits)
    rounded = round_spend(plan, unit)
    table = rounded.table
    assert np.array_equal(table["spend"], table["units"] * unit)
    assert rounded.short == ()
    assert table["units"].sum() * unit <= 700.0 * (1 + 1e-12)
    assert (table["orders"] * cells["units_per_order"]).sum() <= 90.0 * (1 + 1e-12)
    for limit in CROSSING[:4]:
        part = table.loc[cells[limit.by] == limit.label, "spend"].sum()
        assert limit.floor * (1 - 1e-12) <= part <= limit.cap * (1 + 1e-12)
    assert rounded.loss == pytest.approx(plan.profit - rounded.profit)
    assert rounded.profit == pytest.approx(table["profit"].sum() - limits.fulfilment.cost(table["orders"].sum()))
    assert rounded.loss <= rounded.most_loss
    assert rounded.profit <= plan.certificate.bound * (1 + 1e-12)


def test_rounding_spends_a_binding_budget_to_the_last_unit() -> None:
    plan = allocate_budget(shop(), Limits(500.0))
    assert plan.money_price > 0
    for unit in (0.01, 1.0):
        assert round_spend(plan, unit).table["units"].sum() == round(500.0 / unit)


def test_rounding_to_a_cent_loses_next_to_nothing() -> None:
    plan = allocate_budget(shop(200), Limits(2000.0, CROSSING))
    assert round_spend(plan).loss <= 1e-5 * plan.profit


def test_rounding_takes_a_unit_for_each_cell() -> None:
    cells = shop(linear=0.5)
    unit = np.where(cells["elasticity"] == 1.0, 0.05, 1.0)
    table = round_spend(allocate_budget(cells, Limits(300.0)), unit).table
    assert np.allclose(table["spend"], table["units"] * unit)
    assert table["spend"].sum() <= 300.0 * (1 + 1e-12)


def test_lock_that_is_no_whole_number_of_units_is_undershot_and_named() -> None:
    limits = Limits(500.0, (GroupLimit("channel", "feed", cap=100.005, floor=100.005),))
    rounded = round_spend(allocate_budget(shop(), limits))
    feed = (shop()["channel"] == "feed").to_numpy()
    assert rounded.table.loc[feed, "spend"].sum() == pytest.approx(100.0)
    assert rounded.short == ("channel:feed",)


def test_rounding_to_no_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        round_spend(allocate_budget(shop(), Limits(500.0)), 0.0)
