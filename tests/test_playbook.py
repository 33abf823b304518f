from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.brief.playbook import OUTSIDE, builtin_playbooks, load_playbook, playbook_text, window_table
from planner.brief.timetable import lay_out
from planner.vocabulary.errors import InputError

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_double11_has_the_twelve_windows_in_order() -> None:
    book = load_playbook("double11")
    assert [window.stance for window in book.windows] == [
        "compete",
        "notify",
        "hold",
        "compete",
        "low_bid",
        "compete",
        "hold",
        "flash_deal",
        "compete",
        "hold",
        "flash_deal",
        "compete",
    ]
    assert [window.number for window in book.windows] == list(range(1, 13))
    assert [str(moment) for moment in book.windows[7].flash_deals] == ["D 12:30", "D 13:00", "D 13:30", "D 14:00"]
    assert [(w.prior.traffic, w.prior.price, w.prior.conversion) for w in book.windows][:4] == [
        (1.5, 1.1, 1.2),
        (2.0, 2.2, 0.6),
        (2.2, 2.2, 1.8),
        (2.6, 0.95, 2.5),
    ]


@pytest.mark.parametrize("name", builtin_playbooks())
def test_builtin_playbooks_say_everything_in_both_languages(name: str) -> None:
    book = load_playbook(name)
    for window in book.windows:
        assert window.reason.zh != window.reason.en
        assert window.name.zh
    if name not in ("double11", "flat"):
        assert "DERIVED" in playbook_text(name)
    assert all(
        window.id in window_table(book, "en") or window.name.en in window_table(book, "en") for window in book.windows
    )


@given(
    name=st.sampled_from(["double11", "double11-20h", "black-friday", "flat"]),
    date=st.dates(dt.date(2015, 1, 1), dt.date(2035, 12, 31)),
    zone=st.sampled_from(
        ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"]
    ),
)
def test_any_playbook_covers_its_promotion_without_gap_or_overlap(name: str, date: dt.date, zone: str) -> None:
    table = lay_out(load_playbook(name), date, ZoneInfo(zone))
    assert table.spans[0].start == table.starts
    assert table.spans[-1].end == table.ends
    for before, after in zip(table.spans, table.spans[1:], strict=False):
        assert before.end == after.start
        assert before.start < before.end


def test_windows_tied_to_the_opening_move_with_it_and_the_others_stay() -> None:
    book = load_playbook("double11")
    date = dt.date(2026, 11, 11)
    usual = lay_out(book, date, SHANGHAI)
    moved = lay_out(book, date, SHANGHAI, opening=dt.datetime(2026, 11, 11, 0, 30, tzinfo=SHANGHAI))
    shift = {a.window.id: (b.start - a.start, b.end - a.end) for a, b in zip(usual.spans, moved.spans, strict=True)}
    half, none = dt.timedelta(minutes=30), dt.timedelta(0)
    assert shift["second-hour"] == (half, half)
    assert shift["eve"] == (none, half)
    assert shift["noon"] == (none, none)


def test_hours_outside_the_playbook_are_neutral() -> None:
    table = lay_out(
        load_playbook("double11"),
        dt.date(2026, 11, 11),
        SHANGHAI,
        starts=dt.datetime(2026, 11, 10, 12, tzinfo=SHANGHAI),
        ends=dt.datetime(2026, 11, 12, 6, tzinfo=SHANGHAI),
    )
    assert table.spans[0].window is OUTSIDE
    assert table.spans[-1].window is OUTSIDE
    assert table.spans[0].window.stance == "neutral"


def test_an_opening_that_twists_the_windows_names_them_and_another_playbook() -> None:
    with pytest.raises(
        InputError, match=r"does not suit the playbook double11: eve would end before beginning; .*double11-20h"
    ):
        lay_out(
            load_playbook("double11"),
            dt.date(2026, 11, 11),
            SHANGHAI,
            opening=dt.datetime(2026, 11, 10, 20, tzinfo=SHANGHAI),
        )


def test_a_promotion_that_ends_before_it_starts_is_refused() -> None:
    start = dt.datetime(2026, 11, 11, tzinfo=SHANGHAI)
    with pytest.raises(InputError, match="the promotion has no hours"):
        lay_out(load_playbook("flat"), dt.date(2026, 11, 11), SHANGHAI, starts=start, ends=start)


def test_a_users_playbook_works_by_its_path_and_its_faults_have_lines(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(playbook_text("double11"), encoding="utf-8")
    assert load_playbook("mine.toml", tmp_path) == load_playbook("double11")
    text = (
        playbook_text("double11")
        .replace('start = "T-00:30"', 'start = "T-00:15"', 1)
        .replace("number = 4", "number = 3", 1)
    )
    path.write_text(text.replace('end = "D 12:00"', 'end = "noon"', 1), encoding="utf-8")
    with pytest.raises(InputError, match=r'mine\.toml:\d+: end = "noon": a moment is written'):
        load_playbook(path)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_playbook(path)
    assert "15 minutes are missing between eve and last-minutes" in str(caught.value)
    assert "number 3 is used twice" in str(caught.value)


def test_an_unknown_playbook_is_answered_with_the_nearest() -> None:
    with pytest.raises(InputError, match="no playbook called double12; did you mean double11"):
        load_playbook("double12")


def test_the_window_of_a_key_is_found_by_id_number_and_name() -> None:
    book = load_playbook("double11")
    assert book.window(4) is book.window("second-hour") is book.window("the second hour") is book.window("开抢第二小时")
    assert book.window("outside") is OUTSIDE
    assert book.window(99) is None
