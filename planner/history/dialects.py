"""What a table is: where its header stands, what its columns are called with us, and which platform wrote it.

Headers, their synonyms and the platforms' marks are data (`headers.toml`, `dialects.toml`). Only the first lines of a
table are looked at here; reading its rows is for others.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from planner.history.cells import DateOrder, plain
from planner.history.columns import days_beside_hours, holds_words, is_text, numbers_apart
from planner.wording import Text

__all__ = [
    "MEASURES",
    "SEARCHED_ROWS",
    "Dialect",
    "Layout",
    "close_name",
    "column_names",
    "in_another_order",
    "key_of",
    "known_header",
    "known_headers",
    "layout_of",
    "role_of",
    "zones_named",
]

Kind = Literal["tidy", "ads", "shop", "orders"]
MEASURES = ("impressions", "clicks", "spend", "orders", "revenue", "visits", "bid", "cpc", "cpm", "budget_spent")
TIDY = ("hour", "channel", "campaign", *MEASURES)
_ORDER_COLUMNS = ("paid_at", "amount", "order_id", "status", "item")
# A column of words is no misspelt one of these.
_COUNTED = frozenset(MEASURES) - {"budget_spent"}
_AD_MEASURES = frozenset({"impressions", "clicks", "spend"})
_UNIT = re.compile(r"[(（\[【][^()（）\[\]【】]*[)）\]】]$")
# Some reports tell a long story above their table.
SEARCHED_ROWS = 100
_START = re.compile(r"start|begin|from|开始|起始", re.IGNORECASE)


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


@dataclass(frozen=True)
class Layout:
    """Where everything stands in one table.

    `columns` gives the place of each of our columns, `own` the header the file has for it. `dimensions` are further
    columns of text that tell rows apart (a keyword, an item), `unknown` headers that are ignored, `close` those of them
    that are nearly one of ours. `header_row` counts from 0, `titles` are the lines above it. `counted` are those
    dimensions that hold mere numbers.
    """

    dialect: Dialect
    header_row: int
    header: tuple[str, ...]
    columns: Mapping[str, int]
    own: Mapping[str, str]
    dimensions: tuple[int, ...] = ()
    unknown: tuple[str, ...] = ()
    close: Mapping[str, str] = field(default_factory=dict)
    titles: str = ""
    counted: tuple[str, ...] = ()

    @property
    def dash_is_none(self) -> bool:
        """Whether a dash for orders beside clicks means that there were none: it does with the known ad platforms."""
        return self.dialect.kind == "ads" and self.dialect.name != "headers"

    @property
    def strict(self) -> bool:
        """Whether the table claims to be in the tidy form, and is held to it."""
        return self.dialect.kind == "tidy"


@cache
def _words() -> dict[str, Any]:
    """Return the headers' synonyms as they stand in the data file."""
    return tomllib.loads((files("planner.history") / "headers.toml").read_text(encoding="utf-8"))


@cache
def _synonyms(table: str) -> dict[str, tuple[str, int]]:
    """Return, for each comparable header, our name and how far back it stands among the synonyms."""
    found: dict[str, tuple[str, int]] = {}
    for name, others in _words()[table].items():
        for rank, other in enumerate([name, *others]):
            found.setdefault(key_of(other), (name, rank))
    return found


@cache
def _ignored() -> frozenset[str]:
    """Return the comparable headers of numbers that a plan does not need."""
    return frozenset(key_of(header) for header in _words()["known"]["ignored"])


@cache
def dialects() -> tuple[Dialect, ...]:
    """Return the platforms whose reports are known."""
    tables = tomllib.loads((files("planner.history") / "dialects.toml").read_text(encoding="utf-8"))
    return tuple(
        Dialect(
            name, Text(entry["zh"], entry["en"]), entry["kind"], entry["channel"],
            frozenset(map(key_of, entry["markers"])), tuple(entry["words"]),
            entry["growing_days"], entry.get("dates"), entry["sure"],
        )
        for name, entry in tables.items()
    )  # fmt: skip


_TIDY_DIALECT = Dialect("tidy", Text("整齐的历史表", "tidy history"), "tidy")
_ADS_DIALECT = Dialect(
    "headers", Text("按表头读的推广报表", "advertising report, read by its headers"), "ads", growing_days=3
)
_SHOP_DIALECT = Dialect("headers", Text("按表头读的店铺报表", "shop report, read by its headers"), "shop")


def key_of(header: str) -> str:
    """Return a header as it is compared: without case, blanks, underscores, full-width forms and a unit in brackets."""
    text = plain(header).lower()
    return re.sub(r"[\s_]+", "", text)


def _keys(header: str) -> tuple[str, ...]:
    """Return a header's comparable form, and the one without its unit."""
    whole = key_of(header)
    without = key_of(_UNIT.sub("", unicodedata.normalize("NFKC", header).strip()))
    return (whole, without) if without and without != whole else (whole,)


def _lookup(header: str, table: str) -> tuple[str, int] | None:
    """Return our name for a header and its rank among the synonyms; None where there is none."""
    return next((found for key in _keys(header) if (found := _synonyms(table).get(key))), None)


def known_header(header: str) -> bool:
    """Tell whether a header is one of ours or a synonym."""
    return _lookup(header, "columns") is not None


def in_another_order(cells: Mapping[str, str], layout: Layout) -> bool:
    """Tell whether a row below the header is a header again whose columns stand elsewhere.

    Parameters
    ----------
    cells
        Its cells by our names for the columns they stand in.
    layout
        The table.
    """
    headers = set(map(key_of, layout.header))
    for name, cell in cells.items():
        found = _lookup(cell, "columns")
        if found and (found[0] != name or (key_of(cell) != key_of(layout.own[name]) and key_of(cell) in headers)):
            return True
    return False


def known_headers(row: Iterable[str]) -> int:
    """Return how many cells of a row are known headers, of orders too."""
    return sum(bool(_lookup(cell, "columns") or _lookup(cell, "orders")) for cell in row if cell.strip())


def column_names() -> tuple[str, ...]:
    """Return every name of ours that a seller can give her own header for."""
    return (*_words()["columns"], *_words()["orders"])


def role_of(text: str) -> str | None:
    """Return the playbook's role that a name speaks of, if it speaks of one."""
    lowered = text.lower()
    return next((role for role, words in _words()["roles"].items() if any(word in lowered for word in words)), None)


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


def _assign(header: Sequence[str], mapping: Mapping[str, str], table: str) -> dict[str, int]:
    """Return the place of each of our columns; the seller's own mapping comes first, then the best synonym."""
    own = {key_of(other): name for name, other in mapping.items() if name in _words()[table]}
    best: dict[str, tuple[int, int]] = {}
    for place, text in enumerate(header):
        if not text.strip():
            continue
        found = (own[key_of(text)], -1) if key_of(text) in own else _lookup(text, table)
        if found and (found[0] not in best or found[1] < best[found[0]][0]):
            best[found[0]] = (found[1], place)
    return {name: place for name, (_, place) in best.items()}


def _score(columns: Mapping[str, int], orders: Mapping[str, int]) -> int:
    """Return how much a row looks like a header: 0 where it cannot be one."""
    timed = "hour" in columns or "day" in columns
    numbers = sum(name in columns for name in MEASURES)
    if {"paid_at", "amount"} <= orders.keys():
        return 2 + len(orders)
    return (1 + len(columns)) if timed and numbers else 0


def layout_of(rows: Sequence[Sequence[str]], name: str, mapping: Mapping[str, str]) -> Layout | None:
    """Return what a table is; None where none of its first rows can be its header.

    Parameters
    ----------
    rows
        The first rows, cells as text.
    name
        The file's name, which may hold a platform's words.
    mapping
        The seller's own headers: our name to hers.
    """
    scored = []
    for at, row in enumerate(rows[:SEARCHED_ROWS]):
        columns = _assign(row, mapping, "columns")
        scored.append((_score(columns, _assign(row, mapping, "orders")), -at))
    best = max(scored, default=(0, 0))
    if best[0] == 0:
        return None
    at = -best[1]
    header = tuple(cell.strip() for cell in rows[at])
    titles = "\n".join(" ".join(cell for cell in row if cell.strip()) for row in rows[:at] if any(map(str.strip, row)))
    columns, orders = _assign(header, mapping, "columns"), _assign(header, mapping, "orders")
    if _is_order_list(columns, orders):
        # Columns beyond these hold people's names, phones and addresses: they are not touched.
        dialect = next(entry for entry in dialects() if entry.kind == "orders")
        return Layout(dialect, at, header, orders, {key: header[place] for key, place in orders.items()}, titles=titles)
    if "hour" not in columns and "paid_at" in orders:
        # Orders of an hour together, under the hour of their payment.
        columns["hour"] = orders["paid_at"]
    hours = [place for place, text in enumerate(header) if text and (_lookup(text, "columns") or ("",))[0] == "hour"]
    columns = days_beside_hours(columns, hours, rows[at + 1 :])
    if not any(_START.search(header[columns[name]]) for name in ("day", "hour") if name in columns):
        # An end without its start: maybe the campaign's own.
        columns.pop("until", None)
    own = {key: header[place] for key, place in columns.items()}
    dialect = _dialect(header, columns, mapping, f"{name} {titles}")
    used = set(columns.values())
    spare = [
        place for place, text in enumerate(header)
        if text and place not in used and not _lookup(text, "columns") and not set(_keys(text)) & _ignored()
    ]  # fmt: skip
    missing = [column for column in TIDY if column not in columns]
    wordy = {
        place: [name for name in missing if name not in _COUNTED] for place in spare if is_text(rows[at + 1 :], place)
    }
    close = {header[p]: near for p in spare if (near := close_name(header[p], wordy.get(p, missing)))}
    if dialect.kind == "tidy":
        return Layout(dialect, at, header, columns, own, (), tuple(header[place] for place in spare), close, titles)
    # A campaign's number beside its name tells campaigns of one name apart.
    named = [place for place, text in enumerate(header) if (_lookup(text, "columns") or ("",))[0] == "campaign"]
    dimensions = tuple(
        place
        for place in range(len(header))
        if (place in spare and holds_words(rows[at + 1 :], header[place], place))
        or (place in named and place != columns.get("campaign"))
    )
    keys = [columns[name] for name in ("hour", "day", "channel", "campaign") if name in columns]
    numbers = [place for place in spare if place not in dimensions and header[place] not in close]
    counted = numbers_apart(rows[at + 1 :], [*keys, *dimensions], numbers)
    unknown = tuple(header[place] for place in spare if place not in (*dimensions, *counted))
    apart = tuple(sorted((*dimensions, *counted)))
    return Layout(
        dialect, at, header, columns, own, apart, unknown, close, titles, tuple(header[place] for place in counted)
    )


def _is_order_list(columns: Mapping[str, int], orders: Mapping[str, int]) -> bool:
    """Tell whether rows are single orders; a row that counts orders, visits or impressions is of many."""
    return {"paid_at", "amount"} <= orders.keys() and not (_AD_MEASURES | {"orders", "visits"}) & columns.keys()


def _dialect(header: Sequence[str], columns: Mapping[str, int], mapping: Mapping[str, str], words: str) -> Dialect:
    """Return whose report it is: tidy, a platform's, or one that is read by its headers alone."""
    own_headers = {name for name, place in columns.items() if header[place] == name}
    if (
        "hour" in own_headers
        and "day" not in columns
        and own_headers | (columns.keys() & mapping.keys()) == columns.keys()
    ):
        return _TIDY_DIALECT
    keys = {key for text in header for key in _keys(text)}
    lowered = words.lower()
    ranked = []
    for dialect in dialects():
        hits = len(dialect.markers & keys)
        said = any(word in lowered for word in dialect.words)
        if hits >= 2 or (hits and said):
            ranked.append((hits + 5 * said, dialect))
    if ranked:
        return max(ranked, key=lambda entry: entry[0])[1]
    return _ADS_DIALECT if _AD_MEASURES & columns.keys() or "channel" in columns else _SHOP_DIALECT
