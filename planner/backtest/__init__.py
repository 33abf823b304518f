"""Forecast and plan scored on events that already happened, each from what was known before it."""

from __future__ import annotations

from planner.backtest.past import Backtest, backtest
from planner.backtest.scores import pinball, score_draws

__all__ = ["Backtest", "backtest", "pinball", "score_draws"]
