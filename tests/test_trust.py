"""How far a playbook is believed beside a history: said by its own file, and followed by the forecast."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.brief import Brief
from planner.brief.playbook import builtin_playbooks, load_playbook, playbook_text
from planner.brief.profile import Profile
from planner.brief.slots import make_slots
from planner.brief.trust import Trust
from planner.market import forecast_market
from planner.vocabulary.errors import InputError
from tests.test_market import NAMED, a_brief, a_history


def trusting(**changes: float) -> Brief:
    """The tests' brief, its playbook believed otherwise."""
    brief = a_brief(channels=NAMED, past_events=[{"date": dt.date(2025, 11, 11)}])
    playbook = load_playbook("double11")
    return brief.laid_on(playbook.model_copy(update={"trust": playbook.trust.model_copy(update=changes)}))


def forecast(brief: Brief, **history: Any) -> pd.DataFrame:
    return forecast_market(brief, make_slots(brief.timetable), a_history(**history)).table


def width(table: pd.DataFrame, name: str) -> float:
    """Mean log width of the ranges of 80 %."""
    return float((np.log(table[f"{name}_high"]) - np.log(table[f"{name}_low"])).mean())


@pytest.mark.parametrize("name", builtin_playbooks())
def test_every_builtin_playbook_says_how_far_it_is_believed(name: str) -> None:
    assert load_playbook(name).trust == Trust()
    stated = playbook_text(name).split("[trust]")[1].split("[title]")[0]
    assert [line.split(" = ")[0] for line in stated.split("\n") if line] == list(Trust.model_fields)


def test_a_playbook_that_does_not_say_is_believed_as_a_judged_one(tmp_path: Path) -> None:
    before, after = playbook_text("double11").split("[trust]")
    path = tmp_path / "mine.toml"
    path.write_text(before + "[title]" + after.split("[title]", 1)[1], encoding="utf-8")
    assert load_playbook(path) == load_playbook("double11")


@pytest.mark.parametrize("wrong", ["story = 1.5", "story = -0.1", "story = nan", "storys = 0.3"])
def test_trust_out_of_range_or_misspelt_is_refused_with_its_line(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(playbook_text("double11").replace("story = 0.3", wrong, 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.toml:\d+.*story"):
        load_playbook(path)


@pytest.mark.parametrize(("spread", "column"), [("year_traffic", "clicks"), ("year_conversion", "conversion")])
@pytest.mark.parametrize("event", [None, 3.0])
def test_a_wider_spread_between_years_widens_the_ranges(spread: str, column: str, event: float | None) -> None:
    widths = [width(forecast(trusting(**{spread: sd}), event=event), column) for sd in (0.1, 0.3, 0.6)]
    assert widths[0] < widths[1] < widths[2]


def test_a_wider_level_between_years_widens_the_ranges_of_clicks() -> None:
    narrow, wide = (forecast(trusting(year_level=sd), event=3.0) for sd in (0.05, 0.5))
    assert width(narrow, "clicks") < width(wide, "clicks")
    assert width(narrow, "conversion") == pytest.approx(width(wide, "conversion"))


def test_without_events_conversion_follows_the_story_as_far_as_it_is_believed() -> None:
    table = forecast(trusting(story=1.0, rush=0.0))
    ratio = np.log(table["conversion_ratio"]) - np.log(table["conversion_prior"])
    assert ratio.std() < 0.05  # the whole story, up to the usual day's rhythm
    spreads = [np.log(forecast(trusting(story=part, rush=0.0))["conversion_ratio"]).std() for part in (0.0, 0.3, 1.0)]
    assert spreads[0] < spreads[1] < spreads[2]


def test_a_profile_is_read_from_the_file_and_its_faults_have_lines(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    entry = "[windows.by_hour]\ntraffic = [1.2, 0.9]\n[windows.name]"
    path.write_text(playbook_text("double11").replace("[windows.name]", entry, 1), encoding="utf-8")
    assert load_playbook(path).windows[0].by_hour == Profile(traffic=(1.2, 0.9))
    path.write_text(path.read_text(encoding="utf-8").replace("1.2, 0.9", "1.2, -0.9"), encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.toml:\d+.*traffic"):
        load_playbook(path)


def test_hours_of_a_window_differ_as_its_profile_says() -> None:
    playbook = load_playbook("double11")
    profile = Profile(traffic=(2.0, 1.0, 0.5), price=(1.5,), conversion=(1.0, 1.2))
    windows = [w.model_copy(update={"by_hour": profile}) if w.id == "night" else w for w in playbook.windows]
    brief = a_brief()
    plain = forecast_market(brief, make_slots(brief.timetable), None).table
    shaped = brief.laid_on(playbook.model_copy(update={"windows": tuple(windows)}))
    table = forecast_market(shaped, make_slots(shaped.timetable), None).table
    night = ((table["window"] == "night") & (table["channel"] == "words")).to_numpy()
    for name, factors in (
        ("traffic", [2.0, 1.0, 0.5, 0.5, 0.5, 0.5]),
        ("price", [1.5] * 6),
        ("conversion", [1.0, 1.2, 1.2, 1.2, 1.2, 1.2]),
    ):
        ratio = (table[f"{name}_prior"] / plain[f"{name}_prior"]).to_numpy()
        np.testing.assert_allclose(ratio[night], factors)
        np.testing.assert_allclose(ratio[table["window"] != "night"], 1.0)
