"""What a plan must keep to: the budget, limits on groups of cells, return, stock and the cost of shipping late."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, field, replace

from planner.allocate.fulfilment import NO_COST, FulfilmentCost
from planner.vocabulary.wording import Message

__all__ = ["GroupLimit", "Limits", "ReturnLimit"]


def _group_name(by: str | tuple[str, ...], label: Hashable) -> str:
    """Name a group of cells: ``channel:search``, or ``channel:search day:2026-11-11`` where two columns cross."""
    if isinstance(by, str):
        return f"{by}:{label}"
    labels = label if isinstance(label, tuple) else (label,)
    return " ".join(f"{column}:{value}" for column, value in zip(by, labels, strict=True))


def _columns(by: str | tuple[str, ...]) -> tuple[str, ...]:
    return (by,) if isinstance(by, str) else by


@dataclass(frozen=True)
class GroupLimit:
    """The least and the most to be spent in all cells that carry one label.

    Parameters
    ----------
    by
        Column of the cells that holds the label, or several columns.
    label
        The label; a tuple of labels where `by` names several columns.
    cap
        Most that may be spent in the group. [currency]
    floor
        Least that must be spent in the group. Equal to `cap`, the group is locked to that spend. [currency]
    title
        What the limit is to the person who set it, for a message that it cannot be kept; its name where there is none.
    """

    by: str | tuple[str, ...]
    label: Hashable
    cap: float = math.inf
    floor: float = 0.0
    title: Message | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """``by:label``, as `Allocation.multipliers` and the column ``bound`` call it."""
        return _group_name(self.by, self.label)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that hold the labels."""
        return _columns(self.by)


@dataclass(frozen=True)
class ReturnLimit:
    """The least revenue for each unit of spend in all cells that carry one label.

    Parameters
    ----------
    by, label
        As in `GroupLimit`.
    least
        Revenue per unit of spend. [currency per currency]
    """

    by: str | tuple[str, ...]
    label: Hashable
    least: float

    @property
    def name(self) -> str:
        """``min_return by:label``."""
        return f"min_return {_group_name(self.by, self.label)}"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that hold the labels."""
        return _columns(self.by)


@dataclass(frozen=True)
class Limits:
    """Everything that holds a plan back, beside the bounds of the single cells.

    Parameters
    ----------
    total
        Most that may be spent in all; may be infinite. [currency]
    groups
        Caps, floors and locks of groups. Groups may cross. Two limits on one group both hold.
    min_return
        Least revenue per unit of spend over all cells; 0 is no limit. [currency per currency]
    min_return_by
        The same for single groups.
    stock
        Most units that may be sold. [units]
    fulfilment
        What orders cost that ship late or never. [FulfilmentCost]
    """

    total: float
    groups: tuple[GroupLimit, ...] = ()
    min_return: float = 0.0
    min_return_by: tuple[ReturnLimit, ...] = ()
    stock: float = math.inf
    fulfilment: FulfilmentCost = NO_COST

    def with_total(self, total: float) -> Limits:
        """Return the same limits with another budget."""
        return replace(self, total=total)

    def problems(self) -> list[str]:
        """Return what is wrong with the numbers themselves: a caller's bug, not a plan that does not fit."""
        found = []
        for name, amount in (("total", self.total), ("stock", self.stock)):
            if not amount >= 0:
                found.append(f"{name} must be at least 0, found {amount}")
        returns = [("min_return", self.min_return), *((limit.name, limit.least) for limit in self.min_return_by)]
        for name, amount in returns:
            if not (amount >= 0 and math.isfinite(amount)):
                found.append(f"{name} must be finite and at least 0, found {amount}")
        for limit in self.groups:
            if not limit.cap >= 0:
                found.append(f"cap of {limit.name} must be at least 0, found {limit.cap}")
            if not (limit.floor >= 0 and math.isfinite(limit.floor)):
                found.append(f"floor of {limit.name} must be finite and at least 0, found {limit.floor}")
        return found
