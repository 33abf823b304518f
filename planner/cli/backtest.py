"""``planner backtest``: forecast and plan scored on past events."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.files import give_files
from planner.cli.inputs import loaded_brief, loaded_history
from planner.cli.options import (
    encoding_option,
    folder_option,
    force_option,
    history_option,
    lang_option,
    note,
    set_language,
)
from planner.vocabulary.wording import Lang, say

if TYPE_CHECKING:
    from planner.backtest import Backtest

__all__ = ["backtest"]


@click.command()
@click.argument("brief", type=click.Path(path_type=Path))
@history_option
@encoding_option
@folder_option
@lang_option
@force_option
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
    from planner.outputs.plan_folder import csv_text
    from planner.vocabulary.errors import InputError, Problem
    from planner.vocabulary.wording import Message

    told = loaded_brief(brief, lang, encoding=encoding)
    known = loaded_history(told, history)
    if known is None:
        raise InputError([Problem(Message("backtest.no_event"))])
    result = test(told, known)
    _talk(result, told.promotion.currency, set_language(lang))
    files = {"scores.csv": csv_text(result.scores).encode()}
    if folder is not None:
        files |= _files(result, set_language(lang))
    give_files(files, folder, force=force, lang=lang)


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
    from planner.outputs.plan_folder import csv_text

    clicks = result.hours[result.hours["quantity"] == "clicks"]
    axes = plot_backtest(clicks, lang=lang, quantity="clicks")
    title, figure = axes.get_title(loc="left").replace("\n", " "), axes.figure
    assert isinstance(figure, Figure)
    return {
        "hours.csv": csv_text(result.hours).encode(),
        "replays.csv": csv_text(result.replays).encode(),
        **{f"backtest.{form}": save(figure, form, salt="backtest", title=title) for form in ("svg", "png")},
    }
