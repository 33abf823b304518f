"""Amounts of money as people read them: one form a language, wherever they stand.

In Chinese the unit follows (``167.15 元``), in English the sign leads (``¥167.15``); a currency without a sign is named
by its code (``167.15 CHF``, ``CHF 167.15``).
"""

from __future__ import annotations

import math

from planner.vocabulary.wording.languages import Lang

__all__ = ["currency_unit", "money_text", "with_unit"]

_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


def money_text(amount: float, currency: str, lang: Lang, places: int | None = None) -> str:
    """Return an amount: to the unit from 100 on, with two digits below, or with as many as asked for.

    Examples
    --------
    >>> money_text(1167.15, "CNY", "zh"), money_text(67.15, "CNY", "en"), money_text(-0.055, "CHF", "en", 3)
    ('1,167 元', '¥67.15', '−CHF 0.055')
    """
    if not math.isfinite(amount):
        return "–"
    if places is None:
        places = 0 if abs(amount) >= 99.995 or amount == 0 else 2
    return with_unit(f"{abs(amount):,.{places}f}", currency, lang, negative=round(amount, places) < 0)


def currency_unit(currency: str, lang: Lang) -> str:
    """Return a currency as the unit of an axis or a column."""
    return "元" if currency == "CNY" and lang == "zh" else _SIGNS.get(currency, currency)


def with_unit(digits: str, currency: str, lang: Lang, *, negative: bool = False) -> str:
    """Return digits with the currency where the language has it, and a minus before both."""
    minus = "−" if negative else ""
    if lang == "zh":
        return f"{minus}{digits} {'元' if currency == 'CNY' else currency}"
    sign = _SIGNS.get(currency)
    return f"{minus}{sign}{digits}" if sign else f"{minus}{currency} {digits}"
