"""Who gets which send: one list of recipients a send, the hold-out kept apart, nobody above the cap.

The order in which people are taken is a hash of their key and the seed: the same people whatever the order of the
file's rows, and no segment's best customers first, so that the hold-out can be compared with the rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief
from planner.messages.customers.reading import Customers
from planner.messages.customers.segments import reachable, segment_customers, share_of
from planner.messages.sms_value import message_gap, provider_of
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.wording import Message

__all__ = ["RecipientLists", "recipient_lists"]

# Mobile numbers by the currency in which a provider charges, which tells its country.
_MOBILE = {"CNY": re.compile(r"1[3-9]\d{9}")}


@dataclass(frozen=True, eq=False)
class RecipientLists:
    """The recipients of a plan's sends.

    Attributes
    ----------
    sends
        One row a send: ``send_at``, ``segment``, ``planned`` and ``listed`` [messages].
    recipients
        Keys of each send, in the order of `sends`.
    hold_out
        Keys of each segment that get nothing.
    notes
        What was left out, in numbers only.
    """

    sends: pd.DataFrame
    recipients: tuple[NDArray[np.object_], ...]
    hold_out: dict[str, NDArray[np.object_]]
    notes: tuple[Message, ...]


def recipient_lists(
    brief: Brief, sms: pd.DataFrame, customers: Customers, *, seed: int = 0, quiet_days: int = 3
) -> RecipientLists:
    """Return who gets which of a plan's sends.

    Parameters
    ----------
    brief
        The brief the plan was made from: hold-out, gap and cap are its.
    sms
        `tables.SMS` of the plan.
    customers
        As `read_customers` returns them.
    seed
        Another seed takes other people.
    quiet_days
        Days without a message before a person's first that the person needs to be written to. [days]

    Raises
    ------
    InputError
        The plan writes to a segment that the file does not have.
    """
    segment = segment_customers(customers)
    if missing := sorted(set(sms["segment"]) - set(segment.unique())):
        # What else stands in the column may be anything, a name or a number: it is counted, not shown.
        values = {"segments": ", ".join(missing), "found": int(segment.dropna().nunique())}
        raise InputError([Problem(Message("customers.no_segment", values))])
    if sms.empty:
        return RecipientLists(_summary(sms, []), (), {}, (Message("customers.no_sends"),))
    ordered = sms.sort_values(["send_at", "segment"], kind="stable").reset_index(drop=True)
    may = reachable(customers, ordered["send_at"].min().date(), quiet_days=quiet_days)
    left_out = {
        "opted_out": int(customers.table["opted_out"].sum()),
        "recent": int((~may & ~customers.table["opted_out"]).sum()),
    }
    notes = [Message("customers.left_out", {**left_out, "days": quiet_days})]
    lists: dict[int, NDArray[np.object_]] = {}
    hold_out: dict[str, NDArray[np.object_]] = {}
    for name, sends in ordered.groupby("segment", sort=True):
        keys = customers.table.index[((segment == name) & may).to_numpy()].to_numpy()
        keys = keys[np.argsort(_hash(keys, seed), kind="stable")]
        apart = share_of(len(keys), brief.sms.hold_out if brief.sms else 0.0)
        hold_out[str(name)] = keys[:apart]
        lists |= _fill(brief, str(name), sends, keys[apart:])
    recipients = [lists[place] for place in range(len(ordered))]
    notes += _odd_numbers(brief, customers, recipients)
    summary = _summary(ordered, [len(keys) for keys in recipients])
    for row in summary[summary["listed"] < summary["planned"]].itertuples():
        values = {
            "segment": row.segment,
            "at": f"{row.send_at:%m-%d %H:%M}",
            "planned": row.planned,
            "listed": row.listed,
        }
        notes.append(Message("customers.short", values))
    return RecipientLists(summary, tuple(recipients), hold_out, tuple(notes))


def _odd_numbers(brief: Brief, customers: Customers, recipients: list[NDArray[np.object_]]) -> list[Message]:
    """Return a warning if some of those listed have no mobile number of the provider's country, as far as known."""
    provider = provider_of(brief)
    pattern = _MOBILE.get(provider.currency)
    if pattern is None or not customers.phones:
        return []
    odd = {key for keys in recipients for key in keys if not pattern.fullmatch(str(key))}
    return [Message("customers.odd_numbers", {"count": len(odd), "provider": provider.title})] if odd else []


def _hash(keys: NDArray[np.object_], seed: int) -> NDArray[np.uint64]:
    """Return a number for each key that depends on nothing but the key and the seed."""
    return np.asarray(pd.util.hash_array(keys.astype(object), hash_key=f"{seed % 10**16:016d}", categorize=False))


def _fill(brief: Brief, name: str, sends: pd.DataFrame, keys: NDArray[np.object_]) -> dict[int, NDArray[np.object_]]:
    """Return the keys of each send of one segment: whoever has had fewest messages, and none too short a while ago."""
    most = next((each.max_messages for each in brief.sms.segments if each.name == name), 1) if brief.sms else 1
    gap = message_gap(brief)
    had = np.zeros(len(keys), dtype=np.int8)
    last = np.full(len(keys), -np.inf)
    found = {}
    for place, send in sends.iterrows():
        hour = send["send_at"].timestamp() / 3600
        free = np.flatnonzero((had < most) & (last + gap <= hour + 1e-9))
        taken = free[np.argsort(had[free], kind="stable")][: int(send["messages"])]
        had[taken] += 1
        last[taken] = hour
        found[int(str(place))] = keys[np.sort(taken)]
    return found


def _summary(sms: pd.DataFrame, listed: list[int]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "send_at": sms["send_at"],
            "segment": sms["segment"],
            "planned": sms["messages"].astype("int64"),
            "listed": np.array(listed, dtype="int64"),
        }
    )
