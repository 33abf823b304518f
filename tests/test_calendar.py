"""The calendar, parsed back: one event an action, identities that last, UTC, and an alarm ten minutes before."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache

import icalendar
import pandas as pd

from planner.outputs.calendar import render_calendar
from tests.plans_to_look_at import example, odd


@cache
def content() -> bytes:
    return render_calendar(example("zh"), "zh")


def events() -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(content()).walk("VEVENT"))


def test_every_action_is_one_event_at_its_time() -> None:
    actions = example("zh").actions.sort_values("at", kind="stable")
    assert [event.decoded("dtstart") for event in events()] == [moment.to_pydatetime() for moment in actions["at"]]
    for event, what in zip(events(), actions["what"], strict=True):
        assert str(event["summary"]).endswith(what)


def test_identities_are_unique_and_survive_a_change_of_what_is_done() -> None:
    plan = example("zh")
    names = [str(event["uid"]) for event in events()]
    assert len(set(names)) == len(names)
    changed = replace(plan, actions=plan.actions.assign(what=plan.actions["what"] + "!"))
    again = icalendar.Calendar.from_ical(render_calendar(changed, "zh")).walk("VEVENT")
    assert [str(event["uid"]) for event in again] == names


def test_identities_differ_when_the_time_does() -> None:
    plan = example("zh")
    later = replace(plan, actions=plan.actions.assign(at=plan.actions["at"] + pd.Timedelta(minutes=7)))
    moved = {str(event["uid"]) for event in icalendar.Calendar.from_ical(render_calendar(later, "zh")).walk("VEVENT")}
    assert not moved & {str(event["uid"]) for event in events()}


def test_every_event_rings_ten_minutes_before() -> None:
    for event in events():
        (alarm,) = event.walk("VALARM")
        assert alarm.decoded("trigger") == dt.timedelta(minutes=-10)
        assert event.decoded("dtend") - event.decoded("dtstart") == dt.timedelta(minutes=15)


def test_times_are_utc_lines_are_short_and_end_as_they_should() -> None:
    lines = content().split(b"\r\n")
    assert b"VTIMEZONE" not in content()
    assert all(line.endswith(b"Z") for line in lines if line.startswith((b"DTSTART", b"DTEND", b"DTSTAMP")))
    assert max(map(len, lines)) <= 75
    assert b"\n" not in content().replace(b"\r\n", b"")
    content().decode("utf-8")


def test_text_with_commas_and_breaks_comes_back_whole() -> None:
    plan = odd(1, 1, "zh")
    what = "预算 1,940 元; 改\\出价\n第二行"
    changed = replace(plan, actions=plan.actions.head(1).assign(what=what, why="a, b"))
    (event,) = icalendar.Calendar.from_ical(render_calendar(changed)).walk("VEVENT")
    assert str(event["summary"]).endswith(what)
    assert str(event["description"]) == "a, b"


def test_the_same_plan_gives_the_same_bytes() -> None:
    assert render_calendar(example("zh"), "zh") == content()
