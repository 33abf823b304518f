"""The allocation's answer: feasible, certified, explained, and the same for a table and plain arrays."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from planner.allocate import GroupLimit, Limits, ReturnLimit, allocate_budget
from planner.allocate.fulfilment import FulfilmentCost

CHANNELS = ("search", "display", "feed")


def shop(
    count: int = 60, seed: int = 0, linear: float = 0.0, elasticity: tuple[float, float] = (0.6, 0.6)
) -> pd.DataFrame:
    """Return made-up cells: three channels, six windows, some linear cells."""
    rng = np.random.default_rng(seed)
    is_linear = rng.random(count) < linear
    scale = np.where(is_linear, rng.lognormal(-0.5, 0.3, count), rng.lognormal(2.0, 0.7, count))
    price = rng.choice([90.0, 120.0], count)
    return pd.DataFrame(
        {
            "clicks_scale": scale,
            "elasticity": np.where(is_linear, 1.0, rng.uniform(*elasticity, count)),
            "max_clicks": scale * rng.lognormal(3.0, 0.5, count),
            "orders_per_click": rng.lognormal(-3.3, 0.4, count),
            "revenue_per_order": price,
            "profit_per_order": 0.3 * price,
            "units_per_order": rng.choice([1.0, 2.0], count),
            "floor": 0.0,
            "cap": np.inf,
            "channel": rng.choice(CHANNELS, count),
            "window": rng.integers(0, 6, count),
        },
        index=[f"cell {number}" for number in range(count)],
    )


CROSSING = (
    GroupLimit("channel", "search", cap=500.0),
    GroupLimit("channel", "display", cap=450.0, floor=100.0),
    GroupLimit("window", 0, cap=150.0),
    GroupLimit("window", 1, cap=150.0),
    GroupLimit(("channel", "window"), ("feed", 2), cap=60.0),
)


def test_budget_alone_spends_it_at_one_marginal_return() -> None:
    plan = allocate_budget(shop(), Limits(total=1000.0))
    assert plan.spend == pytest.approx(1000.0, rel=1e-12)
    inside = plan.table["bound"] == "total"
    assert inside.any()
    assert plan.table.loc[inside, "next_yuan"].to_numpy() == pytest.approx(plan.money_price, rel=1e-7)


def test_budget_of_two_cells_follows_the_closed_form() -> None:
    cells = shop(2).assign(max_clicks=np.inf, elasticity=0.6)
    plan = allocate_budget(cells, Limits(total=10.0))
    worth = (cells["clicks_scale"] * cells["orders_per_click"] * cells["profit_per_order"]) ** (1 / 0.4)
    assert plan.table["spend"].to_numpy() == pytest.approx(10.0 * (worth / worth.sum()).to_numpy(), rel=1e-10)


def test_plenty_of_money_is_left_over_at_no_price() -> None:
    plan = allocate_budget(shop(), Limits(total=1e9))
    assert plan.money_price == 0.0
    assert plan.spend < 1e5
    assert plan.certificate.gap <= 1e-9


def test_infinite_budget_gives_the_plan_of_plenty() -> None:
    some = allocate_budget(shop(), Limits(total=1e9))
    all_of_it = allocate_budget(shop(), Limits(total=math.inf))
    assert all_of_it.table["spend"].to_numpy() == pytest.approx(some.table["spend"].to_numpy(), rel=1e-8)


@pytest.mark.parametrize("linear", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("groups", [(), CROSSING], ids=["budget", "crossing"])
def test_every_plan_keeps_its_limits_and_is_certified(linear: float, groups: tuple[GroupLimit, ...]) -> None:
    cells = shop(linear=linear)
    plan = allocate_budget(cells, Limits(total=1000.0, groups=groups))
    spend = plan.table["spend"]
    assert plan.certificate.gap <= 1e-9
    assert plan.certificate.violation <= 1e-9
    assert spend.sum() <= 1000.0 * (1 + 1e-14)
    for limit in groups:
        part = spend[np.logical_and.reduce([cells[by] == label for by, label in _labels(limit)])].sum()
        assert limit.floor * (1 - 1e-12) <= part <= limit.cap * (1 + 1e-14)


def _labels(limit: GroupLimit) -> list[tuple[str, object]]:
    labels = limit.label if isinstance(limit.label, tuple) else (limit.label,)
    return list(zip(limit.columns, labels, strict=True))


def test_profit_of_the_certificate_is_that_of_the_table() -> None:
    limits = Limits(total=1000.0, fulfilment=FulfilmentCost((10.0, 20.0), (5.0, 25.0)))
    plan = allocate_budget(shop(), limits)
    assert plan.fulfilment_cost > 0
    assert plan.certificate.profit == pytest.approx(plan.table["profit"].sum() - plan.fulfilment_cost, rel=1e-12)
    assert plan.certificate.bound >= plan.certificate.profit * (1 - 1e-14)


def test_lock_holds_a_channel_to_its_spend_and_a_cell_to_its_own() -> None:
    cells = shop()
    cells.loc["cell 7", ["floor", "cap"]] = 12.5
    plan = allocate_budget(cells, Limits(1000.0, (GroupLimit("channel", "feed", cap=321.0, floor=321.0),)))
    assert plan.table.loc[cells["channel"] == "feed", "spend"].sum() == pytest.approx(321.0, rel=1e-12)
    assert plan.table.loc["cell 7", "spend"] == 12.5


def test_stock_return_and_shipping_hold_and_have_prices() -> None:
    cells = shop()
    free = allocate_budget(cells, Limits(total=1000.0))
    units = (free.table["orders"] * cells["units_per_order"]).sum()
    held = allocate_budget(cells, Limits(total=1000.0, stock=0.8 * units))
    assert (held.table["orders"] * cells["units_per_order"]).sum() == pytest.approx(0.8 * units, rel=1e-9)
    assert held.multipliers["stock"] > 0
    least = 1.2 * free.revenue / free.spend
    worth = allocate_budget(cells, Limits(total=1000.0, min_return=least))
    assert worth.revenue == pytest.approx(least * worth.spend, rel=1e-9)
    late = allocate_budget(cells, Limits(total=1000.0, fulfilment=FulfilmentCost((0.9 * free.orders,), (1000.0,))))
    assert late.orders == pytest.approx(0.9 * free.orders, rel=1e-9)
    assert 0 < late.multipliers["shipping"] < 1000.0


def test_return_by_channel_holds_that_channel_only() -> None:
    cells = shop()
    free = allocate_budget(cells, Limits(total=1000.0))
    feed = cells["channel"] == "feed"
    least = 1.5 * free.table.loc[feed, "revenue"].sum() / free.table.loc[feed, "spend"].sum()
    plan = allocate_budget(cells, Limits(1000.0, min_return_by=(ReturnLimit("channel", "feed", least),)))
    part = plan.table[feed.to_numpy()]
    assert part["revenue"].sum() == pytest.approx(least * part["spend"].sum(), rel=1e-9)
    assert plan.multipliers["min_return channel:feed"] > 0


def test_price_of_a_limit_is_what_one_more_unit_earns() -> None:
    cells, step = shop(120, elasticity=(0.4, 0.8)), 1e-4
    base = Limits(1000.0, CROSSING, min_return=3.0, stock=50.0, fulfilment=FulfilmentCost((30.0,), (3.0,)))
    plan = allocate_budget(cells, base)
    moved = {
        "total": base.with_total(1000.0 + step),
        "stock": Limits(1000.0, CROSSING, 3.0, (), 50.0 + step, base.fulfilment),
        "shipping": Limits(1000.0, CROSSING, 3.0, (), 50.0, FulfilmentCost((30.0 + step,), (3.0,))),
        "channel:search": Limits(
            1000.0, (GroupLimit("channel", "search", 500.0 + step), *CROSSING[1:]), 3.0, (), 50.0, base.fulfilment
        ),
    }
    assert (plan.multipliers[list(moved)] > 0).sum() >= 2
    for name, limits in moved.items():
        gain = (allocate_budget(cells, limits).profit - plan.profit) / step
        assert gain == pytest.approx(plan.multipliers[name], rel=1e-3, abs=1e-6), name


def test_bound_names_what_holds_each_cell() -> None:
    cells = shop()
    cells.loc["cell 0", "cap"] = 0.5
    cells.loc["cell 1", "floor"] = 400.0
    cells.loc["cell 1", "max_clicks"] = np.inf
    cells.loc["cell 2", "max_clicks"] = cells.loc["cell 2", "clicks_scale"] * 0.5**0.6
    cells.loc["cell 3", "profit_per_order"] = 0.0
    plan = allocate_budget(cells, Limits(1000.0, (GroupLimit("channel", "search", cap=50.0),)))
    assert plan.table["bound"].iloc[:4].tolist() == ["cap", "floor", "reach", "floor"]
    assert "channel:search" in set(plan.table.loc[cells["channel"] == "search", "bound"])
    assert plan.table.loc["cell 2", "next_yuan"] == -1.0


def test_arrays_and_table_give_one_answer() -> None:
    cells = shop()
    by_table = allocate_budget(cells, Limits(1000.0, CROSSING))
    by_arrays = allocate_budget({name: cells[name].to_numpy() for name in cells}, Limits(1000.0, CROSSING))
    assert by_arrays.table.index.tolist() == list(range(len(cells)))
    assert np.array_equal(by_arrays.table["spend"], by_table.table["spend"])


def test_wrong_columns_are_all_named() -> None:
    cells = shop().drop(columns="cap").assign(elasticity=1.5, floor=-1.0)
    with pytest.raises(ValueError, match=r"'cap' is missing.*'elasticity'.*'floor'"):
        allocate_budget(cells, Limits(1000.0))


def test_wrong_limits_are_all_named() -> None:
    with pytest.raises(ValueError, match=r"total.*stock.*cap of channel:x"):
        allocate_budget(shop(), Limits(-1.0, (GroupLimit("channel", "x", cap=math.nan),), stock=math.nan))


def test_limit_on_an_unknown_column_is_refused() -> None:
    with pytest.raises(ValueError, match="campaign"):
        allocate_budget(shop(), Limits(1000.0, (GroupLimit("campaign", "x", cap=1.0),)))


def test_certificate_is_plain_numbers() -> None:
    found = allocate_budget(shop(), Limits(1000.0, CROSSING)).certificate.as_dict()
    assert all(type(found[name]) is float for name in ("profit", "bound", "gap", "violation"))
    assert set(found["violations"]) == {"total", *(limit.name for limit in CROSSING)}
