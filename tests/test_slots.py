from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.brief.playbook import load_playbook
from planner.brief.slots import hour_starts, make_slots, match_past
from planner.brief.timetable import lay_out

SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = [
    "Asia/Shanghai",
    "America/New_York",
    "Europe/Zurich",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/St_Johns",
]


@given(
    name=st.sampled_from(["double11", "double11-20h", "black-friday", "flat"]),
    date=st.dates(dt.date(2015, 1, 1), dt.date(2035, 12, 31)),
    zone=st.sampled_from(ZONES),
)
def test_every_moment_lies_in_exactly_one_slot_and_every_slot_in_one_window(
    name: str, date: dt.date, zone: str
) -> None:
    table = lay_out(load_playbook(name), date, ZoneInfo(zone))
    slots = make_slots(table)
    assert slots["start"].iloc[0] == table.starts
    assert slots["end"].iloc[-1] == table.ends
    assert (slots["start"].iloc[1:].to_numpy() == slots["end"].iloc[:-1].to_numpy()).all()
    assert slots["hours"].gt(0).all()
    assert slots["hours"].le(1.5).all()
    for span in table.spans:
        inside = slots[slots["window"] == span.window.id]
        assert inside["start"].min() == span.start
        assert inside["end"].max() == span.end


def test_half_past_eleven_cuts_an_hour() -> None:
    slots = make_slots(lay_out(load_playbook("double11"), dt.date(2026, 11, 11), SHANGHAI))
    assert len(slots) == 29
    cut = slots[slots["hours"] == 0.5]
    assert cut["start"].dt.strftime("%d %H:%M").tolist() == ["10 23:00", "10 23:30"]
    assert cut["window"].tolist() == ["eve", "last-minutes"]


@pytest.mark.parametrize(
    ("date", "hours"), [(dt.date(2026, 3, 29), 23), (dt.date(2026, 10, 25), 25), (dt.date(2026, 6, 1), 24)]
)
def test_a_day_on_which_the_clocks_change_has_its_own_number_of_hours(date: dt.date, hours: int) -> None:
    slots = make_slots(lay_out(load_playbook("flat"), date, ZoneInfo("Europe/Berlin")))
    assert len(slots) == hours
    assert slots["hours"].sum() == hours


def test_hour_starts_follow_the_zones_own_clock() -> None:
    instant = pd.DatetimeIndex(["2026-11-11 00:20:30+00:00"])
    assert hour_starts(instant, ZoneInfo("Asia/Kathmandu"))[0].isoformat() == "2026-11-11T06:00:00+05:45"


def test_past_hours_are_matched_by_meaning() -> None:
    book = load_playbook("double11-20h")
    now = lay_out(book, dt.date(2026, 11, 11), SHANGHAI)
    past = lay_out(book, dt.date(2025, 11, 11), SHANGHAI, opening=dt.datetime(2025, 11, 10, 20, 30, tzinfo=SHANGHAI))
    slots = make_slots(now)
    matched = pd.Series(match_past(slots, now, past), index=slots["start"].dt.strftime("%d %H:%M"))
    assert matched["10 20:00"] == pd.Timestamp("2025-11-10 20:30", tz=SHANGHAI)
    assert matched["11 12:00"] == pd.Timestamp("2025-11-11 12:00", tz=SHANGHAI)


def test_past_hours_are_matched_by_the_clock_across_a_change_of_offset() -> None:
    zone = ZoneInfo("America/New_York")
    book = load_playbook("black-friday")
    now, past = lay_out(book, dt.date(2026, 11, 27), zone), lay_out(book, dt.date(2026, 10, 30), zone)
    slots = make_slots(now)
    matched = match_past(slots, now, past)
    clock = slots["window"].isin(["friday-noon", "friday-afternoon"])
    assert (matched[clock].hour == pd.DatetimeIndex(slots.loc[clock, "start"]).hour).all()


def test_hour_starts_late_in_the_hour_stay_in_it() -> None:
    instants = pd.DatetimeIndex(["2026-11-02 20:59:59.999999", "2026-11-02 20:36:00"], tz="Asia/Shanghai")
    starts = hour_starts(instants, ZoneInfo("Asia/Shanghai"))
    assert [f"{start:%H:%M:%S.%f}" for start in starts] == ["20:00:00.000000"] * 2
