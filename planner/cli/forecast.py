"""``planner forecast``: the market table alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

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
from planner.vocabulary.wording import Lang

__all__ = ["forecast"]


@click.command()
@click.argument("brief", type=click.Path(path_type=Path))
@history_option
@encoding_option
@folder_option
@lang_option
@force_option
def forecast(
    brief: Path, history: Sequence[str], encoding: str | None, folder: Path | None, lang: Lang | None, force: bool
) -> None:
    """Forecast the market of a promotion: one CSV row for every slot and paid channel, on stdout or in a folder.

    \b
    planner forecast brief.toml --history 2025.csv > market.csv
    planner forecast brief.toml --history 2025.csv -o out
    """
    from planner.brief.slots import make_slots
    from planner.market import forecast_market
    from planner.outputs.plan_folder import csv_text

    told = loaded_brief(brief, lang, encoding=encoding)
    known = loaded_history(told, history)
    market = forecast_market(told, make_slots(told.timetable), known)
    for message in (*(known.notes if known else ()), *market.notes):
        note(message.text(set_language(lang)))
    give_files({"market.csv": csv_text(market.table).encode()}, folder, force=force, lang=lang)
