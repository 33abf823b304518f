"""The house: a file imports only from floors below its own, and nothing heavy at the door."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "planner"

# From the ground up; a name may import any name before it. A package is one room: inside it anything goes but a circle.
# What only a type checker reads may point up: charts and notebook draw the plan they are handed, and stand below it, so
# that a plan can show itself.
FLOORS = [
    "characters", "wording", "errors", "tables", "punctuation", "toml_input", "toml_texts", "playbook", "timetable",
    "providers", "brief", "slots",
    "history", "elasticity", "market", "curves", "rehearse", "fulfilment", "after_sale", "offers", "audiences",
    "sms_value", "allocate", "level", "bids", "ads", "sms", "customers", "actions", "reasons", "schedule",
    "foundation", "summary", "invariants", "comparison", "fonts", "charts", "compare", "notebook", "plan", "backtest",
    "outputs", "adtools", "write", "example", "cli", "__main__",
]  # fmt: skip
# Siblings that know nothing of each other.
STRANGERS = {("outputs", "adtools"), ("adtools", "outputs"), ("adtools", "charts")}


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    found = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing = [node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    unseen = {inner for node in typing for branch in node.body for inner in ast.walk(branch)}
    for node in set(ast.walk(tree)) - unseen:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "planner":
            parts = node.module.split(".")
            found |= (
                {parts[1]}
                if len(parts) > 1
                else {alias.name for alias in node.names if not alias.name.startswith("__")}
            )
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("planner.")}
    return found


def _sources() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def test_every_room_has_a_floor() -> None:
    assert {_room(path) for path in _sources()} <= set(FLOORS)


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    room = _room(path)
    above = {
        name for name in _imports(path) if name != room and name in FLOORS and FLOORS.index(name) > FLOORS.index(room)
    }
    assert not above, f"{room} imports from above: {above}"
    assert not {(room, name) for name in _imports(path)} & STRANGERS


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
