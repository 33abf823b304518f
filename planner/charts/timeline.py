"""The stance of every window, the market underneath, and what each channel is to spend: one axis of time for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

from planner.charts.canvas import Clock, Sheet, panel, sheet, text_width
from planner.charts.palette import FAINT, GREY, INK, PLAN, RULE, SERIES, STANCE_INK, STANCES
from planner.charts.windows import MEASURES, market_table, spend_table, window_table
from planner.charts.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.plan import Plan
    from planner.vocabulary.wording import Lang

__all__ = ["plot_timeline", "timeline_finding"]

_PANELS_WIDE = 7.98
# Traffic below this is not a reason to spend. [x usual]
_MANY = 1.1


def timeline_finding(windows: pd.DataFrame, words: Words) -> str:
    """Return the chart's title: which window gets the most money per hour, and what makes it so."""
    if not windows["spend"].sum():
        return words.say("charts.timeline_nothing")
    best = windows.loc[(windows["spend"] / windows["hours"]).idxmax()]
    worth = best["conversion"] / best["price"]
    # A click's worth over its price, against the usual: at least a tenth off before it is called cheap or dear.
    case = "cheap" if worth >= 1.1 else "dear" if worth <= 0.9 else "crowd"
    if case != "cheap" and best["traffic"] < _MANY:
        case += "_few"
    return words.say(
        f"charts.timeline_{case}",
        window=words.window(best["window"]),
        span=words.span(best["start"], best["end"]),
        share=words.percent(best["share"]),
        hours=f"{best['hours']:g}",
        all_hours=f"{windows['hours'].sum():g}",
        price=words.times(best["price"]),
        conversion=words.times(best["conversion"]),
        traffic=words.times(best["traffic"]),
    )


def plot_timeline(plan: Plan, *, ax: Axes | None = None, lang: Lang | None = None) -> Axes:
    """Draw stances, market and spend over time.

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
        Holds the panels ``stances``, ``traffic``, ``price``, ``conversion`` and ``spend`` as its `child_axes`.
    """
    words = Words.of(plan, lang)
    windows, market, spend = window_table(plan), market_table(plan), spend_table(plan)
    clock = Clock(plan.slots["start"], plan.slots["end"], words)
    rows = -(-spend["channel"].nunique() // 4)
    height = 4.35 + 0.17 * (rows - 1)
    with sheet(
        words, ax, height=height, title=timeline_finding(windows, words), subtitle=words.say("charts.timeline_subtitle")
    ) as on:
        share = 1 / height
        spend_panel = panel(on, (0, 0, 1, 1.2 * share), "spend")
        _draw_spend(on, spend_panel, spend, clock)
        clock.dress(spend_panel, _PANELS_WIDE)
        panels = [spend_panel]
        for place, name in enumerate(reversed(MEASURES)):
            bottom = 1.2 + 0.17 * rows + 0.18 + place * 0.78
            axes = panel(on, (0, bottom * share, 1, 0.62 * share), name)
            _draw_measure(on, axes, market, name, clock)
            clock.dress(axes, _PANELS_WIDE, labels=False)
            panels.append(axes)
        ribbon = panel(on, (0, (height - 0.45) * share, 1, 0.27 * share), "stances")
        _draw_ribbon(on, ribbon, windows, clock)
        _mark_opening(on, [*panels, ribbon], plan, clock)
        return on.axes


def _draw_ribbon(on: Sheet, axes: Axes, windows: pd.DataFrame, clock: Clock) -> None:
    """Draw the windows as a band of stances, each written as fully as its width allows."""
    axes.set(xlim=(0, clock.length), ylim=(0, 1), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    for start, end, row in zip(clock.at(windows["start"]), clock.at(windows["end"]), windows.itertuples(), strict=True):
        stance = str(row.stance)
        hatch = "////" if stance == "notify" else None
        axes.add_patch(
            Rectangle(
                (start, 0), end - start, 1, facecolor=STANCES[stance], edgecolor="white", linewidth=0.8, hatch=hatch
            )
        )
        room = (end - start) / clock.length * _PANELS_WIDE * 72 - 1
        texts = ((on.words.stance(stance), 8.0), (on.words.stance(stance), 7.0), (on.words.label("short", stance), 8.0))
        text, size = next(((text, size) for text, size in texts if text_width(text, size) <= room), ("", 8.0))
        if text:
            middle, colour = (start + end) / 2, STANCE_INK[stance]
            axes.text(middle, 0.47, text, ha="center", va="center", fontsize=size, color=colour)


def _draw_measure(on: Sheet, axes: Axes, market: pd.DataFrame, name: str, clock: Clock) -> None:
    """Draw one measure of the market as steps with its band, against the usual."""
    edges = np.append(clock.at(market["start"]), clock.length)
    low, high = market[f"{name}_low"].to_numpy(), market[f"{name}_high"].to_numpy()
    axes.stairs(high, edges, baseline=low, fill=True, color=PLAN, alpha=0.18, linewidth=0, label="band")
    axes.stairs(market[name].to_numpy(), edges, baseline=None, color=PLAN, linewidth=1.5, label=name)
    axes.axhline(1, color=FAINT, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0.8)
    axes.set_yscale("log")
    bottom, top = min(float(np.nanmin(low)), 0.8), max(float(np.nanmax(high)), 1.25)
    axes.set_ylim(bottom / 1.08, top * 1.08)
    ticks = [tick for tick in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100) if bottom / 1.08 <= tick <= top * 1.08]
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}×"))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.annotate(
        on.words.say(f"charts.measure_{name}"),
        (0, 1),
        (2, 2),
        "axes fraction",
        "offset points",
        fontsize=8,
        color=GREY,
        va="bottom",
    )


def _draw_spend(on: Sheet, axes: Axes, spend: pd.DataFrame, clock: Clock) -> None:
    """Draw spend per hour as stacked steps, a colour a channel."""
    wide = spend.pivot_table(
        index=["start", "end"], columns="channel", values="per_hour", sort=False, fill_value=0.0
    ).sort_index()
    channels = list(dict.fromkeys([*on.words.channels, *wide.columns]))
    edges = np.append(clock.at(wide.index.get_level_values("start")), clock.length)
    base = np.zeros(len(wide))
    for place, channel in enumerate(name for name in channels if name in wide.columns):
        values = base + wide[channel].to_numpy()
        axes.stairs(
            values,
            edges,
            baseline=base,
            fill=True,
            facecolor=SERIES[place % len(SERIES)],
            edgecolor="white",
            linewidth=0.3 if len(wide) < 60 else 0,
            label=on.safe(on.words.channel(channel)),
        )
        base = values
    axes.set_ylim(0, max(float(base.max()) * 1.08, 1e-9))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: on.words.short_money(value)))
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.annotate(
        on.words.say("charts.spend_per_hour", unit=on.words.unit),
        (0, 1),
        (2, 3),
        "axes fraction",
        "offset points",
        fontsize=8,
        color=GREY,
        va="bottom",
    )
    axes.legend(
        loc="lower right",
        bbox_to_anchor=(1.01, 0.985),
        ncols=4,
        frameon=False,
        fontsize=8,
        handlelength=1.0,
        handleheight=0.8,
        columnspacing=1.2,
        labelspacing=0.15,
        borderaxespad=0,
        borderpad=0.15,
    )


def _mark_opening(on: Sheet, panels: list[Axes], plan: Plan, clock: Clock) -> None:
    """Draw the opening through all panels, named at the top."""
    opening = float(clock.at(pd.Timestamp(plan.brief.timetable.opening)))
    if not 0 <= opening <= clock.length:
        return
    for axes in panels:
        axes.axvline(opening, color=INK, linewidth=1.3, zorder=3)
    near_end = opening > 0.85 * clock.length
    panels[-1].annotate(
        on.words.say("charts.opening", time=on.words.clock(pd.Timestamp(plan.brief.timetable.opening))),
        (opening, 1),
        (-2 if near_end else 0, 2),
        ("data", "axes fraction"),
        "offset points",
        fontsize=8,
        color=INK,
        va="bottom",
        ha="right" if near_end else "center",
        annotation_clip=False,
    )
