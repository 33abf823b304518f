"""The command that compares two plans, or a plan with the schedule that is in an ad tool now.

Of two plans it shows what was changed, what came of it, where the money moved and why; of a schedule the hours whose
percentage changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.options import lang_option, set_language
from planner.vocabulary.wording import Lang

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    import pandas as pd
    from rich.console import JustifyMethod
    from rich.table import Table

    from planner.charts.words import Words
    from planner.plan import Plan

__all__ = ["compare"]

_LARGEST = 15
_RATES = ("money_price",)
_COUNTS = ("orders", "hours")


@click.command()
@click.argument("before", type=click.Path(path_type=Path), help="A folder that `planner plan` wrote.")
@click.argument("after", type=click.Path(path_type=Path), help="Another one; with --from the file of a schedule.")
@click.option(
    "--by",
    type=click.Choice(["hour", "window", "channel"]),
    default="window",
    show_default=True,
    help="A row for each channel and each of these.",
)
@click.option("--from", "target", metavar="TARGET", help="AFTER is the schedule that is in this ad tool now.")
@click.option("--channel", "channels", multiple=True, help="With --from: only this channel; may be repeated.")
@click.option("--csv", "as_csv", is_flag=True, help="Print everything that moved as CSV.")
@lang_option
def compare(
    before: Path,
    after: Path,
    by: str,
    target: str | None,
    channels: Sequence[str],
    as_csv: bool,
    lang: Lang | None,
) -> None:
    """Compare two plans: hours, channels, money, expected profit, what moved and why.

    With --from: which hours of the schedule in an ad tool the plan changes, from which percentage to which.

    \b
    planner compare out out-with-less
    planner compare out out-with-less --by hour --csv > moved.csv
    planner compare out now.txt --from taobao --channel search
    """
    from planner.outputs.plan_folder import csv_text, read_plan
    from planner.plan.changes import plan_changes

    if target is not None:
        _compare_schedule(read_plan(before), after, target, channels, as_csv=as_csv, lang=lang)
        return
    if channels:
        raise click.UsageError("--channel goes with --from")
    plans = read_plan(before), read_plan(after)
    lang = set_language(lang or plans[1].lang)
    moved = plan_changes(*plans, by=by, lang=lang)  # type: ignore[arg-type]
    if as_csv:
        click.echo(csv_text(moved), nl=False)
        return
    _show(*plans, moved, lang)


def _compare_schedule(
    plan: Plan, file: Path, target: str, channels: Sequence[str], *, as_csv: bool, lang: Lang | None
) -> None:
    """Print what the plan changes in a schedule."""
    from planner.charts.words import Words
    from planner.outputs.adtools import find_tool, read_schedule, schedule_changes
    from planner.outputs.plan_folder import csv_text

    lang = set_language(lang or plan.lang)
    words = Words.of(plan, lang)
    changes = schedule_changes(plan, target, read_schedule(file, target), channels=channels)
    if as_csv:
        click.echo(csv_text(changes), nl=False)
        return
    parts: list[Table | str] = []
    for (name, base), rows in changes.groupby(["campaign", "base"], sort=False):
        title = words.say(
            "adtools.changes", name=words.channel(str(name)), tool=find_tool(target).title, count=len(rows)
        )
        shown = [_hour(row, words) for row in rows.to_dict("records")]
        parts += [title, _table(words, None, ["when", "now", "plan"], shown)]
        parts.append(words.say("adtools.changes_base", base=base, currency=words.currency) + "\n")
    _print(parts or [words.say("adtools.no_changes", tool=find_tool(target).title)])


def _hour(row: dict[Hashable, object], words: Words) -> list[str]:
    """Return one change of a schedule as texts."""
    from planner.outputs.adtools.tool import WEEKDAYS

    day = str(row["day"])
    if day in WEEKDAYS:
        day = words.say(f"labels.weekday_{WEEKDAYS.index(day)}")
    elif not day[:1].isdigit():
        day = words.say(f"adtools.day_{day.replace(' ', '_')}")
    told = [
        words.say("adtools.off") if not row[name] else f"{row[name]:g} %" for name in ("percent_now", "percent_plan")
    ]
    from_date = f"{row['period']} · " if row["period"] else ""
    return [f"{from_date}{day} {row['start']}–{row['end']}", *told]


def _show(before: Plan, after: Plan, moved: pd.DataFrame, lang: Lang) -> None:
    """Print the comparison of two plans."""
    from planner.charts.words import Words

    _print(_parts(before, after, moved, Words.of(after, lang)))


def _print(parts: Iterable[Table | str]) -> None:
    """Print what is compared, no wider than the terminal."""
    import os
    import sys

    from rich.console import Console

    from planner.cli.nearest import fit

    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = 100
    for part in parts:
        with console.capture() as captured:
            console.print(part)
        click.echo(fit(captured.get(), sys.stdout.encoding or "utf-8"), nl=False)


def _parts(before: Plan, after: Plan, moved: pd.DataFrame, words: Words) -> Iterator[Table | str]:
    """Yield what is printed, from the cause to the detail."""
    from planner.plan.changes import brief_changes, figure_changes

    changes = brief_changes(before, after, words.lang)
    if not len(changes) and not len(moved):
        yield words.say("compare.nothing")
        return
    if len(changes):
        yield _table(
            words,
            words.say("compare.changed"),
            ["", "before", "after"],
            [_changed(row, words) for row in changes.to_numpy()],
        )
    figures = [_figures(name, row, words) for name, row in figure_changes(before, after).iterrows()]
    yield _table(words, words.say("compare.figures"), ["", "before", "after", "change"], figures)
    if len(moved):
        largest = moved.loc[moved["spend_change"].abs().nlargest(_LARGEST).index].sort_index()
        shared, whys = _shared(list(largest["why"]), "；" if words.lang == "zh" else "; ")
        rows = [[*_moved(row, words), why] for row, why in zip(largest.to_dict("records"), whys, strict=True)]
        title = words.say("compare.moved", shown=len(largest), count=len(moved))
        yield _table(words, title, _COLUMNS, rows)
        if shared:
            yield words.say("compare.all_rows", why=shared)


def _shared(whys: list[str], between: str) -> tuple[str, list[str]]:
    """Return the reasons that all rows share, and what is left to say of each row."""
    parts = [why.split(between) for why in whys]
    shared = [part for part in parts[0] if all(part in row for row in parts)] if len(parts) > 1 else []
    return between.join(shared), [between.join(part for part in row if part not in shared) for row in parts]


_COLUMNS = ["when", "channel", "before", "after", "profit", "why"]


def _table(words: Words, title: str | None, columns: list[str], rows: list[list[str]]) -> Table:
    """Return one part of the comparison."""
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 1), pad_edge=False)
    for name in columns:
        wide = name in ("", "when", "channel", "why")
        label = words.say(f"compare.{name}") if name else ""
        side: JustifyMethod = "left" if wide else "right"
        table.add_column(label, justify=side, no_wrap=not wide, overflow="fold", header_style="dim")
    for row in rows:
        table.add_row(*row)
    table.add_row()
    return table


def _changed(row: list[object], words: Words) -> list[str]:
    """Return one change of the brief as texts."""
    return [
        words.say("compare.none") if value is None else f"{value:,.10g}" if isinstance(value, float) else str(value)
        for value in row
    ]


def _figures(name: object, row: pd.Series, words: Words) -> list[str]:
    """Return one figure as texts."""

    def write(amount: float) -> str:
        return f"{amount:,.2f}" if name in _RATES else f"{amount:,.1f}" if name in _COUNTS else words.money(amount)

    values = [write(row[side]) for side in ("before", "after", "change")]
    values[2] = ("+" if row["change"] > 0 else "") + values[2]
    return [words.say(f"compare.figure_{name}"), *values]


def _moved(row: dict[str, object], words: Words) -> list[str]:
    """Return one row that moved as texts: the money before and after, and what it does to the forecast's profit."""
    import pandas as pd

    from planner.plan.changes import MESSAGES

    start, end = pd.Timestamp(row["start"]), pd.Timestamp(row["end"])
    channel = str(row["channel"])
    change = float(str(row["profit_change"]))
    return [
        words.moment(start) if start == end else words.span(start, end),
        words.say("compare.messages") if channel == MESSAGES else words.channel(channel),
        words.money(float(str(row["spend_before"]))),
        words.money(float(str(row["spend_after"]))),
        ("+" if change > 0 else "") + words.money(change),
    ]
