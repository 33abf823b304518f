"""Forecast against what happened: past events hidden, forecast from what was known before, and laid over the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, MaxNLocator

from planner.charts.canvas import Clock, Sheet, panel, sheet
from planner.charts.palette import ACTUAL, ACTUAL_INK, GREY, INK, PLAN, RULE
from planner.charts.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.vocabulary.wording import Lang

__all__ = ["backtest_finding", "plot_backtest"]

_WIDE = 7.98
# Room under a panel for its hours and days, and the next one's name. [inches]
_BETWEEN = 0.62
_ABOVE = 0.3
# Totals closer than this are called right; ranges that hold four in five may hold this many by chance.
_CLOSE = 0.10
_HELD = (0.7, 0.9)


def backtest_finding(table: pd.DataFrame, words: Words) -> str:
    """Return the chart's title: how far the total was off, and how many hours lay within their range."""
    known = table.dropna(subset=["actual", "forecast"])
    happened = float(known["actual"].sum())
    if not happened:
        return words.say("charts.backtest_nothing")
    off = float(known["forecast"].sum()) / happened - 1
    held = float(((known["low"] <= known["actual"]) & (known["actual"] <= known["high"])).mean())
    level = "close" if abs(off) <= _CLOSE else "high" if off > 0 else "low"
    ranges = "narrow" if held < _HELD[0] else "wide" if held > _HELD[1] else "held"
    return words.say(
        "charts.backtest_title",
        level=words.say(f"charts.backtest_{level}", off=words.percent(abs(off))),
        ranges=words.say(f"charts.backtest_{ranges}", held=words.percent(held)),
    )


def plot_backtest(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: Lang | None = None, quantity: str = "orders"
) -> Axes:
    """Draw the forecast of past events over what happened, a panel an event.

    Parameters
    ----------
    table
        One row for each event and slot: `event`, `start`, `end`, `actual`, `forecast`, and the forecast's 10 and 90 %
        points `low` and `high`. An hour whose truth is not known is left blank.
    ax
        Where; a figure of its own by default.
    lang
        Language; English by default.
    quantity
        What was forecast: ``orders``, ``clicks``, ``spend`` or ``profit``.

    Returns
    -------
    matplotlib.axes.Axes
        Holds a panel for each event as its `child_axes`, labelled with the event.
    """
    zone = table["start"].iloc[0].tzinfo
    words = Words(lang or "en", zone=zone if isinstance(zone, ZoneInfo) else ZoneInfo(str(zone)))
    events = list(dict.fromkeys(table["event"]))
    row = 1.75
    height = row * len(events) - _BETWEEN + _ABOVE
    subtitle = words.say("charts.backtest_subtitle", quantity=words.say(f"charts.quantity_{quantity}"))
    with sheet(
        words,
        ax,
        height=height,
        title=backtest_finding(table, words),
        subtitle=subtitle,
        more="".join(map(str, events)),
    ) as on:
        for place, event in enumerate(events):
            bottom = (height - _ABOVE - row * (place + 1) + _BETWEEN) / height
            axes = panel(on, (0, bottom, 1, (row - _BETWEEN) / height), str(event))
            _draw_event(on, axes, table[table["event"] == event].sort_values("start"), str(event))
        return on.axes


def _draw_event(on: Sheet, axes: Axes, rows: pd.DataFrame, event: str) -> None:
    """Draw one event."""
    clock = Clock(rows["start"], rows["end"], on.words)
    edges = np.append(clock.at(rows["start"]), clock.length)
    low, high = rows["low"].to_numpy(dtype=float), rows["high"].to_numpy(dtype=float)
    axes.stairs(high, edges, baseline=low, fill=True, color=PLAN, alpha=0.18, linewidth=0, label="band")
    axes.stairs(
        rows["forecast"].to_numpy(dtype=float), edges, baseline=None, color=PLAN, linewidth=1.5, label="forecast"
    )
    axes.stairs(rows["actual"].to_numpy(dtype=float), edges, baseline=None, color=ACTUAL, linewidth=1.5, label="actual")
    top = max(float(np.nanmax(high)), float(rows["actual"].fillna(0).max()))
    axes.set_ylim(0, top * 1.08 or 1.0)
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    clock.dress(axes, _WIDE)
    axes.annotate(
        on.safe(event), (0, 1), (2, 3), "axes fraction", "offset points", fontsize=8.5, color=INK, va="bottom"
    )
    x = 0.0
    for name, colour in (("actual", ACTUAL_INK), ("forecast", PLAN)):
        known = rows.dropna(subset=["actual", "forecast"])
        text = on.words.say(f"charts.key_{name}", total=f"{known[name].sum():,.0f}")
        axes.annotate(
            text, (1, 1), (x, 3), "axes fraction", "offset points", fontsize=8, color=colour, va="bottom", ha="right"
        )
        x -= 150
    axes.spines["left"].set_color(GREY)
