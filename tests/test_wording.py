"""The catalogue: every sentence in both languages, with the same values, and every key in the code known to it."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from pathlib import Path

import pytest

from planner.vocabulary.wording import LANGUAGES, Message, Text, say

PACKAGE = Path(__file__).parents[1] / "planner"
AREAS = sorted((PACKAGE / "vocabulary" / "wording").glob("*.toml"))
KEY = re.compile(r"^[a-z_]+\.[a-z0-9_]+$")


def _entries(path: Path) -> dict[str, dict[str, str]]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("area", AREAS, ids=lambda path: path.stem)
def test_every_entry_is_in_both_languages_with_the_same_values(area: Path) -> None:
    for key, entry in _entries(area).items():
        assert set(entry) == set(LANGUAGES), f"{area.stem}.{key}"
        assert all(entry.values()), f"{area.stem}.{key} is empty"
        assert _fields(entry["zh"]) == _fields(entry["en"]), f"{area.stem}.{key}"


def _keys_in_code() -> set[tuple[str, str]]:
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                first = node.args[0]
                if (
                    name in ("Message", "say", "complaint")
                    and isinstance(first, ast.Constant)
                    and isinstance(first.value, str)
                ):
                    found.add((str(path.relative_to(PACKAGE)), first.value))
    return found


def test_every_key_in_the_code_is_in_the_catalogue() -> None:
    known = {f"{path.stem}.{key}" for path in AREAS for key in _entries(path)}
    missing = {(path, key) for path, key in _keys_in_code() if key not in known}
    assert not missing
    assert all(KEY.match(key) for _, key in _keys_in_code())


def test_say_puts_nested_messages_into_the_same_language() -> None:
    text = Message("input.wrong_type", {"name": "total", "found": "x", "expected": Message("input.expected_number")})
    assert text.text("en") == "total = x: should be a number such as 0.4 or 30000"
    assert text.text("zh") == "total = x：应当是数字，例如 0.4 或 30000"
    assert say("playbook.ends_first", "zh", window=Text("前夜", "eve")) == "时段 前夜 在开始之前就结束了"


def test_say_without_a_value_is_a_bug_not_a_blank() -> None:
    with pytest.raises(KeyError):
        say("input.unknown_key", "en", name="x")


def test_no_sentence_writes_a_currency_itself() -> None:
    # An amount is written with the specification `money`, so that it has one form a language wherever it stands.
    for path in AREAS:
        for key, entry in _entries(path).items():
            for lang, text in entry.items():
                assert not re.search(r"\}\s?\{currency|\{currency[^}]*\}\s?\{|\}\s?CNY|[¥$€]\s?\{", text), (
                    f"{path.stem}.{key}.{lang}"
                )


@pytest.mark.parametrize(
    ("amount", "currency", "zh", "en"),
    [
        (167.149, "CNY", "167.15 元，多付 167 元就停", "¥167.15; stop at ¥167 more"),
        (-1234.5, "USD", "−1,234.50 USD，多付 −1,234 USD 就停", "−$1,234.50; stop at −$1,234 more"),
        (0.055, "CHF", "0.06 CHF，多付 0.055 CHF 就停", "CHF 0.06; stop at CHF 0.055 more"),
    ],
)
def test_say_writes_amounts_in_one_form_a_language(
    amount: float, currency: str, zh: str, en: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = "moneyg" if amount < 1 and amount > 0 else "money"
    entry = {
        "zh": "{amount:money2}，多付 {amount:" + spec + "} 就停",
        "en": "{amount:money2}; stop at {amount:" + spec + "} more",
    }
    monkeypatch.setattr("planner.vocabulary.wording.catalogue", lambda area: {"one": entry})
    for lang, said in (("zh", zh), ("en", en)):
        assert say("any.one", lang, amount=amount, currency=currency) == said  # type: ignore[arg-type]


def test_an_amount_without_its_currency_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.vocabulary.wording.catalogue", lambda area: {"one": {"en": "{amount:money}"}})
    with pytest.raises(KeyError, match="currency"):
        say("any.one", "en", amount=1.0)
