"""The notebooks: in step with their scripts, clean, told in short cells, and run from top to bottom."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import nbclient
import nbformat
import pytest

import planner

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
# What Jupyter's kernel does to itself is no business of the notebook's.
STRICT = "import warnings\nwarnings.simplefilter('error')\nwarnings.filterwarnings('ignore', module='ipykernel')"


def _code(path: Path) -> list[str]:
    cells = nbformat.read(path, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


def test_there_are_four_each_with_its_script() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["01_history", "02_plan", "03_after", "04_night"]
    assert [path.stem for path in sorted(FOLDER.glob("*.py"))] == [path.stem for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_tell_a_story_and_hold_no_logic(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert cells[0].cell_type == "markdown"
    for cell in (cell for cell in cells if cell.cell_type == "code"):
        assert cell.outputs == []
        assert cell.execution_count is None
        assert len(cell.source.splitlines()) < 10, cell.source
        tree = ast.parse(re.sub(r"^%.*$", "", cell.source, flags=re.MULTILINE))
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_use_only_public_names(path: Path) -> None:
    code = re.sub(r"^%.*$", "", "\n".join(_code(path)), flags=re.MULTILINE)
    tree = ast.parse(code)
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported <= {"planner", "pandas"}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    used = set(re.findall(r"\bplanner\.(\w+)", code))
    assert used <= set(planner.__all__)
    assert set(re.findall(r"\bplanner\.charts\.(\w+)", code)) <= set(planner.charts.__all__)
    assert not re.findall(r"\._\w", code)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run_from_top_to_bottom(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path)
    book = nbformat.read(tmp_path / path.name, as_version=4)
    book.cells.insert(0, nbformat.v4.new_code_cell(STRICT))
    done = nbclient.NotebookClient(book, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in done.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    shown = {kind for output in outputs for kind in output.get("data", {})}
    assert "image/png" in shown
    said = "".join(output.text for output in outputs if output.output_type == "stream")
    assert "nan" not in said
    assert len(said.splitlines()) >= 5
