"""The library's face: what a person who imports `planner` finds, and that it is said how to use it."""

from __future__ import annotations

import inspect
from pathlib import Path

import pandas as pd
import pytest

import planner
from planner.brief import Brief
from planner.history import History


@pytest.mark.parametrize("name", [name for name in planner.__all__ if inspect.isfunction(getattr(planner, name))])
def test_every_function_shows_how_to_use_it(name: str) -> None:
    assert "Examples\n" in inspect.getdoc(getattr(planner, name)), name


@pytest.mark.parametrize("name", planner.__all__)
def test_every_name_is_documented_and_typed(name: str) -> None:
    thing = getattr(planner, name)
    assert inspect.getdoc(thing)
    if inspect.isfunction(thing):
        hints = inspect.get_annotations(thing)
        assert set(inspect.signature(thing).parameters) | {"return"} <= set(hints)


def test_the_types_go_with_the_package() -> None:
    assert (Path(planner.__file__).parent / "py.typed").exists()


def test_one_history_file_needs_no_list(data_folder: Path, example_brief: Brief) -> None:
    path = data_folder / "history.csv"
    tables = [planner.load_history(paths, example_brief).table for paths in (path, str(path), [path])]
    for table in tables[1:]:
        pd.testing.assert_frame_equal(table, tables[0])


def test_a_history_shows_itself_in_one_line(example_history: History) -> None:
    shown = repr(example_history)
    assert shown.startswith(f"<History: {len(example_history.table):,} rows; 2")
    assert "channels: " in shown
    assert len(shown) < 200
    assert repr(History(example_history.table.iloc[:0])) == "<History: 0 rows; 0 files; 0 notes>"
