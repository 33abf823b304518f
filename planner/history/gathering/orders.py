"""From a list of orders, a line an order (or an item of one), to orders and revenue by the moment they were paid.

Of the list only the time of payment, the amount, the order's number, its state and its items are kept; names, phones
and addresses are never taken from the file's rows. A spreadsheet keeps fifteen digits of a number, so that long order
numbers become one another: those are no numbers here. What several lines of one order add up to, `order_totals` says.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from planner.history.gathering.order_totals import without_repeated_totals
from planner.history.gathering.rows import RawRows
from planner.history.judging.numerals import NumberForm
from planner.history.judging.refusals import Remarks
from planner.history.judging.times import read_moments
from planner.history.notation.cells import Fault, is_missing, is_total, plain
from planner.history.notation.clock import DateOrder
from planner.history.recognising.dialects import key_of
from planner.history.recognising.layouts import Layout
from planner.vocabulary.wording import Message

__all__ = ["order_rows"]

# 1.23457E+18, and a number of which a spreadsheet kept fifteen digits.
_INEXACT = re.compile(r"^\d(?:\.\d+)?[eE]\+?\d+$|^\d{15}0{3,}$")
_CANCELLED = ("关闭", "取消", "cancel")
_CLOSED = (*_CANCELLED, "退款", "refund", "void", "closed")
_UNPAID = re.compile(
    r"(?:等待|待|未|没有)(?:买家)?(?:支付|付)|unpaid|not paid|(?:awaiting|pending) payment"
    r"|payment (?:pending|failed)|^(?:pending|failed|expired)$"
)
# Headers of a time at which nothing had to be paid yet, as they are compared.
_PLACED = re.compile(r"purchase|placed|created|下单|创建|拍下|orderdate|ordertime")


def order_rows(raw: RawRows, layout: Layout, order: DateOrder, form: NumberForm, remarks: Remarks) -> pd.DataFrame:
    """Return one row an order.

    Returns
    -------
    pandas.DataFrame
        ``wall``, ``orders`` (1), ``revenue``, ``dimension`` (the order's number), ``line``, and ``lines``, how many
        lines the order has.
    """
    paid, amount = raw.cells["paid_at"], raw.cells["amount"]
    moments = read_moments(paid, order)
    amounts = {text: form.read(text) for text in dict.fromkeys(amount)}
    why_dropped = _dropped(raw, layout)
    keep = np.zeros(len(paid), dtype=bool)
    for at, (when, much) in enumerate(zip(paid, amount, strict=True)):
        line, value = raw.lines[at], amounts[much]
        if why_dropped[at]:
            remarks.dropped[why_dropped[at]] += 1
        elif isinstance(moment := moments[when], Fault):
            remarks.refuse(line, layout.own["paid_at"], when, moment.kind)
        elif isinstance(value, Fault) and value.kind == "negative":
            remarks.dropped["refund"] += 1
        elif isinstance(value, Fault):
            remarks.refuse(line, layout.own["amount"], much, value.kind)
        else:
            keep[at] = True
    frame = pd.DataFrame(
        {
            "wall": pd.Series([moments[text] for text in paid], dtype=object),
            "revenue": pd.Series(
                [value if isinstance(value := amounts[text], float) else None for text in amount], dtype=float
            ),
            "line": raw.lines,
        }
    )
    for name in ("order_id", "item", "status"):
        if name in raw.cells:
            frame[name] = [plain(text) for text in raw.cells[name]]
    frame = frame[keep].reset_index(drop=True)
    _note_state(frame, layout, remarks)
    return _one_row_an_order(frame, layout, remarks)


def _dropped(raw: RawRows, layout: Layout) -> list[str]:
    """Return of each line why it is no paid order's; empty where it may be one."""
    paid = [plain(text) for text in raw.cells["paid_at"]]
    numbers = [plain(text) for text in raw.cells.get("order_id", [""] * len(paid))]
    states = [plain(text).lower() for text in raw.cells.get("status", [""] * len(paid))]
    header, placed = key_of(layout.own["paid_at"]), _is_placed(layout)
    with_time = {number for number, when in zip(numbers, paid, strict=True) if number and not is_missing(when)}
    reasons = []
    for when, number, state in zip(paid, numbers, states, strict=True):
        if key_of(when) == header:
            reasons.append("header")
        elif is_total(when) or is_total(number):
            reasons.append("total")
        elif _UNPAID.search(state):
            reasons.append("unpaid")
        elif is_missing(when):
            # Only the first line of an order has its time and total: the others are its further items.
            reasons.append("item" if number in with_time else "unpaid")
        elif placed and any(word in state for word in _CANCELLED):
            reasons.append("cancelled")
        else:
            reasons.append("")
    return reasons


def _is_placed(layout: Layout) -> bool:
    """Tell whether a list's time is that of the order and not that of a payment."""
    return bool(_PLACED.search(key_of(layout.own["paid_at"])))


def _note_state(frame: pd.DataFrame, layout: Layout, remarks: Remarks) -> None:
    """Say how many paid orders were closed later; they did order, and the brief's refund rate takes them off."""
    if "status" not in frame and _is_placed(layout):
        values = {"where": remarks.source, "column": layout.own["paid_at"]}
        remarks.notes.append(Message("history.orders_placed", values))
    if "status" in frame:
        closed = sum(any(word in status.lower() for word in _CLOSED) for status in frame["status"])
        if closed:
            remarks.notes.append(
                Message("history.orders_closed", {"where": remarks.source, "count": closed, "of": len(frame)})
            )


def _one_row_an_order(frame: pd.DataFrame, layout: Layout, remarks: Remarks) -> pd.DataFrame:
    """Return lines of the same order put together; a line that stands twice counts once."""
    key = ["wall", "revenue"]
    if "order_id" not in frame:
        # Without a number two like orders are two orders: the second of them in this file is the second in another.
        frame = frame.assign(order_id="")
    identity, items = _identity(frame, remarks), ["item"] if "item" in frame else []
    frame = frame.assign(dimension=identity)
    twice = frame.duplicated(["dimension", *key, *items])
    if twice.any():
        remarks.dropped["identical"] += int(twice.sum())
        frame = frame[~twice]
    # What was paid at another time is another order, whatever its number says.
    frame = without_repeated_totals(frame, layout.own["amount"], remarks)
    grouped = frame.assign(lines=1).groupby(["dimension", "wall"], sort=False)
    if grouped.ngroups < len(frame):
        values = {"where": remarks.source, "lines": len(frame), "count": grouped.ngroups}
        remarks.notes.append(Message("history.orders_of_items", values))
        sums = grouped.agg(
            revenue=("revenue", lambda part: part.sum(min_count=1)), line=("line", "first"), lines=("lines", "sum")
        )
        frame = sums.reset_index()
    else:
        frame = frame.assign(lines=1)
    columns = ["wall", "orders", "revenue", "dimension", "line", "lines"]
    return frame.assign(orders=1.0)[columns].reset_index(drop=True)


def _identity(frame: pd.DataFrame, remarks: Remarks) -> pd.Series:
    """Return what tells orders apart: the number, or where there is none what was paid when, and how often."""
    inexact = np.array([bool(_INEXACT.match(number)) for number in frame["order_id"]], dtype=bool)
    if inexact.any():
        values = {"where": remarks.source, "count": int(inexact.sum()), "value": frame.loc[inexact, "order_id"].iloc[0]}
        remarks.notes.append(Message("history.orders_inexact", values))
    numbered = (frame["order_id"] != "") & ~inexact
    like = frame.assign(numbered=numbered).groupby(["numbered", "wall", "revenue"], dropna=False)
    nth = like.cumcount().astype(str)
    return frame["order_id"].where(numbered, frame["revenue"].astype(str) + "#" + nth)
