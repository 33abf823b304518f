"""Money spent and profit earned so far, hour by hour: this plan beside flat bids and even pacing.

All plans are rehearsed in the same drawn markets; the band around this plan holds four times in five.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, MaxNLocator

from planner.charts.canvas import Clock, Sheet, panel, sheet, text_width
from planner.charts.palette import FAINT, GREY, INK, PLAN
from planner.charts.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.plan import Plan
    from planner.vocabulary.wording import Lang

__all__ = ["ad_budget", "half_spent", "pacing_finding", "plot_pacing", "rival"]

_RIGHT = 1.55
_WIDE = 9.0 - 0.72 - _RIGHT
_STYLES: dict[str, dict[str, Any]] = {
    "plan": {"color": PLAN, "linewidth": 2.0, "linestyle": "-"},
    "flat": {"color": GREY, "linewidth": 1.3, "linestyle": (0, (5, 2))},
    "even": {"color": GREY, "linewidth": 1.3, "linestyle": (0, (1.2, 1.6))},
    "last_year": {"color": FAINT, "linewidth": 1.1, "linestyle": (0, (6, 2, 1.2, 2))},
}


class Rival(NamedTuple):
    """The best of the naive plans, and how much more this plan earns than it. [currency]"""

    name: str
    gain: float
    gain_low: float
    gain_high: float


def ad_budget(plan: Plan) -> float:
    """Return the money for ads: the budget less reserve and messages. [currency]"""
    summary = plan.summary
    return summary.budget - summary.reserve - summary.sms_cost


def half_spent(plan: Plan) -> pd.Timestamp | None:
    """Return when half of the plan's spend is spent, even within a slot; None if it spends nothing."""
    path = plan.paths[plan.paths["name"] == "plan"].sort_values("end")
    if path.empty or path["spend"].iloc[-1] <= 0:
        return None
    first = pd.Timestamp(path["start"].iloc[0])
    hours = [0.0, *((path["end"] - first) / pd.Timedelta(hours=1))]
    spent = [0.0, *path["spend"]]
    return first + pd.Timedelta(hours=float(np.interp(spent[-1] / 2, spent, hours)))


def rival(plan: Plan) -> Rival | None:
    """Return the naive plan that earns most; None where there is none."""
    others = plan.comparison[plan.comparison["name"] != "plan"]
    if others.empty:
        return None
    best = others.loc[others["profit"].idxmax()]
    return Rival(str(best["name"]), float(best["gain"]), float(best["gain_low"]), float(best["gain_high"]))


def pacing_finding(plan: Plan, words: Words) -> str:
    """Return the chart's title: when half of the money is gone, and whether the plan beats the best naive one."""
    half, other = half_spent(plan), rival(plan)
    if half is None:
        return words.say("charts.timeline_nothing")
    spent = words.say("charts.pacing_half", time=words.moment(half.round("min")))
    if other is None:
        return spent
    # A gain is called one only if it is there in nine markets of ten.
    case = "ahead" if other.gain_low > 0 else "behind" if other.gain < 0 else "noise"
    return words.say(
        f"charts.pacing_{case}",
        spent=spent,
        gain=words.money(abs(other.gain), 0),
        rival=words.label("compared", other.name),
        low=words.money(other.gain_low, 0),
        high=words.money(other.gain_high, 0),
    )


def plot_pacing(plan: Plan, *, ax: Axes | None = None, lang: Lang | None = None) -> Axes:
    """Draw cumulative spend against the budget, and cumulative profit.

    Parameters
    ----------
    plan
        What to draw; its `paths` are the data.
    ax
        Where; a figure of its own by default.
    lang
        Language; the plan's by default.

    Returns
    -------
    matplotlib.axes.Axes
        Holds the panels ``spend`` and ``profit`` as its `child_axes`.
    """
    words = Words.of(plan, lang)
    clock = Clock(plan.paths["start"], plan.paths["end"], words)
    height = 3.75
    with sheet(
        words,
        ax,
        height=height,
        right=_RIGHT,
        title=pacing_finding(plan, words),
        subtitle=words.say("charts.pacing_subtitle"),
    ) as on:
        profit = panel(on, (0, 0, 1, 1.55 / height), "profit")
        spend = panel(on, (0, 1.95 / height, 1, 1.55 / height), "spend")
        for axes, quantity in ((spend, "spend"), (profit, "profit")):
            ends = _draw_paths(on, axes, plan.paths, quantity, clock)
            clock.dress(axes, _WIDE, labels=quantity == "profit")
            axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: words.short_money(value)))
            axes.annotate(
                words.say(f"charts.pacing_{quantity}", unit=words.unit),
                (0, 1),
                (2, 3),
                "axes fraction",
                "offset points",
                fontsize=8,
                color=GREY,
                va="bottom",
            )
            if quantity == "spend":
                budget = ad_budget(plan)
                axes.axhline(budget, color=INK, linewidth=1.2, label="budget")
                axes.set_ylim(0, max(axes.get_ylim()[1], budget * 1.06))
                ends.append((budget, words.say("charts.ad_budget", amount=words.money(budget)), INK))
            else:
                axes.axhline(0, color=FAINT, linewidth=0.7)
            _label_ends(axes, ends, clock.length, 1.55)
        _mark_half(on, spend, plan, clock)
        return on.axes


def _draw_paths(
    on: Sheet, axes: Axes, paths: pd.DataFrame, quantity: str, clock: Clock
) -> list[tuple[float, str, str]]:
    """Draw each plan's path and return where it ends, what to write there, and the colour."""
    ends = []
    for name in ("last_year", "even", "flat", "plan"):
        path = paths[paths["name"] == name].sort_values("end")
        if path.empty:
            continue
        hours = np.append(0.0, clock.at(path["end"]))
        if name == "plan":
            low, high = (np.append(0.0, path[f"{quantity}_{edge}"]) for edge in ("low", "high"))
            axes.fill_between(hours, low, high, color=PLAN, alpha=0.18, linewidth=0, label="band")
        values = np.append(0.0, path[quantity])
        axes.plot(hours, values, label=name, **_STYLES[name])
        text = f"{on.words.label('compared', name)} {on.words.money(values[-1])}"
        ends.append((float(values[-1]), text, _STYLES[name]["color"]))
    return ends


def _label_ends(axes: Axes, ends: list[tuple[float, str, str]], x: float, inches: float) -> None:
    """Write at the right end of each line, moved apart where they would touch."""
    bottom, top = axes.get_ylim()
    scale = inches * 72 / (top - bottom)
    ends = sorted(ends)
    places = [(value - bottom) * scale for value, _, _ in ends]
    apart = 10.5
    for _ in range(60):
        for at in range(len(places) - 1):
            overlap = apart - (places[at + 1] - places[at])
            if overlap > 0:
                places[at] -= overlap / 2
                places[at + 1] += overlap / 2
    room = 72 * _RIGHT - 8
    for place, (_, text, color) in zip(places, ends, strict=True):
        size = min(8.0, 8.0 * room / text_width(text, 8.0))
        axes.annotate(
            text,
            (x, bottom),
            (5, place),
            "data",
            "offset points",
            fontsize=size,
            color=color,
            va="center",
            annotation_clip=False,
        )


def _mark_half(on: Sheet, axes: Axes, plan: Plan, clock: Clock) -> None:
    """Mark where half of the money is spent."""
    half = half_spent(plan)
    if half is None:
        return
    amount = float(plan.paths.loc[plan.paths["name"] == "plan", "spend"].max()) / 2
    x = float(clock.at(half))
    axes.plot(
        [x],
        [amount],
        "o",
        markersize=5.5,
        markerfacecolor="white",
        markeredgecolor=PLAN,
        markeredgewidth=1.5,
        label="half",
    )
    left = x > 0.85 * clock.length
    axes.annotate(
        on.words.say("charts.half", time=on.words.clock(half.round("min"))),
        (x, amount),
        (-8 if left else 8, -8),
        "data",
        "offset points",
        fontsize=8,
        color=PLAN,
        ha="right" if left else "left",
        va="center",
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.6},
    )
