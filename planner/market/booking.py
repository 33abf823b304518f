"""When a click's orders are placed, and how often the same people have been reached before it.

An order may be placed hours after its click: late in the day, or not before the opening. A channel that reaches a small
audience again and again converts worse each time.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief

__all__ = ["booked", "kept", "worn"]

Floats = NDArray[np.float64]
# Orders that are placed after the hour of their click: their share, mean delay in hours, the share that a click before
# the opening keeps for it, and what an order placed after the end is worth.
LATE_SHARE, LATE_HOURS, WAIT_SHARE, CARRIED = 0.3, 4.0, 0.5, 0.4


def booked(slots: pd.DataFrame, overlap: Floats) -> Floats:
    """Return the share of each slot's orders that every past hour books. [past hours x slots]"""
    since = slots["since_opening"].to_numpy(dtype=np.float64)
    hours = slots["hours"].to_numpy(dtype=np.float64)
    middle, size = since + hours / 2, len(slots)
    later = np.zeros((size, size))
    for at in range(size):
        # From the middle of a slot: what is left at the edges of the slots that follow.
        edges = np.maximum(np.r_[since, since[-1] + hours[-1]] - middle[at], 0.0)
        later[:, at] = -np.diff(np.exp(-edges / LATE_HOURS))
    moved = (1 - LATE_SHARE) * np.eye(size) + LATE_SHARE * later
    opening = int(np.argmax(since >= 0)) if (since >= 0).any() else 0
    waits = np.where(since < 0, WAIT_SHARE, 0.0) if opening else np.zeros(size)
    moved = moved * (1 - waits)
    moved[opening] += waits
    return overlap @ moved


def kept(slots: pd.DataFrame) -> Floats:
    """Return the share of each slot's orders that come within the promotion or are carried over its end. [slots]"""
    left = slots["since_opening"].iloc[-1] + slots["hours"].iloc[-1] - slots["since_opening"] - slots["hours"] / 2
    share: Floats = 1 - LATE_SHARE * (1 - CARRIED) * np.exp(-left.to_numpy(dtype=np.float64) / LATE_HOURS)
    return share


def worn(brief: Brief, clicks: Floats) -> Floats:
    """Return what is left of each channel's conversion when its clicks of the event so far have reached its audience.

    A click reaches one of the audience at random, and somebody reached before orders no more by another click; so the
    part that is left falls exponentially with clicks over people. Channels without a stated audience do not wear out.

    Parameters
    ----------
    clicks
        In order of time. [slots x channels of the brief in order, paid ones]
    """
    people = np.array([channel.audience or np.inf for channel in brief.channels if channel.paid])
    if len(people) != clicks.shape[1]:
        # The channels come from the history alone: the brief says nothing of their audiences.
        return np.ones_like(clicks)
    before: Floats = np.cumsum(clicks, axis=0) - clicks / 2
    left: Floats = np.exp(-before / people)
    return left
