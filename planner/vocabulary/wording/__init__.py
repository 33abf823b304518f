"""Every sentence the program says to a person, in Chinese and in English: one catalogue.

The sentences stand in TOML files beside this one, a file an area; the key ``brief.unknown_key`` is the entry
``unknown_key`` of ``brief.toml``. A `Message` is a sentence not yet in any language: it is carried through the
stages as it is and turned into text where somebody reads it.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import PurePath
from typing import Any, get_args

from planner.vocabulary.characters import visible
from planner.vocabulary.wording.amounts import money_text
from planner.vocabulary.wording.languages import Lang

__all__ = ["LANGUAGES", "Lang", "Message", "Text", "catalogue", "first_of", "say"]

# Chinese parts a number from its unit, and nothing from the word behind it.
_AFTER_UNIT = re.compile("(?<=[0-9] 元) (?=[\u4e00-\u9fff])")
LANGUAGES: tuple[Lang, ...] = get_args(Lang)


@dataclass(frozen=True)
class Text:
    """Words that a playbook or provider file brings in both languages."""

    zh: str
    en: str

    def text(self, lang: Lang) -> str:
        """Return the words in one language."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Message:
    """A sentence of the catalogue with the values that go into it.

    A value may itself be a `Message` or a `Text`; it is put into the same language.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, lang: Lang) -> str:
        """Return the sentence in one language."""
        return say(self.key, lang, **self.values)


@cache
def catalogue(area: str) -> dict[str, dict[str, str]]:
    """Return one area's entries, each ``{"zh": ..., "en": ...}``."""
    return tomllib.loads((files(__name__) / f"{area}.toml").read_text(encoding="utf-8"))


def say(key: str, lang: Lang, /, **values: Any) -> str:
    """Return one entry of the catalogue in one language, with its values put in.

    An amount is written with the specification ``money``, ``money2`` for two digits after the point, or ``moneyg`` for
    as many as it has; the value `currency` says of which currency.

    Parameters
    ----------
    key
        ``area.entry``.
    lang
        ``zh`` or ``en``.
    values
        What the braces of the entry name; format specifications work as in `str.format`.

    Raises
    ------
    KeyError
        No such entry, or a value is missing: a bug of ours, never the user's.
    """
    area, _, entry = key.partition(".")
    shown = {name: _shown(value, lang) for name, value in values.items()}
    template = catalogue(area)[entry][lang]
    if ":money" in template:
        said = _Amounts(lang, values["currency"]).vformat(template, (), shown)
        return _AFTER_UNIT.sub("", said) if lang == "zh" else said
    return template.format(**shown)


class _Amounts(string.Formatter):
    """Puts values into a sentence that speaks of money."""

    def __init__(self, lang: Lang, currency: str) -> None:
        self._lang, self._currency = lang, currency

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return one value as its field asks for it."""
        if not format_spec.startswith("money"):
            return str(super().format_field(value, format_spec))
        places = format_spec.removeprefix("money")
        if places == "g":
            places = str(len(f"{float(value):.10f}".rstrip("0").partition(".")[2]))
        return money_text(float(value), self._currency, self._lang, int(places) if places else None)


def _shown(value: Any, lang: Lang) -> Any:
    """Return a value as a sentence has it: a text from outside, or a path, shows what nobody would see in it."""
    if isinstance(value, Message | Text):
        return value.text(lang)
    return visible(str(value)) if isinstance(value, str | PurePath) else value


def first_of(names: Sequence[str], most: int) -> str:
    """Return the first of several names as a sentence lists them."""
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")
