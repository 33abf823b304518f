"""All devices beside single devices are left out; what only looks like it is kept. Small and large alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from planner.history import ReadingSettings, read_history
from planner.history import all_files as gathering

HEADER = "日期,小时,场景,展现量,点击量,花费,终端\n"


@pytest.fixture(params=[10**9, 0], ids=["small", "engine"])
def read(request, tmp_path: Path, monkeypatch) -> Callable[[str], pd.DataFrame]:
    monkeypatch.setattr(gathering, "LARGE_BYTES", request.param)

    def table(text: str) -> pd.DataFrame:
        (tmp_path / "a.csv").write_text(text, encoding="utf-8")
        return read_history([tmp_path / "a.csv"], ReadingSettings()).table

    return table


def rows(device: str, share: float, *, channel: str = "直通车", day: int = 1, form: str = "{:g}") -> str:
    """Return a day of one device, with a share of 400 impressions, 40 clicks and 20 yuan and more an hour."""
    lines = []
    for hour in range(24):
        numbers = [form.format(share * (base + 4 * hour)) for base in (4000, 40, 20)]
        lines.append(f"2026-10-{day:02d},{hour},{channel},{','.join(numbers)},{device}\n")
    return "".join(lines)


def devices(**how: object) -> str:
    return rows("所有终端", 1, **how) + rows("PC", 0.25, **how) + rows("无线", 0.75, **how)


# 24 hours of 20 yuan and 4 more each hour.
DAY = 24 * 20 + 4 * 276


@pytest.mark.parametrize(
    "text",
    [
        devices(),
        devices(form='"¥{:,.2f}"'),
        devices() + "合计,,,9999,999,999,\n",
        devices() + "2026-10-02,5,直通车,10000,5000,abc,PC\n",
        devices().replace("所有终端", "\u3000全部设备"),
        devices().replace("所有终端", "All devices"),
        devices().replace("所有终端", "ＡＬＬ devices"),
        devices() + rows("全部终端", 1),
        devices() + rows("P\x1fC", 0),
    ],
    ids=["plain", "signs", "footer", "refused", "wide_blank", "english", "full_width", "two_totals", "separator"],
)
def test_all_devices_are_no_further_device(read, text):
    assert read(HEADER + text)["spend"].sum() == pytest.approx(DAY)


def test_all_devices_of_one_channel_alone_are_kept(read):
    table = read(HEADER + devices() + rows("所有终端", 1, channel="引力魔方"))
    assert table.groupby("channel")["spend"].sum().round(6).to_dict() == {"直通车": DAY, "引力魔方": DAY}


def test_all_devices_of_days_without_single_ones_are_kept(read):
    table = read(HEADER + devices() + rows("所有终端", 1, day=2))
    assert table["spend"].sum() == pytest.approx(2 * DAY)


def test_equal_sums_of_other_hours_are_no_total(read):
    """Two audiences with equal daily budgets: the names and the sums agree, the hours do not."""
    late = [line.split(",") for line in rows("全部商品", 1).splitlines()]
    turned = [[*line[:3], *other[3:]] for line, other in zip(late, reversed(late), strict=True)]
    text = "".join(",".join(line) + "\n" for line in turned) + rows("新品", 1)
    assert read(HEADER + text)["spend"].sum() == pytest.approx(2 * DAY)


def test_idle_hours_say_nothing_of_totals(read):
    """Nearly all hours agree, for nothing happened in them; those in which something did do not."""
    idle = "".join(rows(device, 0, day=day) for day in range(2, 30) for device in ("所有人群", "新客"))
    text = idle + rows("所有人群", 3) + rows("新客", 1)
    assert read(HEADER + text)["spend"].sum() == pytest.approx(4 * DAY)
