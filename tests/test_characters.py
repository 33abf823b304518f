"""Characters that nobody sees: refused in what a person writes, taken out of what tools wrote, shown nowhere."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.brief.playbook import Playbook, load_playbook, playbook_text
from planner.brief.toml_input import parse_model, read_toml
from planner.charts import draw_all
from planner.charts.typefaces import choose_faces
from planner.history import ReadingSettings, read_history
from planner.history import all_files as gathering
from planner.history.settings import KnownChannel
from planner.messages.customers import read_customers
from planner.outputs.adtools import read_schedule
from planner.plan import make_plan
from planner.vocabulary.characters import cleaned, has_ink, is_seen, unseen, visible
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.wording import Message
from tests.conftest import SMALL_BRIEF, brief_from

# One of each kind: a terminal's command, a control of the second set, ends of lines, directions, nothing's width, a
# half of a character, a number that is no character.
UNSEEN = ["\x00", "\x1b", "\x7f", "\x9b", "\n", "\t", "\u2028", "\u202e", "\u2067", "\u200f", "\u200b", "\ufeff",
          "\xad", "\u2060", "\ud83d", "\uffff", "\U0001fffe"]  # fmt: skip
SEEN = ["茶", "café", "👨‍👩‍👧‍👦", "❤️", "نام‌ها", "क्‍ष", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "a b", "a\u3000b", "„x“ – y…"]


@pytest.mark.parametrize("letter", UNSEEN, ids=ascii)
def test_each_kind_is_known_shown_by_its_number_and_taken_out(letter: str) -> None:
    text = f"a{letter} b"
    assert unseen(text) == [f"U+{ord(letter):04X}"]
    assert visible(text).isascii()
    assert visible(text).isprintable()
    assert cleaned(text).split() == ["a", "b"]


@pytest.mark.parametrize("text", SEEN)
def test_what_is_seen_stays_as_it_is(text: str) -> None:
    assert (unseen(text), visible(text), cleaned(text)) == ([], text, text)


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=40))
def test_nothing_unseen_is_left_and_nothing_else_is_lost(text: str) -> None:
    assert is_seen(cleaned(text))
    assert cleaned(cleaned(text)) == cleaned(text)
    visible(text).encode()
    assert not {unicodedata.category(letter) for letter in visible(text)} & {"Cc", "Cs", "Zl", "Zp"}
    if is_seen(text):
        assert visible(text) == text


def test_a_terminals_command_goes_as_a_whole() -> None:
    assert cleaned("\x1b[1;31mhot\x1b[0m tea\x9b2K") == "hot tea"


def test_what_only_joins_has_no_ink() -> None:
    assert not any(map(has_ink, ("\u200d", "\ufe0f\u200b", " \u3000", "")))
    assert all(map(has_ink, ("x", "❤️")))


@pytest.mark.parametrize(
    "written",
    [
        'name = "small"', 'name = "search"', 'label = "ads"', 'name = "tea"', 'signature = "shop"', 'offer = "half"',
        'link = "x.cn"', 'name = "old"', 'name = "deal"', 'name = "last"',
    ],
)  # fmt: skip
def test_a_name_with_a_character_unseen_is_refused_at_its_line(written: str) -> None:
    more = """
[[channels.campaigns]]
name = "tea"
[sms]
signature = "shop"
offer = "half"
link = "x.cn"
[[sms.segments]]
name = "old"
people = 5
[[offers]]
name = "deal"
[[past_events]]
name = "last"
date = 2025-11-11
"""
    text = SMALL_BRIEF.replace('role = "search"', 'role = "search"\nlabel = "ads"') + more
    assert text.count(written) == 1
    with pytest.raises(InputError) as refused:
        brief_from(text.replace(written, written[:-1] + '\\u001b[31m"'))
    (problem,) = refused.value.problems
    assert problem.line == text[: text.index(written)].count("\n") + 1
    assert "U+001B" in problem.text("zh")
    assert "\x1b" not in problem.text("en") + problem.text("zh")


def test_a_message_may_have_lines_but_nothing_unseen() -> None:
    text = SMALL_BRIEF + '[sms]\nprice = 0.05\ntext = "one\\ntwo"\n'
    brief = brief_from(text)
    assert brief.sms is not None
    assert brief.sms.text == "one\ntwo"
    with pytest.raises(InputError, match=r"U\+202E"):
        brief_from(text.replace("two", "\\u202etwo"))


def test_a_playbook_is_held_to_the_same() -> None:
    text = playbook_text("flat").replace("en = ", 'en = "\\u200f" # ', 1)
    with pytest.raises(InputError, match=r"U\+200F"):
        parse_model(Playbook, read_toml("mine.toml", text=text))
    assert load_playbook("flat").name == "flat"


@pytest.mark.parametrize("large", [False, True], ids=["small", "large"])
def test_names_in_a_history_are_cleaned_with_a_note(
    large: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "LARGE_BYTES", 0 if large else 1e9)
    names = ["\x1b[31msearch\x1b[0m,a\u202eb", "feed\u200b ads,b\x07", "fe\u2028ed,\u200bc\t"]
    rows = [
        f"2026-11-{day:02d} {hour:02d}:00,{name},{hour},1.5" for day in (1, 2) for hour in range(24) for name in names
    ]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["hour,channel,camp\x1baign,clicks,spend", *rows]) + "\n", encoding="utf-8")
    settings = ReadingSettings(channels=(KnownChannel("search", "", "search"),), campaigns=True)
    history = read_history([path], settings)
    assert set(history.table["channel"]) == {"search", "feed ads", "fe ed"}
    assert set(history.table["campaign"]) == {"ab", "b", "c"}
    said = [note.text("en") for note in history.notes]
    assert f"{path}: 3 name(s) in channel had characters that nobody sees; they were taken out" in said
    assert f"{path}: 2 name(s) in camp\\x1baign had characters that nobody sees; they were taken out" in said
    assert all(map(is_seen, said))
    assert all(map(is_seen, history.sources[0].columns.values()))


def test_dates_with_marks_of_direction_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [f"\u200e2026\u200e-11-{day:02d} {hour:02d}:00,{hour},1" for day in (1, 2) for hour in range(24)]
    path.write_text("\n".join(["hour,clicks,spend", *rows]) + "\n", encoding="utf-8")
    assert len(read_history([path], ReadingSettings()).table) == 48


def test_customers_and_their_segments_are_cleaned_with_a_note(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    lines = ["\ufeffid,last_order,orders,spent,opted_out,segment", "a\x1b[31m1,2026-01-02,3,40,no,re\u202egulars"]
    path.write_text("\n".join([*lines, "b2\t,2026-01-\u200e03,3,40,no,regulars "]) + "\n", encoding="utf-8")
    customers = read_customers(path)
    assert list(customers.table.index) == ["a1", "b2"]
    assert set(customers.table["segment"]) == {"regulars"}
    assert customers.table["last_order"].tolist() == [pd.Timestamp("2026-01-02"), pd.Timestamp("2026-01-03")]
    assert [note.key for note in customers.notes] == ["customers.unseen_taken_out"]
    assert dict(customers.notes[0].values) == {"count": 2}


def test_campaigns_of_an_imported_schedule_are_cleaned(tmp_path: Path) -> None:
    path = tmp_path / "now.csv"
    path.write_text("start,end,channel,bid_percent\n2026-11-11 00:00,2026-11-11 08:00,se\x1b[31march,80\n")
    (found,) = read_schedule(path, "csv")
    assert (found.name, found.mended) == ("search", True)


def test_sentences_and_places_show_what_is_unseen() -> None:
    for folder in ("\x1b[31m\udcff\n", Path("\x1b[31m\udcff\n")):
        said = Problem(Message("write.no_plan", {"folder": folder}), "x\ny", 3).text("en")
        assert said.startswith("x\\ny:3: ")
        assert "\\x1b[31m\\udcff\\n" in said
        assert is_seen(said)


def test_names_that_no_font_has_draw_without_a_warning() -> None:
    text = SMALL_BRIEF.replace('name = "search"\n', 'name = "👨‍👩‍👧‍👦 ❤️ नाम نام‌ها"\n').replace("small", "🎁🏴󠁧󠁢󠁥󠁮󠁧󠁿")
    files = draw_all(make_plan(brief_from(text)), forms=("svg",))  # warnings are errors here
    assert files
    assert choose_faces("👨‍👩‍👧").drawable("👨‍👩‍👧\n❤️") == "???\n❤"


def test_what_a_library_warns_of_is_shown_to_who_looks_for_faults_only(tmp_path: Path) -> None:
    code = (
        "import logging, warnings\nfrom planner import cli\nfrom planner.cli import main, planner\n"
        "@planner.command('list-of-warnings')\ndef warn():\n"
        "    warnings.warn('of a library', RuntimeWarning)\n    logging.getLogger('of_a_library').warning('font')\n"
        "import sys, types\ncli.COMMANDS['warn'] = ''\n"
        "sys.modules['planner.cli.warn'] = types.SimpleNamespace(warn=warn)\nmain(sys.argv[1:])"
    )
    quiet, open_ = (
        subprocess.run([sys.executable, "-c", code, *more, "warn"], capture_output=True, text=True, check=False)
        for more in ([], ["--debug"])
    )
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    assert open_.returncode == 0
    assert "RuntimeWarning: of a library" in open_.stderr
    assert "font" in open_.stderr
