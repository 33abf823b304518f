"""Of a table only the needed columns are handed on, and a workbook's process may do whatever it likes."""

from __future__ import annotations

import io
import json
import subprocess
import textwrap
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planner.history import ReadingSettings, read_history
from planner.history.gathering import in_memory
from planner.history.opening import workbook_process, workbooks
from planner.history.opening.file_kinds import open_sheets
from planner.history.opening.sheet import HEAD_ROWS, Sheet
from planner.history.opening.sources import collect
from planner.vocabulary.errors import InputError
from tests.make_corpus import old_workbook, table, workbook

HEADER = ["订单编号", "收货人姓名", "买家实际支付金额", "联系手机", "订单付款时间", "收货地址"]
PEOPLE = ("Zhang Wei", "13800138000", "West Lake Road 1")


def orders(count: int = HEAD_ROWS + 40) -> list[list[object]]:
    """Return orders of 10 each, three an hour; below the head each with a name, a phone and an address."""
    found: list[list[object]] = []
    for at in range(count):
        name, phone, address = PEOPLE if at >= HEAD_ROWS else ("", "", "")
        found.append([f"A{at}", name, 10, phone, f"2026-11-{2 + at // 72:02d} {at // 3 % 24:02d}:30:00", address])
    return found


def forms(rows: list[list[object]]) -> dict[str, bytes]:
    """Return a table in every form that is read."""
    packed = io.BytesIO()
    pd.DataFrame([list(map(str, row)) for row in rows[1:]], columns=rows[0]).to_parquet(packed)
    return {
        "a.csv": table(list(map(str, rows[0])), rows[1:]).encode(),
        "a.xlsx": workbook({"a": rows}),
        "a.xls": old_workbook(rows),
        "a.parquet": packed.getvalue(),
    }


def opened(path: Path) -> Sheet:
    """Return the only table of a file."""
    (sheet,) = open_sheets(collect([path])[0][0])
    assert isinstance(sheet, Sheet)
    return sheet


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls"])
def test_names_phones_and_addresses_do_not_leave_the_process_that_reads_a_workbook(tmp_path: Path, monkeypatch, name):
    path, log = tmp_path / name, tmp_path / "log"
    path.write_bytes(forms([HEADER, *orders()])[name])
    listener = tmp_path / "listener.py"
    listener.write_text(
        "import subprocess, sys\n"
        f"command = [sys.executable, '-P', {workbook_process.__file__!r}]\n"
        "said = subprocess.run(command, stdin=sys.stdin, stdout=subprocess.PIPE, check=True).stdout\n"
        f"open({str(log)!r}, 'ab').write(said)\n"
        "sys.stdout.buffer.write(said)\n"
    )
    monkeypatch.setattr(workbook_process, "__file__", str(listener))
    history = read_history([path], ReadingSettings())
    assert history.table["orders"].tolist() == [3.0] * 53 + [1.0]
    assert history.table["revenue"].tolist() == [30.0] * 53 + [10.0]
    said = log.read_text()
    assert "A159" in said and json.dumps("收货地址") in said
    assert not [text for text in PEOPLE if text in said]


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.xls", "a.parquet"])
def test_rows_hand_on_the_columns_asked_for_and_of_the_others_a_count(tmp_path: Path, name):
    path = tmp_path / name
    path.write_bytes(forms([HEADER, ["A1", "Li", 10, "139", "2026-11-02 20:00", ""], ["A2", "", 7, "", "", ""]])[name])
    rows = list(opened(path).rows([4, 2], len(HEADER)))
    assert [row.cells for row in rows] == [("订单付款时间", "买家实际支付金额"), ("2026-11-02 20:00", "10"), ("", "7")]
    assert [row.line for row in rows] == [1, 2, 3]
    assert {row.length for row in rows} == {6}
    assert [row.filled for row in rows] == ([2, 2, 1] if name == "a.parquet" else [6, 5, 2])


def test_rows_of_text_are_as_long_as_what_is_written_in_them(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("hour,clicks\n1\n2,3,,\n4,5, ,6\n")
    rows = list(opened(path).rows([0, 1], 2))
    assert [(row.cells, row.length, row.filled) for row in rows[1:]] == [
        (("1", ""), 1, 1),
        (("2", "3"), 2, 2),
        (("4", "5"), 4, 4),
    ]


def test_a_sheet_whose_first_rows_are_blank_is_none_without_anything(tmp_path: Path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook({"a": [[]] * (HEAD_ROWS + 10) + [["far down"]], "b": []}))
    (sheet,) = open_sheets(collect([path])[0][0])
    assert isinstance(sheet, Sheet)
    assert (sheet.name, sheet.head) == (f"{path}[a]", (("",),) * HEAD_ROWS)


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.parquet"])
def test_the_first_rows_of_an_order_list_are_let_go_once_they_are_recognised(tmp_path: Path, monkeypatch, name):
    heads = []

    def seen(sheet: Sheet, *arguments: object) -> object:
        heads.append(sheet.head)
        return read_sheet(sheet, *arguments)  # type: ignore[arg-type]

    read_sheet = in_memory.read_sheet
    monkeypatch.setattr(in_memory, "read_sheet", seen)
    path = tmp_path / name
    path.write_bytes(forms([HEADER, *orders(3)])[name])
    assert read_history([path], ReadingSettings()).table["revenue"].tolist() == [30.0]
    assert heads == [()]


def test_a_parquet_file_that_is_broken_far_down_is_told_in_one_line(tmp_path: Path):
    path = tmp_path / "a.parquet"
    frame = pd.DataFrame([list(map(str, row)) for row in orders(4_000)], columns=HEADER)
    frame.to_parquet(path, row_group_size=2_000, compression="gzip", use_dictionary=False)
    content = bytearray(path.read_bytes())
    half = len(content) // 2
    content[half : half + 20_000] = bytes(20_000)
    path.write_bytes(content)
    with pytest.raises(InputError, match="broken"):
        read_history([path], ReadingSettings())


# More than a pipe holds, so that it is broken where nobody reads.
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0" + bytes(300_000)
ANSWERS = {
    "ends_at_once": "sys.exit(1)",
    "says_nothing_sensible": "sys.stdin.buffer.read(); print('?')",
    "stops_in_the_middle_of_a_head": """sys.stdin.buffer.read(); print('{"sheet": "a", "fil', end='')""",
    "fails_with_its_first_answer": "sys.stdin.buffer.read(); print(HEAD); sys.exit(1)",
    "stops_in_the_middle_of_a_row": "print(HEAD if head else '[3, 1, 2]\\n[3, \"2', end='')",
    "fails_after_its_rows": 'print(HEAD if head else \'[3, "hour", "a", "1"]\'); sys.exit(0 if head else 1)',
    "finds_a_fault_in_the_rows": """print(HEAD if head else '{"fault": "broken_workbook"}')""",
    "hangs": "time.sleep(60)",
    "hangs_in_the_rows": "print(HEAD if head else '', end='', flush=True); head or time.sleep(60)",
}


def answering(folder: Path, answer: str) -> str:
    """Return a script that stands in for the process that reads a workbook."""
    head = {"sheet": "a", "filled": True, "head": [["hour", "channel", "clicks"], ["2026-11-02 20:00", "a", "5"]]}
    script = folder / "answer.py"
    script.write_text(
        textwrap.dedent(f"""\
            import json, sys, time
            HEAD = {json.dumps(head)!r}
            head = "head" in json.loads(sys.stdin.buffer.readline())
            {answer}
            """)
    )
    return str(script)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_process_that_breaks_off_or_hangs_is_one_clear_line(tmp_path: Path, monkeypatch, name):
    monkeypatch.setattr(workbook_process, "__file__", answering(tmp_path, ANSWERS[name]))
    monkeypatch.setattr(workbooks, "_PATIENCE", 0.6 if "hangs" in name else 60.0)
    path = tmp_path / "a.xls"
    path.write_bytes(OLD_WORKBOOK)
    since = time.monotonic()
    with pytest.raises(InputError) as caught:
        read_history([path], ReadingSettings())
    assert [problem.text("en") for problem in caught.value.problems] == [
        f"{path}: this workbook cannot be read; save it again from Excel as .xlsx or CSV"
    ]
    assert time.monotonic() - since < 30


def test_rows_that_nobody_waits_for_any_more_end_their_process(tmp_path: Path, monkeypatch):
    started = []

    class Noted(subprocess.Popen):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            started.append(self)

    answer = "sys.stdin.buffer.read(); print(HEAD) if head else [print('[1, \"a\"]', flush=True) for _ in iter(int, 1)]"
    monkeypatch.setattr(workbook_process, "__file__", answering(tmp_path, answer))
    monkeypatch.setattr(subprocess, "Popen", Noted)
    path = tmp_path / "a.xls"
    path.write_bytes(OLD_WORKBOOK)
    rows = opened(path).rows([0], 3)
    assert next(rows).cells == ("a",)
    assert started[-1].poll() is None
    del rows
    assert started[-1].returncode is not None
