"""Planning again: the same for no change, like a new plan for any, and from files as from memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planner.brief import Brief
from planner.brief.slots import make_slots
from planner.history import History
from planner.market import forecast_market
from planner.outputs.plan_folder import read_plan, write_plan
from planner.outputs.plan_json import plan_json
from planner.plan import Plan, make_plan
from planner.plan.expectation import market_changes
from planner.vocabulary.errors import InputError
from tests.conftest import brief_from

TABLES = ("schedule", "limits", "sms", "actions", "market", "comparison", "paths", "frontier", "offers")


def same(one: Plan, other: Plan) -> None:
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_dtype=False)
    assert one.summary == other.summary


@pytest.fixture(scope="module")
def read(example_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = tmp_path_factory.mktemp("plan")
    write_plan(example_plan, folder, tables_only=True)
    return read_plan(folder)


def test_replan_without_a_change_is_the_same_plan(example_plan: Plan, read: Plan) -> None:
    same(example_plan, example_plan.replan())
    same(example_plan, read.replan())


@pytest.mark.parametrize(
    "changes",
    [{"budget": 4000}, {"sms": {"price": 0.2}}, {"stock": {"units": 300}}, {"budget": {"reserve": 500.0}}],
    ids=["budget", "price of a message", "stock", "reserve"],
)
def test_replan_is_a_new_plan_of_the_changed_brief(
    example_plan: Plan, read: Plan, example_history: History, changes: dict[str, Any]
) -> None:
    new = make_plan(example_plan.brief.with_(**changes), example_history, lang="en")
    same(new, example_plan.replan(**changes))
    same(new, read.replan(**changes))
    with pytest.raises(AssertionError):
        same(new, example_plan)


def test_replan_with_another_margin_on_the_stored_market(example_plan: Plan, read: Plan) -> None:
    new, stored = example_plan.replan(shop={"margin": 0.3}), read.replan(shop={"margin": 0.3})
    pd.testing.assert_frame_equal(new.market, stored.market, check_dtype=False, rtol=1e-12)
    assert stored.summary.profit == pytest.approx(new.summary.profit, rel=1e-6)


def test_replan_with_language_and_seed(example_plan: Plan) -> None:
    chinese = example_plan.replan(lang="zh", seed=3)
    assert (chinese.lang, chinese.seed) == ("zh", 3)
    assert chinese.schedule["reason"].str.contains("点击").any()


def test_replan_of_a_plan_that_was_read_says_when_it_needs_the_history(
    example_plan: Plan, read: Plan, example_history: History
) -> None:
    changes = {"windows": [{"window": "opening", "stance": "compete"}], "shop": {"order_value": 60.0}}
    with pytest.raises(InputError, match=r"shop, windows.*history="):
        read.replan(**changes)
    same(read.replan(history=example_history, **changes), example_plan.replan(**changes))


def test_a_plan_without_history_is_replanned_from_files_too(small_brief: Brief, tmp_path: Path) -> None:
    plan = make_plan(small_brief)
    write_plan(plan, tmp_path, tables_only=True)
    changes = {"windows": [{"window": "opening", "stance": "compete", "priors": {"traffic": 3.0}}], "budget": 2000}
    same(read_plan(tmp_path).replan(**changes), plan.replan(**changes))


def test_replan_forecasts_again_only_where_the_market_may_change(
    example_plan: Plan, small_brief: Brief, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert example_plan.replan(budget=4000).foundation is example_plan.foundation
    assert example_plan.replan(shop={"margin": 0.3}).foundation is not example_plan.foundation
    # Nothing says how large the channels are, so the budget does.
    channels = [channel.model_dump(exclude={"clicks_per_day"}, exclude_unset=True) for channel in small_brief.channels]
    guessed = make_plan(small_brief.with_(channels=channels))
    same(guessed.replan(budget=1500), make_plan(small_brief.with_(channels=channels, budget=1500)))
    assert guessed.replan(budget=1500).market["clicks"].sum() < guessed.market["clicks"].sum()


def test_replan_checks_what_it_is_given(example_plan: Plan) -> None:
    with pytest.raises(InputError, match="total"):
        example_plan.replan(budget=-1)
    with pytest.raises(InputError, match="budgett"):
        example_plan.replan(budgett=1)


def test_the_history_is_not_written(example_plan: Plan, read: Plan) -> None:
    assert example_plan.history is not None
    assert read.history is None
    assert read.foundation.had_history
    assert "history" not in plan_json(example_plan)["foundation"]


MARKET_FREE: list[dict[str, Any]] = [
    {"promotion": {"name": "another", "lang": "zh"}},
    {"shop": {"platform": "other"}},
    {"sms": {"price": 0.5}},
    {"stock": {"units": 5}},
    {"offers": [{"price_cut": 0.3, "places": 10}]},
]


@pytest.mark.parametrize("changes", MARKET_FREE, ids=lambda changes: next(iter(changes)))
def test_what_the_market_does_not_depend_on(
    example_brief: Brief, example_history: History, changes: dict[str, Any]
) -> None:
    changed = example_brief.with_(**changes)
    assert market_changes(example_brief, changed) == []
    one, other = (
        forecast_market(brief, make_slots(brief.timetable), example_history).table for brief in (example_brief, changed)
    )
    pd.testing.assert_frame_equal(one, other)


def test_another_encoding_of_the_history_is_another_market(small_brief: Brief) -> None:
    named = small_brief.with_(history={"encoding": "gbk"})
    assert market_changes(small_brief, named) == ["history"]
    assert market_changes(named, named.with_(budget=50)) == []


def test_budgets_of_channels_and_windows_leave_the_market(small_brief: Brief) -> None:
    channels = [channel.model_dump(exclude_unset=True) for channel in small_brief.channels]
    channels[0] |= {"budget": 100.0, "daily_minimum": 5.0, "min_bid": 0.1, "max_bid": 9.0, "label": "words"}
    changed = small_brief.with_(channels=channels, windows=[{"window": "opening", "budget": 50.0}])
    assert market_changes(small_brief, changed) == []
    one, other = (forecast_market(brief, make_slots(brief.timetable), None).table for brief in (small_brief, changed))
    pd.testing.assert_frame_equal(one, other)
    channels[0]["price"] = 2.0
    assert market_changes(small_brief, small_brief.with_(channels=channels)) == ["channels"]


def test_with_keeps_a_playbook_that_was_at_hand() -> None:
    brief = brief_from(
        "[promotion]\ndate = 2026-11-11\n[budget]\ntotal = 100\n[shop]\nmargin = 0.4\norder_value = 50\n"
    )
    windows = tuple(window.model_copy(update={"stance": "hold"}) for window in brief.playbook.windows)
    laid = brief.laid_on(brief.playbook.model_copy(update={"windows": windows}))
    assert {window.stance for window in laid.with_(budget=200).playbook.windows} == {"hold"}
    assert {window.stance for window in laid.with_(windows=[{"window": "opening"}]).playbook.windows} != {"hold"}
