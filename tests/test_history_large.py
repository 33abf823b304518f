"""The engine for large files reads what the reader for small ones reads: the same rows, notes and refusals."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from planner.history import History, ReadingSettings, read_history, write_history
from planner.history import all_files as gathering
from planner.history.settings import KnownChannel
from planner.vocabulary.errors import InputError
from tests.make_corpus import Case, corpus

TEXT = [case for case in corpus() if all(name.endswith((".csv", ".tsv", ".gz", ".parquet")) for name in case.files)]


@pytest.fixture
def every_file_is_large(monkeypatch):
    monkeypatch.setattr(gathering, "LARGE_BYTES", 0)


@pytest.mark.parametrize("case", [case for case in TEXT if case.files and not case.error], ids=lambda case: case.name)
def test_read_by_the_engine_gives_the_same_table(case: Case, tmp_path: Path, monkeypatch):
    settings = ReadingSettings(**case.settings)
    paths = case.write(tmp_path)
    small = read_history(paths, settings)
    monkeypatch.setattr(gathering, "LARGE_BYTES", 0)
    large = read_history(paths, settings)
    pd.testing.assert_frame_equal(large.table, small.table, check_dtype=False)
    for name in ("rows_read", "rows_used", "refused"):
        assert [getattr(source, name) for source in large.sources] == [getattr(each, name) for each in small.sources]
    assert [dict(source.dropped) for source in large.sources] == [dict(source.dropped) for source in small.sources]


@pytest.mark.parametrize("case", [case for case in TEXT if case.files and case.error], ids=lambda case: case.name)
def test_read_by_the_engine_refuses_with_the_same_words(case: Case, tmp_path: Path, monkeypatch):
    settings = ReadingSettings(**case.settings)
    paths = case.write(tmp_path)
    with pytest.raises(InputError) as small:
        read_history(paths, settings)
    monkeypatch.setattr(gathering, "LARGE_BYTES", 0)
    with pytest.raises(InputError) as large:
        read_history(paths, settings)
    assert large.value.text("en") == small.value.text("en")


@pytest.mark.usefixtures("every_file_is_large")
def test_read_by_the_engine_tells_refused_rows_by_number_and_kind(tmp_path: Path):
    rows = [f"2026-11-{day:02d} {hour:02d}:00,a,{day}" for day in range(1, 29) for hour in range(24)]
    for at in range(0, 650, 25):
        rows[at] = rows[at].rsplit(",", 1)[0] + (",x" if at % 2 else ",-1")
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["hour,channel,cost", *rows]) + "\n")
    history = read_history([path], ReadingSettings())
    said = [note.text("en") for note in history.notes if "left out" in note.text("en")]
    assert said[0].endswith("a.csv:2: row left out; cost = -1: cannot be negative; should be 0 or more")
    assert said[1].split("a.csv:")[1].startswith("27: row left out; cost = x")
    assert said[-1].endswith("and 6 more like these: 3 x negative, 3 x text for a number")
    assert history.sources[0].rows_used == 28 * 24 - 26
    assert len(history.table) == 28 * 24 - 26


@pytest.mark.usefixtures("every_file_is_large")
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_write_by_the_engine_reads_back_as_it_was(tmp_path: Path, monkeypatch, suffix):
    rows = [
        f"2026-11-{day:02d} {hour:02d}:00,{channel},{campaign},{hour},{day}.5,"
        for day in range(1, 4)
        for hour in range(24)
        for channel in ("search", "feed")
        for campaign in ("甲", "b,c")
    ]
    path = tmp_path / "a.csv"
    text = "\n".join(["hour,channel,campaign,clicks,spend,orders", *reversed(rows)]) + "\n"
    path.write_text(text.replace("b,c", '"b,c"'), encoding="utf-8")
    shop = tmp_path / "shop.csv"
    shop.write_text("hour,orders\n2026-11-01 05:00,7\n")
    settings = ReadingSettings(campaigns=True)
    out = tmp_path / f"out{suffix}"
    written = write_history([path, shop], out, settings)
    monkeypatch.setattr(gathering, "LARGE_BYTES", 1e9)
    expected = read_history([path, shop], settings).table
    got = read_history([out], settings).table
    assert written.rows == len(expected) == 3 * 24 * 4 + 1
    pd.testing.assert_frame_equal(got, expected, check_dtype=False)
    assert not list(tmp_path.glob(".*unfinished*"))


@pytest.mark.usefixtures("every_file_is_large")
def test_read_by_the_engine_tells_its_progress(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("hour,channel,clicks\n2026-11-02 20:00,a,5\n2026-11-02 20:00,a,5\n")
    told: list[tuple[str, float]] = []
    read_history([path], ReadingSettings(), progress=lambda step, share: told.append((step, share)))
    assert {"scan", "duplicates", "sum"} <= {step for step, _ in told}
    assert all(0 <= share <= 1 for _, share in told)
    assert told[-1][1] == 1


def test_read_small_file_needs_neither_engine_nor_workbook_library(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("hour,channel,clicks\n2026-11-02 20:00,a,5\n")
    code = (
        "import sys\nfrom planner.history import ReadingSettings, read_history\n"
        f"read_history([{str(path)!r}], ReadingSettings())\n"
        "print(sorted({'duckdb', 'python_calamine', 'rich'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# What single files of the corpus do not show: files beside each other, and rows the engine cannot split.

CAMPAIGNS = "日期,小时,计划名称,展现量,点击量,花费\n"


def report(days: range, campaigns: str = "ab", more: int = 0) -> str:
    """Return a report of so many days of July, an hour and campaign a row."""
    return CAMPAIGNS + "".join(
        f"2026-07-{day:02d},{hour},{name},{1000 + hour},{10 + hour + more},{1.5 + hour}\n"
        for day in days
        for hour in range(24)
        for name in campaigns
    )


def written(folder: Path, **files: str) -> list[Path]:
    paths = [folder / f"{name}.csv" for name in files]
    for path, text in zip(paths, files.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


@pytest.fixture
def only_long_files_are_large(monkeypatch):
    monkeypatch.setattr(gathering, "LARGE_BYTES", 20_000)


NAMED = ReadingSettings(channels=(KnownChannel("search", "直通车", "search"),))


@pytest.mark.usefixtures("only_long_files_are_large")
@pytest.mark.parametrize("campaigns", [True, False])
def test_a_small_file_that_overlaps_a_large_one_counts_once(campaigns, tmp_path: Path):
    settings = replace(NAMED, campaigns=campaigns)
    large = read_history(written(tmp_path, 直通车=report(range(1, 29))), settings).table
    both = written(tmp_path, 直通车=report(range(1, 29)), 直通车_b=report(range(26, 31)))
    history = read_history(both, settings)
    days = history.table["hour"].dt.day
    pd.testing.assert_frame_equal(history.table[days < 29].reset_index(drop=True), large, check_dtype=False)
    assert history.table["clicks"].sum() == sum(2 * (10 + hour) for hour in range(24)) * 30
    assert any("identical" in note.text("en") or "stand twice" in note.text("en") for note in history.notes)
    out = tmp_path / "tidy.csv"
    assert write_history(both, out, replace(NAMED, campaigns=True)).rows == 30 * 24 * 2
    assert pd.read_csv(out)["clicks"].sum() == history.table["clicks"].sum()


@pytest.mark.usefixtures("only_long_files_are_large")
def test_a_small_file_that_contradicts_a_large_one_is_an_error_that_shows_both(tmp_path: Path):
    paths = written(tmp_path, 直通车=report(range(1, 29)), 直通车_b=report(range(28, 29), more=1))
    with pytest.raises(InputError) as caught:
        read_history(paths, NAMED)
    told = caught.value.text("en")
    assert "clicks 10" in told
    assert "clicks 11" in told


@pytest.mark.usefixtures("only_long_files_are_large")
def test_a_workbook_beside_a_large_file_is_laid_over_it(tmp_path: Path):
    rows = [line.split(",") for line in report(range(27, 31)).splitlines()]
    frame = pd.DataFrame(rows[1:], columns=rows[0])
    frame.to_excel(tmp_path / "直通车_b.xlsx", index=False)
    paths = [*written(tmp_path, 直通车=report(range(1, 29))), tmp_path / "直通车_b.xlsx"]
    table = read_history(paths, NAMED).table
    assert table["clicks"].sum() == sum(2 * (10 + hour) for hour in range(24)) * 30


@pytest.mark.usefixtures("only_long_files_are_large")
def test_small_files_beside_a_large_one_are_written_once(tmp_path: Path):
    small = "日期,小时,渠道,点击量,花费\n" + "".join(
        f"2026-08-01,{hour},{channel},10,1\n" for hour in range(24) for channel in ("搜索", "展示")
    )
    out = tmp_path / "tidy.csv"
    written_rows = write_history(
        written(tmp_path, 直通车=report(range(1, 29)), b=small), out, replace(NAMED, campaigns=True)
    )
    table = pd.read_csv(out)
    assert written_rows.rows == len(table) == 28 * 24 * 2 + 48
    assert table.loc[table["hour"].str.startswith("2026-08-01"), "clicks"].sum() == 480


def either_engine(paths: list[Path], settings: ReadingSettings, monkeypatch) -> tuple[History, History]:
    small = read_history(paths, settings)
    monkeypatch.setattr(gathering, "LARGE_BYTES", 0)
    return small, read_history(paths, settings)


@pytest.mark.parametrize("campaigns", [True, False])
def test_an_hour_that_comes_twice_is_told_apart_by_the_engine_too(campaigns, tmp_path: Path, monkeypatch):
    text = CAMPAIGNS + "".join(
        f"2026-10-25,{hour},{name},1000,{10 + hour + 100 * again},1.5\n"
        for hour in range(24)
        for again in ((0, 1) if hour == 2 else (0,))
        for name in "ab"
    )
    settings = replace(NAMED, zone=ZoneInfo("Europe/Berlin"), campaigns=campaigns)
    small, large = either_engine(written(tmp_path, 直通车=text), settings, monkeypatch)
    pd.testing.assert_frame_equal(large.table, small.table, check_dtype=False)
    assert [note.text("en") for note in large.notes] == [note.text("en") for note in small.notes]
    assert large.table["hour"].nunique() == 25
    out = tmp_path / "tidy.csv"
    write_history(written(tmp_path, 直通车=text), out, replace(settings, campaigns=True))
    assert pd.read_csv(out)["clicks"].sum() == small.table["clicks"].sum()


def test_a_quoted_line_break_is_no_fault_to_the_engine(tmp_path: Path, monkeypatch):
    text = report(range(1, 15)).replace(",a,1000,", ',"a\nb",1000,', 1)
    small, large = either_engine(written(tmp_path, 直通车=text), replace(NAMED, campaigns=True), monkeypatch)
    pd.testing.assert_frame_equal(large.table, small.table, check_dtype=False)


def test_rows_that_name_no_campaign_and_are_the_sum_are_totals(tmp_path: Path, monkeypatch):
    sums = "".join(
        f"2026-07-{day:02d},{hour},{name},{2 * (1000 + hour)},{2 * (10 + hour)},{2 * (1.5 + hour)}\n"
        for day, name in ((1, ""), (2, "—"))
        for hour in range(24)
    )
    text = report(range(1, 4)) + sums
    small, large = either_engine(written(tmp_path, 直通车=text), NAMED, monkeypatch)
    pd.testing.assert_frame_equal(large.table, small.table, check_dtype=False)
    assert small.table["clicks"].sum() == sum(2 * (10 + hour) for hour in range(24)) * 3
    assert [dict(each.sources[0].dropped) for each in (small, large)] == [{"total": 48}] * 2


@pytest.mark.parametrize("columns", ["日期,小时,计划名称,展现量,点击量,花费", "日期,小时,计划名称,点击量"])
def test_totals_without_a_name_count_in_no_way_of_adding_up(columns: str, tmp_path: Path, monkeypatch):
    cells = ["1000", "100", "10"] if "花费" in columns else ["100"]
    text = f"{columns}\n" + "".join(
        f"2026-07-31,{hour},{name},{','.join(cells)}\n" for hour in range(24) for name in ("", "A")
    )
    for history in either_engine(written(tmp_path, 直通车=text), NAMED, monkeypatch):
        assert history.table["clicks"].sum() == 2400


@pytest.mark.parametrize("name", ["Gesamt", "全部计划汇总", "账户合计"])
def test_totals_are_known_by_their_words(name: str, tmp_path: Path, monkeypatch):
    text = report(range(1, 2)) + f"2026-07-01,5,{name},2000,30,9\n"
    for history in either_engine(written(tmp_path, 直通车=text), NAMED, monkeypatch):
        assert dict(history.sources[0].dropped) == {"total": 1}


def test_the_unit_in_a_title_holds_for_the_money(tmp_path: Path, monkeypatch):
    text = "直通车报表\n单位：万元\n" + report(range(1, 3))
    for history in either_engine(written(tmp_path, 直通车=text), NAMED, monkeypatch):
        assert history.table["spend"].iloc[0] == 2 * 15_000
        assert history.table["clicks"].iloc[0] == 20
        assert any("10000" in note.text("en") and "万元" in note.text("en") for note in history.notes)


def test_a_column_of_zones_is_the_zone_of_the_times(tmp_path: Path, monkeypatch):
    rows = report(range(1, 3)).splitlines()
    zoned = [rows[0] + ",Time zone", *(f'{row},"(GMT-05:00) Eastern Time (US & Canada)"' for row in rows[1:])]
    for history in either_engine(written(tmp_path, 直通车="\n".join(zoned)), NAMED, monkeypatch):
        # In July New York is at -04:00.
        assert history.table["hour"].iloc[0] == pd.Timestamp("2026-07-01 12:00", tz="Asia/Shanghai")
    mixed = [*zoned[:10], rows[10] + ",UTC"]
    with pytest.raises(InputError, match="several time zones"):
        read_history(written(tmp_path, 直通车_b="\n".join(mixed)), NAMED)


def test_two_tables_in_one_file_are_refused_and_a_summary_above_is_said(tmp_path: Path):
    upper = "日期,小时,展现量,点击量,花费\n2026-06-30,1,1000,100,3\n2026-06-30,2,1000,100,3\n\n"
    with pytest.raises(InputError, match="headers of two tables"):
        read_history(written(tmp_path, 直通车=upper + report(range(1, 3))), NAMED)
    summary = "日期,花费\n2026-07,99\n\n"
    history = read_history(written(tmp_path, 直通车=summary + report(range(1, 3))), NAMED)
    assert len(history.table) == 48
    assert any("looks like the header of another table" in note.text("en") for note in history.notes)


def test_quotes_left_open_in_rows_that_follow_each_other_spoil_no_other(tmp_path: Path, monkeypatch):
    lines = report(range(1, 3), "a").splitlines()
    for at in (6, 7):
        lines[at] = lines[at].replace(",a,", ',"a,')
    small, large = either_engine(written(tmp_path, 直通车="\n".join(lines)), NAMED, monkeypatch)
    pd.testing.assert_frame_equal(large.table, small.table, check_dtype=False)
    assert small.sources[0].refused == 2
    assert len(small.table) == 46


def test_words_that_any_report_uses_make_it_no_platforms(tmp_path: Path):
    text = "date,hour,campaign,impressions,clicks,spend\n2026-07-01,1,a,100,10,5\n2026-07-01,2,a,100,10,5\n"
    source = read_history(written(tmp_path, mine=text), ReadingSettings()).sources[0]
    assert source.taken_for == "headers"


def test_campaigns_of_one_name_are_told_apart_by_their_numbers(tmp_path: Path, monkeypatch):
    text = "Date,Hour,Campaign ID,Campaign,Impressions,Clicks,Cost\n" + "".join(
        f"2026-07-01,{hour},{number},Tea,10,1,0.5\n" for hour in range(24) for number in (111, 222)
    )
    small, large = either_engine(written(tmp_path, 直通车=text), replace(NAMED, campaigns=True), monkeypatch)
    pd.testing.assert_frame_equal(large.table, small.table, check_dtype=False)
    assert small.table["clicks"].sum() == 48


def test_campaigns_by_number_and_by_name_are_the_same_money(tmp_path: Path, monkeypatch):
    by_number = report(range(1, 4)).replace("计划名称", "计划ID").replace(",a,", ",71,").replace(",b,", ",72,")
    paths = written(tmp_path, 直通车=report(range(1, 4)), 直通车_b=by_number)
    small, large = either_engine(paths, NAMED, monkeypatch)
    assert small.table["clicks"].sum() == sum(2 * (10 + hour) for hour in range(24)) * 3
    pd.testing.assert_frame_equal(large.table, small.table, check_dtype=False)


def test_a_number_that_stands_beside_every_key_tells_rows_apart_and_is_said(tmp_path: Path, monkeypatch):
    text = "日期,小时,资源位,展现量,点击量,花费\n" + "".join(
        f"2026-07-01,{hour},{place},{1000 * place},{10 * place + hour},{place}\n"
        for hour in range(24)
        for place in (1, 2)
    )
    small, large = either_engine(written(tmp_path, 直通车=text), NAMED, monkeypatch)
    pd.testing.assert_frame_equal(large.table, small.table, check_dtype=False)
    assert small.table["clicks"].sum() == sum(30 + 2 * hour for hour in range(24))
    for history in (small, large):
        assert any("资源位 holds numbers" in note.text("en") for note in history.notes)


def test_a_measure_nobody_knows_is_no_reason_to_add_contradicting_rows_up(tmp_path: Path):
    text = "日期,小时,好评率,展现量,点击量,花费\n" + "".join(
        f"2026-07-01,{hour},{again + hour},1000,{10 + again},1\n" for hour in range(24) for again in (1, 2)
    )
    with pytest.raises(InputError, match=r"contradict|two rows"):
        read_history(written(tmp_path, 直通车=text), NAMED)


@pytest.mark.parametrize("large", [True, False])
def test_campaigns_stand_before_totals_of_another_file(large, tmp_path: Path, monkeypatch):
    if large:
        monkeypatch.setattr(gathering, "LARGE_BYTES", 0)
    fine = report(range(1, 4)).replace("花费\n", "花费,总成交金额\n", 1).replace(".5\n", ".5,20\n")
    coarse = "日期,小时,展现量,点击量,花费\n" + "".join(
        f"2026-07-{day:02d},{hour},{2 * (1000 + hour)},{2 * (10 + hour)},{2 * (1.5 + hour)}\n"
        for day in range(1, 4)
        for hour in range(24)
    )
    paths = written(tmp_path, 直通车_1=fine, 直通车_2=coarse)
    table = read_history(paths, replace(NAMED, campaigns=True)).table
    assert set(table["campaign"]) == {"a", "b"}
    assert table["revenue"].sum() == 20 * 2 * 24 * 3
    assert table["clicks"].sum() == sum(2 * (10 + hour) for hour in range(24)) * 3


def test_numbers_of_parquet_campaigns_stay_whole(tmp_path: Path, monkeypatch):
    hours = pd.date_range("2026-07-01", periods=48, freq="h")
    frame = pd.DataFrame({"hour": hours, "channel": "search", "campaign": [12345.0] * 47 + [None], "clicks": 3})
    frame.to_parquet(tmp_path / "a.parquet")
    for history in either_engine([tmp_path / "a.parquet"], ReadingSettings(campaigns=True), monkeypatch):
        assert history.table["campaign"].dropna().unique().tolist() == ["12345"]


def test_totals_by_words_leave_the_counts_whole(tmp_path: Path, monkeypatch):
    text = report(range(1, 3)) + "2026-07-01,5,合计,2000,30,9\n合计,,,1,1,1\n2026-07-02,7,x,y,1,1\n"
    small, large = either_engine(written(tmp_path, 直通车=text), NAMED, monkeypatch)
    for source in (small.sources[0], large.sources[0]):
        assert (source.rows_read, source.rows_used, source.refused) == (99, 96, 1)
        assert dict(source.dropped) == {"total": 2}


def test_a_span_may_name_its_day_at_both_ends(tmp_path: Path, monkeypatch):
    text = "时间,展现量,点击量,花费\n" + "".join(
        f"2026-07-01 {hour:02d}:00:00 - 2026-07-01 {hour:02d}:59:59,1000,{10 + hour},1\n" for hour in range(24)
    )
    for history in either_engine(written(tmp_path, 直通车=text), NAMED, monkeypatch):
        assert history.table["hour"].dt.hour.tolist() == list(range(24))
    long = text + "2026-07-02 00:00:00 - 2026-07-02 23:59:59,1,1,1\n"
    assert read_history(written(tmp_path, 直通车=long), NAMED).sources[0].refused == 1


def test_fields_of_the_google_api_are_read_by_their_names(tmp_path: Path, monkeypatch):
    text = "segments.date,segments.hour,campaign.name,metrics.impressions,metrics.clicks,metrics.cost_micros\n"
    text += "".join(f"2026-07-01,{hour},a,1000,10,1250000\n" for hour in range(24))
    for history in either_engine(written(tmp_path, 直通车=text), NAMED, monkeypatch):
        assert history.table["spend"].tolist() == [1.25] * 24
