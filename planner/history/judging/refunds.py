"""What a shop took in an hour in which it paid back more than that: nobody knows, and the hour's visits still count."""

from __future__ import annotations

from collections.abc import Mapping

from planner.history.judging.refusals import Remarks
from planner.history.notation.cells import Fault
from planner.history.recognising.layouts import Layout
from planner.vocabulary.wording import Message

__all__ = ["note_refunds", "refunded_texts"]


def refunded_texts(values: Mapping[str, float | Fault | None], name: str, layout: Layout) -> frozenset[str]:
    """Return the texts of a shop's revenue that are negative; in no other column can a number be.

    Parameters
    ----------
    values
        What each text of the column means.
    name, layout
        The column, and the table it is in.
    """
    if name != "revenue" or layout.dialect.kind != "shop":
        return frozenset()
    return frozenset(text for text, value in values.items() if value == Fault("negative"))


def note_refunds(column: str, count: int, remarks: Remarks) -> None:
    """Say how many hours have a revenue that is negative."""
    values = {"where": remarks.source, "column": column, "count": count}
    remarks.notes.append(Message("history.revenue_negative", values))
