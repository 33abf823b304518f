"""Commands for ad tools: a plan as their own schedules, and their schedules read back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.talk import lang_option, note, set_language
from planner.wording import Lang, first_of, say

if TYPE_CHECKING:
    from planner.adtools import Export, Sheet
    from planner.charts.words import Words

__all__ = ["export", "import_schedule"]


@click.command()
@click.argument("plan_dir", type=click.Path(path_type=Path))
@click.option("--to", "target", required=True, metavar="TARGET", help="The ad tool; a wrong name lists them all.")
@click.option(
    "-o", "--out", "folder", type=click.Path(path_type=Path), help="Folder to write to; else standard output."
)
@click.option("--channel", "channels", multiple=True, help="Only this channel; may be given several times.")
@click.option("--campaign", "campaigns", multiple=True, help="Only this campaign; may be given several times.")
@click.option("--off", "allow_off", is_flag=True, help="Hours not worth the tool's lowest number are off.")
@click.option(
    "--restore", multiple=True, metavar="[NAME=]FILE", help="The schedule that is in the tool now, to be put back."
)
@click.option("--columns", help="For csv: columns of the schedule, joined by commas.")
@click.option("--format", "extension", help="On standard output: the form, where a tool has several (txt, json).")
@lang_option
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
def export(
    plan_dir: Path,
    target: str,
    folder: Path | None,
    channels: Sequence[str],
    campaigns: Sequence[str],
    allow_off: bool,
    restore: Sequence[str],
    columns: str | None,
    extension: str | None,
    lang: Lang | None,
    force: bool,
) -> None:
    """Write a plan as an ad tool's own schedule, with what its limits cost and what to do when.

    \b
    planner export out --to taobao -o schedules
    planner export out --to taobao --channel search > search.txt
    planner export out --to google-ads-editor --restore now.csv -o schedules
    """
    from planner.adtools import export_plan
    from planner.charts.words import Words
    from planner.write import read_plan

    plan = read_plan(plan_dir)
    lang = set_language(lang or plan.lang)
    made = export_plan(
        plan,
        target,
        channels=channels,
        campaigns=campaigns,
        allow_off=allow_off,
        restore=_old(restore, target),
        columns=[name.strip() for name in columns.split(",")] if columns else (),
        lang=lang,
    )
    lines = _lines(made, plan.summary.currency, lang)
    if folder is None:
        text = _only_file(made, extension, lang)
        note("\n".join([*lines, *([] if made.tool.exact else [say("adtools.folder_gives", lang)])]))
        click.echo(text, nl=False)
    else:
        _write(made, folder, lines, Words.of(plan, lang), force=force)


def _old(given: Sequence[str], target: str) -> dict[str, Sheet]:
    """Return the schedules that are in the tool now, by campaign; a file of one campaign may be named before a =."""
    from planner.adtools import read_schedule

    found: dict[str, Sheet] = {}
    for text in given:
        name, _, path = text.rpartition("=") if not Path(text).exists() else ("", "", text)
        found |= {name or sheet.name: sheet for sheet in read_schedule(Path(path), target)}
    return found


def _lines(made: Export, currency: str, lang: Lang) -> list[str]:
    """Return what an export has to say."""
    from planner.adtools import export_messages

    return [message.text(lang) for message in export_messages(made, currency)]


def _only_file(made: Export, extension: str | None, lang: Lang) -> str:
    """Return the one schedule that standard output can take."""
    wanted = extension or made.tool.forms[0].extension
    files = {name: text for name, text in made.schedules.items() if name.endswith(f".{wanted}")}
    if not files:
        known = ", ".join(form.extension for form in made.tool.forms)
        raise click.UsageError(f"{made.tool.name} has no form {wanted}; there are {known}")
    if len(files) > 1:
        raise click.UsageError(say("adtools.many_files", lang, count=len(files), names=", ".join(files)))
    return next(iter(files.values()))


def _write(made: Export, folder: Path, lines: Sequence[str], words: Words, *, force: bool) -> None:
    """Write an export and everything beside it."""
    from planner.adtools import actions_calendar
    from planner.cli.handing import handed_csv
    from planner.write import write_files

    name = made.tool.name
    files = {file: text.encode() for file, text in {**made.schedules, **made.restore}.items()}
    if not made.tool.exact:
        files |= {
            f"{name}-loss.csv": handed_csv(made.loss_rows(), words),
            f"{name}-limits.csv": handed_csv(made.budgets, words),
            f"{name}-actions.csv": handed_csv(made.actions.drop(columns="step"), words),
            f"{name}-actions.ics": actions_calendar(made.actions, name, words.promotion),
            f"{name}-notes.txt": ("\n".join(lines) + "\n").encode("utf-8-sig"),
        }
    try:
        written = write_files(files, folder, overwrite=force)
    except FileExistsError as error:
        raise click.UsageError(f"{error} is already there; give another folder, or --force to overwrite it") from error
    for line in lines:
        note(line)
    names = ", ".join(path.name for path in written)
    note(words.say("adtools.written", count=len(written), folder=folder, names=names))


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
    from planner.adtools import read_schedule, tidy_sheets
    from planner.write import csv_text, write_files

    lang = set_language(lang)
    sheets = read_schedule(file, target)
    _remark(sheets, target, lang)
    text = csv_text(tidy_sheets(sheets))
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        write_files({out.name: text.encode()}, out.parent, overwrite=force)
    except FileExistsError as error:
        raise click.UsageError(f"{error} is already there; give another file, or --force to overwrite it") from error


def _remark(sheets: Sequence[Sheet], target: str, lang: Lang) -> None:
    """Say which numbers the tool's limits, as we know them, would not allow, and whose name was mended."""
    from planner.adtools import find_tool

    tool = find_tool(target)
    for sheet in sheets:
        strange = (sheet.percent > 0) & ((sheet.percent < tool.minimum) | (sheet.percent > tool.maximum))
        if strange.any():
            values = {"name": sheet.name or target, "count": int(strange.sum()), "tool": tool.title}
            note(say("adtools.outside_range", lang, **values, low=tool.minimum, high=tool.maximum))
    if mended := [sheet.name for sheet in sheets if sheet.mended]:
        note(say("adtools.unseen_taken_out", lang, names=first_of(mended, 12)))
