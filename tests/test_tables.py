"""Tables: what they are checked for, and that every table a person can get is described."""

from __future__ import annotations

import pandas as pd
import pytest

from planner import charts
from planner.backtest import backtest
from planner.brief import Brief
from planner.history import History
from planner.plan import Plan
from planner.vocabulary.tables import LIMITS, SCHEDULE, TABLES, describe
from planner.vocabulary.wording import LANGUAGES, catalogue

OF_A_PLAN = (
    "slots", "market", "schedule", "limits", "sms", "actions", "offers", "comparison", "paths", "frontier",
)  # fmt: skip
OF_CHARTS = tuple(name for name in charts.__all__ if name.endswith("_table"))


@pytest.mark.parametrize("name", OF_A_PLAN)
def test_a_plan_s_tables_hold_what_is_described(example_plan: Plan, name: str) -> None:
    frame = getattr(example_plan, name)
    assert len(frame)
    checked = TABLES[name].check(frame)
    assert set(checked.columns) == set(frame.columns)


@pytest.mark.parametrize("name", OF_CHARTS)
def test_what_charts_show_is_described(example_plan: Plan, name: str) -> None:
    frame = getattr(charts, name)(example_plan)
    assert len(frame)
    assert set(TABLES[name].required) <= set(frame.columns) <= set(TABLES[name].names)
    assert not frame.duplicated([key for key in TABLES[name].key if key in frame]).any()


def test_what_a_comparison_holds_is_described(example_plan: Plan) -> None:
    frame = example_plan.compare(example_plan.replan(budget=4000), by="hour")
    pd.testing.assert_frame_equal(TABLES["changes"].check(frame), frame)


def test_what_a_backtest_holds_is_described(example_brief: Brief, example_history: History) -> None:
    result = backtest(example_brief, example_history, draws=40)
    for name in ("scores", "hours", "replays"):
        frame = getattr(result, name)
        assert set(TABLES[name].check(frame).columns) == set(frame.columns)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_column_has_a_meaning(name: str, lang: str) -> None:
    meanings = describe(name, lang)["meaning"]  # type: ignore[arg-type]
    assert list(meanings.index) == list(TABLES[name].names)
    assert meanings.str.len().min() > 0


def test_a_column_means_what_it_means_in_its_table() -> None:
    assert describe("window_table").loc["price", "meaning"] != describe("market").loc["price", "meaning"]
    own = [key for key in catalogue("glossary") if "." in key]
    assert all(column in TABLES[table].names for table, column in (key.split(".") for key in own))


def test_describe_an_unknown_table_lists_those_there_are() -> None:
    with pytest.raises(KeyError, match="no table 'schedul'; there are history, slots, market"):
        describe("schedul")


def test_check_names_everything_that_is_wrong(example_plan: Plan) -> None:
    schedule = example_plan.schedule
    with pytest.raises(ValueError, match=r"missing columns \['bid', 'spend'\]"):
        SCHEDULE.check(schedule.drop(columns=["bid", "spend"]))
    wrong = pd.concat([schedule, schedule.head(1)]).assign(spend="much", start=schedule["start"].dt.tz_localize(None))
    wrong.loc[wrong.index[3], "orders"] = float("inf")
    wrong["reason"] = None
    with pytest.raises(ValueError, match="table schedule: ") as caught:
        SCHEDULE.check(wrong)
    for text in ("start: ", "is not a time with a zone", "spend: ", "orders: infinite", "reason: empty", "double rows"):
        assert text in str(caught.value)


def test_check_puts_columns_into_order_and_leaves_the_frame(example_plan: Plan) -> None:
    turned = example_plan.limits[example_plan.limits.columns[::-1]]
    assert list(LIMITS.check(turned).columns) == list(LIMITS.required)
    assert list(turned.columns) == list(LIMITS.required)[::-1]
