"""Laws of reading: what is written is read back, in whatever order, label, zone or dress it stands."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.history import ReadingSettings, read_history, write_history
from planner.history.notation.cells import Fault, read_number
from planner.history.notation.clock import read_date, read_hour, read_moment
from tests.make_corpus import LABELS, WRITTEN

ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Zurich", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe"])
NUMBER = st.none() | st.integers(0, 10**9).map(float) | st.decimals(0, 10**6, places=2).map(float)
ROW = st.fixed_dictionaries({"clicks": NUMBER, "spend": NUMBER, "orders": NUMBER, "revenue": NUMBER})
KEY = st.tuples(st.integers(0, 24 * 400), st.none() | st.sampled_from(["search", "直通车", "a b"]))
TABLES = st.dictionaries(KEY, ROW, min_size=1, max_size=30)


def written(rows: dict, folder: str, name: str = "a.csv") -> Path:
    start = pd.Timestamp("2025-12-01", tz="UTC")
    records = []
    for (hours, channel), numbers in rows.items():
        records.append({"hour": (start + pd.Timedelta(hours=hours)).isoformat(), "channel": channel, **numbers})
    path = Path(folder, name)
    pd.DataFrame(records).to_csv(path, index=False)
    return path


@settings(max_examples=20)
@given(TABLES, ZONES, st.sampled_from([".csv", ".parquet"]))
def test_written_history_reads_back_equal(rows, zone, suffix):
    settings = ReadingSettings(zone=ZoneInfo(zone))
    with tempfile.TemporaryDirectory() as folder:
        path = written(rows, folder)
        first = read_history([path], settings).table
        out = Path(folder, f"out{suffix}")
        write_history([path], out, settings)
        second = read_history([out], settings).table
    pd.testing.assert_frame_equal(first, second)


@settings(max_examples=20)
@given(TABLES, st.randoms(use_true_random=False))
def test_rows_in_any_order_give_the_same_history(rows, random):
    shuffled = list(rows.items())
    random.shuffle(shuffled)
    with tempfile.TemporaryDirectory() as folder:
        first = read_history([written(rows, folder)], ReadingSettings()).table
        second = read_history([written(dict(shuffled), folder, "b.csv")], ReadingSettings()).table
    pd.testing.assert_frame_equal(first, second)


@settings(max_examples=20)
@given(TABLES, st.integers(1, 29))
def test_history_cut_into_overlapping_files_is_the_history(rows, cut):
    items = list(rows.items())
    with tempfile.TemporaryDirectory() as folder:
        whole = read_history([written(rows, folder)], ReadingSettings()).table
        parts = [written(dict(items[: cut + 1]), folder, "b.csv")]
        if items[cut:]:
            parts.append(written(dict(items[cut:]), folder, "c.csv"))
        pieces = read_history(parts, ReadingSettings()).table
    pd.testing.assert_frame_equal(whole, pieces)


@given(st.decimals(0, 10**9, places=2).map(float), st.sampled_from(sorted(WRITTEN)))
def test_number_in_any_dress_is_the_number(number, dress):
    if dress == "ten_thousands" and number >= 10_000:
        number = round(number, -2)
    assert read_number(WRITTEN[dress](number), strict=False) == pytest.approx(number, rel=1e-12)


@given(st.integers(0, 22), st.sampled_from(sorted(set(LABELS) - {"twelve_hours", "with_day"})))
def test_hour_under_any_label_is_the_hour(hour, label):
    assert read_hour(LABELS[label](hour)) == dt.time(hour)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31)))
def test_day_in_any_form_is_the_day(day):
    forms = [
        f"{day:%Y-%m-%d}",
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}/{day.month}/{day.day}",
    ]
    serial = str((day - dt.date(1899, 12, 30)).days)
    assert {read_date(form) for form in [*forms, serial]} == {day}
    assert read_date(f"{day.day}/{day.month}/{day.year}", "day_first") == day
    assert read_date(f"{day.month}/{day.day}/{day.year}", "month_first") == day


@given(st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2060, 1, 1)), st.integers(-47, 56))
def test_moment_with_offset_is_the_instant(moment, quarters):
    moment = moment.replace(microsecond=0)
    aware = moment.replace(tzinfo=dt.timezone(dt.timedelta(minutes=15 * quarters)))
    assert read_moment(aware.isoformat()) == aware
    assert read_moment(str(aware)) == aware


@given(st.text(max_size=40))
def test_any_text_is_a_value_or_a_fault(text):
    number = read_number(text, strict=False)
    assert number is None or isinstance(number, Fault) or (0 <= number < float("inf"))
    assert isinstance(read_hour(text), dt.time | Fault)
    assert isinstance(read_date(text), dt.date | Fault)
    assert isinstance(read_moment(text), dt.datetime | Fault)


@pytest.mark.parametrize("zone", ["Europe/Zurich", "America/New_York", "Australia/Lord_Howe"])
def test_every_hour_of_a_year_with_offsets_is_one_hour_of_the_table(zone, tmp_path):
    hours = pd.date_range("2026-01-01", "2027-01-01", freq="h", tz=zone, inclusive="left")
    path = tmp_path / "a.csv"
    pd.DataFrame({"hour": [hour.isoformat() for hour in hours], "orders": range(len(hours))}).to_csv(path, index=False)
    table = read_history([path], ReadingSettings(zone=ZoneInfo(zone))).table
    assert table["orders"].sum() == sum(range(len(hours)))
    if zone != "Australia/Lord_Howe":
        assert table["hour"].tolist() == list(hours)
