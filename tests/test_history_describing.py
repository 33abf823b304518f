"""What is said of a history: what files are, what looks odd, what can be learned; and the command that writes it."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from planner.cli import main
from planner.history import ReadingSettings, describe_history, load_history, read_history, write_history
from planner.history import all_files as gathering
from planner.history.opening.sources import PLAN_FILES, SUFFIXES
from planner.outputs.plan_folder import write_plan
from planner.vocabulary.errors import InputError
from tests.conftest import SMALL_BRIEF, brief_from
from tests.make_corpus import _orders, alimama, tidy


def said(messages) -> list[str]:
    return [message.text("en") for message in messages]


def described(tmp_path: Path, brief, *files: tuple[str, str]) -> str:
    paths = []
    for name, text in files:
        (tmp_path / name).write_text(text, encoding="utf-8")
        paths.append(tmp_path / name)
    return "\n".join(said(describe_history(load_history(paths, brief), brief)))


def test_describe_file_says_what_it_is_and_what_became_of_its_rows(tmp_path, small_brief):
    text = described(tmp_path, small_brief, ("a.csv", alimama(after="合计,--,--,1,1,1,1,1,--,--\n")))
    assert "a.csv: taken for Alimama advertising report (Zhitongche / Wanxiangtai)" in text
    assert "2026-11-02 20:00 to 2026-11-02 21:00; 2 of 3 rows used, 1 dropped, 0 refused" in text
    assert "clicks = 点击量" in text
    assert "was not confirmed with a real file" in text


def test_describe_lessons_name_what_is_there_and_what_is_missing(tmp_path, small_brief):
    text = described(tmp_path, small_brief, ("a.csv", "hour,channel,clicks,spend\n2026-11-02 20:00,search,5,1\n"))
    assert "search: 1 hours on 1 days teach prices by hour" in text
    assert "search: bid, impressions, orders, revenue missing" in text
    assert "channel feed of the brief has no history" in text


def test_describe_shop_level_history_teaches_the_rhythm_only(tmp_path, small_brief):
    assert "not the channels' prices" in described(
        tmp_path, small_brief, ("a.csv", "hour,orders\n2026-11-02 20:00,5\n")
    )


def test_describe_newest_orders_are_still_growing(tmp_path, small_brief):
    text = described(tmp_path, small_brief, ("a.csv", alimama()))
    assert "orders since 2026-10-18 may still grow" in text
    history = load_history([tmp_path / "a.csv"], small_brief)
    assert history.growing_since == pd.Timestamp("2026-10-18 21:00", tz="Asia/Shanghai")


def test_orders_of_an_older_file_are_all_in(tmp_path, small_brief):
    (tmp_path / "last_year.csv").write_text(alimama(day="2025-11-02"), encoding="utf-8")
    (tmp_path / "now.csv").write_text(alimama(), encoding="utf-8")
    history = load_history([tmp_path], small_brief)
    assert history.growing_since == pd.Timestamp("2026-10-18 21:00", tz="Asia/Shanghai")


def test_describe_past_event_is_counted_in_hours(tmp_path):
    brief = brief_from(SMALL_BRIEF + "[[past_events]]\nname = 'last year'\ndate = 2025-11-11\n")
    inside = "hour,orders\n2025-11-11 00:00,5\n2025-11-11 01:00,5\n"
    assert "past event last year: 2 of its 28 hours" in described(tmp_path, brief, ("a.csv", inside))
    assert "past event last year is not in the history" in described(
        tmp_path, brief, ("b.csv", inside.replace("2025", "2024"))
    )


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        ({5: (10, 20, 5, 1, 9)}, "1 hour(s) with more clicks than impressions: 2026-11-01 05:00"),
        ({5: (0, 0, 5, 0, 0)}, "1 hour(s) with spend but neither clicks nor impressions: 2026-11-01 05:00"),
        ({5: (900, 20, 5, 30, 270)}, "1 hour(s) with more orders than clicks: 2026-11-01 05:00"),
        ({5: (900, 20, 5, 1, 0)}, "1 hour(s) with orders of no revenue: 2026-11-01 05:00"),
        ({5: (90_000, 2_000, 5, 1, 9)}, "1 hour(s) at more than 30 times the usual: 2026-11-01 05:00"),
        (dict.fromkeys(range(30, 40), (0, 0, 0, 0, 0)), "10 hour(s) of long silence"),
    ],
)
def test_describe_odd_hours_are_named(tmp_path, small_brief, spoilt, words):
    usual = (900, 20, 5, 1, 9)
    rows = [spoilt.get(at, usual) for at in range(96)]
    hours = pd.date_range("2026-11-01", periods=96, freq="h")
    lines = [f"{hour},search,{','.join(map(str, row))}" for hour, row in zip(hours, rows, strict=True)]
    header = "hour,channel,impressions,clicks,spend,orders,revenue\n"
    assert words in described(tmp_path, small_brief, ("a.csv", header + "\n".join(lines) + "\n"))
    usual_lines = [f"{hour},search,{','.join(map(str, usual))}" for hour in hours]
    assert "hour(s)" not in described(tmp_path, small_brief, ("b.csv", header + "\n".join(usual_lines) + "\n"))


def test_own_header_for_a_name_that_is_not_ours_is_an_error(tmp_path):
    (tmp_path / "a.csv").write_text(tidy())
    with pytest.raises(InputError, match=r"knows no name click; did you mean clicks\?"):
        read_history([tmp_path / "a.csv"], ReadingSettings(columns={"click": "x"}))


def test_order_list_keeps_no_person(tmp_path):
    (tmp_path / "a.csv").write_text(_orders(), encoding="utf-8")
    history = read_history([tmp_path / "a.csv"], ReadingSettings())
    everything = repr(history) + history.table.to_csv() + " ".join(said(history.notes))
    assert not any(word in everything for word in ("张三", "13800000000", "某路"))


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as done:
        main([str(argument) for argument in arguments])
    return int(done.value.code or 0)


def test_history_command_writes_a_table_that_reads_back(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "直通车.csv").write_text(alimama(), encoding="gb18030")
    out = tmp_path / "out.csv"
    assert run("history", tmp_path / "in", "-o", out, "--lang", "en") == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "2 rows from 1 file(s)" in captured.err
    assert out.read_text().splitlines()[1] == "2026-11-02T20:00:00+08:00,直通车,2044,103,116.59,2,138.63"
    assert run("history", out, "-o", out) == 2
    assert "is already there" in capsys.readouterr().err
    assert run("history", out, "-o", out, "--force", "--timezone", "Europe/Zurich") == 0
    assert out.read_text().splitlines()[1].startswith("2026-11-02T13:00:00+01:00")


def test_history_command_writes_nothing_where_anything_is_wrong(tmp_path, capsys):
    (tmp_path / "a.csv").write_text("hour,clicks\n2026-11-02 20:00,x\n")
    assert run("history", tmp_path / "a.csv", "-o", tmp_path / "out.csv", "--lang", "en") == 3
    assert "a.csv:2: clicks = x: should be a number" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv"]


@pytest.mark.parametrize("option", [("--timezone", "Mars/Base"), ("--encoding", "klingon")])
def test_history_command_refuses_a_wrong_option(tmp_path, option):
    (tmp_path / "a.csv").write_text(tidy())
    assert run("history", tmp_path / "a.csv", "-o", tmp_path / "out.csv", *option) == 2


@pytest.mark.parametrize(("options", "encoding"), [((), "shift_jis"), (("--encoding", "gb18030"), "gb18030")])
def test_history_command_reads_in_the_encoding_of_the_brief_unless_told_another(tmp_path, options, encoding):
    (tmp_path / "brief.toml").write_text(SMALL_BRIEF + '[history]\nencoding = "shift_jis"\n')
    content = tidy(channel="検索").encode("shift_jis")
    (tmp_path / "a.csv").write_bytes(content)
    arguments = ["history", tmp_path / "a.csv", "-o", tmp_path / "out.csv", "--brief", tmp_path / "brief.toml"]
    assert run(*arguments, *options) == 0
    channel = content.decode(encoding).split(",")[len(tidy().split("\n")[0].split(","))]
    assert f",{channel}," in (tmp_path / "out.csv").read_text(encoding="utf-8")


def test_hour_that_the_clocks_skip_is_not_counted_as_dropped_where_it_is_refused(tmp_path: Path):
    path = tmp_path / "a.csv"
    rows = [f"2026-03-{day},{hour},5" for day in (28, 29) for hour in range(24)]
    path.write_text("\n".join(["日期,小时,点击量", *rows]) + "\n", encoding="utf-8")
    history = read_history([path], ReadingSettings(zone=ZoneInfo("Europe/Zurich")))
    said = [note.text("en") for note in history.notes]
    assert any("skip this hour" in text for text in said)
    assert not any("0 row(s)" in text for text in said)


def test_describe_tells_days_of_which_only_midnight_is_there(tmp_path, small_brief):
    days = "".join(f"2026-10-{day:02d} 00:00,search,900,90\n" for day in (1, 2, 3))
    hours = "".join(f"2026-10-04 {hour:02d}:00,search,40,4\n" for hour in range(24))
    text = described(tmp_path, small_brief, ("a.csv", "hour,channel,clicks,spend\n" + days + hours))
    assert "of 3 days there is nothing but a row at midnight (2026-10-01 00:00" in text


def test_history_written_from_a_growing_report_says_what_the_table_cannot(tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text(alimama(), encoding="utf-8")
    settings = ReadingSettings(campaigns=True)
    for bytes_ in (10**9, 0):
        monkeypatch.setattr(gathering, "LARGE_BYTES", bytes_)
        written = write_history([tmp_path / "a.csv"], tmp_path / "out" / "tidy.csv", settings)
        assert "the platform still books orders since 2026-10-18" in "\n".join(said(written.notes))
    again = write_history([tmp_path / "out" / "tidy.csv"], tmp_path / "again.csv", settings)
    assert "still books" not in "\n".join(said(again.notes))


def test_tables_of_a_plan_of_ours_are_passed_over_and_files_beside_it_are_read(tmp_path, example_plan):
    write_plan(example_plan, tmp_path)
    tables = {path.name for path in tmp_path.rglob("*") if path.suffix in SUFFIXES}
    assert tables == PLAN_FILES
    (tmp_path / "ads.csv").write_text(tidy(), encoding="utf-8")
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "feed.csv").write_text(tidy(channel="feed"), encoding="utf-8")
    history = read_history([tmp_path], ReadingSettings())
    assert {Path(source.name).name for source in history.sources} == {"ads.csv", "feed.csv"}
    assert [text for text in said(history.notes) if "plan made by planner" in text] == [
        f"{tmp_path}: passed over; it holds a plan made by planner, whose tables are no history"
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_own_schedule_without_its_plan_is_known_by_its_columns(tmp_path, example_plan, lang):
    write_plan(example_plan, tmp_path / "plan", lang=lang)
    (tmp_path / "h").mkdir()
    for name in ("schedule.csv", "schedule-excel.csv", "plan.xlsx"):
        (tmp_path / "plan" / name).rename(tmp_path / "h" / name)
    for name in ("schedule.csv", "schedule-excel.csv", "plan.xlsx"):
        with pytest.raises(InputError, match="this is a schedule made by planner"):
            read_history([tmp_path / "h" / name], ReadingSettings())
    (tmp_path / "h" / "ads.csv").write_text(tidy(), encoding="utf-8")
    history = read_history([tmp_path / "h"], ReadingSettings())
    assert {Path(source.name).name for source in history.sources if source.rows_used} == {"ads.csv"}


@pytest.mark.parametrize("large", [10**9, 0], ids=["small", "engine"])
def test_stray_report_in_a_folder_is_passed_over_and_named_is_an_error(tmp_path, monkeypatch, large):
    monkeypatch.setattr(gathering, "LARGE_BYTES", large)
    (tmp_path / "ads.csv").write_text(alimama(), encoding="utf-8")
    (tmp_path / "days.csv").write_text(alimama(label=lambda _: "全天"), encoding="utf-8")
    history = read_history([tmp_path], ReadingSettings())
    assert len(history.table) == 2
    assert "days.csv: passed over" in "\n".join(said(history.notes))
    with pytest.raises(InputError, match=r"days\.csv"):
        read_history([tmp_path / "ads.csv", tmp_path / "days.csv"], ReadingSettings())
