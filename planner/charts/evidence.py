"""The playbook against the data: window by window, what each says of traffic, price and conversion.

The playbook's word is its prior with the spread it gives itself; what the plan was made with is the forecast, prior and
history together, with its own. Where the data overrule the playbook is for `planner.allocate.reasons` to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from planner.allocate.reasons import overruled
from planner.charts.canvas import Sheet, panel, sheet, text_width
from planner.charts.palette import ACTUAL, FAINT, GREY, INK, PLAN, RULE
from planner.charts.windows import MEASURES
from planner.charts.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.plan import Plan
    from planner.vocabulary.wording import Lang

__all__ = ["evidence_finding", "evidence_table", "plot_evidence"]

_ROW = 0.29


def evidence_table(plan: Plan) -> pd.DataFrame:
    """Return what playbook and forecast say, a row a window and measure, in order of time.

    Returns
    -------
    pandas.DataFrame
        `window`, `measure`, `prior` with `prior_low` and `prior_high`, `value` with `low` and `high` (10 and 90 %
        points) [x usual], `evidence` (clicks of past events, for conversion their orders), `overruled`.
    """
    return overruled(plan.market, plan.brief.playbook)


def evidence_finding(table: pd.DataFrame, words: Words) -> str:
    """Return the chart's title: in how many windows the data overrule the playbook, and where most."""
    if not (table["evidence"] > 0).any():
        return words.say("charts.evidence_none")
    against = table[table["overruled"]]
    if against.empty:
        return words.say("charts.evidence_agree", windows=table["window"].nunique())
    strongest = against.loc[(np.log(against["value"] / against["prior"])).abs().idxmax()]
    return words.say(
        "charts.evidence_overruled",
        count=against["window"].nunique(),
        windows=table["window"].nunique(),
        window=words.window(strongest["window"]),
        measure=words.say(f"charts.short_{strongest['measure']}"),
        data=words.times(strongest["value"]),
        playbook=words.times(strongest["prior"]),
    )


def plot_evidence(plan: Plan, *, ax: Axes | None = None, lang: Lang | None = None) -> Axes:
    """Draw what the playbook claims and what the data say, window by window.

    Parameters
    ----------
    plan
        What to draw.
    ax
        Where; a figure of its own by default.
    lang
        Language; the plan's by default.

    Returns
    -------
    matplotlib.axes.Axes
        Holds the panels ``traffic``, ``price`` and ``conversion`` as its `child_axes`.
    """
    words = Words.of(plan, lang)
    table = evidence_table(plan)
    windows = list(dict.fromkeys(table["window"]))
    names = [words.window(window) for window in windows]
    height = _ROW * len(windows) + 0.6
    left = min(0.35 + max(text_width(name, 8) for name in names) / 72, 2.4)
    with sheet(
        words,
        ax,
        height=height,
        left=left,
        bottom=0.5,
        title=evidence_finding(table, words),
        subtitle=words.say("charts.evidence_subtitle"),
    ) as on:
        for place, measure in enumerate(MEASURES):
            axes = panel(on, (place * 0.345, 0, 0.31, 1 - 0.6 / height), measure)
            _draw_measure(axes, table[table["measure"] == measure], len(windows))
            axes.set_title(words.say(f"charts.long_{measure}"), loc="left", y=1.0, fontsize=8.5, color=INK, pad=4)
            axes.set_yticks(
                range(len(windows)), [on.safe(name) for name in names] if place == 0 else [""] * len(windows)
            )
            axes.tick_params(axis="y", length=0, labelcolor=INK)
        _explain(on, height)
        return on.axes


def _draw_measure(axes: Axes, table: pd.DataFrame, count: int) -> None:
    """Draw one measure: hollow squares for the playbook, dots for the forecast, each with its range."""
    rows = np.arange(len(table))
    axes.hlines(rows - 0.16, table["prior_low"], table["prior_high"], color=FAINT, linewidth=1.0, label="prior range")
    axes.plot(
        table["prior"], rows - 0.16, "s", markersize=4.5, markerfacecolor="white", markeredgecolor=GREY, label="prior"
    )
    for chosen, color, label in ((~table["overruled"], PLAN, "data"), (table["overruled"], ACTUAL, "overruled")):
        picked = table[chosen]
        at = rows[chosen.to_numpy(dtype=bool)] + 0.16
        axes.hlines(at, picked["low"], picked["high"], color=color, linewidth=1.8, label=f"{label} range")
        axes.plot(picked["value"], at, "D" if label == "overruled" else "o", markersize=4.8, color=color, label=label)
    axes.axvline(1, color=FAINT, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0.8)
    axes.set_xscale("log")
    low = min(0.8, float(table[["prior_low", "low"]].min().min())) / 1.05
    high = max(1.25, float(table[["prior_high", "high"]].max().max())) * 1.05
    axes.set_xlim(low, high)
    axes.xaxis.set_major_locator(
        FixedLocator([tick for tick in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if low <= tick <= high])
    )
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}×"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_ylim(count - 0.4, -0.6)
    axes.spines["left"].set_visible(False)
    axes.hlines(np.arange(count - 1) + 0.5, low, high, color=RULE, linewidth=0.5, zorder=0.5)


def _explain(on: Sheet, height: float) -> None:
    """Write what the marks mean, in a line under the title."""
    axes = panel(on, (0, 1 - 0.12 / height, 1, 0.12 / height), "key")
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    x = 0.0
    for marker, face, edge, key in (
        ("s", "white", GREY, "prior"),
        ("o", PLAN, PLAN, "data"),
        ("D", ACTUAL, ACTUAL, "overruled"),
    ):
        text = on.words.say(f"charts.key_{key}")
        axes.plot([x + 0.008], [0.0], marker, markersize=5, markerfacecolor=face, markeredgecolor=edge, clip_on=False)
        axes.text(x + 0.022, 0.0, text, fontsize=8, color=GREY, va="center")
        x += 0.055 + text_width(text, 8) / 72 / 7.3
