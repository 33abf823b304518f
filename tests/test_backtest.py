"""Scores by value, and past events forecast from what was known before them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from planner.backtest import backtest, pinball, score_draws
from planner.brief import Brief, parse_brief
from planner.brief.toml_input import TomlSource
from planner.cli.backtest import backtest as backtest_command
from planner.cli.forecast import forecast as forecast_command
from planner.history import History
from planner.vocabulary.errors import InputError

TEXT = """
[promotion]
date = 2026-11-11
[budget]
total = 3000.0
[shop]
margin = 0.4
order_value = 100.0
[[past_events]]
date = 2024-11-11
[[past_events]]
date = 2025-11-11
[[channels]]
name = "words"
"""


def a_brief() -> Brief:
    channel = {"name": "words"}
    events = [{"date": dt.date(2024, 11, 11)}, {"date": dt.date(2025, 11, 11)}]
    data = {
        "promotion": {"date": dt.date(2026, 11, 11)},
        "budget": {"total": 3000.0},
        "shop": {"margin": 0.4, "order_value": 100.0},
        "channels": [channel],
        "past_events": events,
    }
    return parse_brief(TomlSource("brief.toml", data, {}))


def a_history(years: tuple[int, ...] = (2024, 2025), before: bool = True, lift: float = 3.0) -> History:
    """Fourteen usual days before every event, and the events."""
    rows = []
    rng = np.random.default_rng(0)
    for year in years:
        days = pd.date_range(f"{year}-10-20", periods=24 * 14, freq="h", tz="Asia/Shanghai")
        event = pd.date_range(f"{year}-11-10 20:00", periods=28, freq="h", tz="Asia/Shanghai")
        for hour in [*(days if before else []), *event]:
            at = hour.month == 11 and hour.day >= 10
            clicks = rng.poisson(30 * (lift if at else 1.0))
            orders = rng.poisson(clicks * 0.03 * (2.0 if at else 1.0))
            rows.append((hour, "words", clicks, clicks * 0.5, orders, orders * 100.0, 0.7))
    return History(pd.DataFrame(rows, columns=["hour", "channel", "clicks", "spend", "orders", "revenue", "bid"]))


def test_pinball_by_hand() -> None:
    assert pinball(np.array([10.0]), np.array([[8.0], [10.0], [13.0]])) == pytest.approx((0.2 + 0.0 + 0.3) / 3)


def test_scores_of_a_perfect_forecast() -> None:
    actual = np.array([1.0, 5.0, 3.0])
    scores = score_draws(actual, np.tile(actual, (50, 1)), usual=np.ones(3))
    assert scores["wape"] == scores["level"] == scores["shape"] == scores["mase"] == scores["pinball"] == 0
    assert scores["covered"] == 1


def test_scores_tell_level_from_shape() -> None:
    actual = np.array([2.0, 6.0, 4.0])
    doubled = score_draws(actual, np.tile(2 * actual, (50, 1)))
    assert doubled["level"] == pytest.approx(1.0)
    assert doubled["shape"] == pytest.approx(0.0)
    assert doubled["wape"] == pytest.approx(1.0)
    turned = score_draws(actual, np.tile(np.array([6.0, 2.0, 4.0]), (50, 1)))
    assert turned["level"] == pytest.approx(0.0)
    assert turned["shape"] == pytest.approx(8 / 12)


def test_scores_leave_unknown_hours_out() -> None:
    scores = score_draws(np.array([2.0, np.nan]), np.array([[2.0, 99.0]] * 10))
    assert scores["wape"] == 0
    assert scores["actual"] == 2


def test_intervals_of_a_right_law_hold_four_in_five() -> None:
    rng = np.random.default_rng(1)
    scores = score_draws(rng.poisson(20, 4000).astype(float), rng.poisson(20, (500, 4000)).astype(float))
    assert scores["covered"] == pytest.approx(0.85, abs=0.05)  # counts are whole, so a little more than 80 %


def test_backtest_scores_each_event_from_those_before_it() -> None:
    result = backtest(a_brief(), a_history(), draws=100)
    assert result.scores["event"].unique().tolist() == ["2024-11-11", "2025-11-11", "all"]
    wape = result.scores[result.scores["quantity"] == "clicks"].set_index("event")["wape"]
    assert wape["2025-11-11"] < wape["2024-11-11"]
    assert set(result.hours["event"]) == {"2024-11-11", "2025-11-11"}
    assert (result.hours["low"] <= result.hours["high"]).all()
    assert len(result.hours) == 2 * 3 * 28


def test_backtest_does_not_look_at_the_event_it_forecasts() -> None:
    history = a_history()
    changed = history.table.copy()
    changed.loc[changed["hour"] >= "2025-11-10 20:00+08:00", "clicks"] *= 3
    one, two = (backtest(a_brief(), History(table), draws=50).hours for table in (history.table, changed))
    at = (one["event"] == "2025-11-11") & (one["quantity"] == "clicks")
    np.testing.assert_allclose(one.loc[at, "forecast"], two.loc[at, "forecast"])


def test_backtest_replays_the_bids_of_then_close_to_the_truth() -> None:
    table = backtest(a_brief(), a_history(), draws=100).replays.set_index(["event", "plan"])
    for event in ("2024-11-11", "2025-11-11"):
        actual, model = table.loc[(event, "actual")], table.loc[(event, "bids_of_then")]
        assert model["spend"] == pytest.approx(actual["spend"], rel=0.05)
        assert model["orders"] == pytest.approx(actual["orders"], rel=0.15)
        assert table.loc[(event, "planned"), "spend"] <= actual["spend"] + 0.01


def test_backtest_without_days_before_the_event_takes_later_ones_and_says_so() -> None:
    table = a_history().table
    later = table[(table["hour"] >= "2025-01-01") | (table["hour"] >= "2024-11-10")]
    result = backtest(a_brief(), History(later.reset_index(drop=True)), draws=50)
    assert "backtest.later_days" in [note.key for note in result.notes]


def test_backtest_without_an_event_is_refused() -> None:
    table = a_history().table
    usual = table[table["hour"].dt.month == 10].reset_index(drop=True)
    with pytest.raises(InputError, match="no past event by channel"):
        backtest(a_brief(), History(usual))


def test_commands_print_tables_and_write_files(tmp_path: Path) -> None:
    brief, data = tmp_path / "brief.toml", tmp_path / "history.csv"
    brief.write_text(TEXT, encoding="utf-8")
    a_history().table.to_csv(data, index=False)
    asked = [str(brief), "--history", str(data), "--lang", "en"]
    market = CliRunner().invoke(forecast_command, asked, catch_exceptions=False)
    assert market.stdout.startswith("start,end,channel,window,stance,reference_bid,clicks")
    assert market.stdout.count("\n") == 30
    out = tmp_path / "out"
    tested = CliRunner().invoke(backtest_command, [*asked, "-o", str(out)], catch_exceptions=False)
    assert tested.exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "backtest.png",
        "backtest.svg",
        "hours.csv",
        "replays.csv",
        "scores.csv",
    ]
    again = CliRunner().invoke(backtest_command, [*asked, "-o", str(out)])
    assert again.exit_code == 2
