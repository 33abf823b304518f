"""The calendar, parsed back: one event a moment and kind, identities that last, UTC, alarms except by night."""

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


def test_every_action_stands_in_the_one_event_of_its_time_and_kind() -> None:
    actions = example("zh").actions.sort_values("at", kind="stable")
    groups = list(actions.groupby(["at", "kind"], sort=False))
    assert len(groups) < len(actions)
    assert [event.decoded("dtstart") for event in events()] == [moment.to_pydatetime() for (moment, _), _ in groups]
    for event, (_, rows) in zip(events(), groups, strict=True):
        told = str(event["summary"] if len(rows) == 1 else event["description"])
        assert all(what in told for what in rows["what"])
        assert all(why in str(event["description"]) for why in rows["why"])


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


def test_identities_do_not_depend_on_what_else_is_done() -> None:
    plan = example("zh")
    fewer = replace(plan, actions=plan.actions.iloc[::3])
    names = {str(event["uid"]) for event in icalendar.Calendar.from_ical(render_calendar(fewer, "zh")).walk("VEVENT")}
    assert names <= {str(event["uid"]) for event in events()}


def test_every_event_rings_ten_minutes_before_but_nobody_is_woken() -> None:
    plan = example("zh")
    (asleep,) = plan.actions.loc[plan.actions["kind"] == "sleep", "at"]
    (awake,) = [span.end for span in plan.brief.timetable.spans if span.start == asleep]
    silent = 0
    for event in events():
        start = event.decoded("dtstart")
        assert event.decoded("dtend") - start == dt.timedelta(minutes=15)
        if asleep < start < awake:
            assert not event.walk("VALARM")
            silent += 1
            continue
        (alarm,) = event.walk("VALARM")
        rings = start + alarm.decoded("trigger")
        assert rings == max(start - dt.timedelta(minutes=10), awake if start >= awake else rings)
        assert not asleep < rings < awake
    assert silent > 0


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
