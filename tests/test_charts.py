"""Charts: what the artists hold is what plan.json holds, in both languages and for odd plans; no setting changes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planner import charts
from planner.charts.canvas import Clock, save, wrap
from planner.charts.words import Words
from planner.outputs.plan_folder import read_plan, write_plan
from planner.outputs.plan_json import plan_json
from planner.plan import Plan, make_plan
from planner.vocabulary.wording import LANGUAGES, Lang
from tests.conftest import brief_from
from tests.plans_to_look_at import example, odd, odd_brief, plans

NAMES = ("timeline", "grid", "frontier", "pacing", "sms", "evidence")


@cache
def told() -> dict[str, Any]:
    """Return the example's plan.json."""
    return json.loads(json.dumps(plan_json(example("en"))))


@cache
def drawn(name: str) -> Axes:
    return getattr(charts, f"plot_{name}")(example("en"))


def panel(name: str, label: str) -> Axes:
    return next(axes for axes in drawn(name).child_axes if axes.get_label() == label)


def by_label(axes: Axes, label: str) -> Any:
    return next(artist for artist in axes.get_children() if artist.get_label() == label)


def spend_by_slot() -> pd.Series:
    table = pd.DataFrame(told()["schedule"])
    return table.groupby("start", sort=True)["spend"].sum()


def slot_hours() -> np.ndarray:
    slots = pd.DataFrame(told()["slots"])
    return ((pd.to_datetime(slots["end"]) - pd.to_datetime(slots["start"])) / pd.Timedelta(hours=1)).to_numpy()


def test_timeline_spend_is_the_schedules() -> None:
    stack = [artist for artist in panel("timeline", "spend").patches if hasattr(artist, "get_data")]
    assert [step.get_label() for step in stack] == ["search ads", "feed ads", "retargeting"]
    heights, edges, _ = stack[-1].get_data()
    assert np.allclose(heights * slot_hours(), spend_by_slot().to_numpy(), atol=1e-6)
    assert np.allclose(np.diff(edges), slot_hours())


@pytest.mark.parametrize("measure", ["traffic", "price", "conversion"])
def test_timeline_market_is_the_total_over_the_usual_total(measure: str) -> None:
    market = pd.DataFrame(told()["market"])
    size = market["clicks"] * {"traffic": 1, "price": market["price"], "conversion": market["conversion"]}[measure]
    groups = market["start"]
    expected = size.groupby(groups).sum() / (size / market[f"{measure}_ratio"]).groupby(groups).sum()
    steps, _, _ = by_label(panel("timeline", measure), measure).get_data()
    high, _, low = by_label(panel("timeline", measure), "band").get_data()
    assert np.allclose(steps, expected.to_numpy(), rtol=1e-9)
    assert (low < steps).all()
    assert (steps < high).all()


def test_timeline_ribbon_has_a_piece_for_each_window_and_the_opening_stands_where_it_is() -> None:
    ribbon = panel("timeline", "stances")
    assert len(ribbon.patches) == 12
    assert sum(piece.get_width() for piece in ribbon.patches) == pytest.approx(28)
    opening = panel("timeline", "spend").lines[-1]
    assert opening.get_xdata()[0] == pytest.approx(4)


def test_grid_cells_show_the_mean_bid_and_its_margins_the_sums() -> None:
    cells = panel("grid", "cells")
    assert len([patch for patch in cells.patches if (patch.get_gid() or "").startswith("cell-")]) == len(
        told()["slots"]["start"]
    )
    table = pd.DataFrame(told()["schedule"])
    means = (table["bid"] * table["clicks"]).groupby(table["channel"]).sum() / table.groupby("channel")["clicks"].sum()
    of_mean = 100 * table["bid"] / table["channel"].map(means)
    weighted = (of_mean * table["spend"]).groupby(table["start"]).sum() / spend_by_slot()
    shown = [text.get_text() for text in cells.texts]
    whole_hours = weighted[slot_hours() == 1].dropna()
    assert shown == [f"{value:.0f}" for value in whole_hours]
    for label, extent in (("hours", "get_height"), ("days", "get_width")):
        bars = panel("grid", label).patches
        assert sum(getattr(bar, extent)() for bar in bars) == pytest.approx(spend_by_slot().sum())


def test_grid_of_one_channel_has_that_channels_money() -> None:
    table = charts.grid_table(example("en"), "feed")
    schedule = pd.DataFrame(told()["schedule"])
    assert table["spend"].sum() == pytest.approx(schedule.loc[schedule["channel"] == "feed", "spend"].sum())


def test_pacing_lines_are_the_paths() -> None:
    paths = pd.DataFrame(told()["paths"])
    for quantity in ("spend", "profit"):
        for name in ("plan", "flat", "even"):
            line = by_label(panel("pacing", quantity), name)
            expected = paths[paths["name"] == name].sort_values("end")[quantity]
            assert np.allclose(line.get_ydata(), [0.0, *expected])
    summary = told()["summary"]
    budget = by_label(panel("pacing", "spend"), "budget").get_ydata()[0]
    assert budget == pytest.approx(summary["budget"] - summary["reserve"] - summary["sms_cost"])


def test_pacing_half_is_where_half_is_spent() -> None:
    paths = pd.DataFrame(told()["paths"])
    last = paths.loc[paths["name"] == "plan", "spend"].max()
    x, y = by_label(panel("pacing", "spend"), "half").get_data()
    line = by_label(panel("pacing", "spend"), "plan")
    assert y[0] == pytest.approx(last / 2)
    assert np.interp(x[0], line.get_xdata(), line.get_ydata()) == pytest.approx(last / 2)


def test_frontier_lines_are_the_frontier_and_the_plan_stands_on_it() -> None:
    frontier = pd.DataFrame(told()["frontier"])
    line = by_label(panel("frontier", "profit"), "profit")
    assert np.allclose(line.get_ydata(), frontier.sort_values("budget")["profit"])
    (x,), (y,) = by_label(panel("frontier", "profit"), "plan").get_data()
    assert x == pytest.approx(told()["summary"]["spend"] + told()["summary"]["sms_cost"])
    assert y == pytest.approx(np.interp(x, line.get_xdata(), line.get_ydata()))


def test_merit_goes_down_and_has_every_cell_that_takes_money() -> None:
    merit = charts.merit_table(example("en"))
    market = pd.DataFrame(told()["market"])
    assert merit["earns"].is_monotonic_decreasing
    assert merit["takes"].sum() == pytest.approx((market["clicks"] * market["price"]).sum())
    steps = [patch.get_data() for patch in panel("frontier", "merit").patches if hasattr(patch, "get_data")]
    shown = sum((np.nan_to_num(heights) * np.diff(edges)).sum() for heights, edges, _ in steps)
    assert shown == pytest.approx((merit["earns"] * merit["takes"]).sum())


def test_sms_bars_are_the_messages_and_visits_arrive_once() -> None:
    sms = pd.DataFrame(told()["sms"])
    assert (
        sum(bar.get_height() for bar in panel("sms", "waves").patches if bar.get_width() < 1) == sms["messages"].sum()
    )
    table = charts.arrivals_table(example("en"))
    assert (table["visits"] >= 0).all()
    assert 0.9 * sms["visits"].sum() < table["visits"].sum() <= sms["visits"].sum() + 1e-9
    steps = [patch for patch in panel("sms", "visits").patches if hasattr(patch, "get_data")]
    heights, edges, _ = steps[-1].get_data()
    assert (heights * np.diff(edges)).sum() == pytest.approx(table["visits"].sum())


def test_evidence_marks_are_the_table() -> None:
    table = charts.evidence_table(example("en"))
    for measure in ("traffic", "price", "conversion"):
        rows = table[table["measure"] == measure]
        axes = panel("evidence", measure)
        assert np.allclose(by_label(axes, "prior").get_xdata(), rows["prior"])
        shown = sorted([*by_label(axes, "data").get_xdata(), *by_label(axes, "overruled").get_xdata()])
        assert np.allclose(shown, sorted(rows["value"]))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("case", [*plans(), "example"])
def test_every_chart_is_drawn_for_odd_plans_without_a_warning(case: str, lang: Lang) -> None:
    plan = example(lang) if case == "example" else odd(*plans()[case])
    files = charts.draw_all(plan, None, lang, forms=("svg", "png") if case == "example" else ("svg",))
    assert [name.split(".")[0] for name in files if name.endswith(".svg")] == list(charts.chart_names(plan))
    assert all(len(content) > 5000 for content in files.values())
    titles = [files[name].decode().split("<title>")[1].split("</title>")[0] for name in files if name.endswith(".svg")]
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in title) == (lang == "zh") for title in titles)


def test_a_plan_without_messages_has_no_chart_of_them() -> None:
    assert "sms" in charts.chart_names(example("en"))
    assert "sms" not in charts.chart_names(odd(1, 1, "zh"))


def test_a_plan_read_back_draws_the_same_bytes(tmp_path: Path) -> None:
    plan = example("en")
    write_plan(plan, tmp_path, tables_only=True)
    assert charts.draw_all(read_plan(tmp_path), forms=("svg",)) == charts.draw_all(plan, forms=("svg",))


def test_draw_all_writes_what_it_returns(tmp_path: Path) -> None:
    files = charts.draw_all(odd(1, 1, "zh"), tmp_path / "new", forms=("pdf",))
    assert {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()} == files


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_can_be_put_into_an_axes_of_ones_own(name: str) -> None:
    figure = Figure(figsize=(12, 10))
    ax = figure.add_subplot(2, 1, 2)
    before = dict(mpl.rcParams)
    returned = getattr(charts, f"plot_{name}")(example("en"), ax=ax, lang="zh")
    assert returned is ax
    assert figure.axes == [ax]
    assert dict(mpl.rcParams) == before
    assert len(save(figure, "png")) > 5000


def test_pyplot_is_never_loaded() -> None:
    import subprocess
    import sys

    code = (
        "import sys, planner\nfrom tests.plans_to_look_at import odd\n"
        "planner.charts.draw_all(odd(1, 1, 'zh'))\nprint('matplotlib.pyplot' in sys.modules)"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.strip() == "False"


def _tea(zone: str, first: str, last: str) -> Plan:
    return make_plan(brief_from(odd_brief(2, first, last, "en", zone=zone).replace("2026-11-11", first[:10])))


@pytest.mark.parametrize(
    ("first", "last", "hours"), [("2026-11-01", "2026-11-02", 25), ("2026-03-08", "2026-03-09", 23)]
)
def test_a_day_on_which_the_clocks_change_is_drawn_as_long_as_it_is(first: str, last: str, hours: int) -> None:
    plan = _tea("America/New_York", f"{first}T00:00:00", f"{last}T00:00:00")
    slots = plan.slots
    clock = Clock(slots["start"], slots["end"], Words.of(plan))
    assert clock.length == hours
    table = charts.grid_table(plan)
    assert table["hours"].sum() == hours
    # No cell lies on another.
    ordered = table.sort_values("at")
    assert (ordered["at"].to_numpy()[1:] >= (ordered["at"] + ordered["width"]).to_numpy()[:-1] - 1e-9).all()
    assert charts.draw_all(plan, forms=("svg",))


def test_dollar_signs_in_names_are_not_mathematics() -> None:
    text = odd_brief(2, "2026-11-11T00:00:00", "2026-11-12T00:00:00", "en").replace("channel 1", "$5 off$ a_b")
    plan = make_plan(brief_from(text))
    axes = charts.plot_timeline(plan)
    spend = next(child for child in axes.child_axes if child.get_label() == "spend")
    assert "$5 off$ a_b" in [label.get_text() for label in spend.get_legend().get_texts()]
    assert save(axes.figure, "png")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three four five six", ["one two three", "four five six"]),
        ("预算花在哪里，什么时候花，花多少钱才对", ["预算花在哪里，", "什么时候花，花", "多少钱才对"]),
        ("short", ["short"]),
    ],
)
def test_wrap_breaks_at_spaces_and_between_characters_but_never_before_a_comma(text: str, lines: list[str]) -> None:
    assert wrap(text, 78, 10).split("\n") == lines
