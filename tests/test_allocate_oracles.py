"""The allocation against answers found another way: a fine grid, a cone solver, and the conditions of optimality."""

from __future__ import annotations

import itertools
from dataclasses import replace

import cvxpy as cp
import numpy as np
import pandas as pd
import pytest

from planner.allocate import Allocation, GroupLimit, Limits, ReturnLimit, allocate_budget, least_spend
from planner.allocate.fulfilment import FulfilmentCost
from tests.test_allocate import CHANNELS, shop

KINDS = ("budget", "bounds", "groups", "locks", "return", "return by channel", "stock", "late", "linear", "all")


def random_problem(kind: str, seed: int) -> tuple[pd.DataFrame, Limits]:
    """Return a small problem on which the limits of this kind bind but can be kept."""
    rng = np.random.default_rng([KINDS.index(kind), seed])
    everything = kind == "all"
    count = int(rng.integers(4, 10))
    linear = 0.3 if everything else 0.6 if kind == "linear" else 0.0
    cells = shop(count, seed, linear=linear, elasticity=(0.35, 0.85))
    cells["window"] = rng.integers(0, 3, count)
    total = float(rng.choice([20.0, 60.0])) * count
    limits = Limits(total)
    if kind == "bounds" or everything:
        cells["floor"] = np.where(rng.random(count) < 0.4, 2.0, 0.0)
        cells["cap"] = np.where(rng.random(count) < 0.5, total / count, np.inf)
    else:
        cells["max_clicks"] = np.where(cells["elasticity"] == 1.0, cells["max_clicks"], np.inf)
    free = allocate_budget(cells, limits)
    spend = free.table["spend"]
    if kind in ("groups", "locks") or everything:
        groups = []
        for by, label in [*(("channel", name) for name in CHANNELS), *(("window", number) for number in range(3))]:
            part = float(spend[cells[by] == label].sum())
            share = rng.choice([0.7, 1.2, 9.0])
            if part > 0 and kind == "locks" and by == "channel" and share < 1:
                groups.append(GroupLimit(by, label, 0.8 * part, 0.8 * part))
            elif part > 0 and kind != "locks":
                groups.append(GroupLimit(by, label, share * part, 0.6 * part if rng.random() < 0.3 else 0.0))
        limits = replace(limits, groups=tuple(groups))
        free = allocate_budget(cells, limits)
    if kind == "return" or everything:
        limits = replace(limits, min_return=(0.95 if everything else 1.05) * free.revenue / free.spend)
    if kind == "return by channel":
        parts = free.table.groupby(cells["channel"])[["revenue", "spend"]].sum()
        returns = (1.2 * parts["revenue"] / parts["spend"]).dropna()
        limits = replace(limits, min_return_by=tuple(ReturnLimit("channel", name, r) for name, r in returns.items()))
    if kind == "stock" or everything:
        units = float((free.table["orders"] * cells["units_per_order"]).sum())
        limits = replace(limits, stock=0.93 * units)
    if kind == "late" or everything:
        late = FulfilmentCost((0.5 * free.orders, 0.8 * free.orders), (4.0, 15.0))
        limits = replace(limits, fulfilment=late)
    return cells, limits


def cone_solution(cells: pd.DataFrame, limits: Limits, orders: float | None = None) -> float:
    """Return the best profit, or minus the least spend for some orders, by a cone solver. [currency]"""
    money = limits.total
    eta = cells["elasticity"].to_numpy()
    worth = cells["clicks_scale"].to_numpy() * money**eta * cells["orders_per_click"].to_numpy()
    spend, curve = cp.Variable(len(cells)), cp.Variable(len(cells))
    reach = (cells["max_clicks"] / cells["clicks_scale"]) ** (1 / eta)
    top = np.minimum(np.minimum(cells["cap"], reach), money).to_numpy() / money
    rules: list[cp.Constraint] = [spend >= cells["floor"].to_numpy() / money, spend <= top, cp.sum(spend) <= 1]
    curved = np.flatnonzero(eta < 1)
    if len(curved):
        rules.append(cp.PowCone3D(spend[curved], np.ones(len(curved)), curve[curved], eta[curved]))
    rules.append(curve[eta == 1] <= spend[eta == 1])
    rules.append(curve >= 0)
    sold = cp.multiply(worth, curve)
    revenue = cp.multiply(cells["revenue_per_order"].to_numpy() / money, sold)
    for limit in limits.groups:
        part = cp.sum(spend[np.flatnonzero(cells[limit.by] == limit.label)])
        rules += [part >= limit.floor / money, part <= min(limit.cap / money, 2.0)]
    rules.append(cp.sum(revenue) >= limits.min_return * cp.sum(spend))
    for least in limits.min_return_by:
        member = np.flatnonzero(cells[least.by] == least.label)
        rules.append(cp.sum(revenue[member]) >= least.least * cp.sum(spend[member]))
    if np.isfinite(limits.stock):
        rules.append(cells["units_per_order"].to_numpy() @ sold <= limits.stock)
    if orders is not None:
        rules.append(cp.sum(sold) >= orders)
        profit = -cp.sum(spend)
    else:
        late = [rise / money * cp.pos(cp.sum(sold) - at) for at, rise in _steps(limits.fulfilment)]
        profit = cells["profit_per_order"].to_numpy() / money @ sold - cp.sum(spend) - sum(late)
    problem = cp.Problem(cp.Maximize(profit), rules)
    problem.solve(solver=cp.CLARABEL, tol_gap_abs=1e-9, tol_gap_rel=1e-9, tol_feas=1e-9)
    assert problem.status == cp.OPTIMAL
    return float(problem.value) * money


def _steps(cost: FulfilmentCost) -> list[tuple[float, float]]:
    return list(zip(cost.thresholds, cost.rises, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_profit_equals_that_of_a_cone_solver_on_fifty_problems(kind: str) -> None:
    for seed in range(50):
        cells, limits = random_problem(kind, seed)
        plan = allocate_budget(cells, limits)
        assert plan.certificate.gap <= 1e-9, seed
        assert plan.certificate.violation <= 1e-9, seed
        assert plan.profit == pytest.approx(cone_solution(cells, limits), rel=1e-6, abs=1e-7 * limits.total), seed


def test_least_spend_for_orders_equals_that_of_a_cone_solver() -> None:
    for seed in range(15):
        cells, limits = random_problem("stock", seed)
        wanted = 0.8 * allocate_budget(cells, limits).orders
        plan = least_spend(cells, limits, orders=wanted)
        assert plan.certificate.gap <= 1e-9
        assert plan.spend == pytest.approx(-cone_solution(cells, limits, wanted), rel=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_no_plan_on_a_fine_grid_beats_three_cells(seed: int) -> None:
    cells = shop(3, seed, linear=0.3).assign(channel=list(CHANNELS))
    limits = Limits(
        60.0,
        (GroupLimit("channel", "search", cap=25.0), GroupLimit("channel", "feed", floor=6.0)),
        stock=6.0,
        fulfilment=FulfilmentCost((2.0, 4.0), (5.0, 12.0)),
    )
    plan = allocate_budget(cells, limits)
    step = 1.0
    axes = [np.arange(0.0, 60.0 + step, step)] * 3
    grid = np.array(list(itertools.product(*axes)))
    reach = ((cells["max_clicks"] / cells["clicks_scale"]) ** (1 / cells["elasticity"])).to_numpy()
    clicks = cells["clicks_scale"].to_numpy() * grid ** cells["elasticity"].to_numpy()
    orders = clicks * cells["orders_per_click"].to_numpy()
    sold = orders.sum(axis=1)
    keeps = (grid.sum(axis=1) <= 60.0) & (grid[:, 0] <= 25.0) & (grid[:, 2] >= 6.0) & np.all(grid <= reach, axis=1)
    keeps &= orders @ cells["units_per_order"].to_numpy() <= 6.0
    late = sum(rise * np.maximum(sold - at, 0.0) for at, rise in _steps(limits.fulfilment))
    profit = orders @ cells["profit_per_order"].to_numpy() - grid.sum(axis=1) - late
    best = profit[keeps].max()
    assert best <= plan.profit + 1e-9 * abs(plan.profit)
    assert plan.profit - best <= 3 * step * (1.0 + plan.table["next_yuan"].clip(0.0, 20.0).max())


def _reduced_slope(cells: pd.DataFrame, limits: Limits, plan: Allocation) -> tuple[np.ndarray, np.ndarray]:
    """Return each cell's marginal profit at the multipliers, and its size, from the definition."""
    spend, price = plan.table["spend"].to_numpy(), plan.multipliers
    slope = (cells["clicks_scale"] * cells["elasticity"] * spend ** (cells["elasticity"] - 1.0)).to_numpy()
    back = price.get("min_return", 0.0)
    value = cells["profit_per_order"] + back * cells["revenue_per_order"]
    value = value - price.get("stock", 0.0) * cells["units_per_order"] - price.get("shipping", 0.0)
    cost = 1.0 + price["total"] + back * limits.min_return
    cost = cost + np.sum([price[g.name] * (cells[g.by] == g.label).to_numpy() for g in limits.groups], axis=0)
    gain = (value * cells["orders_per_click"]).to_numpy() * slope
    return gain - cost, np.abs(gain) + np.abs(cost)


@pytest.mark.parametrize("seed", range(10))
def test_conditions_of_optimality_hold_cell_by_cell(seed: int) -> None:
    cells, limits = random_problem("all", seed)
    plan = allocate_budget(cells, limits)
    with np.errstate(divide="ignore"):
        rest, size = _reduced_slope(cells, limits, plan)
    spend, bound = plan.table["spend"].to_numpy(), plan.table["bound"].to_numpy()
    at_floor, at_top = bound == "floor", np.isin(bound, ("cap", "reach"))
    inside = ~at_floor & ~at_top
    assert np.all(np.abs(rest[inside]) <= 1e-7 * size[inside])
    assert np.all(rest[at_floor & (spend > 0)] <= 1e-7 * size[at_floor & (spend > 0)])
    assert np.all(rest[at_top] >= -1e-7 * size[at_top])
    assert np.all(plan.multipliers[["total", "stock", "shipping"]] >= 0)
