"""Commands that read: any exports to one tidy table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.options import encoding_option, lang_option, note, set_language
from planner.cli.progress import progress_bar
from planner.vocabulary.wording import Lang, say

if TYPE_CHECKING:
    from planner.history import ReadingSettings

__all__ = ["history"]


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The table: .csv or .parquet."
)
@click.option(
    "--brief", type=click.Path(path_type=Path), help="A brief: zone, names, own headers, encoding are taken from it."
)
@click.option("--timezone", help="Zone of times without an offset; else the brief's, else Asia/Shanghai.")
@encoding_option
@click.option("--by-channel", is_flag=True, help="Add campaigns up by channel.")
@click.option("--force", is_flag=True, help="Overwrite the table.")
@lang_option
def history(
    paths: Sequence[str],
    out: Path,
    brief: Path | None,
    timezone: str | None,
    encoding: str | None,
    by_channel: bool,
    force: bool,
    lang: Lang | None,
) -> None:
    """Put any exports together to one tidy table.

    PATH is a file, a folder or a quoted glob: CSV, TSV, xls, xlsx, parquet, plain or in zip and gz.

    \b
    planner history exports/ -o history.csv
    planner history "ads-*.zip" orders.xlsx --brief brief.toml -o history.parquet
    """
    if out.exists() and not force:
        raise click.UsageError(f"{out} is already there; give another name, or --force to overwrite it")
    from planner.history import write_history

    settings = _settings(brief, timezone, encoding, campaigns=not by_channel)
    chosen = set_language(lang)
    with progress_bar(chosen) as progress:
        written = write_history(paths, out, settings, progress=progress)
    for message in written.notes:
        note(message.text(chosen))
    note(say("history.written", chosen, path=out, rows=written.rows, files=len(written.sources)))


def _settings(brief: Path | None, timezone: str | None, encoding: str | None, *, campaigns: bool) -> ReadingSettings:
    """Return how to read, from a brief and the options that overrule it."""
    from dataclasses import replace
    from zoneinfo import ZoneInfo, available_timezones

    from planner.history import ReadingSettings, settings_of

    if timezone is not None and timezone not in available_timezones():
        raise click.UsageError(f"{timezone!r} is no time zone; write one such as Asia/Shanghai")
    settings = ReadingSettings(campaigns=campaigns)
    if brief is not None:
        from planner.brief import load_brief

        settings = settings_of(load_brief(brief), campaigns=campaigns)
    if timezone is not None:
        settings = replace(settings, zone=ZoneInfo(timezone))
    return settings if encoding is None else replace(settings, encoding=encoding)
