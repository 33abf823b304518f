"""``planner check``: a brief and its history validated, and what the plan will rest on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from planner.cli.inputs import loaded_brief, loaded_history
from planner.cli.options import encoding_option, history_option, lang_option, set_language
from planner.vocabulary.wording import Lang

__all__ = ["check"]


@click.command()
@click.argument("brief", type=click.Path(path_type=Path), help="The brief, a TOML file.")
@history_option
@encoding_option
@lang_option
def check(brief: Path, history: Sequence[str], encoding: str | None, lang: Lang | None) -> None:
    """Validate a brief and its history, and say what the plan will rest on; write nothing.

    \b
    planner check brief.toml
    planner check brief.toml --history data.csv
    """
    from planner.cli.rests_on import foundations

    loaded = loaded_brief(brief, lang, encoding=encoding)
    for line in foundations(loaded, loaded_history(loaded, history), set_language(lang or loaded.promotion.lang)):
        click.echo(line)
