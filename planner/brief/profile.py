"""How the hours inside one window of a playbook differ."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Profile"]

Ratio = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]


class Profile(BaseModel):
    """How the hours inside a window differ: factors on the window's own multiples, an hour each from its beginning.

    The last factor holds on to the window's end; none leaves the window as even as its prior has it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    traffic: tuple[Ratio, ...] = ()
    price: tuple[Ratio, ...] = ()
    conversion: tuple[Ratio, ...] = ()

    def at(self, name: Literal["traffic", "price", "conversion"], hours: float) -> float:
        """Return the factor so many hours after the window's beginning."""
        factors: tuple[float, ...] = getattr(self, name)
        return factors[min(max(int(hours), 0), len(factors) - 1)] if factors else 1.0
