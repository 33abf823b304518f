"""From a list of orders, a line an order (or an item of one), to orders and revenue by the moment they were paid.

Of the list only the time of payment, the amount, the order's number, its state and its items are kept; names, phones
and addresses are never taken from the file's rows. A spreadsheet keeps fifteen digits of a number, so that long order
numbers become one another: those are no numbers here.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from planner.history.cells import DateOrder, Fault, is_missing, is_total, plain
from planner.history.dialects import Layout, key_of
from planner.history.numerals import NumberForm
from planner.history.remarks import Remarks
from planner.history.rows import RawRows
from planner.history.times import read_moments
from planner.wording import Message

__all__ = ["order_rows"]

# 1.23457E+18, and a number of which a spreadsheet kept fifteen digits.
_INEXACT = re.compile(r"^\d(?:\.\d+)?[eE]\+?\d+$|^\d{15}0{3,}$")
_CLOSED = ("关闭", "取消", "退款", "cancel", "refund", "void", "closed")


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
    header = key_of(layout.own["paid_at"])
    keep = np.zeros(len(paid), dtype=bool)
    for at, (when, much) in enumerate(zip(paid, amount, strict=True)):
        line, bare = raw.lines[at], plain(when)
        if key_of(bare) == header:
            remarks.dropped["header"] += 1
        elif is_total(bare) or is_total(plain(raw.cells.get("order_id", paid)[at])):
            remarks.dropped["total"] += 1
        elif is_missing(bare):
            remarks.dropped["unpaid"] += 1
        elif isinstance(moment := moments[when], Fault):
            remarks.refuse(line, layout.own["paid_at"], when, moment.kind)
        elif isinstance(value := amounts[much], Fault):
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
    _note_closed(frame, remarks)
    return _one_row_an_order(frame, remarks)


def _note_closed(frame: pd.DataFrame, remarks: Remarks) -> None:
    """Say how many paid orders were closed later; they did order, and the brief's refund rate takes them off."""
    if "status" in frame:
        closed = sum(any(word in status.lower() for word in _CLOSED) for status in frame["status"])
        if closed:
            remarks.notes.append(
                Message("history.orders_closed", {"where": remarks.source, "count": closed, "of": len(frame)})
            )


def _one_row_an_order(frame: pd.DataFrame, remarks: Remarks) -> pd.DataFrame:
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
