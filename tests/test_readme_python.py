"""The Python in the READMEs, run as it stands by somebody with a data.csv and a brief.toml."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from planner.plan import Plan

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")


def blocks(name: str) -> list[str]:
    """Return a README's blocks of Python."""
    return re.findall(r"^```python\n(.*?)^```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("name", READMES)
def test_the_python_of_a_readme_runs(
    name: str, data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(data_folder / "history.csv", tmp_path / "data.csv")
    shutil.copy(data_folder / "brief.toml", tmp_path / "brief.toml")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in blocks(name):
        exec(compile(block, name, "exec"), names)
    assert isinstance(names["plan"], Plan)
    assert 0 < names["plan"].summary.spend <= names["brief"].budget.total


@pytest.mark.parametrize("name", READMES)
def test_from_a_csv_to_a_plan_takes_five_lines(name: str) -> None:
    lines = [ast.unparse(node) for node in ast.parse(blocks(name)[0]).body]
    assert any("make_plan" in line for line in lines[:5])
