"""The tidy form: what is read, what is refused, and with which words."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from planner.history import History, ReadingSettings, read_history
from planner.history.settings import KnownChannel
from planner.vocabulary.errors import InputError

HEADER = "hour,channel,impressions,clicks,spend,orders,revenue\n"
ROW = "2026-11-02 20:00,search,2044,103,116.59,2,138.63\n"


@pytest.fixture
def read(tmp_path: Path):
    def _read(content: str | bytes, name: str = "history.csv", **settings) -> History:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_history([path], ReadingSettings(**settings))

    return _read


def refusal(read, content: str | bytes, **settings) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(content, **settings)
    return [problem.text("en").split("history.csv")[-1] for problem in caught.value.problems]


def test_load_plain_table_keeps_every_number_and_the_zone(read):
    table = read(HEADER + ROW).table
    assert table["hour"].tolist() == [pd.Timestamp("2026-11-02 20:00", tz="Asia/Shanghai")]
    assert table.drop(columns="hour").iloc[0].to_dict() == {
        "channel": "search", "impressions": 2044, "clicks": 103, "spend": 116.59, "orders": 2, "revenue": 138.63,
    }  # fmt: skip


def test_load_offset_in_the_cell_wins_over_the_zone(read):
    table = read("hour,orders\n2026-11-02T12:00:00+00:00,3\n2026-11-02T13:00:00Z,4\n").table
    assert [str(hour) for hour in table["hour"]] == ["2026-11-02 20:00:00+08:00", "2026-11-02 21:00:00+08:00"]


def test_load_missing_number_is_missing_not_zero(read):
    table = read("hour,channel,clicks,spend\n2026-11-02 20:00,a,,0\n2026-11-02 21:00,a,5,\n").table
    assert table["clicks"].isna().tolist() == [True, False]
    assert table["spend"].isna().tolist() == [False, True]
    assert "orders" not in table


def test_load_rows_in_any_order_give_the_same_table(read):
    rows = [f"2026-11-02 {hour:02d}:00,{channel},{hour},1,2,0,0\n" for hour in range(24) for channel in ("b", "a")]
    expected = read(HEADER + "".join(rows)).table
    pd.testing.assert_frame_equal(read(HEADER + "".join(reversed(rows))).table, expected)


@pytest.mark.parametrize(
    ("encoding", "noted"),
    [
        ("utf-8", None),
        ("utf-8-sig", "UTF-8-SIG"),
        ("gb18030", "GB18030"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16-LE"),
    ],
)
def test_load_encoding_is_found_by_the_whole_file(read, encoding, noted):
    history = read((HEADER + ROW.replace("search", "直通车")).encode(encoding))
    assert history.table["channel"].tolist() == ["直通车"]
    said = [note.text("en") for note in history.notes if "read as" in note.text("en")]
    assert (noted is None and not said) or said[0].endswith(f"read as {noted}")


def test_load_gbk_bytes_that_open_like_utf8_are_decided_by_the_rest(read):
    # 双 in GBK is one valid letter of UTF-8; the word after it is not.
    content = "hour,channel,clicks\n2026-11-02 20:00,双,1\n2026-11-02 21:00,直通车,1\n".encode("gbk")
    assert set(read(content).table["channel"]) == {"双", "直通车"}


def test_load_identical_rows_count_once_with_a_note(read):
    history = read(HEADER + ROW * 3)
    assert len(history.table) == 1
    assert any("2 identical row(s) counted once" in note.text("en") for note in history.notes)


def test_load_contradicting_rows_show_both(read):
    with pytest.raises(InputError) as caught:
        read(HEADER + ROW + ROW.replace("103", "104"))
    (problem,) = caught.value.problems
    shown = problem.text("en")
    assert ":2: search 2026-11-02 20:00: two rows contradict each other: clicks 103; but clicks 104 at " in shown
    assert "history.csv:3. Remove" in shown


def test_load_every_fault_is_named_with_row_column_and_value(read):
    rows = [
        "2026-11-02 00:00,a,1,abc,1,1,1",
        "2026-11-02 01:00,a,1,-5,1,1,1",
        "2026-11-02 02:00,a,1,NaN,inf,1,1",
        "2026-13-02 03:00,a,1,1,1,1,1",
        ",a,1,1,1,1,1",
    ]
    problems = refusal(read, HEADER + "\n".join(rows) + "\n")
    assert [problem.split(";")[0].split(" should")[0] for problem in problems] == [
        ":2: clicks = abc:",
        ":3: clicks = -5: cannot be negative",
        ":4: clicks = NaN: NaN is no number",
        ":4: spend = inf: infinity is no measurement",
        ":5: hour = 2026-13-02 03:00: is no moment",
        ':6: hour = "": the time is missing, for instance 2026-11-10 20:00 or 20',
    ]


def test_load_currency_in_the_tidy_form_is_refused_without_offering_it(read):
    problem = refusal(read, HEADER + "2026-11-02 00:00,a,1,1,¥1,1,1\n")[0]
    assert "should be a number without currency sign" in problem
    assert "¥12.30" not in problem


def test_load_broken_gz_is_named_in_full(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(HEADER.encode() * 99)[:-20])
    with pytest.raises(InputError) as caught:
        read_history([tmp_path / "a.csv.gz"], ReadingSettings())
    assert caught.value.problems[0].source == str(tmp_path / "a.csv.gz")


def test_load_many_faults_are_told_twenty_in_full_then_counted(read):
    rows = [f"2026-11-02 {hour:02d}:00,a,1,x,1,1,{'-1' if hour > 20 else 1}" for hour in range(24)]
    problems = refusal(read, HEADER + "\n".join(rows) + "\n")
    assert len(problems) == 21
    assert problems[-1] == ":22: and 7 more like these: 4 x text for a number, 3 x negative"


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("hour,chanel,clicks", "unknown header chanel; did you mean channel?"),
        ("hour,channel,clcks", "unknown header clcks; did you mean clicks?"),
        ("huor,channel,clicks", "did you mean huor -> hour?"),
        ("a,b,c", "headers of your own can be named in the brief"),
    ],
)
def test_load_wrong_header_says_what_is_meant(read, header, said):
    problems = refusal(read, f"{header},orders\n2026-11-02 20:00,search,5,1\n")
    assert len(problems) == 1
    assert said in problems[0]


def test_load_wrong_header_and_wrong_cells_are_told_together(read):
    problems = refusal(read, "hour,chanel,clicks,spend\n2026-11-02 20:00,a,x,1\n2026-11-02 20:00,b,2,-1\n")
    assert len(problems) == 3
    assert "unknown header chanel; did you mean channel?" in problems[0]
    assert problems[1].startswith(":2: clicks = x")
    assert problems[2].startswith(":3: spend = -1")


def test_load_unknown_column_is_ignored_with_a_note(read):
    history = read("hour,clicks,weather\n2026-11-02 20:00,5,rain\n")
    assert any(note.text("en").endswith("columns not used: weather") for note in history.notes)


def test_load_own_headers_are_read_by_the_briefs_mapping(read):
    table = read(
        "Uhrzeit,Klicks,Kosten\n2026-11-02 20:00,5,1.5\n",
        columns={"hour": "Uhrzeit", "clicks": "Klicks", "spend": "Kosten"},
    ).table
    assert table[["clicks", "spend"]].iloc[0].tolist() == [5, 1.5]


def test_load_channel_that_is_the_sum_of_the_others_is_dropped(read):
    lines = [
        f"2026-11-02 {hour:02d}:00,{name},{clicks},{clicks / 8}"
        for hour in range(24)
        for name, clicks in (("a", hour + 3), ("b", 2 * hour), ("everywhere", 3 * hour + 3))
    ]
    history = read("hour,channel,clicks,spend\n" + "\n".join(lines) + "\n")
    assert set(history.table["channel"]) == {"a", "b"}
    assert "channel everywhere is the sum of the 2 others in all of its 24 hours" in history.notes[0].text("en")
    unlike = read("hour,channel,clicks,spend\n" + "\n".join(lines).replace("everywhere,36", "everywhere,37") + "\n")
    assert set(unlike.table["channel"]) == {"a", "b", "everywhere"}


def test_load_hour_that_the_clocks_skip_is_refused(read):
    from zoneinfo import ZoneInfo

    problems = refusal(read, "hour,clicks\n2026-03-29 02:00,5\n2026-03-29 03:00,6\n", zone=ZoneInfo("Europe/Zurich"))
    assert problems == [
        ":2: hour = 2026-03-29 02:00:00: the clocks go forward here and skip this hour; "
        "add the offset, for instance +01:00, or check the time zone"
    ]


def test_load_hour_that_happens_twice_becomes_two_hours(read):
    from zoneinfo import ZoneInfo

    history = read(
        "hour,clicks\n2026-10-25 02:00,5\n2026-10-25 02:00,6\n2026-10-25 03:00,7\n", zone=ZoneInfo("Europe/Zurich")
    )
    assert [f"{hour:%H%z}" for hour in history.table["hour"]] == ["02+0200", "02+0100", "03+0100"]
    assert history.table["clicks"].tolist() == [5, 6, 7]
    assert any("happens twice" in note.text("en") for note in history.notes)


def test_load_half_hours_are_added_up(read):
    table = read("hour,channel,clicks,bid\n2026-11-02 20:00,a,30,1\n2026-11-02 20:30,a,10,2\n").table
    assert table[["clicks", "bid"]].to_numpy().tolist() == [[40, 1.25]]


def test_load_gap_is_noted_not_filled(read):
    history = read("hour,clicks\n2026-11-02 20:00,5\n2026-11-03 01:00,6\n")
    assert len(history.table) == 2
    assert any("4 hour(s) missing in 1 gap(s)" in note.text("en") for note in history.notes)


@pytest.mark.parametrize("content", [b"", b"   \n\n", b"hour,clicks\n"])
def test_load_empty_file_is_an_error(read, content):
    with pytest.raises(InputError, match=r"empty|no rows"):
        read(content)


def test_load_file_that_is_not_there_is_an_error():
    with pytest.raises(InputError, match="no such file"):
        read_history(["nowhere.csv"], ReadingSettings())


def test_load_ad_numbers_without_channel_go_to_the_only_paid_channel(read):
    channels = (KnownChannel("search", role="search"), KnownChannel("groups", role="customers", paid=False))
    history = read("hour,clicks,spend\n2026-11-02 20:00,5,1\n", channels=channels)
    assert history.table["channel"].tolist() == ["search"]
    assert any("the brief's only paid channel" in note.text("en") for note in history.notes)


EXPORT = "日期,小时,花费,展现量,点击量,总成交笔数\n"
GOOD = "".join(f"2026-11-01,{hour},1,10,2,0\n" for hour in range(10))


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        (EXPORT + GOOD + ",,,,,\n\n,,,,,\n", (12, 10, {"blank": 2}, 0)),
        (
            EXPORT + GOOD + "合计,,10,100,20,0\n备注：数据\n2026-11-01,11,1,10,2,0,9,9\n2026-11-01,12,x,10,2,0\n",
            (14, 10, {"total": 1, "remark": 1}, 2),
        ),
        (
            "订单编号,订单付款时间,买家实际支付金额,商品标题\n"
            + "".join(f"{at // 2},2026-11-01 10:{at // 2:02d}:00,5,商品{at}\n" for at in range(10))
            + "98,,5,x\n99,bad,5,x\n",
            (12, 10, {"unpaid": 1}, 1),
        ),
    ],
    ids=["blank rows", "totals, remarks and faults", "orders of several lines"],
)
def test_every_row_of_a_file_is_counted_once(text: str, counts: tuple, tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text(text, encoding="utf-8")
    source = read_history([path], ReadingSettings()).sources[0]
    assert (source.rows_read, source.rows_used, dict(source.dropped), source.refused) == counts
