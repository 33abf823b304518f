"""The catalogues of charts, page, workbook and terminal hold what is said and nothing that is not."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "planner"
AREAS = ("charts", "report", "workbook", "terminal", "doctor", "columns", "labels")
# Labels that are asked for by a machine word: what the words are is tested where they are fixed.
BY_WORD = re.compile(r"^labels\.(stance|short|kind|compared|weekday|month)_|^columns\.")


def _mentions() -> tuple[set[str], set[str]]:
    """Return the keys written out in code and templates, and the beginnings of those put together."""
    whole, begun = set(), set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                begun.add(str(node.values[0].value))
    template = (PACKAGE / "outputs" / "report.html.j2").read_text(encoding="utf-8")
    whole |= set(re.findall(r'"([a-z]+\.[a-z_]+)"', template))
    begun |= set(re.findall(r'"([a-z]+\.[a-z_]*)" ~', template))
    return whole, {start for start in begun if "." in start}


@pytest.mark.parametrize("area", AREAS)
def test_nothing_in_the_catalogue_is_never_said(area: str) -> None:
    whole, begun = _mentions()
    entries = tomllib.loads((PACKAGE / "vocabulary" / "wording" / f"{area}.toml").read_text(encoding="utf-8"))
    keys = {f"{area}.{key}" for key in entries}
    unsaid = {key for key in keys if key not in whole and not key.startswith(tuple(begun)) and not BY_WORD.match(key)}
    assert not unsaid


@pytest.mark.parametrize("area", AREAS)
def test_chinese_is_chinese_and_english_is_english(area: str) -> None:
    for key, entry in tomllib.loads(
        (PACKAGE / "vocabulary" / "wording" / f"{area}.toml").read_text(encoding="utf-8")
    ).items():
        assert not re.search(r"[\u4e00-\u9fff，。；：（）]", entry["en"]), key
        bare = re.sub(r"\{[^}]*\}|[a-z_.-]*\.(csv|html)|planner [a-z]+|%|\W|\d", "", entry["zh"])
        assert not bare or re.search(r"[\u4e00-\u9fff]", bare), key
