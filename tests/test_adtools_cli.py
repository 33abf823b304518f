"""The commands: data on standard output, talk on standard error, files all or none."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from planner.cli import planner
from planner.outputs.plan_folder import write_plan
from planner.plan import Plan


@pytest.fixture(scope="module")
def folder(example_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("plan")
    write_plan(example_plan, made, tables_only=True)
    return made


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(planner, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


def test_one_file_goes_to_standard_output_and_the_talk_does_not(folder: Path) -> None:
    code, out, talk = run("export", folder, "--to", "taobao", "--channel", "search", "--lang", "en")
    assert code == 0
    assert out.count(";") == 6
    assert "Export to Taobao" in talk
    assert "Export" not in out


def test_several_files_want_a_folder(folder: Path) -> None:
    code, out, talk = run("export", folder, "--to", "taobao", "--lang", "en")
    assert (code, out) == (2, "")
    assert "give a folder with -o" in talk


def test_a_folder_gets_everything_and_is_not_overwritten(folder: Path, tmp_path: Path) -> None:
    code, out, _ = run("export", folder, "--to", "taobao", "--channel", "feed", "-o", tmp_path)
    assert (code, out) == (0, "")
    assert {path.name for path in tmp_path.iterdir()} == {
        "taobao-feed.txt", "taobao-feed.json", "taobao-feed-restore.txt", "taobao-feed-restore.json", "taobao-loss.csv",
        "taobao-limits.csv", "taobao-actions.csv", "taobao-actions.ics", "taobao-notes.txt",
    }  # fmt: skip
    code, _, talk = run("export", folder, "--to", "taobao", "--channel", "feed", "-o", tmp_path)
    assert code == 2
    assert "--force" in talk
    assert run("export", folder, "--to", "taobao", "--channel", "feed", "-o", tmp_path, "--force")[0] == 0


def test_what_is_exported_can_be_imported_and_put_back(folder: Path, tmp_path: Path) -> None:
    assert run("export", folder, "--to", "google-ads-editor", "-o", tmp_path)[0] == 0
    schedule = tmp_path / "google-ads-editor.csv"
    code, out, _ = run("import-schedule", schedule, "--from", "google-ads-editor")
    assert code == 0
    assert out.splitlines()[0] == "campaign,day,start,end,percent"
    assert "search,Tuesday,23:30,24:00,0.0" in out.splitlines()
    again = tmp_path / "again"
    assert run("export", folder, "--to", "google-ads-editor", "--restore", schedule, "-o", again)[0] == 0
    assert (again / "google-ads-editor-restore.csv").read_text() == schedule.read_text()


def test_a_restore_file_of_one_campaign_is_named_before_the_equals_sign(folder: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.txt"
    old.write_text("00:00-24:00:80;" * 6 + "0")
    out = tmp_path / "out"
    arguments = ["export", folder, "--to", "taobao", "--channel", "search", "--restore", f"search={old}", "-o", out]
    assert run(*arguments)[0] == 0
    assert (out / "taobao-search-restore.txt").read_text() == "00:00-24:00:80;" * 6 + "0\n"


def test_problems_are_told_and_nothing_is_written(folder: Path, tmp_path: Path) -> None:
    from planner.vocabulary.errors import InputError

    bad = tmp_path / "bad.txt"
    bad.write_text("00:00-24:00:80")
    for arguments, said in (
        (["import-schedule", bad, "--from", "taobao"], "column 1"),
        (["import-schedule", tmp_path / "none.txt", "--from", "taobao"], "no such file"),
        (["import-schedule", bad, "--from", "tabao"], "did you mean taobao"),
        (["export", folder, "--to", "gogle-ads", "-o", tmp_path / "new"], "did you mean google-ads"),
    ):
        error = CliRunner().invoke(planner, [str(argument) for argument in arguments]).exception
        assert isinstance(error, InputError)
        assert said in str(error)
    assert not (tmp_path / "new").exists()


def test_numbers_outside_the_known_range_are_read_with_a_remark(tmp_path: Path) -> None:
    old = tmp_path / "old.txt"
    old.write_text("00:00-24:00:400;" * 6 + "0")
    code, out, talk = run("import-schedule", old, "--from", "taobao", "--lang", "en")
    assert code == 0
    assert "400.0" in out
    assert "outside the range" in talk


def test_a_plan_is_compared_with_the_schedule_that_is_in_the_tool(folder: Path, tmp_path: Path) -> None:
    now = tmp_path / "now.txt"
    now.write_text("00:00-24:00:80;" * 6 + "0")
    arguments = ["compare", folder, now, "--from", "taobao", "--channel", "search", "--lang", "en"]
    code, out, _ = run(*arguments, "--csv")
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {row["day"] for row in rows} == {"Tuesday", "Wednesday"}
    assert {row["percent_now"] for row in rows} == {"80.0"}
    assert all(row["start"] >= "20:00" for row in rows if row["day"] == "Tuesday")
    code, shown, _ = run(*arguments)
    assert code == 0
    assert "what the plan changes in Taobao" in shown
    assert re.search(r"Tue 23:30–24:00 +80 % +off", shown)
    assert run("export", folder, "--to", "taobao", "--channel", "search", "--restore", now, "-o", tmp_path)[0] == 0
    code, same, _ = run("compare", folder, tmp_path / "taobao-search.txt", *arguments[3:])
    assert (code, " ".join(same.split())) == (
        0,
        "the schedule in Taobao/Tmall search ads (discount by time of day) is already what the plan asks for",
    )


@pytest.mark.parametrize(
    ("lang", "headings"), [("zh", "时间,类型,渠道或推广计划"), ("en", "when,kind,channel or campaign")]
)
def test_tables_beside_a_schedule_open_well_in_a_spreadsheet(
    folder: Path, tmp_path: Path, lang: str, headings: str
) -> None:
    assert run("export", folder, "--to", "meta", "--lang", lang, "-o", tmp_path)[0] == 0
    for name in ("actions", "limits", "loss"):
        content = (tmp_path / f"meta-{name}.csv").read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        text = content.decode("utf-8-sig")
        assert text.count("\n") == text.count("\r\n") > 1
        machine_words = set(text.replace("\r\n", ",").split(",")) & {
            "bid",
            "close",
            "limit",
            "total",
            "tool_budget",
            "notify",
        }
        assert lang == "en" or not machine_words
    first, *rows = (tmp_path / "meta-actions.csv").read_text(encoding="utf-8-sig").splitlines()
    assert first.startswith(headings)
    assert rows[0].startswith("2026-11-10 19:30,")
    assert ("整个活动" if lang == "zh" else "whole promotion") in (tmp_path / "meta-limits.csv").read_text("utf-8-sig")


def test_no_cell_of_these_tables_begins_a_formula() -> None:
    import pandas as pd

    from planner.charts.words import Words
    from planner.cli.export_tables import handed_csv

    table = pd.DataFrame({"channel": ["=1+1", None], "what": ["@x", "fine"], "loss": [-1.5, 0.0]})
    text = handed_csv(table, Words("en")).decode("utf-8-sig")
    assert text.splitlines()[1:] == ["'=1+1,'@x,-1.5", ",fine,0"]
