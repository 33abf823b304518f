"""What headers mean: our columns and their synonyms, the platforms and their marks, the words for roles and zones.

All of it is data (`headers.toml`, `dialects.toml`).
"""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from planner.history.notation.cells import plain
from planner.history.notation.clock import DateOrder
from planner.vocabulary.wording import Text

__all__ = [
    "MEASURES",
    "TIDY",
    "Dialect",
    "close_name",
    "column_names",
    "dialects",
    "generic_headers",
    "ignored_headers",
    "key_of",
    "keys_of",
    "known_header",
    "known_headers",
    "meaning_of",
    "places_of",
    "role_of",
    "zones_named",
]

Kind = Literal["tidy", "ads", "shop", "orders"]
MEASURES = ("impressions", "clicks", "spend", "orders", "revenue", "visits", "bid", "cpc", "cpm", "budget_spent")
TIDY = ("hour", "channel", "campaign", *MEASURES)
_UNIT = re.compile(r"[(（\[【][^()（）\[\]【】]*[)）\]】]$")


@dataclass(frozen=True)
class Dialect:
    """A platform's way of writing reports."""

    name: str
    label: Text
    kind: Kind
    channel: str = ""
    markers: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    growing_days: int = 0
    dates: DateOrder = None
    sure: bool = True


@cache
def _words() -> dict[str, Any]:
    """Return the headers' synonyms as they stand in the data file."""
    return tomllib.loads((files(__package__) / "headers.toml").read_text(encoding="utf-8"))


@cache
def _synonyms(table: str) -> dict[str, tuple[str, int]]:
    """Return, for each comparable header, our name and how far back it stands among the synonyms."""
    found: dict[str, tuple[str, int]] = {}
    for name, others in _words()[table].items():
        for rank, other in enumerate([name, *others]):
            found.setdefault(key_of(other), (name, rank))
    return found


@cache
def ignored_headers() -> frozenset[str]:
    """Return the comparable headers of numbers that a plan does not need."""
    return frozenset(key_of(header) for header in _words()["known"]["ignored"])


@cache
def generic_headers() -> frozenset[str]:
    """Return the comparable headers that any report may have."""
    return frozenset(key_of(header) for header in _words()["known"]["generic"])


@cache
def dialects() -> tuple[Dialect, ...]:
    """Return the platforms whose reports are known."""
    tables = tomllib.loads((files(__package__) / "dialects.toml").read_text(encoding="utf-8"))
    return tuple(
        Dialect(
            name, Text(entry["zh"], entry["en"]), entry["kind"], entry["channel"],
            frozenset(map(key_of, entry["markers"])), tuple(entry["words"]),
            entry["growing_days"], entry.get("dates"), entry["sure"],
        )
        for name, entry in tables.items()
    )  # fmt: skip


def key_of(header: str) -> str:
    """Return a header as it is compared: without case, blanks, underscores, full-width forms and a unit in brackets."""
    text = plain(header).lower()
    return re.sub(r"[\s_]+", "", text)


def keys_of(header: str) -> tuple[str, ...]:
    """Return a header's comparable form, and the one without its unit."""
    whole = key_of(header)
    without = key_of(_UNIT.sub("", unicodedata.normalize("NFKC", header).strip()))
    return (whole, without) if without and without != whole else (whole,)


def meaning_of(header: str, table: str) -> tuple[str, int] | None:
    """Return our name for a header and its rank among the synonyms; None where there is none."""
    return next((found for key in keys_of(header) if (found := _synonyms(table).get(key))), None)


def known_header(header: str) -> bool:
    """Tell whether a header is one of ours or a synonym."""
    return meaning_of(header, "columns") is not None


def known_headers(row: Iterable[str]) -> int:
    """Return how many cells of a row are known headers, of orders too."""
    return sum(bool(meaning_of(cell, "columns") or meaning_of(cell, "orders")) for cell in row if cell.strip())


def column_names() -> tuple[str, ...]:
    """Return every name of ours that a seller can give her own header for."""
    return (*_words()["columns"], *_words()["orders"])


def role_of(text: str) -> str | None:
    """Return the playbook's role that a name speaks of, if it speaks of one."""
    lowered = text.lower()
    return next((role for role, words in _words()["roles"].items() if any(word in lowered for word in words)), None)


def role_word(text: str) -> str:
    """Return the word by which a text speaks of a role; empty where it speaks of none."""
    lowered = text.lower()
    return next((word for words in _words()["roles"].values() for word in words if word in lowered), "")


def zones_named(text: str) -> list[str]:
    """Return the time zones that a text names in words."""
    lowered = text.lower()
    return [zone for zone, words in _words()["zones"].items() if any(word in lowered for word in words)]


def close_name(header: str, missing: Iterable[str]) -> str | None:
    """Return the one of our columns that a header nearly is."""
    wanted = set(missing)
    choices = {key: name for key, (name, _) in _synonyms("columns").items() if name in wanted}
    key = key_of(header)
    # One slip of the finger in a short word; words of two characters are never near to one another.
    close = difflib.get_close_matches(key, choices, n=1, cutoff=0.75) if len(key) >= 3 else []
    return choices[close[0]] if close else None


def places_of(header: Sequence[str], mapping: Mapping[str, str], table: str) -> dict[str, int]:
    """Return the place of each of our columns; the seller's own mapping comes first, then the best synonym."""
    own = {key_of(other): name for name, other in mapping.items() if name in _words()[table]}
    best: dict[str, tuple[int, int]] = {}
    for place, text in enumerate(header):
        if not text.strip():
            continue
        found = (own[key_of(text)], -1) if key_of(text) in own else meaning_of(text, table)
        if found and (found[0] not in best or found[1] < best[found[0]][0]):
            best[found[0]] = (found[1], place)
    return {name: place for name, (_, place) in best.items()}
