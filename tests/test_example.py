"""The example that the package ships: a shop as many are, on which the plan earns something by a known rule."""

from __future__ import annotations

import runpy
from pathlib import Path

import pandas as pd
import pytest

from planner.brief import Brief, load_brief
from planner.brief.example import example_folder, example_paths
from planner.history import History, load_history
from planner.plan import Plan, make_plan


@pytest.fixture(scope="module")
def shop() -> Brief:
    return load_brief(example_paths("en")[0])


@pytest.fixture(scope="module")
def told(shop: Brief) -> History:
    return load_history([example_folder() / "history.csv"], shop)


@pytest.fixture(scope="module")
def planned(shop: Brief, told: History) -> Plan:
    return make_plan(shop, told)


def _usual(shop: Brief, table: pd.DataFrame) -> pd.DataFrame:
    dates = [event.date for event in shop.past_events]
    away = [abs((table["hour"].dt.date - date).map(lambda gap: gap.days)) > 2 for date in dates]
    return table[pd.concat(away, axis=1).all(axis=1)]


def test_the_history_is_what_its_script_makes(tmp_path: Path) -> None:
    made = tmp_path / "history.csv"
    runpy.run_path(str(example_folder() / "make_example.py"))["main"](made)
    assert made.read_bytes() == (example_folder() / "history.csv").read_bytes()


def test_all_campaigns_of_a_channel_bid_alike_and_are_worth_unlike(shop: Brief, told: History) -> None:
    usual = _usual(shop, told.table)
    bids = usual.groupby(["hour", "channel"])["bid"]
    assert (bids.max() == bids.min()).all()
    sums = usual.groupby(["channel", "campaign"])[["spend", "revenue"]].sum()
    earned = sums["revenue"] / sums["spend"]
    assert (sums.groupby("channel").size() >= 2).all()
    assert (earned.groupby("channel").max() > 1.1 * earned.groupby("channel").min()).all()
    assert earned.max() > 3 * earned.min()


def test_money_ran_out_in_one_campaign_and_nowhere_else(shop: Brief, told: History) -> None:
    out = told.table[told.table["budget_spent"].fillna(False).astype(bool)]
    assert len(set(out["campaign"])) == 1
    assert len(set(out["hour"].dt.date)) > 5
    assert (_usual(shop, out)["hour"] == out["hour"]).all()


def test_both_past_events_are_in_the_history_and_orders_are_booked_late(shop: Brief, told: History) -> None:
    assert len(shop.past_events) == 2
    assert shop.history.orders_at == "order"
    for event in shop.past_events:
        day = told.table[told.table["hour"].dt.date == event.date]
        assert len(day) == 24 * told.table["campaign"].nunique()


def test_the_plan_surely_earns_more_than_the_usual_bids(planned: Plan) -> None:
    flat = planned.comparison.set_index("name").loc["flat"]
    assert flat["gain_low"] > 0
    assert planned.summary.last_yuan >= planned.brief.budget.least_gain


def test_both_languages_plan_the_same_bids_of_the_same_market(planned: Plan, told: History) -> None:
    chinese = make_plan(load_brief(example_paths("zh")[0]), told)
    keys = ["start", "channel", "campaign", "bid", "spend"]
    pd.testing.assert_frame_equal(chinese.schedule[keys], planned.schedule[keys])
