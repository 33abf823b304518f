"""What the amounts on an order's lines are: the prices of its items, or the order's total over again.

Lines of one order that all show the same amount can be either. Over the whole list it is decided by what items cost in
orders of their own, by orders whose lines differ, and by the name of the column; what was decided is said.
"""

from __future__ import annotations

import re

import pandas as pd

from planner.history.judging.refusals import Remarks
from planner.history.recognising.dialects import key_of
from planner.vocabulary.wording import Message

__all__ = ["without_repeated_totals"]

# Names of an order's whole amount and of an item's, as headers are compared.
_OF_ORDER = re.compile(
    "买家实际支付金额|买家实付|买家应付|订单实付|订单金额|订单总|总金额|总额|打款商家|total|order(?:amount|value)"
)
_OF_ITEM = re.compile(r"商品|宝贝|单价|子订单|明细|item|(?<!on)line|product|unit|sku")
# So many orders, or lines, that agree are no chance.
_ENOUGH = 3


def without_repeated_totals(lines: pd.DataFrame, header: str, remarks: Remarks) -> pd.DataFrame:
    """Return an order list's lines with every amount once: a total that is repeated stands on the first line alone.

    Parameters
    ----------
    lines
        ``dimension`` and ``wall``, which tell orders apart, ``revenue``, and maybe ``item``.
    header
        The file's header of the amounts.
    remarks
        Told what was decided.
    """
    orders = lines.groupby(["dimension", "wall"], sort=False)["revenue"]
    size, filled, unlike = (orders.transform(how) for how in ("size", "count", "nunique"))
    several = (size > 1) & (filled > 1)
    # Nothing is repeated where nothing was paid.
    alike = several & (filled == size) & (unlike == 1) & (lines["revenue"] > 0)
    if not alike.any():
        return lines
    first = ~lines.duplicated(["dimension", "wall"])
    count, differ = int((alike & first).sum()), int((several & (unlike > 1) & first).sum())
    repeated = _are_totals(lines, header, size == 1, alike, counts=(count, differ))
    values = {"where": remarks.source, "column": header, "count": count, "of": count + differ}
    remarks.notes.append(Message("history.orders_same_total" if repeated else "history.orders_same_prices", values))
    return lines.assign(revenue=lines["revenue"].mask(alike & ~first)) if repeated else lines


def _are_totals(
    lines: pd.DataFrame, header: str, alone: pd.Series, alike: pd.Series, *, counts: tuple[int, int]
) -> bool:
    """Tell whether equal amounts on the lines of an order are its total.

    Parameters
    ----------
    lines, header
        As `without_repeated_totals`.
    alone
        Which lines are orders of their own.
    alike
        Which lines belong to orders whose lines all show the same amount.
    counts
        How many orders have such lines, and how many have several lines that differ.
    """
    key = key_of(header)
    if _OF_ITEM.search(key):
        return False
    if "item" in lines:
        named = lines["item"] != ""
        prices = set(zip(lines["item"][alone & named], lines["revenue"][alone & named], strict=True))
        known = alike & named & lines["item"].isin({item for item, _ in prices})
        if known.sum() >= _ENOUGH:
            same = sum(pair in prices for pair in zip(lines["item"][known], lines["revenue"][known], strict=True))
            return bool(2 * same < known.sum())
    count, differ = counts
    if _OF_ORDER.search(key):
        # A few orders of items that cost different amounts do not come with a column of totals.
        return differ <= count
    return not differ and count >= _ENOUGH
