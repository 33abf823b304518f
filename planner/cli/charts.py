"""``planner charts``: a plan's charts drawn again."""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.options import lang_option, note, set_language
from planner.cli.waiting import waiting
from planner.vocabulary.wording import Lang

__all__ = ["charts"]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), help="A folder that `planner plan` wrote.")
@lang_option
@click.option(
    "--form",
    "forms",
    type=click.Choice(["svg", "png", "pdf"]),
    multiple=True,
    default=("svg", "png"),
    show_default=True,
    help="Kind of picture; may be given several times.",
)
def charts(folder: Path, lang: Lang | None, forms: tuple[str, ...]) -> None:
    """Draw a plan's charts again, from its plan.json into its folder charts.

    \b
    planner charts out --lang zh
    planner charts out --form pdf
    """
    set_language(lang)
    with waiting("terminal.writing"):
        from planner.charts import draw_all
        from planner.outputs.plan_folder import read_plan, write_files

        plan = read_plan(folder)
        written = write_files(draw_all(plan, None, lang or plan.lang, forms=forms), folder / "charts", overwrite=True)
    for path in written:
        note(str(path))
