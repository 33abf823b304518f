"""The currency a table says its money is in: beside the numbers, in a header, or in a column of its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from planner.history.judging.refusals import Remarks
from planner.history.opening.sheet import Sheet
from planner.history.recognising.dialects import key_of
from planner.history.recognising.layouts import Layout
from planner.vocabulary.wording import Message

__all__ = ["note_other_currency"]

_MONEY = ("spend", "revenue", "bid", "cpc", "cpm", "amount")
_COLUMN = frozenset(
    map(key_of, ("currency", "currency code", "account currency", "币种", "货币", "账户币种", "结算币种"))
)
_DOLLARS = frozenset({"USD", "HKD", "CAD", "AUD", "SGD", "NZD", "TWD", "MXN"})
# What a sign can mean; a code means itself.
_SIGNS = {
    "US$": {"USD"}, "HK$": {"HKD"}, "NT$": {"TWD"}, "C$": {"CAD"}, "A$": {"AUD"}, "S$": {"SGD"}, "$": _DOLLARS,
    "美元": {"USD"}, "美金": {"USD"}, "港币": {"HKD"}, "港元": {"HKD"}, "欧元": {"EUR"}, "英镑": {"GBP"},
    "日元": {"JPY"}, "€": {"EUR"}, "£": {"GBP"}, "₩": {"KRW"}, "₹": {"INR"}, "人民币": {"CNY"}, "RMB": {"CNY"},
    "元": {"CNY"}, "¥": {"CNY", "JPY"},
}  # fmt: skip
_CODES = frozenset({
    "CNY", "USD", "EUR", "GBP", "HKD", "JPY", "KRW", "INR", "CAD", "AUD", "SGD", "NZD", "TWD", "CHF", "SEK", "NOK",
    "DKK", "PLN", "CZK", "MXN", "BRL", "THB", "VND", "IDR", "MYR", "PHP", "RUB", "TRY", "AED", "SAR", "ILS", "ZAR",
})  # fmt: skip
_FOUND = re.compile("|".join(map(re.escape, _SIGNS)) + r"|(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")


def note_other_currency(sheet: Sheet, layout: Layout, currency: str | None, remarks: Remarks) -> None:
    """Note that a table's money is in another currency than the promotion's; nothing is converted.

    A file is in one currency: its header and first rows tell which.
    """
    if currency is None:
        return
    for text in _places(sheet, layout):
        for found in _FOUND.findall(text):
            meant = _SIGNS.get(found, {found} if found in _CODES else ())
            if meant and currency not in meant:
                values = {"where": remarks.source, "found": found, "currency": currency}
                remarks.notes.append(Message("history.other_currency", values))
                return


def _places(sheet: Sheet, layout: Layout) -> Iterator[str]:
    """Yield the texts of a table's first rows in which its currency can stand."""
    money = [layout.columns[name] for name in _MONEY if name in layout.columns]
    places = money + [place for place, header in enumerate(layout.header) if key_of(header) in _COLUMN]
    for row in sheet.head[layout.header_row :]:
        yield from (unicodedata.normalize("NFKC", row[place]).strip() for place in places if place < len(row))
