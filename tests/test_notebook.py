"""A plan shown in a terminal and in Jupyter, and the sliders, driven."""

from __future__ import annotations

import dataclasses
import importlib.util
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from planner.brief import Brief
from planner.charts.words import Words
from planner.outputs.notebook import Explorer, Still, explore, plan_html, plan_lines
from planner.outputs.notebook.curve import frontier_svg
from planner.outputs.notebook.page import LARGEST
from planner.outputs.plan_folder import read_plan, write_plan
from planner.plan import Plan, make_plan


def test_a_plan_in_a_terminal_is_four_lines(example_plan: Plan) -> None:
    lines = repr(example_plan).splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("Double 11 at the tea shop: Tue 10 Nov 20:00 to Thu 12 Nov 00:00")
    assert f"¥{example_plan.summary.spend:,.0f}" in lines[1]
    assert f"¥{example_plan.summary.profit:,.0f}" in lines[2]
    assert plan_lines(example_plan, "zh")[2].startswith("期望利润：")


def test_four_lines_need_no_matplotlib() -> None:
    code = (
        "import sys, planner\n"
        "shop = planner.example_folder()\n"
        "brief = planner.load_brief(shop / 'brief.toml')\n"
        "repr(planner.make_plan(brief, planner.load_history([shop / 'history.csv'], brief)))\n"
        "print({'matplotlib', 'ipywidgets', 'IPython'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_has_numbers_windows_and_a_chart_and_is_small(example_plan: Plan, lang: str) -> None:
    page = plan_html(example_plan, lang)  # type: ignore[arg-type]
    assert len(page.encode()) <= LARGEST
    words = Words.of(example_plan, lang)  # type: ignore[arg-type]
    assert words.money(example_plan.summary.profit) in page
    for window in set(example_plan.slots["window"]):
        assert words.window(window) in page
    assert page.count("<svg") == 1
    ElementTree.fromstring(page.replace("xlink:href", "href"))


def test_a_page_in_jupyter_is_that_page(example_plan: Plan) -> None:
    assert example_plan._repr_html_() == plan_html(example_plan)


def test_a_page_too_large_drops_to_the_next_chart(example_plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    timeline = len(plan_html(example_plan).encode())
    monkeypatch.setattr("planner.outputs.notebook.page.LARGEST", timeline - 1)
    assert "<svg" in plan_html(example_plan)
    monkeypatch.setattr("planner.outputs.notebook.page.LARGEST", 20_000)
    assert "<svg" not in plan_html(example_plan)
    assert len(plan_html(example_plan).encode()) <= 20_000


def test_a_promotion_of_many_days_stays_small(small_brief: Brief) -> None:
    plan = make_plan(small_brief.with_(promotion={"starts": "2026-11-02 00:00"}), lang="zh")
    assert len(plan.slots) > 200
    assert len(plan_html(plan).encode()) <= LARGEST


def test_without_a_naive_plan_nothing_is_compared(example_plan: Plan) -> None:
    alone = dataclasses.replace(example_plan, comparison=example_plan.comparison.head(1))
    assert repr(alone).splitlines()[3].endswith("nothing to compare with")


def test_names_of_the_seller_s_cannot_become_markup(small_brief: Brief) -> None:
    plan = make_plan(small_brief.with_(promotion={"name": "<script>alert(1)</script>"}))
    assert "<script>" not in plan_html(plan)


@pytest.fixture
def sliders(example_plan: Plan) -> Explorer:
    explorer = example_plan.explore()
    assert isinstance(explorer, Explorer)
    return explorer


def test_the_plan_follows_the_sliders(sliders: Explorer, example_plan: Plan) -> None:
    assert sliders.plan is example_plan
    sliders.budget.value = 4000
    assert sliders.plan.summary == example_plan.replan(budget=4000).summary
    sliders.margin.value = 0.3
    sliders.sms_price.value = 0.11
    expected = example_plan.replan(budget=4000, shop={"margin": 0.3}, sms={"price": 0.11})
    assert sliders.plan.summary == expected.summary
    assert sliders.plan.brief.budget.total == 4000
    assert example_plan.brief.budget.total == 8000
    sliders.reset()
    assert sliders.plan is example_plan
    assert sliders.budget.value == 8000


def test_the_plan_follows_a_stance(sliders: Explorer, example_plan: Plan) -> None:
    assert example_plan.schedule.set_index("window").loc["close", "spend"].sum() > 0
    sliders.stances["close"].value = "notify"
    assert sliders.plan.schedule.set_index("window").loc["close", "spend"].sum() == 0
    assert sliders.plan.summary == example_plan.replan(windows=[{"window": "close", "stance": "notify"}]).summary
    assert sliders.stances["opening"].value == "hold"


def test_a_stance_keeps_what_the_brief_says_of_the_window(example_plan: Plan) -> None:
    plan = example_plan.replan(windows=[{"window": "close", "budget": 300.0}, {"window": "noon", "stance": "compete"}])
    sliders = plan.explore()
    assert isinstance(sliders, Explorer)
    assert sliders.stances["noon"].value == "compete"
    sliders.stances["close"].value = "low_bid"
    changed = {change.window: change for change in sliders.plan.brief.windows}
    assert (changed["close"].budget, changed["close"].stance) == (300.0, "low_bid")
    assert changed["noon"].stance == "compete"


def test_the_shown_numbers_are_the_plan_s(sliders: Explorer) -> None:
    words = Words.of(sliders.plan)
    sliders.budget.value = 5000
    assert words.money(sliders.plan.summary.profit) in sliders._numbers.value
    assert words.money(5000) in sliders._curve.value
    assert "expected profit" in sliders._remark.value


def test_another_budget_stays_on_the_frontier_that_came_with_the_plan(sliders: Explorer, example_plan: Plan) -> None:
    sliders.budget.value = 5000
    assert sliders._frontier is example_plan.frontier
    sliders.margin.value = 0.3
    assert sliders._frontier is sliders.plan.frontier
    assert sliders.plan.frontier["profit"].max() < example_plan.frontier["profit"].max()


def test_where_no_plan_fits_the_last_one_stays_and_the_reason_is_shown(small_brief: Brief) -> None:
    channels = [channel.model_dump(exclude_unset=True) | {"daily_minimum": 400.0} for channel in small_brief.channels]
    sliders = make_plan(small_brief.with_(channels=channels)).explore()
    assert isinstance(sliders, Explorer)
    assert sliders.sms_price is None
    before = sliders.plan
    sliders.budget.value = 600
    assert sliders.plan is before
    assert "1,600" in sliders._remark.value


def test_stances_of_a_plan_from_files_need_its_history(example_plan: Plan, tmp_path: Path) -> None:
    write_plan(example_plan, tmp_path, tables_only=True)
    sliders = read_plan(tmp_path).explore()
    assert isinstance(sliders, Explorer)
    assert all(choice.disabled for choice in sliders.stances.values())
    assert "plan.replan(history=...)" in sliders._remark.value
    sliders.budget.value = 4000
    assert sliders.plan.summary == example_plan.replan(budget=4000).summary


def test_a_widget_carries_a_picture_for_readers_without_widgets(sliders: Explorer) -> None:
    bundle = sliders._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "<svg" in bundle["text/html"]


def test_without_ipywidgets_there_is_the_chart(example_plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ipywidgets" else found(name))
    still = explore(example_plan)
    assert isinstance(still, Still)
    assert "<svg" in still._repr_html_()
    assert "promo-planner[notebook]" in still._repr_html_()


def test_the_dot_lies_on_the_curve(example_plan: Plan) -> None:
    drawing = frontier_svg(
        example_plan.frontier, float(example_plan.frontier["budget"].iloc[7]), Words.of(example_plan)
    )
    tree = ElementTree.fromstring(drawing)
    line, dot = (tree.find(f".//{name}") for name in ("polyline", "circle"))
    assert line is not None
    assert dot is not None
    assert f"{dot.get('cx')},{dot.get('cy')}" == str(line.get("points")).split()[7]
