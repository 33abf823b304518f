"""What one cell means: what dresses it, what is missing, what heads a total, and numbers as people write them.

A rule takes the text of a cell and returns its value, or a `Fault` that says what is wrong with it; nothing but the
rules here and in `clock` judges a cell. Large files are read by another engine, which hands every cell it does not
find plain to these same rules.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from planner.vocabulary.characters import cleaned, is_seen

__all__ = [
    "Fault",
    "Mark",
    "hides_something",
    "is_dash",
    "is_missing",
    "is_total",
    "mark_of",
    "plain",
    "read_number",
]

# What parts the whole from the fraction in a column; where it is not known 1.234 and 1,234 could be either.
Mark = Literal["point", "comma", "either"]


@dataclass(frozen=True)
class Fault:
    """Why a cell is refused: an entry of the catalogue `history`."""

    kind: str


_AROUND = " \t\r\n\u200b\ufeff'\u00a0"
_MISSING = frozenset({"-", "--", "---", "—", "——", "–", "nan", "null", "none", "n/a", "na", "#n/a", "无", "暂无"})
_TOTAL = re.compile(
    "合计|总计|汇总|小计|总和|汇总数据|合计数据|全部渠道|全渠道|全部计划|全部推广|"
    "(?:全部|所有|整体)?(?:计划|账户|渠道|推广)?(?:汇总|合计|总计)|(?:grand |sub ?)?total|totals|sum|"
    "account total|all channels|all campaigns|gesamt(?:summe|ergebnis)?|summe|total général|totale"
)
_TOTAL_PREFIX = re.compile(r"^(?:合计|总计|汇总|小计|(?:grand |sub)?totals?)\s*[:：\-–(（]")
_CURRENCY = re.compile(
    r"^(?:[¥￥$€£₩₹]|cny|rmb|usd|eur|gbp|chf|us\$|hk\$)\s*|\s*(?:[¥￥$€£₩₹元]|cny|rmb|usd|eur|gbp|chf)$", re.IGNORECASE
)
_NUMBER = re.compile(r"^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$")
_GROUPED = re.compile(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$")
# 12,5 and 1.234,56 and 0,125 have a decimal comma, 12.5 and 1,234.56 and 0.125 a point; 1.234 may be either.
_WITH_COMMA = re.compile(
    r"^(?:\d+,(?:\d{1,2}|\d{4,})|0\d*,\d+|\d{4,},\d{3}|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,})$"
)
_WITH_POINT = re.compile(
    r"^(?:\d*\.(?:\d{1,2}|\d{4,})|0\d*\.\d+|\d{4,}\.\d{3}|\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,})$"
)
_WITH_EITHER = re.compile(r"^[1-9]\d{0,2}[.,]\d{3}$")
_COMMA_NUMBER = re.compile(r"^(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d+)?$")
_TEN_THOUSAND = re.compile(r"^([+-]?\d+(?:\.\d*)?)\s*(万|亿)$")


def hides_something(text: str) -> bool:
    """Tell whether `plain` takes characters that nobody sees out of a cell's inside."""
    bare = text.strip(_AROUND)
    return not (bare.isprintable() or is_seen(bare.replace("\t", " "), lines=True))


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return a cell without what only dresses it: full-width forms, blanks around it, breaks, Excel's ``="..."``.

    Characters that nobody sees are taken out as well: Windows writes dates with marks of direction inside.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = text.strip(_AROUND)
    if not text.isprintable():
        parted = "\n" in text or "\r" in text
        text = cleaned(text).strip(_AROUND)
        text = " ".join(text.split()) if parted else text
    if text.startswith('="') and text.endswith('"') and len(text) >= 3:
        text = text[2:-1].strip()
    return text


def is_missing(text: str) -> bool:
    """Tell whether a plain cell says that nothing was measured; 0 is a measurement."""
    return not text or text.lower() in _MISSING


def is_dash(text: str) -> bool:
    """Tell whether a cell is nothing but a dash, which platforms print for none as well as for not measured."""
    bare = plain(text)
    return bool(bare) and not bare.strip("-—–")


@lru_cache(maxsize=4096)
def is_total(text: str) -> bool:
    """Tell whether a plain cell heads a row of totals."""
    lowered = text.lower().strip(":： ")
    return bool(_TOTAL.fullmatch(lowered)) or bool(_TOTAL_PREFIX.match(text.lower()))


def mark_of(text: str) -> Mark | None:
    """Return the decimal mark that a plain number shows; None if it has none."""
    bare = _CURRENCY.sub("", text.lstrip("+-")).strip()
    if _WITH_EITHER.match(bare):
        return "either"
    return "comma" if _WITH_COMMA.match(bare) else "point" if _WITH_POINT.match(bare) else None


def read_number(text: str, *, strict: bool, mark: Mark = "point") -> float | Fault | None:
    """Return the number of a cell: 0 or more, finite; None where nothing was measured.

    Parameters
    ----------
    text
        The cell.
    strict
        Whether the file is in the tidy form, where a number is written plainly and missing is an empty cell.
    mark
        The column's decimal mark.
    """
    text = plain(text)
    if not text:
        return None
    if mark == "comma":
        text = _with_point(text)
    elif mark == "either" and mark_of(text) == "either":
        return Fault("decimal_either_way")
    if not _NUMBER.match(text):
        lowered = text.lower().lstrip("+-")
        if lowered in ("inf", "infinity", "∞"):
            return Fault("infinite")
        if strict and lowered in ("nan", "null", "none"):
            return Fault("not_a_number")
        if is_missing(text):
            return Fault("dash_in_tidy") if strict else None
        if text.endswith("%"):
            return Fault("percent")
        bare = text if strict else _undressed(text)
        if not _NUMBER.match(bare):
            return Fault("text_in_tidy" if strict else "text_for_number")
        text = bare
    value = float(text)
    if not math.isfinite(value):
        return Fault("infinite")
    return Fault("negative") if value < 0 else value + 0.0


def _with_point(text: str) -> str:
    """Return a number whose decimal mark is the comma as one with a point; a text that is none as it is not read."""
    sign = text[0] if text[:1] in "+-" else ""
    bare = _CURRENCY.sub("", text[len(sign) :]).strip()
    if _COMMA_NUMBER.match(bare):
        return sign + bare.replace(".", "").replace(",", ".")
    # 12.5 among numbers such as 12,5 is no number.
    return f"{text}?" if mark_of(text) else text


def _undressed(text: str) -> str:
    """Return a number without currency sign and thousands separators; with 万 and 亿 worked out."""
    sign = text[0] if text[:1] in "+-" else ""
    bare = _CURRENCY.sub("", text[len(sign) :]).strip()
    if _GROUPED.match(bare):
        bare = bare.replace(",", "")
    if big := _TEN_THOUSAND.match(bare):
        # Through the exact decimal digits, so that 1.2万 is 12000 and not 11999.999...
        bare = repr(round(float(big.group(1)) * (1e4 if big.group(2) == "万" else 1e8), 4))
    return sign + bare
