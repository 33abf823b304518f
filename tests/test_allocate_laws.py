"""Laws of the allocation, on random problems with the degenerate ones among them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from planner.allocate import GroupLimit, Limits, allocate_budget
from planner.allocate.fulfilment import NO_COST, FulfilmentCost
from tests.test_allocate import CHANNELS, shop

pytestmark = pytest.mark.filterwarnings("error")
law = settings(
    max_examples=50,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.too_slow],
)


@st.composite
def problems(draw: st.DrawFn) -> tuple[pd.DataFrame, Limits]:
    """Draw cells, some equal, some worthless, some linear, some locked, and limits that may sum to the budget."""
    count = draw(st.integers(1, 25))
    linear, elasticity = draw(st.sampled_from([0.0, 0.3, 1.0])), draw(st.sampled_from([(0.6, 0.6), (0.2, 0.95)]))
    cells = shop(count, draw(st.integers(0, 10**6)), linear=linear, elasticity=elasticity)
    if draw(st.booleans()):
        for name in ("clicks_scale", "elasticity", "max_clicks", "orders_per_click", "profit_per_order"):
            cells[name] = cells[name].iloc[0]
    worthless = draw(st.sampled_from([None, slice(0, None, 2), slice(None)]))
    if worthless is not None:
        cells.iloc[worthless, cells.columns.get_loc("profit_per_order")] = 0.0
    total = draw(st.sampled_from([1.0, 30.0, 200.0])) * count
    reach = (cells["max_clicks"] / cells["clicks_scale"]) ** (1 / cells["elasticity"])
    if draw(st.booleans()):
        cells["floor"] = np.minimum(0.2 * total / count, reach)
        locked = draw(st.sampled_from([slice(0, 0), slice(0, None, 3), slice(None)]))
        cells.iloc[locked, cells.columns.get_loc("cap")] = cells["floor"].iloc[locked]
    groups = _groups(draw, cells, np.minimum(cells["cap"], reach), total)
    return cells, Limits(total, groups)


def _groups(draw: st.DrawFn, cells: pd.DataFrame, top: pd.Series, total: float) -> tuple[GroupLimit, ...]:
    """Draw limits that the plan of even shares keeps."""
    even = np.maximum(np.minimum(top, total / len(cells)), cells["floor"])
    kind = draw(st.sampled_from(["none", "sum to the budget", "exact", "locked", "crossing"]))
    groups = []
    for name in CHANNELS if kind != "none" else ():
        part = float(even[cells["channel"] == name].sum())
        if kind == "sum to the budget":
            groups.append(GroupLimit("channel", name, cap=part * total / float(even.sum())))
        elif kind == "locked":
            groups.append(GroupLimit("channel", name, cap=part, floor=part))
        else:
            groups.append(GroupLimit("channel", name, cap=part, floor=0.5 * part))
    for number in range(6) if kind in ("crossing", "exact") else ():
        part = float(even[cells["window"] == number].sum())
        groups.append(GroupLimit("window", number, cap=part if kind == "exact" else 1.3 * part))
    return tuple(groups)


@law
@given(problems())
def test_every_plan_is_certified_and_keeps_its_limits(problem: tuple[pd.DataFrame, Limits]) -> None:
    plan = allocate_budget(*problem)
    assert plan.certificate.gap <= 1e-9
    assert plan.certificate.violation <= 1e-9
    assert plan.spend <= problem[1].total * (1 + 1e-13)


@st.composite
def shut_and_scarce(draw: st.DrawFn) -> tuple[pd.DataFrame, Limits]:
    """Draw problems without floors, some groups shut, with little stock, slow shipping and a return hard to reach."""
    count, seed = draw(st.integers(1, 25)), draw(st.integers(0, 10**6))
    cells = shop(count, seed, linear=draw(st.sampled_from([0.0, 0.3, 1.0])), elasticity=(0.2, 0.95))
    if draw(st.booleans()):
        cells.iloc[::2, cells.columns.get_loc("profit_per_order")] = 0.0
    total = draw(st.sampled_from([0.0, 1.0, 30.0, 200.0])) * count
    shut = draw(st.sets(st.sampled_from(CHANNELS)))
    groups = (*(GroupLimit("channel", name, cap=0.0) for name in sorted(shut)), GroupLimit("window", 0, cap=total / 9))
    free = allocate_budget(cells, Limits(total, groups))
    units = float((free.table["orders"] * cells["units_per_order"]).sum())
    late = FulfilmentCost((0.5 * free.orders + 0.01, 0.8 * free.orders + 0.02), (5.0, 9.0))
    return cells, Limits(
        total,
        groups,
        min_return=draw(st.sampled_from([0.0, 1.0, 3.0, 30.0, 300.0])),
        stock=draw(st.sampled_from([np.inf, units, 0.5 * units, 1e-6 * units, 0.0])),
        fulfilment=draw(st.sampled_from([NO_COST, late])),
    )


@law
@given(shut_and_scarce())
def test_shut_groups_and_scarce_goods_are_certified_too(problem: tuple[pd.DataFrame, Limits]) -> None:
    cells, limits = problem
    plan = allocate_budget(cells, limits)
    assert plan.certificate.gap <= 1e-9
    assert plan.certificate.violation <= 1e-9
    assert plan.spend <= limits.total * (1 + 1e-13)
    assert plan.multipliers.abs().max() < 1e12
    for group in limits.groups:
        part = float(plan.table.loc[cells[group.by] == group.label, "spend"].sum())
        assert part <= group.cap * (1 + 1e-13)


@law
@given(problems(), st.sampled_from([100.0, 10_000.0, 0.01]))
def test_scaling_all_money_scales_the_plan_and_nothing_else(problem: tuple[pd.DataFrame, Limits], by: float) -> None:
    cells, limits = problem
    late = 2.0 if cells["profit_per_order"].gt(2.0).all() else 1e-9
    limits = replace(limits, stock=1e3, fulfilment=FulfilmentCost((1.0,), (late,)))
    groups = tuple(replace(group, cap=by * group.cap, floor=by * group.floor) for group in limits.groups)
    money = ["revenue_per_order", "profit_per_order", "floor", "cap"]
    other = cells.assign(**{name: cells[name] * by for name in money})
    other["clicks_scale"] = cells["clicks_scale"] * by ** -cells["elasticity"]
    plan = allocate_budget(cells, limits)
    scaled = allocate_budget(
        other, replace(limits, total=by * limits.total, groups=groups, fulfilment=FulfilmentCost((1.0,), (by * late,)))
    )
    size = float(plan.table["spend"].max()) or 1.0
    assert scaled.profit == pytest.approx(by * plan.profit, rel=1e-9, abs=1e-9 * by * size)
    if len(cells) == cells["profit_per_order"].gt(0).sum() and cells["elasticity"].lt(1).all():
        assert scaled.table["spend"].to_numpy() / by == pytest.approx(plan.table["spend"].to_numpy(), abs=1e-6 * size)


@law
@given(problems())
def test_permuting_cells_permutes_the_plan(problem: tuple[pd.DataFrame, Limits]) -> None:
    cells, limits = problem
    order = np.random.default_rng(len(cells)).permutation(len(cells))
    plan, mixed = allocate_budget(cells, limits), allocate_budget(cells.iloc[order], limits)
    assert mixed.table.index.tolist() == cells.index[order].tolist()
    size = float(plan.table["spend"].max()) or 1.0
    assert mixed.profit == pytest.approx(plan.profit, rel=1e-9, abs=1e-9 * size)
    if cells["profit_per_order"].gt(0).all() and cells["elasticity"].lt(1).all():
        found = mixed.table["spend"].reindex(cells.index).to_numpy()
        assert found == pytest.approx(plan.table["spend"].to_numpy(), abs=1e-6 * size)


@law
@given(problems(), st.floats(1.0, 3.0))
def test_more_budget_never_earns_less(problem: tuple[pd.DataFrame, Limits], more: float) -> None:
    cells, limits = problem
    plan, richer = allocate_budget(cells, limits), allocate_budget(cells, limits.with_total(more * limits.total))
    assert richer.profit >= plan.profit - 1e-9 * max(abs(plan.profit), plan.spend)


@law
@given(problems())
def test_slack_limits_have_no_price_and_change_nothing(problem: tuple[pd.DataFrame, Limits]) -> None:
    cells, limits = problem
    plan = allocate_budget(cells, limits)
    units = float((plan.table["orders"] * cells["units_per_order"]).sum())
    slack = replace(limits, stock=2.0 * units + 1.0, fulfilment=FulfilmentCost((2.0 * plan.orders + 1.0,), (5.0,)))
    again = allocate_budget(cells, slack)
    assert again.profit == pytest.approx(plan.profit, rel=1e-9, abs=1e-9 * limits.total)
    assert abs(again.multipliers["stock"]) <= 1e-9 * max(1.0, cells["profit_per_order"].max())
    assert abs(again.multipliers["shipping"]) <= 1e-9 * max(1.0, cells["profit_per_order"].max())
    for group in limits.groups:
        part = float(plan.table.loc[cells[group.by] == group.label, "spend"].sum())
        if group.floor * (1 + 1e-6) < part < group.cap * (1 - 1e-6):
            assert abs(plan.multipliers[group.name]) <= 1e-9 * max(1.0, plan.multipliers.abs().max())
