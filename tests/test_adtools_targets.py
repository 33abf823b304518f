"""Every target's own form: what it can hold reads back the same, and what is malformed is named by its place."""

from __future__ import annotations

import dataclasses
import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.outputs.adtools import Sheet, load_tool, target_names
from planner.outputs.adtools.bundle import same_sheets
from planner.outputs.adtools.reading import Reader, decode_schedule, minutes_of
from planner.outputs.adtools.tool import UNCHANGED
from planner.vocabulary.errors import InputError
from planner.vocabulary.wording import LANGUAGES

DATES = ("2026-11-10", "2026-11-11", "2026-11-12")


@st.composite
def schedules(draw: st.DrawFn, target: str) -> list[Sheet]:
    """Return any schedules that a target can hold, few numbers a day or many."""
    tool = load_tool(target)
    rows = tool.row_names or DATES
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    if tool.exact:
        numbers = np.array([0.0, UNCHANGED, 31.25, 250.0, 86.6667])
    else:
        numbers = np.concatenate([tool.steps(), [0.0]] if tool.off else [tool.steps()])
    spans = draw(st.integers(1, 6 if tool.counts_spans else 10))
    names = ["search", '双11, "大促"', "a;b"] if tool.together else ["search"]
    sheets = []
    for name in names:
        percent = np.empty((len(rows), tool.slots))
        for day in percent:
            cuts = np.sort(rng.choice(np.arange(1, tool.slots), spans - 1, replace=False))
            for first, last in zip([0, *cuts], [*cuts, tool.slots], strict=True):
                day[first:last] = rng.choice(numbers)
        percent[0, -1] = UNCHANGED if tool.minimum <= UNCHANGED <= tool.maximum else tool.minimum
        sheets.append(Sheet(name, rows, percent, 1.6, "Asia/Shanghai"))
    return sheets


@pytest.mark.parametrize("target", target_names())
@given(data=st.data())
def test_any_schedule_reads_back_as_it_was(target: str, data: st.DataObject) -> None:
    meant = data.draw(schedules(target))
    for form in load_tool(target).forms:
        read = form.parse(form.write(meant), "file")
        assert same_sheets(
            [dataclasses.replace(sheet, name=one.name) for sheet, one in zip(read, meant, strict=True)], meant
        )
        assert form.write([dataclasses.replace(one, percent=one.percent.copy()) for one in meant]) == form.write(meant)


@pytest.mark.parametrize("target", target_names())
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_but_never_breaks(target: str, data: st.DataObject) -> None:
    for form in load_tool(target).forms:
        text = form.write(data.draw(schedules(target)))
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 12))
        damaged = text[:at] + data.draw(st.text('0123456789:;,.-"{}[]()@%\nTMx中', max_size=6)) + text[at + cut :]
        try:
            read = form.parse(damaged, "file")
        except InputError as error:
            assert all(problem.line for problem in error.problems)
        else:
            assert all((sheet.percent >= 0).all() and np.isfinite(sheet.percent).all() for sheet in read)


@pytest.mark.parametrize("target", target_names())
def test_a_declaration_holds_together(target: str) -> None:
    tool = load_tool(target)
    assert tool.name == target
    assert 1440 % tool.slot_minutes == 0
    assert tool.minimum <= tool.maximum
    assert all(tool.title.text(lang) for lang in LANGUAGES)
    assert tool.exact or set(tool.sure) == {"range", "slots", "off", "form", "budget"}
    if not tool.exact:
        steps = tool.steps()
        assert (steps[0], steps[-1]) == (tool.minimum, tool.maximum)


def test_steps_keep_to_the_channels_bids_and_the_tools_range_wins() -> None:
    tool = load_tool("taobao")
    assert tool.steps(40, 42).tolist() == [40, 41, 42]
    assert tool.steps(0, 10).tolist() == [30]
    assert tool.steps(300, 400).tolist() == [250]
    assert load_tool("yandex").steps(41, 49).tolist() == [40]


TAOBAO = "00:00-24:00:100;" * 6

MALFORMED = [
    ("taobao", "txt", TAOBAO.rstrip(";"), 1, 81, "6 days found, 7 wanted"),
    ("taobao", "txt", TAOBAO + "00:00-12:00:100", 1, 97, "nothing is said from 12:00 on"),
    ("taobao", "txt", TAOBAO + "00:00-24:00:ten", 1, 97, "00:00-24:00:ten is no span"),
    ("taobao", "txt", TAOBAO + "00:00-12:10:90,12:10-24:00:80", 1, 97, "00:00-12:10 is no span"),
    ("taobao", "txt", TAOBAO + "\n00:00-24:00:90,10:00-12:00:80", 2, 16, "overlaps"),
    ("taobao", "json", '{"launchPeriodList": [{"dayOfWeek": 9,\n "timeSpanList": []}]}', 1, 37, "9 is no day"),
    ("taobao", "json", '{"launchPeriodList": [\n {"timeSpanList": []}]}', 2, 2, "dayOfWeek is missing"),
    ("taobao", "json", '{"launchPeriodList": [}', 1, 23, "no JSON"),
    ("taobao-display", "json", '{"workday": [1], "weekend": []}', 1, 13, "1 found, 24 wanted"),
    ("taobao-display", "json", '{"workday": [1], "weekend": []}', 1, 14, "neither true nor false"),
    ("jd", "json", '{"detail": {"0": {"price_coef": [-1]}}}', 1, 34, "-1 is no number"),
    ("jd", "json", '{"detail": 3}', 1, 12, "another kind"),
    ("pinduoduo", "json", '[{"index": 24,\n "rate": 1000}]', 1, 12, "24 is no hour"),
    ("pinduoduo", "json", '[{"index": 1, "rate": 1000}]', 1, 1, "1 found, 24 wanted"),
    ("baidu", "json", '{"schedulePriceFactors": [\n {"timeId": 825, "priceFactor": 1}]}', 2, 13, "825 is no hour"),
    ("baidu", "json", '{"schedulePriceFactors": [\n {"timeId": 123, "priceFactor": 0}]}', 2, 33, "0 is no number"),
    ("oceanengine", "txt", "01" * 167 + "0x", 1, 336, "x is neither 0 nor 1"),
    ("oceanengine", "txt", "01" * 100, 1, 201, "200 found, 336 wanted"),
    ("google-ads-editor", "csv", "Campaign,Schedule\n", 1, 1, "no column Ad Schedule"),
    ("google-ads-editor", "csv", "Campaign,Ad Schedule\na,(Mon[08:00-09:00])\n", 2, 2, "is no span"),
    ("google-ads-editor", "csv", "Campaign,Ad Schedule\na,(Monday[08:05-09:00])\n", 2, 2, "is no span"),
    ("google-ads-editor", "csv", "Campaign,Ad Schedule\na,b,c\n", 2, 3, "3 cells, the header 2"),
    ("google-ads", "json", '{"campaigns": [{"campaign": "a",\n "criteria": [{}]}]}', 2, 15, "adSchedule is missing"),
    ("microsoft", "csv", "Type,Campaign,Target\n", 1, 1, "no column Bid Adjustment"),
    ("amazon", "json", '{"optimizationRules": [\n {"recurrence": {}}]}', 2, 2, "action is missing"),
    ("meta", "json", '{"timezone": "Mars/X",\n "budget_schedule_specs": []}', 1, 14, "no time zone"),
    ("yandex", "json", '{"TimeTargeting": {"Schedule": {"Items": [\n "1,0,1"]}}}', 2, 2, "3 found, 25 wanted"),
    ("csv", "csv", "start,end,channel,bid_percent\n2026-11-11,soon,a,100\n", 2, 2, "soon is no moment"),
    ("csv", "csv", "start,end,channel,bid_percent\n2026-11-11,2026-11-12,a,-4\n", 2, 4, "-4 is no number"),
    ("csv", "csv", "start,end,channel,bid_percent\n2026-11-11,2026-11-10,a,4\n", 2, 2, "not after the start"),
    (
        "json",
        "json",
        '{"timezone": "UTC", "campaigns": [{"name": "a",\n "days": [{"spans": []}]}]}',
        2,
        11,
        "date is missing",
    ),
]


@pytest.mark.parametrize(("target", "extension", "text", "line", "column", "said"), MALFORMED)
def test_what_is_malformed_is_named_by_line_and_column(
    target: str, extension: str, text: str, line: int, column: int, said: str
) -> None:
    form = next(form for form in load_tool(target).forms if form.extension == extension)
    with pytest.raises(InputError) as caught:
        form.parse(text, "schedule.txt")
    told = caught.value.text("en").splitlines()
    assert any(one.startswith(f"schedule.txt:{line}: column {column}: ") and said in one for one in told), told
    assert caught.value.text("zh")


MICROSOFT = "Type,Campaign,Target,Bid Adjustment,From Hour,From Minute,To Hour,To Minute\n"


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("Campaign DayTime Criterion,a,Mon,0,0,0,24,0", 3, "Mon is no day"),
        ("Campaign DayTime Criterion,a,Monday,x,0,0,24,0", 4, "x is no number"),
        ("Campaign DayTime Criterion,a,Monday,0,9,0,8,0", 5, "9:00-8:00 +0 % is no span"),
    ],
)
def test_a_bulk_rows_fault_is_named_by_its_cell(row: str, column: int, said: str) -> None:
    with pytest.raises(InputError, match=rf"f:2: column {column}: ") as caught:
        load_tool("microsoft").forms[0].parse(MICROSOFT + row + "\n", "f")
    assert said in str(caught.value)


def test_every_fault_of_a_file_is_named_at_once() -> None:
    text = "00:00-24:00:x;" + "00:00-12:00:100;" * 5 + "1"
    with pytest.raises(InputError) as caught:
        load_tool("taobao").forms[0].parse(text, "f")
    assert len(caught.value.problems) >= 2


def test_what_a_tool_reads_as_always_on_is_read_so() -> None:
    nothing = {
        "oceanengine": "0" * 336,
        "baidu": '{"schedulePriceFactors": []}',
        "google-ads": '{"campaigns": [{"campaign": "a", "criteria": []}]}',
        "google-ads-editor": "Campaign,Ad Schedule\na,[]\n",
        "taobao": "all",
    }
    for target, text in nothing.items():
        assert (load_tool(target).forms[0].parse(text, "f")[0].percent == UNCHANGED).all(), target


def test_taobao_takes_numbers_and_texts_and_a_day_that_is_off() -> None:
    day = {"timeSpanList": [{"time": "00:00-08:00", "discount": 0}, {"time": "08:00-24:00", "discount": "100"}]}
    text = json.dumps({"launchPeriodList": [day | {"dayOfWeek": number} for number in range(1, 8)]})
    percent = load_tool("taobao").forms[1].parse(text, "f")[0].percent
    assert (percent[:, :16] == 0).all()
    assert (percent[:, 16:] == 100).all()
    assert (load_tool("taobao").forms[0].parse(TAOBAO + "0", "f")[0].percent[6] == 0).all()


def test_increases_of_one_moment_add_up() -> None:
    rules = [
        {
            "recurrence": {
                "timesOfDay": [{"startTime": "08:00", "endTime": "10:00"}],
                "duration": {"startTime": "2026-11-11T00:00:00Z"},
            },
            "action": {"actionDetails": {"value": value}},
        }
        for value in (10, 20, 20)
    ]
    sheet = load_tool("amazon").forms[0].parse(json.dumps({"optimizationRules": rules}), "f")[0]
    assert sheet.percent[0, 8:10].tolist() == [150, 150]


@pytest.mark.parametrize(
    ("text", "step", "minutes"),
    [("00:00", 1, 0), ("24:00", 30, 1440), ("24:01", 1, None), ("8:30", 30, 510), ("08:30", 60, None), ("x", 1, None)],
)
def test_clock_times_are_read_to_the_step(text: str, step: int, minutes: int | None) -> None:
    assert minutes_of(text, step) == minutes


def test_json_is_read_with_the_place_of_every_value() -> None:
    node = Reader('{"a": [1, {"b": "\u4e2d"}],\n "c": null}', "f").json()
    assert node.value["a"].at == 6
    assert node.value["a"].value[1].value["b"].value == "中"
    assert node.value["c"].value is None


@pytest.mark.parametrize("number", ["1e400", "-1e400", "NaN", "Infinity", "9" * 400, "9" * 5000], ids=range(6))
@pytest.mark.parametrize(
    ("target", "extension", "before"),
    [
        ("amazon", "json", '"value": '),
        ("baidu", "json", '"priceFactor": '),
        ("csv", "csv", ",search,1.92,"),
        ("google-ads", "json", '"bidModifier": '),
        ("google-ads-editor", "csv", "@"),
        ("jd", "json", '"price_coef": ['),
        ("json", "json", '"percent": '),
        ("meta", "json", '"budget_value": '),
        ("pinduoduo", "json", '"rate": '),
        ("taobao", "json", '"discount": '),
        ("taobao", "txt", "24:00:"),
        ("yandex", "json", '"1,'),
    ],
)
def test_a_number_that_no_machine_holds_is_refused(target: str, extension: str, before: str, number: str) -> None:
    tool = load_tool(target)
    rows = tool.row_names or DATES
    form = next(form for form in tool.forms if form.extension == extension)
    sheet = Sheet("search", rows, np.full((len(rows), tool.slots), 120.0), 1.6, "Asia/Shanghai")
    if tool.exact and extension == "csv":
        text = f"start,end,channel,bid,bid_percent\n2026-11-10T20:00:00,2026-11-10T21:00:00{before}120.0\n"
    else:
        text = form.write([sheet])
    assert before in text
    broken = re.sub(re.escape(before) + r"[\d.]+", lambda _: before + number, text, count=1)
    with pytest.raises(InputError, match="column"):
        form.parse(broken, "file")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_schedule_is_read_in_every_encoding_that_spreadsheets_write(encoding: str) -> None:
    text = "Campaign\tAd Schedule\n关键词推广\t[]\n"
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    assert decode_schedule((mark + text).encode(encoding)) == text
