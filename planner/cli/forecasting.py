"""Commands about the forecast: the market table alone, and how past events would have been forecast and planned."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.talk import encoding_option, history_option, lang_option, note, set_language
from planner.wording import Lang, say

if TYPE_CHECKING:
    from planner.backtest import Backtest
    from planner.brief import Brief
    from planner.history import History

__all__ = ["backtest", "forecast"]

_out = click.option("-o", "--out", "folder", type=click.Path(path_type=Path), help="Folder to write to.")
_force = click.option("--force", is_flag=True, help="Overwrite what is there.")


@click.command()
@click.argument("brief", type=click.Path(path_type=Path))
@history_option
@encoding_option
@_out
@lang_option
@_force
def forecast(
    brief: Path, history: Sequence[str], encoding: str | None, folder: Path | None, lang: Lang | None, force: bool
) -> None:
    """Forecast the market of a promotion: one CSV row for every slot and paid channel, on stdout or in a folder.

    \b
    planner forecast brief.toml --history 2025.csv > market.csv
    planner forecast brief.toml --history 2025.csv -o out
    """
    from planner.market import forecast_market
    from planner.slots import make_slots
    from planner.write import csv_text

    told, known = _read(brief, history, encoding, lang)
    market = forecast_market(told, make_slots(told.timetable), known)
    for message in (*(known.notes if known else ()), *market.notes):
        note(message.text(set_language(lang)))
    _give({"market.csv": csv_text(market.table).encode()}, folder, force=force, lang=lang)


@click.command()
@click.argument("brief", type=click.Path(path_type=Path))
@history_option
@encoding_option
@_out
@lang_option
@_force
def backtest(
    brief: Path, history: Sequence[str], encoding: str | None, folder: Path | None, lang: Lang | None, force: bool
) -> None:
    """Score forecast and plan on the past events of the history, each from what was known before it.

    The table of scores goes to stdout; with a folder also the hours, the replays and a chart.

    \b
    planner backtest brief.toml --history 2023.csv --history 2024.csv
    planner backtest brief.toml --history all.csv -o out
    """
    from planner.backtest import backtest as test
    from planner.errors import InputError, Problem
    from planner.wording import Message
    from planner.write import csv_text

    told, known = _read(brief, history, encoding, lang)
    if known is None:
        raise InputError([Problem(Message("backtest.no_event"))])
    result = test(told, known)
    _talk(result, told.promotion.currency, set_language(lang))
    files = {"scores.csv": csv_text(result.scores).encode()}
    if folder is not None:
        files |= _files(result, set_language(lang))
    _give(files, folder, force=force, lang=lang)


def _read(path: Path, paths: Sequence[str], encoding: str | None, lang: Lang | None) -> tuple[Brief, History | None]:
    """Return the brief and the history, in the language settled."""
    from planner.brief import load_brief
    from planner.history import load_history

    brief = load_brief(path)
    if encoding is not None:
        brief = brief.with_(history={"encoding": encoding})
    set_language(lang or brief.promotion.lang)
    return brief, load_history(paths, brief) if paths else None


def _give(files: dict[str, bytes], folder: Path | None, *, force: bool, lang: Lang | None) -> None:
    """Write files to a folder, or the only one to stdout."""
    if folder is None:
        click.echo(b"".join(files.values()), nl=False)
        return
    from planner.write import write_files

    try:
        written = write_files(files, folder, overwrite=force)
    except FileExistsError as there:
        raise click.UsageError(f"{there}; give another folder, or --force to overwrite") from None
    for path in written:
        note(say("backtest.written", set_language(lang), path=path))


def _talk(result: Backtest, currency: str, lang: Lang) -> None:
    """Say the scores in sentences."""
    for message in result.notes:
        note(message.text(lang))
    for row in result.scores.to_dict("records"):
        note(say("backtest.score", lang, **{**row, "quantity": say(f"backtest.{row['quantity']}", lang)}))
    for row in result.replays.to_dict("records"):
        shown = {**row, "plan": say(f"backtest.{row['plan']}", lang), "currency": currency}
        note(say("backtest.replayed", lang, **shown))


def _files(result: Backtest, lang: Lang) -> dict[str, bytes]:
    """Return the tables and the chart of a backtest."""
    from matplotlib.figure import Figure

    from planner.charts import plot_backtest
    from planner.charts.canvas import save
    from planner.write import csv_text

    clicks = result.hours[result.hours["quantity"] == "clicks"]
    axes = plot_backtest(clicks, lang=lang, quantity="clicks")
    title, figure = axes.get_title(loc="left").replace("\n", " "), axes.figure
    assert isinstance(figure, Figure)
    return {
        "hours.csv": csv_text(result.hours).encode(),
        "replays.csv": csv_text(result.replays).encode(),
        **{f"backtest.{form}": save(figure, form, salt="backtest", title=title) for form in ("svg", "png")},
    }
