"""What moved between two plans, and why; and the command that prints it."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import pandas as pd
import pytest

from planner.outputs.plan_folder import write_plan
from planner.plan import Plan, make_plan
from planner.plan.changes import MESSAGES, brief_changes, figure_changes, plan_changes
from planner.vocabulary.errors import InputError
from tests.conftest import SMALL_BRIEF, brief_from
from tests.test_cli import run


@pytest.fixture(scope="module")
def poorer(example_plan: Plan) -> Plan:
    return example_plan.replan(budget=3000)


@pytest.mark.parametrize("by", ["hour", "window", "channel"])
def test_changes_add_up_to_the_plans_money_and_profit(example_plan: Plan, poorer: Plan, by: str) -> None:
    moved = plan_changes(example_plan, poorer, by=by)  # type: ignore[arg-type]
    for plan, side in ((example_plan, "before"), (poorer, "after")):
        ads = moved[moved["channel"] != MESSAGES]
        assert ads[f"spend_{side}"].sum() == pytest.approx(plan.summary.spend)
        assert ads[f"profit_{side}"].sum() == pytest.approx(plan.schedule["profit"].sum())
    assert (moved["spend_change"] - (moved["spend_after"] - moved["spend_before"])).abs().max() < 1e-4
    assert moved["why"].str.contains("money is scarcer").all()
    assert moved["start"].is_monotonic_increasing


def test_a_plan_against_itself_moves_nothing(example_plan: Plan) -> None:
    assert plan_changes(example_plan, example_plan, by="hour").empty
    assert brief_changes(example_plan, example_plan).empty
    assert (figure_changes(example_plan, example_plan)["change"] == 0).all()


def test_rows_are_matched_by_label(example_plan: Plan, poorer: Plan) -> None:
    shuffled = dataclasses.replace(poorer, schedule=poorer.schedule.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(
        plan_changes(example_plan, poorer, by="hour"), plan_changes(example_plan, shuffled, by="hour")
    )


def test_figures_are_those_of_the_summaries(example_plan: Plan, poorer: Plan) -> None:
    figures = figure_changes(example_plan, poorer)
    assert figures.loc["budget"].tolist() == [8000, 3000, -5000]
    assert figures.loc["profit", "change"] == pytest.approx(poorer.summary.profit - example_plan.summary.profit)
    assert figures.loc["unspent", "after"] == poorer.summary.unspent
    assert figures.loc["hours", "before"] <= example_plan.slots["hours"].sum()


def test_the_brief_s_changes_are_named_by_their_path(example_plan: Plan) -> None:
    channels = [channel.model_dump(exclude_unset=True) for channel in example_plan.brief.channels]
    channels[0]["max_bid"] = 1.0
    other = example_plan.replan(
        channels=channels[::-1], windows=[{"window": 3, "stance": "notify"}], sms={"price": 0.2}, seed=4
    )
    changes = brief_changes(example_plan, other).set_index("what")
    assert set(changes.index) == {"channels.search.max_bid", "windows.opening.stance", "sms.price", "seed"}
    assert changes.loc["channels.search.max_bid"].tolist() == [8.0, 1.0]
    assert changes.loc["windows.opening.stance", "before"] is None
    moved = plan_changes(example_plan, other).set_index(["window", "channel"])
    assert "stance hold → notify" in moved.loc[("opening", "feed"), "why"]
    assert "channels.search.max_bid 8 → 1" in moved.loc[("close", "search"), "why"]
    assert "max_bid" not in moved.loc[("close", "feed"), "why"]
    sends = plan_changes(example_plan, other, by="channel").set_index("channel")["why"]
    assert "sms.price 0.055 → 0.2" in sends[MESSAGES]


def test_another_market_is_a_reason(example_plan: Plan) -> None:
    poor = example_plan.replan(shop={"margin": 0.3})
    why = plan_changes(example_plan, poor, lang="zh")["why"]
    assert why.str.contains("一次点击没那么值钱了").any()
    without = make_plan(example_plan.brief.with_(shop={"order_value": 60.0}), example_plan.history, lang="en")
    assert plan_changes(example_plan, without)["why"].str.contains("a click is worth less").any()


def test_another_history_is_said(example_plan: Plan, tmp_path: Path) -> None:
    assert example_plan.history is not None
    shorter = dataclasses.replace(example_plan.history, sources=())
    changes = brief_changes(example_plan, example_plan.replan(history=shorter), "zh")
    assert changes.to_numpy().tolist() == [["history", "1 个文件", "0 个文件"]]


def test_plans_of_other_days_share_no_hours() -> None:
    one = make_plan(brief_from(SMALL_BRIEF))
    other = make_plan(brief_from(SMALL_BRIEF.replace("2026-11-11", "2026-12-12")))
    moved = plan_changes(one, other, by="hour")
    assert set(moved["why"]) == {"only in the first plan", "only in the second plan"}
    assert (moved[["spend_before", "spend_after"]] == 0).any(axis=1).all()


def test_other_currencies_are_not_compared() -> None:
    one = make_plan(brief_from(SMALL_BRIEF))
    other = make_plan(brief_from(SMALL_BRIEF.replace("date =", 'currency = "USD"\ndate =')))
    with pytest.raises(InputError, match="CNY, USD"):
        one.compare(other)


@pytest.fixture(scope="module")
def folders(example_plan: Plan, poorer: Plan, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("plans")
    for name, plan in (("a", example_plan), ("b", poorer)):
        write_plan(plan, folder / name, tables_only=True)
    return [folder / "a", folder / "b"]


def test_the_command_says_what_changed_in_total_and_why(
    folders: list[Path], capsys: pytest.CaptureFixture[str], poorer: Plan
) -> None:
    code, out, err = run("compare", *folders, capsys=capsys)
    assert (code, err) == (0, "")
    for text in ("budget.total", "8,000", "3,000", "expected profit", "search ads", "money is scarcer"):
        assert text in out
    assert f"¥{poorer.summary.spend:,.0f}" in out
    code, out, _ = run("compare", *folders, "--lang", "zh", "--by", "channel", capsys=capsys)
    assert "钱更紧了" in out


def test_the_command_prints_csv(folders: list[Path], capsys: pytest.CaptureFixture[str], poorer: Plan) -> None:
    code, out, _ = run("compare", *folders, "--csv", "--by", "hour", "--lang", "en", capsys=capsys)
    table = pd.read_csv(io.StringIO(out))
    assert code == 0
    assert table.loc[table["channel"] != MESSAGES, "spend_after"].sum() == pytest.approx(poorer.summary.spend)
    assert table["start"].str.endswith("+08:00").all()


def test_the_command_of_a_plan_with_itself_and_of_no_plan(
    folders: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("compare", folders[0], folders[0], capsys=capsys)[:2] == (0, "Nothing moved: the plans are the same.\n")
    code, out, err = run("compare", folders[0], tmp_path, capsys=capsys)
    assert (code, out) == (3, "")
    assert "there is no plan" in err


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(
    folders: list[Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    _, out, _ = run("compare", *folders, "--by", "hour", "--lang", "en", capsys=capsys)
    assert max(len(line) for line in out.splitlines()) <= width
