"""Charts: one a function, each drawn from a plan's tables, none touching a global setting of matplotlib.

`plot_grid`, `plot_timeline`, `plot_pacing`, `plot_frontier`, `plot_sms`, `plot_evidence` take a plan, `plot_backtest` a
table; all take ``ax`` (where to draw) and ``lang``. `draw_all` draws what a plan has to show, each once, as
SVG and PNG. The titles state what the numbers say. Matplotlib is loaded with the first chart, not before.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.charts.drawing import chart_names, draw_all
    from planner.charts.pacing import plot_pacing
    from planner.charts.timeline import plot_timeline

__all__ = [
    "chart_names",
    "draw_all",
    "plot_pacing",
    "plot_timeline",
]

_ROOMS = {
    "chart_names": "drawing",
    "draw_all": "drawing",
    "plot_pacing": "pacing",
    "plot_timeline": "timeline",
}


def __getattr__(name: str) -> Any:
    """Load the chart that is asked for."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
