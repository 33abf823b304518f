"""Days of merged cells are carried down where the hours go on, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.history import ReadingSettings, read_history
from planner.vocabulary.errors import InputError
from tests.make_corpus import workbook

HEADER = ["日期", "小时", "计划名称", "点击量"]


def hours_read(path: Path, rows: list[list[object]]) -> tuple[list[str], str]:
    path.write_bytes(workbook({"a": [HEADER, *rows]}))
    history = read_history([path], ReadingSettings())
    said = " ".join(note.text("en") for note in history.notes)
    return [f"{hour:%d %H}" for hour in history.table["hour"].drop_duplicates()], said


def test_hours_of_another_campaign_start_again_below_the_same_day(tmp_path: Path):
    rows = [["" if at else "2026-11-02", at % 3, "AB"[at // 3], 5] for at in range(6)]
    rows += [["" if at else "2026-11-03", at, "A", 5] for at in range(3)]
    hours, said = hours_read(tmp_path / "a.xlsx", rows)
    assert hours == ["02 00", "02 01", "02 02", "03 00", "03 01", "03 02"]
    assert "7 row(s) without a 日期 take that of the row above" in said


@pytest.mark.parametrize(
    ("days", "hours"),
    [
        (["2026-11-02", "", "", "", "", ""], [0, 1, 2, 0, 1, 2]),
        (["", "", "2026-11-02", "", "", ""], [0, 1, 2, 3, 4, 5]),
        (["2026-11-02", "", "合计", "", "", ""], [0, 1, "", 3, 4, 5]),
        (["2026-11-02", "", "", "", "", ""], [0, 1, 1, 2, 3, 4]),
    ],
    ids=["hours_start_again", "no_day_above", "total_between", "an_hour_twice"],
)
def test_days_are_not_guessed_where_the_hours_do_not_go_on(tmp_path: Path, days, hours):
    rows = [[day, hour, "A", 5] for day, hour in zip(days, hours, strict=True)]
    with pytest.raises(InputError, match="where days are merged cells"):
        hours_read(tmp_path / "a.xlsx", rows)


def test_a_day_that_is_missing_here_and_there_is_refused(tmp_path: Path):
    rows = [["" if at == 7 else "2026-11-02", at, "A", 5] for at in range(24)]
    hours, said = hours_read(tmp_path / "a.xlsx", rows)
    assert len(hours) == 23
    assert "the date is missing" in said
