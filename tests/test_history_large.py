"""The engine for large files reads what the reader for small ones reads: the same rows, notes and refusals."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from planner.errors import InputError
from planner.history import ReadingSettings, gathering, read_history, write_history
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
