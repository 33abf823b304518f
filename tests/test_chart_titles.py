"""Titles of charts are found in the numbers: each way a finding can turn out is tried, in both languages."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.charts.backtest import backtest_finding, plot_backtest
from planner.charts.canvas import save
from planner.charts.evidence import evidence_finding, evidence_table
from planner.charts.frontier import frontier_finding, frontier_marks
from planner.charts.grid import grid_finding
from planner.charts.limits import holding_limits
from planner.charts.pacing import pacing_finding
from planner.charts.sends import sms_finding
from planner.charts.timeline import timeline_finding
from planner.charts.words import Words

EN = Words("en", windows={"eve": "the eve", "night": "the night"})
ZH = Words("zh", windows={"eve": "前夜", "night": "深夜"})
START = pd.Timestamp("2026-11-11 00:00", tz="Asia/Shanghai")
HOUR = pd.Timedelta(hours=1)


def windows(price: float, conversion: float, spend: tuple[float, float] = (900, 300)) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "start": [START, START + 2 * HOUR],
            "end": [START + 2 * HOUR, START + 8 * HOUR],
            "window": ["eve", "night"],
            "hours": [2.0, 6.0],
            "spend": spend,
            "share": np.array(spend) / max(sum(spend), 1),
            "traffic": [3.0, 1.0],
            "price": [price, 1.0],
            "conversion": [conversion, 1.0],
        }
    )


@pytest.mark.parametrize(
    ("price", "conversion", "words"),
    [
        (0.9, 2.0, ["the eve", "75% of all", "conversion 2.0×", "clicks at 0.90×"]),
        (2.0, 1.0, ["clicks are dear (2.0×", "many (3.0×)"]),
        (1.5, 1.5, ["about the usual", "traffic is 3.0×"]),
    ],
)
def test_timeline_says_why_the_dearest_window_is_worth_it(price: float, conversion: float, words: list[str]) -> None:
    title = timeline_finding(windows(price, conversion), EN)
    assert all(word in title for word in words), title


@pytest.mark.parametrize(
    ("price", "words"), [(1.0, "money buys about the usual, traffic is 0.70×"), (2.0, "dear (2.0×")]
)
def test_timeline_calls_little_traffic_no_reason_to_spend(price: float, words: str) -> None:
    title = timeline_finding(windows(price, 1.0).assign(traffic=0.7), EN)
    assert words in title
    assert "but" not in title


def test_timeline_goes_by_money_per_hour_not_per_window() -> None:
    assert "the eve" in timeline_finding(windows(1, 2, (900, 1000)), EN)
    assert "前夜" in timeline_finding(windows(1, 2, (900, 1000)), ZH)


def test_timeline_of_a_plan_that_spends_nothing() -> None:
    assert timeline_finding(windows(1, 1, (0, 0)), EN) == "This plan spends nothing on ads"


def cells(per_hour: list[float]) -> pd.DataFrame:
    starts = [START + at * HOUR for at in range(len(per_hour))]
    return pd.DataFrame(
        {
            "start": starts,
            "end": [start + HOUR for start in starts],
            "hours": 1.0,
            "per_hour": per_hour,
            "spend": per_hour,
        }
    )


def test_grid_says_how_much_goes_into_the_dearest_quarter() -> None:
    title = grid_finding(cells([10, 10, 70, 10, 10, 30, 10, 50]), EN)
    assert title.startswith("60% of ¥200 goes into 2 of 8 hours")
    assert "02:00–03:00" in title


def test_grid_of_an_even_plan_says_so() -> None:
    title = grid_finding(cells([10, 10, 11, 10, 10, 10, 10, 10]), EN)
    assert title.startswith("The money is spread out: the dearest 2 of 8 hours take only 26%")
    assert "平均" in grid_finding(cells([10.0] * 8), ZH)


def paced(gain: float, low: float, high: float) -> Any:
    ends = [START + at * HOUR for at in (1, 2, 3)]
    paths = pd.DataFrame(
        {"name": "plan", "start": [end - HOUR for end in ends], "end": ends, "spend": [10.0, 40.0, 100.0]}
    )
    rows = {"name": ["plan", "flat", "even"], "profit": [500.0, 500 - gain, 100.0], "gain": [0.0, gain, 400.0]}
    comparison = pd.DataFrame(rows | {"gain_low": [0.0, low, 300.0], "gain_high": [0.0, high, 500.0]})
    return SimpleNamespace(paths=paths, comparison=comparison)


@pytest.mark.parametrize(
    ("gain", "low", "high", "words"),
    [
        (90, 20, 160, "the plan earns ¥90 more than your usual bids"),
        (90, -20, 160, "the gain of ¥90 over your usual bids is within the noise (−¥20 to ¥160)"),
        (-30, -90, 10, "your usual bids would earn ¥30 more"),
    ],
)
def test_pacing_says_whether_the_best_rival_is_beaten(gain: float, low: float, high: float, words: str) -> None:
    title = pacing_finding(paced(gain, low, high), EN)
    assert title.startswith("Half of the money is spent by Wed 11 Nov 02:10")
    assert words in title


def test_pacing_compares_with_the_rival_that_earns_most() -> None:
    plan = paced(450, 400, 500)
    assert "even pacing" in pacing_finding(plan, EN)


def frontier(profit: list[float], money_price: list[float]) -> pd.DataFrame:
    budgets = np.arange(1, len(profit) + 1) * 1000.0
    return pd.DataFrame({"budget": budgets, "spend": budgets, "profit": profit, "money_price": money_price})


RISING = frontier([500, 900, 1200, 1400, 1500], [0.5, 0.4, 0.3, 0.2, 0.15])
SATURATED = frontier([500, 900, 1190, 1200, 1200], [0.5, 0.4, 0.1, 0.0, 0.0])


@pytest.mark.parametrize(
    ("curve", "spend", "budget", "words"),
    [
        (RISING, 3000, 3000, "More budget pays: another ¥100 is expected to earn ¥30.00"),
        (SATURATED, 2000, 2000, "from a budget of about ¥3,000 on hardly anything more"),
        (SATURATED, 4000, 4000, "The budget of ¥4,000 is enough"),
        (RISING, 2000, 3000, "By forecast ¥2,000 is spent and ¥1,000 kept"),
    ],
)
def test_frontier_says_whether_more_pays(curve: pd.DataFrame, spend: float, budget: float, words: str) -> None:
    assert words in frontier_finding(frontier_marks(curve, spend, budget), EN)


def test_frontier_marks_stand_where_the_curve_turns() -> None:
    marks = frontier_marks(SATURATED, 2000, 2000)
    assert (marks.break_even, marks.plateau) == (4000, 3000)
    assert frontier_marks(RISING, 2000, 2000).break_even is None
    assert frontier_marks(RISING, 2000, 2000).plateau is None


def test_frontier_marks_nothing_at_its_first_point() -> None:
    marks = frontier_marks(frontier([500, 500, 500], [0.0, 0.0, 0.0]), 1000, 3000)
    assert (marks.break_even, marks.plateau) == (None, None)


@pytest.mark.parametrize(
    ("multipliers", "en", "zh"),
    [
        ({"total": 0.3, "channel:search": 0.0, "day:2026-11-11": -0.4}, "", ""),
        ({"total": 0.0, "window:eve": 0.2}, "the budget of the eve", "时段“前夜”的预算"),
        ({"stock": 3.0, "min_return": 0.1}, "the stock, the least return asked for", "库存、最低投产比"),
    ],
)
def test_limits_other_than_money_are_named(multipliers: dict[str, float], en: str, zh: str) -> None:
    assert holding_limits(pd.Series(multipliers), EN) == en
    assert holding_limits(pd.Series(multipliers), ZH) == zh


@pytest.mark.parametrize(("spend", "words"), [(4000, "More budget would earn nothing: held by"), (3500, "¥500 kept")])
def test_frontier_of_a_plan_that_something_else_holds_names_it(spend: float, words: str) -> None:
    title = frontier_finding(frontier_marks(SATURATED, spend, 4000), EN, "the stock")
    assert words in title
    assert "held by the stock" in title


@pytest.mark.parametrize(("profit", "word"), [(80.0, "earn ¥80.00 net"), (-80.0, "lose ¥80.00")])
def test_sms_says_whether_it_pays(profit: float, word: str) -> None:
    sms = pd.DataFrame({"messages": [4000], "cost": [200.0], "orders": [12.0], "profit": [profit]})
    title = sms_finding(SimpleNamespace(sms=sms), EN)  # type: ignore[arg-type]
    assert title.startswith("4,000 messages for ¥200 bring about 12 orders")
    assert word in title
    assert "33 minutes" in title


def evidence(value: float, counts: float, overruled: bool) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "window": ["eve", "night"],
            "measure": ["price", "price"],
            "prior": [2.0, 1.0],
            "value": [value, 1.0],
            "evidence": [counts, 0.0],
            "overruled": [overruled, False],
        }
    )


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (
            evidence(1.0, 900, True),
            "Data overrule the playbook in 1 of 2 windows; most in the eve: the price of a click 1.0×",
        ),
        (evidence(1.9, 900, False), "In none of 2 windows"),
        (evidence(2.0, 0, False), "No past event in the data"),
    ],
)
def test_evidence_counts_the_windows_where_data_overrule(table: pd.DataFrame, words: str) -> None:
    assert words in evidence_finding(table, EN)


def hidden(level: float, band: float) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    starts = pd.date_range(START, periods=40, freq="h")
    actual = 50 + 5 * rng.standard_normal(40)
    forecast = np.full(40, 50.0 * level)
    return pd.DataFrame(
        {
            "event": "2025 双11",
            "start": starts,
            "end": starts + HOUR,
            "actual": actual,
            "forecast": forecast,
            "low": forecast - band,
            "high": forecast + band,
        }
    )


@pytest.mark.parametrize(
    ("level", "band", "words"),
    [
        (1.0, 6.4, ["forecast well", "as 80% should"]),
        (1.3, 6.4, ["too high", "too narrow"]),
        (0.7, 60.0, ["too low", "wider than need be"]),
        (1.0, 1.0, ["forecast well", "too narrow"]),
    ],
)
def test_backtest_judges_level_and_ranges(level: float, band: float, words: list[str]) -> None:
    title = backtest_finding(hidden(level, band), EN)
    assert all(word in title for word in words), title


def test_backtest_leaves_unknown_hours_out_and_draws_what_is_there() -> None:
    table = hidden(1.0, 6.4)
    table.loc[:4, "actual"] = np.nan
    axes = plot_backtest(table, lang="zh")
    panel = axes.child_axes[0]
    steps = next(patch for patch in panel.patches if patch.get_label() == "actual").get_data()[0]
    assert np.isnan(steps[:5]).all()
    assert np.allclose(steps[5:], table["actual"][5:])
    assert "总量预测得准" in axes.get_title(loc="left")
    assert save(axes.figure, "svg")


def test_backtest_of_an_event_without_counts() -> None:
    table = hidden(1.0, 6.4).assign(actual=0.0)
    assert backtest_finding(table, EN).startswith("Nothing was counted")


def test_evidence_of_hardly_any_orders_overrules_nothing() -> None:
    market = pd.DataFrame(
        {
            "start": [START, START + HOUR],
            "window": ["eve", "night"],
            "clicks": 100.0,
            **{f"{name}_prior": 1.0 for name in ("traffic", "price", "conversion")},
            **{f"{name}_ratio": 2.0 for name in ("traffic", "price", "conversion")},
            **{f"{name}_sd": 0.1 for name in ("traffic", "price", "conversion")},
            "evidence_clicks": [400.0, 0.0],
            "evidence_orders": [2.0, 0.0],
        }
    )
    prior = SimpleNamespace(traffic_sd=0.4, price_sd=0.3, conversion_sd=0.4)
    playbook = SimpleNamespace(windows=[SimpleNamespace(id=name, prior=prior) for name in ("eve", "night")])
    slots = market[["start", "window"]]
    plan: Any = SimpleNamespace(brief=SimpleNamespace(playbook=playbook), market=market, slots=slots)
    table = evidence_table(plan).set_index(["window", "measure"])["overruled"]
    assert table["eve"].to_dict() == {"traffic": True, "price": False, "conversion": False}
    assert not table["night"].any()
