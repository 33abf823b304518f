"""Limits that no plan keeps: all of them named, each with the smallest change that frees it."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from planner.allocate import GroupLimit, Limits, ReturnLimit, allocate_budget
from planner.vocabulary.errors import InfeasibleError
from planner.vocabulary.wording import Message
from tests.test_allocate import shop


def refused(cells: pd.DataFrame, limits: Limits) -> InfeasibleError:
    """Return the refusal of a problem that no plan fits."""
    with pytest.raises(InfeasibleError) as caught:
        allocate_budget(cells, limits)
    return caught.value


def capped() -> pd.DataFrame:
    """Return cells that can take 20 each and no more."""
    return shop().assign(cap=20.0, max_clicks=np.inf)


def test_floors_above_the_budget_name_the_budget_and_every_floor() -> None:
    floors = (GroupLimit("channel", "search", floor=70.0), GroupLimit("channel", "feed", floor=50.0))
    text = refused(capped(), Limits(100.0, floors)).text("en")
    assert "total budget of 100.00 is too small; raising it to 120.00 (by 20.00)" in text
    assert "floor of 70.00 on channel:search is too high; lowering it to 50.00 (by 20.00)" in text
    assert "floor of 50.00 on channel:feed is too high; lowering it to 30.00 (by 20.00)" in text
    assert len(text.splitlines()) == 3


def test_limits_that_are_not_in_conflict_are_not_named() -> None:
    limits = (GroupLimit("channel", "search", floor=120.0), GroupLimit("window", 1, cap=40.0))
    assert "window" not in refused(capped(), Limits(100.0, limits)).text("en")


def test_floor_across_capped_windows_names_the_windows() -> None:
    caps = tuple(GroupLimit("window", number, cap=5.0) for number in range(6))
    text = refused(capped(), Limits(1000.0, (GroupLimit("channel", "feed", floor=42.0), *caps))).text("en")
    assert "floor of 42.00 on channel:feed is too high; lowering it to 30.00 (by 12.00)" in text
    assert all(f"cap of 5.00 on window:{number} is too low; raising it to 17.00" in text for number in range(6))


def test_floors_of_cells_are_summed() -> None:
    text = refused(capped().assign(floor=10.0), Limits(500.0)).text("en")
    assert "raising it to 600.00 (by 100.00)" in text
    assert "floors of 60 cells amount to 600.00; lowering them by 100.00 in all" in text


def test_lock_beyond_what_cells_can_take_names_their_tops() -> None:
    cells = capped()
    count = int((cells["channel"] == "feed").sum())
    lock = GroupLimit("channel", "feed", cap=5000.0, floor=5000.0)
    text = refused(cells, Limits(1e5, (lock,))).text("en")
    assert f"channel:feed cannot be locked to 5,000.00; lowering it to {20 * count:,.2f}" in text
    assert f"{count} cells can take {20 * count:,.2f} at most" in text


def test_floor_above_cap_or_reach_of_a_cell_names_the_cell() -> None:
    cells = shop()
    cells.loc["cell 3", ["floor", "cap"]] = [5.0, 4.0]
    cells.loc["cell 5", "floor"] = 1e7
    text = refused(cells, Limits(1e9)).text("en")
    assert "cell 3: the floor of 5.00 is above the cap of 4.00" in text
    assert "cell 5: the floor of 10,000,000.00 is above the" in text


def test_floor_on_a_group_without_cells_is_refused() -> None:
    text = refused(shop(), Limits(100.0, (GroupLimit("channel", "nowhere", floor=10.0),))).text("en")
    assert "floor of 10.00 on channel:nowhere is too high; lowering it to 0.00" in text


def test_stock_below_what_the_floors_sell_names_both() -> None:
    cells = capped().assign(floor=5.0)
    sold = (
        5.0 ** cells["elasticity"] * cells["clicks_scale"] * cells["orders_per_click"] * cells["units_per_order"]
    ).sum()
    text = refused(cells, Limits(1e4, stock=3.0)).text("en")
    assert f"stock of 3.00 units is too small for the orders that the floors bring; raising it to {sold:,.2f}" in text
    share = float(re.search(r"lowering all of them by ([\d.]+)%", text)[1]) / 100
    fitting = allocate_budget(cells.assign(floor=5.0 * (1 - share) - 0.01), Limits(1e4, stock=3.0))
    assert fitting.certificate.violation <= 1e-9


@pytest.mark.parametrize("by_channel", [False, True])
def test_return_that_floors_forbid_names_the_best_that_can_be_had(by_channel: bool) -> None:
    cells = capped().assign(floor=5.0)

    def limits(least: float) -> Limits:
        if by_channel:
            return Limits(1e4, min_return_by=(ReturnLimit("channel", "feed", least),))
        return Limits(1e4, min_return=least)

    text = refused(cells, limits(1000.0)).text("en")
    best = float(re.search(r"lowering it to ([\d.]+) is enough", text)[1])
    assert allocate_budget(cells, limits(0.999 * best)).certificate.violation <= 1e-9
    assert refused(cells, limits(1.002 * best))


def test_two_conflicts_at_once_share_the_changes() -> None:
    text = refused(capped().assign(floor=5.0), Limits(100.0, stock=3.0)).text("en")
    assert "with the other changes named, raise it to 300.00 (by 200.00)" in text


def test_changes_named_do_free_the_plan() -> None:
    caps = tuple(GroupLimit("window", number, cap=5.0) for number in range(6))
    freed = (GroupLimit("channel", "feed", floor=30.0), *caps)
    assert allocate_budget(capped(), Limits(1000.0, freed)).certificate.violation <= 1e-9


def test_refusal_reads_in_chinese() -> None:
    text = refused(capped(), Limits(100.0, (GroupLimit("channel", "search", floor=120.0),))).text("zh")
    assert "总预算 100.00 不够；提高到 120.00（至少加 20.00）即可" in text


def test_a_limit_is_called_what_its_title_says() -> None:
    title = Message("brief.limit_channel_budget", {"channel": "feed"})
    least = Message("brief.limit_daily_minimum", {"channel": "feed", "day": "2026-11-10"})
    for cap in (40.0, 0.0):
        groups = (
            GroupLimit("channel", "feed", cap=cap, title=title),
            GroupLimit("channel", "feed", floor=100.0, title=least),
        )
        with pytest.raises(InfeasibleError) as error:
            allocate_budget(shop(), Limits(1000.0, groups))
        assert f"budget of channel feed = {cap:.2f}" in str(error.value)
        assert "daily_minimum of channel feed on 2026-11-10 = 100.00 is too high" in str(error.value)
        assert "channel:feed" not in str(error.value)
