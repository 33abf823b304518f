"""Where everything stands in one table: its header, our columns, what else tells rows apart, and whose report it is.

Only the first lines of a table are looked at here; reading its rows is for others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from planner.history.recognising.columns import days_beside_hours, holds_words, is_text, numbers_apart
from planner.history.recognising.dialects import (
    MEASURES,
    TIDY,
    Dialect,
    close_name,
    dialects,
    generic_headers,
    ignored_headers,
    key_of,
    keys_of,
    meaning_of,
    places_of,
)
from planner.vocabulary.wording import Text

__all__ = ["SEARCHED_ROWS", "Layout", "header_above", "in_another_order", "layout_of"]


# A column of words is no misspelt one of these.
_COUNTED = frozenset(MEASURES) - {"budget_spent"}


_AD_MEASURES = frozenset({"impressions", "clicks", "spend"})


# Some reports tell a long story above their table.
SEARCHED_ROWS = 100


_START = re.compile(r"start|begin|from|开始|起始", re.IGNORECASE)


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


_TIDY_DIALECT = Dialect("tidy", Text("整齐的历史表", "tidy history"), "tidy")


_ADS_DIALECT = Dialect(
    "headers", Text("按表头读的推广报表", "advertising report, read by its headers"), "ads", growing_days=3
)


_SHOP_DIALECT = Dialect("headers", Text("按表头读的店铺报表", "shop report, read by its headers"), "shop")


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
        found = meaning_of(cell, "columns")
        if found and (found[0] != name or (key_of(cell) != key_of(layout.own[name]) and key_of(cell) in headers)):
            return True
    return False


def _score(columns: Mapping[str, int], orders: Mapping[str, int]) -> int:
    """Return how much a row looks like a header: 0 where it cannot be one."""
    timed = "hour" in columns or "day" in columns
    numbers = sum(name in columns for name in MEASURES)
    if {"paid_at", "amount"} <= orders.keys():
        return 2 + len(orders)
    return (1 + len(columns)) if timed and numbers else 0


def _header_row(rows: Sequence[Sequence[str]], mapping: Mapping[str, str]) -> int | None:
    """Return the row that looks most like a header, the first of several; None where none does."""
    scored = []
    for at, row in enumerate(rows[:SEARCHED_ROWS]):
        columns = places_of(row, mapping, "columns")
        scored.append((_score(columns, places_of(row, mapping, "orders")), -at))
    score, place = max(scored, default=(0, 0))
    return -place if score else None


def header_above(rows: Sequence[Sequence[str]], layout: Layout, mapping: Mapping[str, str]) -> tuple[int, bool] | None:
    """Return a row above a table's header that is the header of another one, and whether that one is by the hour."""
    for at, row in enumerate(rows[: layout.header_row]):
        columns = places_of(row, mapping, "columns")
        if len(columns) > 1 and _score(columns, {}) and any(map(str.strip, rows[at + 1])):
            return at, "hour" in columns
    return None


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
    at = _header_row(rows, mapping)
    if at is None:
        return None
    header = tuple(cell.strip() for cell in rows[at])
    titles = "\n".join(" ".join(cell for cell in row if cell.strip()) for row in rows[:at] if any(map(str.strip, row)))
    columns, orders = places_of(header, mapping, "columns"), places_of(header, mapping, "orders")
    if _is_order_list(columns, orders):
        # Columns beyond these hold people's names, phones and addresses: they are not touched.
        dialect = next(entry for entry in dialects() if entry.kind == "orders")
        return Layout(dialect, at, header, orders, {key: header[place] for key, place in orders.items()}, titles=titles)
    if "hour" not in columns and "paid_at" in orders:
        # Orders of an hour together, under the hour of their payment.
        columns["hour"] = orders["paid_at"]
    hours = [place for place, text in enumerate(header) if text and (meaning_of(text, "columns") or ("",))[0] == "hour"]
    columns = days_beside_hours(columns, hours, rows[at + 1 :])
    if not any(_START.search(header[columns[name]]) for name in ("day", "hour") if name in columns):
        # An end without its start: maybe the campaign's own.
        columns.pop("until", None)
    own = {key: header[place] for key, place in columns.items()}
    dialect = _dialect(header, columns, mapping, f"{name} {titles}")
    used = set(columns.values())
    spare = [
        place for place, text in enumerate(header)
        if text and place not in used and not meaning_of(text, "columns") and not set(keys_of(text)) & ignored_headers()
    ]  # fmt: skip
    missing = [column for column in TIDY if column not in columns]
    wordy = {
        place: [name for name in missing if name not in _COUNTED] for place in spare if is_text(rows[at + 1 :], place)
    }
    close = {header[p]: near for p in spare if (near := close_name(header[p], wordy.get(p, missing)))}
    if dialect.kind == "tidy":
        return Layout(dialect, at, header, columns, own, (), tuple(header[place] for place in spare), close, titles)
    dimensions, counted = _apart(rows[at + 1 :], header, columns, spare, close)
    unknown = tuple(header[place] for place in spare if place not in (*dimensions, *counted))
    return Layout(
        dialect, at, header, columns, own, tuple(sorted((*dimensions, *counted))), unknown, close, titles,
        tuple(header[place] for place in counted),
    )  # fmt: skip


def _apart(
    rows: Sequence[Sequence[str]],
    header: Sequence[str],
    columns: Mapping[str, int],
    spare: Sequence[int],
    close: Mapping[str, str],
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the places of further columns that tell rows apart: of words and names, and of mere numbers."""
    # A campaign's number beside its name tells campaigns of one name apart.
    named = [place for place, text in enumerate(header) if (meaning_of(text, "columns") or ("",))[0] == "campaign"]
    dimensions = tuple(
        place
        for place in range(len(header))
        if (place in spare and holds_words(rows, header[place], place))
        or (place in named and place != columns.get("campaign"))
    )
    keys = [columns[name] for name in ("hour", "day", "channel", "campaign") if name in columns]
    numbers = [place for place in spare if place not in dimensions and header[place] not in close]
    return dimensions, numbers_apart(rows, [*keys, *dimensions], numbers)


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
    keys = {key for text in header for key in keys_of(text)}
    lowered = words.lower()
    ranked = []
    for dialect in dialects():
        # Words that any report may use do not make it a platform's.
        hits = len(dialect.markers & keys) if dialect.markers & keys - generic_headers() else 0
        said = any(word in lowered for word in dialect.words)
        if hits >= 2 or (hits and said):
            ranked.append((hits + 5 * said, dialect))
    if ranked:
        return max(ranked, key=lambda entry: entry[0])[1]
    return _ADS_DIALECT if _AD_MEASURES & columns.keys() or "channel" in columns else _SHOP_DIALECT
