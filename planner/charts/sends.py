"""Text messages: when each wave is sent, and when the visits it brings arrive.

The arrivals follow the delays the plan itself counts with: half of the visits come soon, the rest over hours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, MaxNLocator

from planner.charts.canvas import Clock, Sheet, panel, sheet
from planner.charts.palette import GREY, INK, RULE, SERIES
from planner.charts.words import Words
from planner.messages.sms_value import allowed_span, arrived

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.plan import Plan
    from planner.vocabulary.wording import Lang

__all__ = ["arrivals_table", "half_arrived", "plot_sms", "sms_finding"]

_BIN = pd.Timedelta(minutes=30)
_WIDE = 7.98
_TAIL = pd.Timedelta(hours=14)


def arrivals_table(plan: Plan) -> pd.DataFrame:
    """Return how many visits the messages bring, half hour by half hour.

    Returns
    -------
    pandas.DataFrame
        `start`, `end`, `segment`, `visits` and `per_hour`, from the promotion's beginning or the hours before the
        first wave until the last wave has faded or the promotion ends.
    """
    sms = plan.sms
    begun = max(plan.slots["start"].min(), sms["send_at"].min() - pd.Timedelta(hours=16))
    first = min(sms["send_at"].min(), begun).tz_convert("UTC").floor("h")
    faded = max(sms["send_at"].max() + _TAIL, sms["send_at"].min() + pd.Timedelta(hours=20)).tz_convert("UTC")
    last = max(min(faded, plan.slots["end"].max().tz_convert("UTC")), sms["send_at"].max().tz_convert("UTC") + 2 * _BIN)
    edges = pd.date_range(first, last.ceil("h"), freq=_BIN).tz_convert(plan.brief.zone)
    frames = []
    for segment, waves in sms.groupby("segment", sort=False):
        visits = np.zeros(len(edges) - 1)
        for wave in waves.itertuples():
            since = np.asarray((edges - wave.send_at) / pd.Timedelta(hours=1), dtype=float)
            visits += wave.visits * np.diff(arrived(since))
        frames.append(pd.DataFrame({"start": edges[:-1], "end": edges[1:], "segment": segment, "visits": visits}))
    table = pd.concat(frames, ignore_index=True)
    return table.assign(per_hour=table["visits"] / (_BIN / pd.Timedelta(hours=1)))


def half_arrived() -> float:
    """Return after how long half of a message's visits have come. [minutes]"""
    minutes = np.arange(1, 24 * 60)
    return float(minutes[np.searchsorted(arrived(minutes / 60), 0.5)])


def sms_finding(plan: Plan, words: Words) -> str:
    """Return the chart's title: what the messages cost and whether they pay."""
    sms = plan.sms
    profit = float(sms["profit"].sum())
    return words.say(
        "charts.sms_pays" if profit > 0 else "charts.sms_loses",
        messages=f"{sms['messages'].sum():,.0f}",
        cost=words.money(float(sms["cost"].sum())),
        orders=f"{sms['orders'].sum():,.0f}",
        profit=words.money(abs(profit)),
        half=f"{half_arrived():.0f}",
    )


def plot_sms(plan: Plan, *, ax: Axes | None = None, lang: Lang | None = None) -> Axes:
    """Draw the waves of messages and the visits they bring over time.

    Parameters
    ----------
    plan
        What to draw; it has at least one wave.
    ax
        Where; a figure of its own by default.
    lang
        Language; the plan's by default.

    Returns
    -------
    matplotlib.axes.Axes
        Holds the panels ``waves`` and ``visits`` as its `child_axes`.
    """
    words = Words.of(plan, lang)
    table = arrivals_table(plan)
    clock = Clock(table["start"], table["end"], words)
    colours = {segment: SERIES[place % len(SERIES)] for place, segment in enumerate(dict.fromkeys(table["segment"]))}
    height = 3.3
    with sheet(
        words,
        ax,
        height=height,
        title=sms_finding(plan, words),
        subtitle=words.say("charts.sms_subtitle"),
        more="".join(colours),
    ) as on:
        waves = panel(on, (0, 1.85 / height, 1, 1.2 / height), "waves")
        visits = panel(on, (0, 0, 1, 1.45 / height), "visits")
        for axes, key in ((waves, "charts.sms_waves"), (visits, "charts.sms_visits")):
            _shade_quiet(axes, plan, clock)
            text = words.say(key)
            axes.annotate(text, (0, 1), (2, 3), "axes fraction", "offset points", fontsize=8, color=GREY, va="bottom")
            axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10], integer=True))
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
            axes.grid(axis="y", color=RULE, linewidth=0.6)
            axes.set_axisbelow(True)
        _draw_waves(on, waves, plan, colours, clock)
        _draw_visits(on, visits, table, colours, clock)
        clock.dress(waves, _WIDE, labels=False)
        clock.dress(visits, _WIDE)
        return on.axes


def _draw_waves(on: Sheet, axes: Axes, plan: Plan, colours: dict[str, str], clock: Clock) -> None:
    """Draw a bar for each wave, those of one moment on top of each other, and write what they are."""
    width = clock.length / 90
    highest = plan.sms.groupby("send_at")["messages"].sum().max()
    taken: list[tuple[float, float]] = []
    for moment, group in plan.sms.groupby("send_at", sort=True):
        at, base, lines = float(clock.at(pd.Timestamp(moment))), 0.0, []
        for wave in group.itertuples():
            axes.bar(
                at, wave.messages, width, bottom=base, color=colours[wave.segment], align="edge", label=wave.segment
            )
            base += wave.messages
            lines.append(
                on.words.say(
                    "charts.sms_wave",
                    segment=on.safe(str(wave.segment)),
                    messages=f"{wave.messages:,.0f}",
                    cost=on.words.money(wave.cost, 0),
                )
            )
        text = "\n".join([on.words.clock(pd.Timestamp(moment)), *lines[:4], *(["…"] if len(lines) > 4 else [])])
        right = at > 0.72 * clock.length
        x = at if right else at + width
        # Words of waves that stand close together are put on different levels.
        level = 0.97 if all(abs(x - other) > 0.2 * clock.length for other, _ in taken) else 0.5
        taken.append((x, level))
        axes.annotate(
            text,
            (x, level),
            (-4 if right else 4, 0),
            ("data", "axes fraction"),
            "offset points",
            fontsize=7.5,
            color=INK,
            va="top",
            ha="right" if right else "left",
            linespacing=1.2,
        )
    axes.set_ylim(0, float(highest) * 1.1)


def _draw_visits(on: Sheet, axes: Axes, table: pd.DataFrame, colours: dict[str, str], clock: Clock) -> None:
    """Draw the visits per hour as stacked steps, a colour a group."""
    base: np.ndarray | None = None
    for segment, rows in table.groupby("segment", sort=False):
        edges = np.append(clock.at(rows["start"]), clock.length)
        values = rows["per_hour"].to_numpy() + (0.0 if base is None else base)
        axes.stairs(
            values,
            edges,
            baseline=0.0 if base is None else base,
            fill=True,
            color=colours[str(segment)],
            linewidth=0,
            label=on.safe(str(segment)),
        )
        base = values
    axes.set_ylim(0, max(float(np.max(base)) * 1.1, 1e-9) if base is not None else 1)
    axes.legend(
        loc="lower right",
        bbox_to_anchor=(1.01, 0.985),
        ncols=4,
        frameon=False,
        fontsize=8,
        handlelength=1.0,
        handleheight=0.8,
        columnspacing=1.2,
        borderaxespad=0,
        borderpad=0.15,
    )


def _shade_quiet(axes: Axes, plan: Plan, clock: Clock) -> None:
    """Shade the hours in which nothing may be sent."""
    begin, close = allowed_span(plan.brief)
    days = pd.date_range(clock.first.tz_localize(None).normalize(), clock.last.tz_localize(None).normalize(), freq="D")
    for day in days:
        for start, end in ((0, begin), (close, 24 * 60)):
            walls = pd.DatetimeIndex([day + pd.Timedelta(minutes=minute) for minute in (start, end)])
            moments = walls.tz_localize(clock.first.tz, nonexistent="shift_forward", ambiguous=np.array([True, True]))
            left, right = (min(max(float(clock.at(moment)), 0.0), clock.length) for moment in moments)
            if right > left:
                axes.axvspan(left, right, color="#F0F0F0", linewidth=0, zorder=0.3)
