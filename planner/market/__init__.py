"""The market of a promotion: what every slot and channel can bring, with its uncertainty."""

from __future__ import annotations

from planner.market.draws import Draws, Market
from planner.market.forecast import forecast_market

__all__ = ["Draws", "Market", "forecast_market"]
