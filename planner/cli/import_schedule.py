"""``planner import-schedule``: an ad tool's schedule read into a tidy CSV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.files import written
from planner.cli.options import lang_option, note, set_language
from planner.vocabulary.wording import Lang, first_of, say

if TYPE_CHECKING:
    from planner.outputs.adtools import Sheet

__all__ = ["import_schedule"]


@click.command("import-schedule")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--from", "target", required=True, metavar="TARGET", help="The ad tool the file is from.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="CSV to write; else standard output.")
@lang_option
@click.option("--force", is_flag=True, help="Overwrite a file that is there.")
def import_schedule(file: Path, target: str, out: Path | None, lang: Lang | None, force: bool) -> None:
    """Read an ad tool's schedule into a tidy CSV: campaign, day, start, end, percent of the base bid.

    \b
    planner import-schedule now.txt --from taobao
    planner import-schedule editor.csv --from google-ads-editor -o now-tidy.csv

    What a plan would change in it: planner compare PLAN_DIR FILE --from TARGET
    """
    from planner.outputs.adtools import read_schedule, tidy_sheets
    from planner.outputs.plan_folder import csv_text

    lang = set_language(lang)
    sheets = read_schedule(file, target)
    _remark(sheets, target, lang)
    text = csv_text(tidy_sheets(sheets))
    if out is None:
        click.echo(text, nl=False)
        return
    written({out.name: text.encode()}, out.parent, force=force, place="file")


def _remark(sheets: Sequence[Sheet], target: str, lang: Lang) -> None:
    """Say which numbers the tool's limits, as we know them, would not allow, and whose name was mended."""
    from planner.outputs.adtools import find_tool

    tool = find_tool(target)
    for sheet in sheets:
        strange = (sheet.percent > 0) & ((sheet.percent < tool.minimum) | (sheet.percent > tool.maximum))
        if strange.any():
            values = {"name": sheet.name or target, "count": int(strange.sum()), "tool": tool.title}
            note(say("adtools.outside_range", lang, **values, low=tool.minimum, high=tool.maximum))
    if mended := [sheet.name for sheet in sheets if sheet.mended]:
        note(say("adtools.unseen_taken_out", lang, names=first_of(mended, 12)))
