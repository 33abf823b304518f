from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.brief import Brief, load_brief, meant_encoding, parse_amount
from planner.vocabulary.errors import InputError
from tests.conftest import ROOT, SMALL_BRIEF, brief_from


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("30000", 30000),
        ("30k", 30000),
        ("3万", 30000),
        ("¥30,000", 30000),
        ("1.5 万元", 15000),
        ("２万", 20000),
        ("￥8，000", 8000),
        ("2m", 2e6),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, amount: float) -> None:
    assert parse_amount(text) == amount


@pytest.mark.parametrize("text", ["", "three", "3万5", "1,2.3.4", "--5", "1e5x"])
def test_what_is_no_amount_is_none(text: str) -> None:
    assert parse_amount(text) is None


@given(st.text(max_size=30))
def test_parse_amount_survives_any_text(text: str) -> None:
    amount = parse_amount(text)
    assert amount is None or isinstance(amount, float)


@pytest.mark.parametrize(
    "path",
    [
        "data/brief.toml",
        "data/brief.zh.toml",
        "planner/brief/starter/brief.en.toml",
        "planner/brief/starter/brief.zh.toml",
    ],
)
def test_the_briefs_we_ship_are_right(path: str) -> None:
    brief = load_brief(ROOT / path)
    assert brief.timetable.opening == dt.datetime(2026, 11, 11, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_a_commented_brief_is_right_with_every_note_made_a_line() -> None:
    for lang in ("en", "zh"):
        text = (ROOT / f"planner/brief/starter/brief.{lang}.toml").read_text(encoding="utf-8")
        lines = [
            line.removeprefix("# ") if line.startswith("# ") and ("=" in line or line.startswith("# [")) else line
            for line in text.split("\n")
        ]
        brief = brief_from("\n".join(lines))
        assert brief.past_events
        assert brief.sms
        assert brief.offers
        assert brief.stock.units == 2000


def test_a_window_change_is_put_into_the_playbook() -> None:
    brief = brief_from(SMALL_BRIEF + '[[windows]]\nwindow = 4\nstance = "hold"\npriors = { traffic = 2.0 }\n')
    window = brief.playbook.window(4)
    assert window is not None
    assert (window.stance, window.prior.traffic, window.prior.conversion) == ("hold", 2.0, 2.5)


def test_times_without_an_offset_are_the_promotions_own() -> None:
    text = SMALL_BRIEF.replace(
        "date = 2026-11-11", 'date = "2026年11月11日"\nstarts = "2026-11-10 22:00"\ntimezone = "Asia/Urumqi"'
    )
    brief = brief_from(text)
    assert brief.timetable.starts == dt.datetime(2026, 11, 10, 22, tzinfo=ZoneInfo("Asia/Urumqi"))
    assert brief.promotion.date == dt.date(2026, 11, 11)


def test_a_past_event_opens_when_this_one_does() -> None:
    text = SMALL_BRIEF.replace("[budget]", "opening = 00:30:00\n[budget]") + "[[past_events]]\ndate = 2025-11-11\n"
    brief = brief_from(text)
    past = brief.past_timetable(brief.past_events[0])
    assert past.opening == dt.datetime(2025, 11, 11, 0, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ('[[channels]]\nname = "search"\n', r"brief\.toml:\d+: the name search is used twice"),
        ("[[windows]]\nwindow = 13\n", r"the playbook has no window 13; it has 1 \(eve\)"),
        ("[[past_events]]\ndate = 2026-12-12\n", "the past event of 2026-12-12 is not before this promotion"),
        ('[[channels]]\nname = "x"\nmin_bid = 2\nmax_bid = 1\n', "max_bid 1 is below min_bid 2"),
        ('[sms]\nhours = "20:00-08:00"\n', "should be a span within a day"),
        ('[[channels]]\nname = "x"\nbudget = inf\n', "budget = inf: "),
        ('[[offers]]\nat = ["25:00"]\n', "should be a time such as"),
        ('[history]\nencoding = "gb1830"\n', r'brief\.toml:\d+: encoding = "gb1830": .* did you mean gb18030\?'),
        ('[history]\nencoding = "utf9"\n', r"no encoding of text; did you mean utf-8\?"),
        ('[history]\nencoding = "base64"\n', "no encoding of text"),
        ('[history]\nencoding = "rot13"\n', "no encoding of text"),
        ('[history]\nencoding = "hex"\n', "no encoding of text"),
        ('[history]\nencoding = "undefined"\n', "no encoding of text"),
        ('[history]\nencoding = ""\n', "no encoding of text"),
        ("[history]\nencoding = 936\n", "should be text in quotes"),
    ],
)
def test_what_a_brief_may_not_say_is_refused_with_its_line(extra: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        brief_from(SMALL_BRIEF + extra)


@pytest.mark.parametrize("name", ["gb18030", "GBK", "Shift_JIS", "cp1252", "utf-16", "UTF8", "latin-1"])
def test_any_encoding_of_text_is_taken(name: str) -> None:
    assert brief_from(SMALL_BRIEF + f'[history]\nencoding = "{name}"\n').history.encoding == name


@given(st.text(max_size=20))
def test_no_text_for_an_encoding_is_a_fault_of_ours(name: str) -> None:
    meant = meant_encoding(name)
    assert meant is None or meant_encoding(meant) is None


def test_a_reserve_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="reserve = 3000 leaves nothing of total = 3000"):
        brief_from(SMALL_BRIEF.replace("total = 3000", "total = 3000\nreserve = 3000"))


def test_with_changes_one_value_and_checks_it() -> None:
    brief = brief_from(SMALL_BRIEF)
    assert brief.with_(budget=500).budget.total == 500
    assert brief.with_(shop={"margin": 0.3}).shop.margin == 0.3
    assert brief.with_(shop={"margin": 0.3}).shop.order_value == 100
    assert brief.budget.total == 3000
    with pytest.raises(InputError, match=r"write 0\.3 for 30 %"):
        brief.with_(shop={"margin": 30})


def test_what_crosses_tables_is_found_beside_what_is_wrong_in_one(tmp_path: Path) -> None:
    path = tmp_path / "brief.toml"
    path.write_text(
        """[promotion]
date = 2026-11-11
playbook = "doubl11"
[budget]
total = 100
reserve = 100
[shop]
margin = "much"
[[channels]]
name = "search"
min_bid = 3
max_bid = 2
[[channels]]
name = "search"
[[past_events]]
date = 2026-11-12
playbook = "618x"
[adtools.taobaoo]
step = 5
""",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as error:
        load_brief(path)
    assert {problem.line for problem in error.value.problems} == {3, 6, 8, 9, 13, 16, 17, 18}
    assert "no playbook called doubl11" in error.value.problems[0].text("en")


def test_a_window_changed_under_two_names_is_named() -> None:
    changes = '[[windows]]\nwindow = 3\nstance = "hold"\n[[windows]]\nwindow = "{}"\nstance = "compete"\n'
    window = brief_from(SMALL_BRIEF).playbook.windows[2]
    assert window.number == 3
    with pytest.raises(InputError, match=f"3 and {window.id} are the same window"):
        brief_from(SMALL_BRIEF + changes.format(window.id))


@pytest.mark.parametrize(("name", "content"), [("data.csv", b"a,b\n1,2\n"), ("brief.toml", b"PK\x03\x04zip")])
def test_a_table_in_place_of_a_brief_is_one_sentence(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match="this is a table, not a brief") as error:
        load_brief(tmp_path / name)
    assert len(error.value.problems) == 1


def test_with_refuses_a_dict_for_a_list_of_tables(small_brief: Brief) -> None:
    with pytest.raises(InputError, match=r"channels = .*should be a list"):
        small_brief.with_(channels={"search": {"budget": 3}})


def test_with_says_which_table_a_key_is_of(small_brief: Brief) -> None:
    with pytest.raises(InputError, match=r'write shop=\{"margin": \.\.\.\}'):
        small_brief.with_(margin=0.3)
    with pytest.raises(InputError, match="unknown key budgett; did you mean budget"):
        small_brief.with_(budgett=3)


def test_days_in_quotes_are_read_as_people_write_them_wherever_they_stand() -> None:
    past = '[[past_events]]\ndate = "{}"\n'
    assert brief_from(SMALL_BRIEF + past.format("2025年11月11日")).past_events[0].date == dt.date(2025, 11, 11)
    with pytest.raises(InputError, match=r'date = "2025/11/31": there is no such day'):
        brief_from(SMALL_BRIEF + past.format("2025/11/31"))
