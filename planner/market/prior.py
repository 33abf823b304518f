"""What the playbook lets expect of every slot and channel, and how slots hang together.

Multipliers are those of the slot's window against a usual day's same hour. What two slots get wrong they get wrong
together: a whole event, a whole window and neighbouring hours are off in the same direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief
from planner.brief.playbook import OUTSIDE, Prior, Window
from planner.brief.timetable import Timetable
from planner.brief.trust import Trust

__all__ = ["PriorTable", "kinship", "prior_table"]

Floats = NDArray[np.float64]
# What a window's named channels leave to the others that the seller has.
UNNAMED_CONVERSION = 0.92
NEIGHBOURS_HOURS = 2.5


@dataclass(frozen=True, eq=False)
class PriorTable:
    """Multipliers [slots x channels], log lift of flash deals, log sds [slots], how far to believe it all."""

    traffic: Floats
    price: Floats
    conversion: Floats
    flash: Floats
    traffic_sd: Floats
    price_sd: Floats
    conversion_sd: Floats
    trust: Trust


def prior_table(
    brief: Brief, slots: pd.DataFrame, channels: tuple[str, ...], *, laid: Timetable | None = None
) -> PriorTable:
    """Return what the playbook lets expect of slots: the promotion's own, or those of a past one it is laid on."""
    on = laid or brief.timetable
    windows = {window.id: window for window in brief.playbook.windows}
    found = [windows.get(str(key), OUTSIDE) for key in slots["window"]]
    roles = [described.role if (described := brief.channel(name)) else "other" for name in channels]

    def column(name: str) -> Floats:
        return np.array([getattr(window.prior, name) for window in found], dtype=np.float64)

    def hourly(name: Literal["traffic", "price", "conversion"]) -> Floats:
        begins = [window.start.at(on.date, on.opening, on.zone) for window in found]
        since = [(start - begin).total_seconds() / 3600 for start, begin in zip(slots["start"], begins, strict=True)]
        factors = [window.by_hour.at(name, hours) for window, hours in zip(found, since, strict=True)]
        return (column(name) * factors)[:, None]

    flash = np.array([_flash_lift(window) for window in found])
    named = np.array([[_share(window, role, roles) for role in roles] for window in found]).reshape(
        len(found), len(roles)
    )
    wide = np.ones(len(roles))
    return PriorTable(
        hourly("traffic") * wide,
        hourly("price") * wide,
        hourly("conversion") * named,
        np.log(flash),
        column("traffic_sd"),
        column("price_sd"),
        column("conversion_sd"),
        brief.playbook.trust,
    )


def _flash_lift(window: Window) -> float:
    """Return what a window's flash deals do to its conversion."""
    prior: Prior = window.prior
    return prior.flash_lift if window.stance == "flash_deal" and window.flash_deals else 1.0


def _share(window: Window, role: str, roles: Sequence[str]) -> float:
    """Return the factor on a channel's conversion: a window that names other channels of the seller means it less."""
    return UNNAMED_CONVERSION if set(window.channels) & set(roles) and role not in window.channels else 1.0


def kinship(slots: pd.DataFrame, *, event: float, window: float, near: float, alone: float = 0.0) -> Floats:
    """Return a covariance of slots, in parts: of the event, a window, neighbouring hours, a slot alone."""
    middle = (slots["since_opening"] + slots["hours"] / 2).to_numpy(dtype=np.float64)
    codes = pd.factorize(slots["window"])[0]
    apart = np.abs(middle[:, None] - middle[None, :]) / NEIGHBOURS_HOURS
    same = codes[:, None] == codes[None, :]
    parts: Floats = event + window * same + near * np.exp(-0.5 * apart**2) + alone * np.eye(len(middle))
    return parts
