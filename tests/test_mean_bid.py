"""A bid beside the plan's own mean bid: the number by which the hours of one channel are told apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from planner.allocate.schedule import mean_bids, percent_of_mean_bid
from planner.charts.grid import grid_table
from planner.charts.words import Words
from planner.outputs.tabular import shown_schedule
from planner.plan import Plan

SCHEDULE = pd.DataFrame(
    {
        "channel": ["search", "search", "search", "feed"],
        "bid": [1.0, 3.0, 0.0, 0.5],
        "bid_percent": [50.0, 150.0, 0.0, 125.0],
        "clicks": [300.0, 100.0, 0.0, 10.0],
        "spend": [200.0, 200.0, 0.0, 4.0],
    },
    index=[7, 5, 3, 1],
)


def test_the_mean_is_over_the_clicks_that_are_to_be_bought() -> None:
    means = mean_bids(SCHEDULE)
    assert means["bid"].tolist() == pytest.approx([1.5, 1.5, 1.5, 0.5])
    assert means["of_base"].tolist() == pytest.approx([75.0, 75.0, 75.0, 125.0])
    assert means["spend"].tolist() == [400.0, 400.0, 400.0, 4.0]
    assert percent_of_mean_bid(SCHEDULE).round(6).to_dict() == {
        7: pytest.approx(66.666667), 5: 200.0, 3: pytest.approx(np.nan, nan_ok=True), 1: 100.0,
    }  # fmt: skip


def test_campaigns_have_means_of_their_own() -> None:
    means = mean_bids(SCHEDULE.assign(campaign=["a", "b", "b", None]))
    assert means["bid"].tolist() == pytest.approx([1.0, 3.0, 3.0, 0.5])


def test_a_channel_that_buys_nothing_has_no_mean() -> None:
    nothing = SCHEDULE.assign(bid=0.0, clicks=0.0, spend=0.0)
    assert mean_bids(nothing)["bid"].isna().all()
    assert percent_of_mean_bid(nothing).isna().all()


def test_percents_weighed_by_clicks_come_to_a_hundred(example_plan: Plan) -> None:
    bought = example_plan.schedule[example_plan.schedule["bid"] > 0]
    percent = percent_of_mean_bid(example_plan.schedule).loc[bought.index]
    weighed = (percent * bought["clicks"]).groupby(bought["channel"]).sum() / bought.groupby("channel")["clicks"].sum()
    assert weighed.tolist() == pytest.approx([100.0] * len(weighed))


def test_people_see_both_percents(example_plan: Plan) -> None:
    shown = {column.name: column for column in shown_schedule(example_plan, Words.of(example_plan))}
    assert shown["mean_percent"].heading != shown["bid_percent"].heading
    assert shown["mean_percent"].kind == "percent"
    night = grid_table(example_plan)
    night = night[night["stance"] == "low_bid"]
    assert (night["mean_percent"] < 100).all()
