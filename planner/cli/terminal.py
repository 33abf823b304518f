"""A plan on a terminal: three numbers, the windows that matter, when the money goes, and what to do next.

It is talk, so it goes to stderr. Everything fits 80 columns with wide characters counted as two, and a console whose
code page lacks a character gets the nearest it has.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text as Line

from planner.allocate.schedule import mean_bids, percent_of_mean_bid
from planner.charts.gains import gain_sentence, rivals
from planner.charts.windows import window_table
from planner.charts.words import Words
from planner.cli.nearest import fit
from planner.outputs.basis import certificate
from planner.outputs.tabular import unit_names

if TYPE_CHECKING:
    from planner.plan import Plan
    from planner.vocabulary.wording import Lang

__all__ = ["show_summary", "sparkline"]

_Lines = Callable[..., Line]

WIDTH = 80
_ROWS = 10
# Mean bids nearer to the base bid than this many per cent of it are hardly a change.
_CHANGE = 10
_BLOCKS, _ASCII = "▁▂▃▄▅▆▇█", ".:-=+*#@"
_STYLES = {
    "compete": "bold red",
    "hold": "blue",
    "low_bid": "yellow",
    "notify": "bright_black",
    "flash_deal": "magenta",
}


def show_summary(
    plan: Plan, files: Sequence[Path] = (), lang: Lang | None = None, *, stream: IO[str] | None = None
) -> None:
    """Print a plan's summary.

    Parameters
    ----------
    plan
        What was planned.
    files
        What was written, the file to open first in front.
    lang
        Language; the plan's by default.
    stream
        Where to print; stderr by default.
    """
    stream = stream or sys.stderr
    words = Words.of(plan, lang)
    console = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=False)
    console.width = min(console.width, WIDTH)
    encoding = getattr(stream, "encoding", None) or "utf-8"

    def line(text: str, style: str = "") -> Line:
        return Line(fit(text, encoding), style=style)

    console.print(_headline(plan, words, line))
    for text in certificate(plan, words)[:1]:
        console.print(line(text, "dim"))
    console.print()
    table, note = _windows(plan, words, line)
    console.print(table)
    console.print(line(note, "dim"))
    console.print()
    console.print(line(words.say("terminal.spark"), "dim"))
    for day, marks in _sparks(plan, words, encoding):
        console.print(line(f"{day}  "), Line(marks, style="blue"), sep="")
    if files:
        console.print()
        _files(console, files, words, line)


def sparkline(values: Sequence[float | None], top: float, blocks: str = _BLOCKS) -> str:
    """Return a mark for each value, higher for more; a blank where there is none."""
    marks = []
    for value in values:
        if value is None:
            marks.append(" ")
        elif value <= 0 or top <= 0:
            marks.append(blocks[0])
        else:
            marks.append(blocks[min(len(blocks) - 1, 1 + int((len(blocks) - 1) * value / top * 0.9999))])
    return "".join(marks)


def _headline(plan: Plan, words: Words, line: _Lines) -> Table:
    """Return the three numbers, and what the ads alone earn beside the naive plans, which have no messages."""
    summary = plan.summary
    grid = Table.grid(padding=(0, 2))
    spend = words.say(
        "terminal.spend_value",
        spend=words.money(summary.spend + summary.sms_cost, 2),
        ads=words.money(summary.spend, 2),
        sms=words.money(summary.sms_cost, 2),
        budget=words.money(summary.budget),
    )
    profit = words.say(
        "terminal.profit_value",
        profit=words.money(summary.profit),
        low=words.money(summary.profit_low),
        high=words.money(summary.profit_high),
    )
    grid.add_row(line(words.say("terminal.spend"), "bold"), line(spend))
    grid.add_row(line(words.say("terminal.profit"), "bold"), line(profit))
    for number, text in enumerate(_largest_changes(plan, words)):
        grid.add_row(line(words.say("terminal.change_most") if number == 0 else "", "bold"), line(text))
    if summary.spend > 0:
        last = {"one": words.money(1, 0), "rate": words.money(summary.last_yuan, 2)}
        least = words.money(plan.brief.budget.least_gain, 2)
        told = words.say("terminal.last_yuan_value", **last, least=least)
        grid.add_row(line(words.say("terminal.last_yuan"), "bold"), line(told))
    ours = plan.comparison[plan.comparison["name"] == "plan"]
    if len(ours) and len(plan.comparison) > 1:
        alone = words.say("terminal.ads_alone_value", profit=words.money(float(ours["profit"].iloc[0])))
        grid.add_row(line(words.say("terminal.ads_alone"), "bold"), line(alone))
    texts = [gain_sentence(plan, row, words) for row in rivals(plan).itertuples()]
    for number, text in enumerate(texts or [words.say("terminal.against_none")]):
        grid.add_row(line(words.say("terminal.against") if number == 0 else "", "bold"), line(text))
    return grid


def _largest_changes(plan: Plan, words: Words) -> list[str]:
    """Return the channel or campaign whose bid goes up most, and the one whose bid goes down most, with the money."""
    schedule = plan.schedule
    units = mean_bids(schedule).assign(name=unit_names(schedule, words)).dropna().drop_duplicates("name")
    moved = units["spend"] * np.log(units["of_base"] / 100).where(units["of_base"].sub(100).abs() >= _CHANGE)
    told = []
    for entry, row in (("up", moved.idxmax()), ("down", moved.idxmin())) if moved.notna().any() else ():
        unit = units.loc[row]
        if (unit["of_base"] > 100) == (entry == "up"):
            values = {"name": unit["name"], "bid": words.money(unit["bid"], 2), "percent": f"{unit['of_base']:.0f}"}
            told.append(words.say(f"terminal.change_{entry}", **values))
    return told


def _windows(plan: Plan, words: Words, line: _Lines) -> tuple[Table, str]:
    """Return the windows with the most spend, in order of time, and a note on them."""
    windows = window_table(plan)
    chosen = windows.nlargest(_ROWS, "spend").sort_values("start")
    percents = _mean_percent(plan, chosen)
    table = Table(box=None, padding=(0, 1), pad_edge=False, header_style="dim")
    for key, right in (
        ("when", False),
        ("stance", False),
        ("spend_short", True),
        ("bid", True),
        ("of_base", True),
        ("price", True),
        ("conversion", True),
    ):
        table.add_column(line(words.say(f"terminal.{key}")), justify="right" if right else "left", no_wrap=True)
    for row in chosen.itertuples():
        of_mean, of_base = percents.get((row.start, row.end), (None, None))
        table.add_row(
            line(words.span(row.start, row.end)),
            line(words.stance(row.stance), _STYLES.get(row.stance, "")),
            line(words.money(row.spend, 0)),
            line("–" if of_mean is None else f"{of_mean:.0f}%"),
            line("–" if of_base is None else f"{of_base:.0f}%"),
            line(words.times(row.price)),
            line(words.times(row.conversion)),
        )
    note = words.say("terminal.bid_note")
    if len(windows) > len(chosen):
        note = (
            words.say("terminal.rows_left", shown=len(chosen), all=len(windows))
            + ("" if words.lang == "zh" else " ")
            + note
        )
    return table, note


def _mean_percent(plan: Plan, windows: pd.DataFrame) -> dict[tuple[pd.Timestamp, pd.Timestamp], tuple[float, float]]:
    """Return each window's bid in per cent of the plan's mean and of the base bid, means over its spend.

    Windows that spend nothing are left out.
    """
    schedule = plan.schedule.assign(mean_percent=percent_of_mean_bid(plan.schedule))
    schedule = schedule[schedule["spend"] > 0]
    starts, ends = pd.DatetimeIndex(schedule["start"]), pd.DatetimeIndex(schedule["end"])
    percents, spend = schedule[["mean_percent", "bid_percent"]].to_numpy(dtype=float), schedule["spend"].to_numpy()
    found = {}
    for start, end in zip(windows["start"], windows["end"], strict=True):
        inside = (starts >= start) & (ends <= end)
        if inside.any():
            of_mean, of_base = np.average(percents[inside], axis=0, weights=spend[inside].astype(float))
            found[(start, end)] = float(of_mean), float(of_base)
    return found


def _sparks(plan: Plan, words: Words, encoding: str) -> list[tuple[str, str]]:
    """Return a line of 24 marks for each day."""
    try:
        _BLOCKS.encode(encoding)
        blocks = _BLOCKS
    except (UnicodeEncodeError, LookupError):
        blocks = _ASCII
    starts = plan.schedule["start"].dt.tz_convert(words.zone)
    sums = plan.schedule["spend"].groupby([starts.dt.normalize(), starts.dt.hour]).sum()
    top = float(sums.max()) if len(sums) else 0.0
    days = sums.index.get_level_values(0).unique().sort_values()
    return [(words.day(day), sparkline([sums.get((day, hour)) for hour in range(24)], top, blocks)) for day in days]


def _files(console: Console, files: Sequence[Path], words: Words, line: _Lines) -> None:
    """Print what was written, and what to do next."""
    folder = min((path.parent for path in files), key=lambda path: len(path.parts))
    names = [path.relative_to(folder).as_posix() for path in files if path.parent == folder]
    inner = sorted({f"{path.relative_to(folder).parts[0]}/" for path in files if path.parent != folder})
    console.print(line(words.say("terminal.files", count=len(files), folder=folder), "bold"))
    console.print(line("  " + "  ".join([*names, *inner])))
    page = next((path for path in files if path.suffix == ".html"), None)
    steps = [words.say("terminal.open_page", page=page)] if page else []
    steps.append(f"planner export {shlex.quote(str(folder))} --to taobao")
    console.print(line(words.say("terminal.next", steps=("；" if words.lang == "zh" else "; ").join(steps)), "bold"))
