"""A frontier as a small SVG that is drawn at once, without matplotlib: what sliders move a dot along."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.charts.palette import ACTUAL, PLAN
from planner.outputs.notebook.page import template

if TYPE_CHECKING:
    import pandas as pd

    from planner.charts.words import Words

__all__ = ["frontier_svg"]

_WIDE, _HIGH, _LEFT, _BOTTOM = 560.0, 190.0, 60.0, 24.0


def frontier_svg(frontier: pd.DataFrame, money: float, words: Words) -> str:
    """Return the profit of every budget as a line, and where one budget stands on it, as SVG.

    Parameters
    ----------
    frontier
        A plan's `frontier`.
    money
        The budget less the reserve. [currency]
    words
        How to write.
    """
    curve = frontier.sort_values("budget")
    x, y, following = (curve[name].to_numpy(dtype=float) for name in ("budget", "profit", "money_price"))
    here, profit = float(np.clip(money, x[0], x[-1])), float(np.interp(money, x, y))
    low, high = min(0.0, float(y.min())), max(float(y.max()), 1e-9)

    def place(at: float, value: float) -> tuple[float, float]:
        across = _LEFT + (_WIDE - _LEFT - 10) * at / x[-1]
        up = 10 + (_HIGH - _BOTTOM - 10) * (high - value) / (high - low)
        return round(across, 1), round(up, 1)

    line = " ".join(f"{left},{top}" for left, top in (place(*point) for point in zip(x, y, strict=True)))
    text = words.say(
        "notebook.frontier",
        budget=words.money(money),
        profit=words.money(profit),
        next=f"{float(np.interp(money, x, following)):.2f}",
    )
    marks = (0.0, float(f"{x[-1] / 2:.1g}"), float(f"{0.95 * x[-1]:.1g}"))
    ticks = [(*place(at, low), words.short_money(at)) for at in marks if at <= x[-1]]
    levels = [(*place(0, value), words.short_money(round(value))) for value in (low, high)]
    return template("frontier").render(
        text=text,
        line=line,
        dot=place(here, profit),
        ticks=ticks,
        levels=levels,
        wide=_WIDE,
        high=_HIGH,
        ink=PLAN,
        mark=ACTUAL,
    )
