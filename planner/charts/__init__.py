"""Charts: one a function, each drawn from a plan's tables, none touching a global setting of matplotlib.

`plot_grid`, `plot_timeline`, `plot_pacing`, `plot_frontier`, `plot_sms`, `plot_evidence` take a plan, `plot_backtest` a
table; all take ``ax`` (where to draw) and ``lang``. The tables behind them are the functions
ending in ``_table``. `draw_all` draws what a plan has to show, each once, as SVG and PNG. The titles state what the
numbers say. Matplotlib is loaded with the first chart, not before.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from planner.charts.catalogue import CHARTS

if TYPE_CHECKING:
    from planner.charts.backtest import plot_backtest
    from planner.charts.drawing import chart_names, draw_all
    from planner.charts.evidence import evidence_table, plot_evidence
    from planner.charts.frontier import merit_table, plot_frontier
    from planner.charts.grid import grid_table, plot_grid
    from planner.charts.pacing import plot_pacing
    from planner.charts.sends import arrivals_table, plot_sms
    from planner.charts.timeline import plot_timeline
    from planner.charts.windows import market_table, spend_table, window_table

__all__ = [
    "arrivals_table",
    "chart_names",
    "draw_all",
    "evidence_table",
    "grid_table",
    "market_table",
    "merit_table",
    "plot_backtest",
    "plot_evidence",
    "plot_frontier",
    "plot_grid",
    "plot_pacing",
    "plot_sms",
    "plot_timeline",
    "spend_table",
    "window_table",
]

_ROOMS = {f"plot_{name}": room for name, (room, _) in CHARTS.items()} | {
    "arrivals_table": "sends",
    "chart_names": "drawing",
    "draw_all": "drawing",
    "evidence_table": "evidence",
    "grid_table": "grid",
    "market_table": "windows",
    "merit_table": "frontier",
    "plot_backtest": "backtest",
    "spend_table": "windows",
    "window_table": "windows",
}


def __getattr__(name: str) -> Any:
    """Load the chart that is asked for."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
