"""The house: a file imports only from floors below its own, and nothing heavy at the door."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "planner"

# From the ground up; a room may import from any before it, and inside a room anything goes but a circle. What only a
# type checker reads may point up.
FLOORS = [
    "vocabulary", "brief", "history", "market", "allocate", "messages", "actions", "plan", "charts", "backtest",
    "outputs", "cli", "__main__",
]  # fmt: skip
# Rooms within a room that know nothing of the others in it, nor of the charts.
ALONE = {"outputs.adtools": {"charts", "outputs"}}
# A plan shows itself.
SHOWS = {("plan", "outputs")}


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _names(path: Path) -> set[str]:
    """Return what a file imports of the package, dotted, without the package's own name."""
    found = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing = [node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    unseen = {inner for node in typing for branch in node.body for inner in ast.walk(branch)}
    for node in set(ast.walk(tree)) - unseen:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "planner":
            inner = node.module.removeprefix("planner").removeprefix(".")
            found |= {inner} if inner else {alias.name for alias in node.names if not alias.name.startswith("__")}
        elif isinstance(node, ast.Import):
            found |= {alias.name.removeprefix("planner.") for alias in node.names if alias.name.startswith("planner.")}
    return found


def _imports(path: Path) -> set[str]:
    return {name.split(".")[0] for name in _names(path)}


def _sources() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def test_every_room_has_a_floor() -> None:
    assert {_room(path) for path in _sources()} <= set(FLOORS)


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    room = _room(path)
    above = {
        name
        for name in _imports(path)
        if name in FLOORS and FLOORS.index(name) > FLOORS.index(room) and (room, name) not in SHOWS
    }
    assert not above, f"{room} imports from above: {above}"
    dotted = ".".join(path.relative_to(PACKAGE).parts)
    for inner, strangers in ALONE.items():
        if dotted.startswith(f"{inner}."):
            met = {name for name in _names(path) if name.split(".")[0] in strangers and not name.startswith(inner)}
            assert not met, f"{inner} imports {met}"
        elif room in strangers:
            assert not {name for name in _names(path) if name.startswith(inner)}


def test_imports_name_known_rooms() -> None:
    unknown = {name for path in _sources() for name in _imports(path) if name not in FLOORS}
    assert not unknown


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
