"""The day-parting grid: days against hours of the clock, colour for money, text for the bid, a strip for the stance.

A slot that is less than an hour is a narrower cell, and colour is money per hour, so that it is not taken for a poor
one. An hour that the clock shows twice is drawn as two narrow cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from planner.allocate.schedule import percent_of_mean_bid
from planner.charts.canvas import Sheet, panel, sheet, text_width
from planner.charts.palette import GREY, HEAT, INK, RULE, STANCES
from planner.charts.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.plan import Plan
    from planner.vocabulary.wording import Lang

__all__ = ["grid_finding", "grid_table", "plot_grid"]

_LEFT, _RIGHT = 0.95, 1.15
_WIDE = 9.0 - _LEFT - _RIGHT
# The part of the hours whose money the title counts.
_QUARTER = 0.25
_STRIP = 0.17


def grid_table(plan: Plan, channel: str | None = None) -> pd.DataFrame:
    """Return a row for each slot: where its cell stands, and what is in it.

    Parameters
    ----------
    plan
        The plan.
    channel
        One channel; all of them by default.

    Returns
    -------
    pandas.DataFrame
        `start`, `end`, `day` (midnight), `at` (hours of the clock since midnight), `width` [hours], `hours`, `window`,
        `stance`, `spend` [currency], `per_hour` [currency/hour], and the bid in per cent, a mean over the spend,
        missing where nothing is bought: `bid_percent` of the base bid, `mean_percent` of the plan's own mean bid.
    """
    schedule = plan.schedule if channel is None else plan.schedule[plan.schedule["channel"] == channel]
    percents = pd.DataFrame({"bid_percent": schedule["bid_percent"], "mean_percent": percent_of_mean_bid(schedule)})
    weighted = percents.mul(schedule["spend"], axis=0).assign(spend=schedule["spend"])
    sums = weighted.groupby(schedule["start"]).sum()
    table = plan.slots[["start", "end", "hours", "window", "stance"]].copy()
    table["spend"] = table["start"].map(sums["spend"]).fillna(0.0)
    table["per_hour"] = table["spend"] / table["hours"]
    for name in percents:
        table[name] = (table["start"].map(sums[name]) / table["spend"]).where(table["spend"] > 0)
    local = table["start"].dt.tz_convert(plan.brief.zone).dt.tz_localize(None)
    table["day"] = local.dt.normalize()
    table["at"] = (local - table["day"]) / pd.Timedelta(hours=1)
    table["width"] = table["hours"]
    twice = local.duplicated(keep=False)
    second = local.duplicated(keep="first")
    table.loc[twice, "width"] /= 2
    table.loc[second, "at"] += table.loc[second, "width"]
    return table


def grid_finding(table: pd.DataFrame, words: Words) -> str:
    """Return the chart's title: how much of the money goes into the dearest quarter of the hours."""
    total, hours = table["spend"].sum(), table["hours"].sum()
    if total <= 0:
        return words.say("charts.timeline_nothing")
    ranked = table.sort_values("per_hour", ascending=False, kind="stable")
    chosen = ranked[ranked["hours"].cumsum().shift(fill_value=0.0) < _QUARTER * hours]
    share, part = chosen["spend"].sum() / total, chosen["hours"].sum() / hours
    top = ranked.iloc[0]
    return words.say(
        "charts.grid_peaked" if share >= 1.5 * part else "charts.grid_even",
        share=words.percent(share),
        total=words.money(total),
        hours=f"{chosen['hours'].sum():g}",
        all_hours=f"{hours:g}",
        peak=words.span(top["start"], top["end"]),
    )


def plot_grid(plan: Plan, *, ax: Axes | None = None, lang: Lang | None = None, channel: str | None = None) -> Axes:
    """Draw spend, bid and stance by day and hour.

    Parameters
    ----------
    plan
        What to draw.
    ax
        Where; a figure of its own by default.
    lang
        Language; the plan's by default.
    channel
        One channel; all of them by default.

    Returns
    -------
    matplotlib.axes.Axes
        Holds the panels ``cells``, ``hours``, ``days``, ``key`` and ``scale`` as its `child_axes`.
    """
    words = Words.of(plan, lang)
    table = grid_table(plan, channel)
    days = sorted(table["day"].unique())
    row = 0.42 if len(days) <= 5 else 0.34 if len(days) <= 12 else 0.24
    cells_high, bars_high, key_high = row * len(days), 0.5, 0.5
    height = cells_high + bars_high + key_high + 0.1
    names = words.say("charts.grid_all") if channel is None else words.channel(channel)
    mean = f"{_mean_of_base(table):.0f}"
    subtitle = words.say("charts.grid_subtitle", unit=words.unit, channels=names, mean=mean)
    title = grid_finding(table, words)
    with sheet(words, ax, height=height, title=title, subtitle=subtitle, left=_LEFT, right=_RIGHT, bottom=0.34) as on:
        cells = panel(on, (0, key_high / height, 1, cells_high / height), "cells")
        hours = panel(on, (0, (key_high + cells_high + 0.06) / height, 1, bars_high / height), "hours")
        sums = panel(on, (1.012, key_high / height, 0.09, cells_high / height), "days")
        _draw_cells(on, cells, table, days, row)
        _draw_sums(on, hours, sums, table, days)
        _mark_opening(on, cells, plan, days)
        _explain(on, table, height, key_high)
        _scale(on, table, (1.012, (key_high + cells_high + 0.06) / height, 0.09, bars_high / height))
        return on.axes


def _mean_of_base(table: pd.DataFrame) -> float:
    """Return the plan's mean bid in per cent of the base bid, its mean over the spend."""
    bought = table[table["spend"] > 0]
    if bought.empty:
        return 100.0
    return float(100 * np.average(bought["bid_percent"] / bought["mean_percent"], weights=bought["spend"]))


def _draw_cells(on: Sheet, axes: Axes, table: pd.DataFrame, days: list[pd.Timestamp], row: float) -> None:
    """Draw the cells with their strips and texts."""
    colours = LinearSegmentedColormap.from_list("heat", HEAT)
    top = float(table["per_hour"].max()) or 1.0
    place = {day: number for number, day in enumerate(days)}
    for cell in table.itertuples():
        x, y, share = cell.at, place[cell.day], cell.per_hour / top
        empty = cell.spend <= 0
        axes.add_patch(
            Rectangle(
                (x, y),
                cell.width,
                1 - _STRIP,
                facecolor="#F3F3F3" if empty else colours(share),
                edgecolor="#BBBBBB" if empty else "white",
                linewidth=0.6,
                hatch="////" if empty else None,
                gid=f"cell-{cell.start.isoformat()}",
            )
        )
        strip = Rectangle(
            (x, y + 1 - _STRIP), cell.width, _STRIP, facecolor=STANCES[cell.stance], edgecolor="white", linewidth=0.6
        )
        axes.add_patch(strip)
        text = "" if empty else f"{cell.mean_percent:.0f}"
        if text and text_width(text, 7) + 3 <= cell.width / 24 * _WIDE * 72 and row >= 0.3:
            red, green, blue, _ = colours(share)
            ink = "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.55 else INK
            axes.text(
                x + cell.width / 2, y + (1 - _STRIP) / 2, text, ha="center", va="center_baseline", fontsize=7, color=ink
            )
    axes.set(xlim=(0, 24), ylim=(len(days), 0))
    axes.set_xticks(range(0, 25, 2), [f"{hour:02d}" for hour in range(0, 25, 2)])
    zone = on.words.zone
    axes.set_yticks(
        np.arange(len(days)) + 0.42, [on.words.day(day.tz_localize(zone) + pd.Timedelta(hours=12)) for day in days]
    )
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.spines[:].set_visible(False)


def _draw_sums(on: Sheet, hours: Axes, sums: Axes, table: pd.DataFrame, days: list[pd.Timestamp]) -> None:
    """Draw the money by hour of the clock above, and by day beside the cells."""
    by_hour = table.groupby(np.floor(table["at"]).astype(int))["spend"].sum().reindex(range(24), fill_value=0.0)
    hours.bar(by_hour.index + 0.5, by_hour.to_numpy(), width=0.92, color=HEAT[3], label="hours")
    hours.set(xlim=(0, 24), xticks=[], yticks=[])
    hours.spines[["left"]].set_visible(False)
    by_day = table.groupby("day")["spend"].sum().reindex(days)
    total = by_day.sum()
    sums.barh(np.arange(len(days)) + 0.42, by_day.to_numpy(), height=0.6, color=HEAT[3], label="days")
    sums.set(ylim=(len(days), 0), xlim=(0, max(float(by_day.max()), 1e-9) * 1.9), xticks=[], yticks=[])
    sums.spines[:].set_visible(False)
    for number, amount in enumerate(by_day):
        share = f"{on.words.short_money(round(amount))}\n{on.words.percent(amount / total if total else 0.0)}"
        sums.annotate(
            share, (amount, number + 0.42), (3, 0), "data", "offset points", fontsize=7, color=INK, va="center"
        )


def _mark_opening(on: Sheet, axes: Axes, plan: Plan, days: list[pd.Timestamp]) -> None:
    """Mark the opening by a bar through its row."""
    opening = on.words.local(pd.Timestamp(plan.brief.timetable.opening)).tz_localize(None)
    if opening.normalize() not in days:
        return
    row = days.index(opening.normalize())
    at = (opening - opening.normalize()) / pd.Timedelta(hours=1)
    axes.plot(
        [at, at],
        [row - 0.06, row + 1.02],
        color=INK,
        linewidth=3,
        solid_capstyle="butt",
        clip_on=False,
        zorder=4,
        label="opening",
    )


def _explain(on: Sheet, table: pd.DataFrame, height: float, key_high: float) -> None:
    """Write what colours, strip and bar mean, in a line under the cells."""
    axes = panel(on, (0, 0, 1, (key_high - 0.28) / height), "key")
    axes.set(xlim=(0, _WIDE * 72), ylim=(0, 1))
    axes.set_axis_off()
    x = 0.0
    for stance in (name for name in STANCES if name in set(table["stance"])):
        text = on.words.stance(stance)
        axes.add_patch(Rectangle((x, 0.3), 12, 0.35, facecolor=STANCES[stance], edgecolor=RULE, linewidth=0.5))
        axes.text(x + 16, 0.47, text, fontsize=7.5, color=GREY, va="center")
        x += 26 + text_width(text, 7.5)
    axes.plot([x + 3, x + 3], [0.1, 0.85], color=INK, linewidth=3, solid_capstyle="butt")
    text = on.words.say("charts.opening_short")
    axes.text(x + 9, 0.47, text, fontsize=7.5, color=GREY, va="center")


def _scale(on: Sheet, table: pd.DataFrame, bounds: tuple[float, float, float, float]) -> None:
    """Write what the darkest colour is worth, beside the bars."""
    axes = panel(on, bounds, "scale")
    axes.set(xlim=(0, len(HEAT) - 1), ylim=(0, 1))
    axes.set_axis_off()
    for number, colour in enumerate(HEAT[1:]):
        axes.add_patch(Rectangle((number, 0.45), 1, 0.25, facecolor=colour, edgecolor="none"))
    top = on.words.short_money(float(f"{table['per_hour'].max():.2g}"))
    axes.text(0, 0.33, on.words.say("charts.scale", top=top), fontsize=7, color=GREY, va="top")
