"""The house: a file imports only from rooms below its own, never in a circle, and nothing heavy at the door.

The order of the rooms stands in docs/house.md. What a type checker alone reads, and what is imported inside a function,
counts as much as the rest.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "planner"
MOST_ENTRIES = 12
ORDER = re.search(r"```order\n(.*?)```", (ROOT / "docs/house.md").read_text(encoding="utf-8"), re.DOTALL)[1].split()
# Rooms within a room that know nothing of these, nor these of them.
ALONE = {"outputs.adtools": ("outputs", "charts")}


@cache
def _modules() -> dict[str, Path]:
    """Return every file of the package by its dotted name, without the package's own; the package itself is ``""``."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix("__init__").strip("."): path
        for path in paths
    }


def _within(name: str, room: str) -> bool:
    return f"{name}.".startswith(f"{room}.")


def _place(name: str) -> int:
    """Return where a module stands in the order: by the room or module named there that is nearest to it."""
    return ORDER.index(max((room for room in ORDER if _within(name, room)), key=len))


def _named(node: ast.AST) -> list[str]:
    """Return the modules that an import names."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module:
        inner = [f"{node.module}.{alias.name}" for alias in node.names]
        known = [name.partition(".")[2] in _modules() for name in inner]
        names = [name if module else node.module for name, module in zip(inner, known, strict=True)]
    else:
        return []
    return [name.partition(".")[2] for name in names if name.split(".")[0] == "planner"]


@cache
def _imports(name: str) -> frozenset[str]:
    """Return the modules that one imports, with the rooms that are entered on the way to them."""
    tree = ast.parse(_modules()[name].read_text(encoding="utf-8"))
    named = {module for node in ast.walk(tree) for module in _named(node)}
    rooms = {
        ".".join(parts[:count]) for module in named for parts in [module.split(".")] for count in range(1, len(parts))
    }
    entered = {room for room in rooms if not _within(name, room)}
    return frozenset(named | entered) - {name}


def _inside() -> list[str]:
    return [name for name in _modules() if name and not _within(name, "charts.fonts")]


def test_the_root_holds_a_dozen_rooms_at_most_and_the_page_names_them() -> None:
    entries = {path.name for path in PACKAGE.iterdir()} - {"__init__.py", "__main__.py", "__pycache__", "py.typed"}
    assert len(entries) <= MOST_ENTRIES
    assert entries == {room for room in ORDER if "." not in room and room != "__main__"}
    page = (ROOT / "docs/house.md").read_text(encoding="utf-8")
    assert entries <= set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE))


def test_imports_go_in_no_circle() -> None:
    graph = {name: _imports(name) for name in _modules()}
    assert sum(map(len, graph.values())) > 500
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(" <- ".join(circle.args[1]))


def test_what_the_order_names_is_there() -> None:
    assert [name for name in ORDER if name not in _modules()] == []


@pytest.mark.parametrize("name", _inside())
def test_imports_point_down(name: str) -> None:
    unknown = {module for module in _imports(name) if module not in _modules()}
    assert not unknown
    above = {module for module in _imports(name) if _place(module) > _place(name)}
    assert not above, f"{name} imports from above: {above}"
    for alone, strangers in ALONE.items():
        met = {module for module in _imports(name) if any(_within(module, room) for room in strangers)}
        if _within(name, alone):
            assert all(_within(module, alone) or module == "outputs" for module in met), met
        elif any(_within(name, room) for room in strangers):
            assert not {module for module in met if _within(module, alone)}


def test_nobody_imports_the_package_itself() -> None:
    assert [name for name in _inside() if "" in _imports(name)] == []


@pytest.mark.parametrize(
    "path",
    re.findall(r"`(?:planner/)?([a-z_]+/[a-z_/]+\.(?:py|toml))`", (ROOT / "docs/house.md").read_text(encoding="utf-8")),
)
def test_files_that_the_page_names_are_there(path: str) -> None:
    assert (PACKAGE / path).exists() or (ROOT / path).exists()


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["init", "NEW"], ["pln"], ["plan", "--help"], ["playbook", "--help"]],
    ids=lambda arguments: " ".join(arguments),
)
def test_the_door_imports_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    code = (
        "import sys\nfrom planner.cli import main\n"
        f"try: main({arguments!r})\nexcept SystemExit: pass\n"
        "print('HEAVY', sorted({'numpy', 'pandas', 'matplotlib', 'duckdb', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.stdout.splitlines()[-1] == "HEAVY []", done.stdout + done.stderr
