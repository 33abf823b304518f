from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from planner.charts import chart_names
from planner.outputs.plan_folder import OWN_FILES, read_plan, write_files, write_plan
from planner.plan import Plan
from planner.vocabulary.errors import InputError
from planner.vocabulary.tables import SCHEDULE, TABLES


@pytest.fixture(scope="module")
def folder(example_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plan") / "new" / "out"
    write_plan(example_plan, folder, tables_only=True)
    return folder


def test_write_plan_tables_only_writes_just_the_tables(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [
        "actions.csv", "limits.csv", "plan.json", "schedule.csv", "sms.csv",
    ]  # fmt: skip


def test_the_schedule_is_for_machines(folder: Path, example_plan: Plan) -> None:
    content = (folder / "schedule.csv").read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    rows = list(csv.DictReader(content.decode().splitlines()))
    assert list(rows[0]) == [name for name in SCHEDULE.names if name != "campaign"]
    assert rows[0]["start"] == "2026-11-10T20:00:00+08:00"
    assert len(rows) == len(example_plan.slots) * 3
    cents = sum(round(100 * float(row["spend"])) for row in rows)
    assert cents == round(100 * example_plan.summary.spend)


def test_limits_stop_the_money_at_the_budget(folder: Path, example_plan: Plan) -> None:
    limits = pd.read_csv(folder / "limits.csv")
    summary = example_plan.summary
    assert limits["limit"].sum() <= summary.budget - summary.reserve - summary.sms_cost
    planned = example_plan.schedule.groupby("channel")["spend"].sum()
    assert (limits.groupby("channel")["limit"].sum() > planned - 1).all()


def test_plan_json_is_plain_and_says_what_it_rests_on(folder: Path) -> None:
    def refuse(name: str) -> float:
        raise AssertionError(f"{name} is not JSON")

    data = json.loads((folder / "plan.json").read_text(encoding="utf-8"), parse_constant=refuse)
    assert data["schema"] == "promo-plan/1"
    assert len(data["data"][0]["sha256"]) == 64
    assert data["certificate"]["gap"] <= 1e-9
    assert set(data["notes"][0]) == {"zh", "en"}
    assert data["brief"]["budget"]["total"] == 8000


def test_a_plan_is_read_back_as_it_was(folder: Path, example_plan: Plan) -> None:
    plan = read_plan(folder)
    for name in (
        "schedule",
        "limits",
        "sms",
        "actions",
        "market",
        "slots",
        "comparison",
        "paths",
        "frontier",
        "offers",
    ):
        pd.testing.assert_frame_equal(getattr(plan, name), getattr(example_plan, name), check_dtype=False)
    assert plan.summary == example_plan.summary
    assert plan.brief.model_dump() == example_plan.brief.model_dump()
    assert plan.brief.playbook == example_plan.brief.playbook
    assert [note.text("zh") for note in plan.notes] == [note.text("zh") for note in example_plan.notes]
    for name in ("schedule", "limits", "sms", "actions", "market"):
        TABLES[name].check(getattr(plan, name))


def test_write_plan_does_not_overwrite_unless_told(folder: Path, example_plan: Plan) -> None:
    before = (folder / "schedule.csv").read_bytes()
    (folder / "schedule.csv").write_bytes(b"mine")
    with pytest.raises(FileExistsError, match=r"schedule\.csv"):
        write_plan(example_plan, folder, tables_only=True)
    assert (folder / "schedule.csv").read_bytes() == b"mine"
    write_plan(example_plan, folder, tables_only=True, overwrite=True)
    assert (folder / "schedule.csv").read_bytes() == before


def test_files_are_written_all_or_none(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        write_files({"a.csv": b"1", "taken": b"2"}, tmp_path, overwrite=True)
    assert not (tmp_path / "a.csv").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "there is no plan in"), ("{}", "not a plan this program wrote"), ("[", "not a plan")],
)
def test_a_folder_without_a_plan_is_named(content: str | None, message: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "plan.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_plan(tmp_path)


def test_what_an_earlier_plan_left_does_not_stay_beside_new_tables(example_plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "charts").mkdir()
    for name in ("report.html", "plan.xlsx", "charts/grid.svg", "charts/mine.svg", "notes.txt"):
        (tmp_path / name).write_bytes(b"old")
    write_plan(example_plan, tmp_path, tables_only=True, overwrite=True)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {
        "actions.csv", "limits.csv", "plan.json", "schedule.csv", "sms.csv", "charts/mine.svg", "notes.txt",
    }  # fmt: skip


def test_every_chart_of_a_plan_is_known_as_its_own(example_plan: Plan) -> None:
    assert {f"charts/{name}.svg" for name in chart_names(example_plan)} <= OWN_FILES


def test_a_file_where_the_folder_should_be_is_named(example_plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"mine")
    for folder in (tmp_path / "out", tmp_path / "out" / "deeper"):
        with pytest.raises(NotADirectoryError, match=r"out$"):
            write_plan(example_plan, folder, tables_only=True, overwrite=True)
        with pytest.raises(InputError, match="there is no plan in"):
            read_plan(folder)
    assert (tmp_path / "out").read_bytes() == b"mine"


def test_python_is_told_how_to_overwrite(example_plan: Plan, folder: Path) -> None:
    with pytest.raises(FileExistsError, match="overwrite=True"):
        write_plan(example_plan, folder, tables_only=True)


def test_plan_json_names_files_without_their_folders(folder: Path) -> None:
    data = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    assert [source["name"] for source in data["data"]] == ["history.csv"]
