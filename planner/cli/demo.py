"""``planner demo``: the whole job on the bundled example."""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.inputs import loaded_brief
from planner.cli.options import (
    force_plan_option,
    lang_option,
    plan_folder_option,
    seed_option,
    set_language,
    tables_only_option,
)
from planner.cli.plan import plan_and_write
from planner.vocabulary.wording import Lang

__all__ = ["demo"]


@click.command()
@plan_folder_option
@lang_option
@seed_option
@tables_only_option
@force_plan_option
def demo(folder: Path, lang: Lang | None, seed: int, tables_only: bool, force: bool) -> None:
    """Plan the bundled example shop: the whole job, no input needed; an earlier plan of it is replaced.

    \b
    planner demo -o out
    planner demo -o out --lang zh
    """
    from planner.brief.example import example_paths, holds_example_plan

    brief_path, history_path = example_paths(set_language(lang))
    force = force or holds_example_plan(folder)
    plan_and_write(
        loaded_brief(brief_path, lang), [history_path], folder, seed=seed, tables_only=tables_only, force=force
    )
