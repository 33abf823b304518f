"""``planner doctor``: what this machine can draw, read and write."""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.options import lang_option, set_language
from planner.vocabulary.wording import Lang

__all__ = ["doctor"]


@click.command()
@click.argument("brief", type=click.Path(path_type=Path), required=False, help="A brief whose characters to look at.")
@lang_option
def doctor(brief: Path | None, lang: Lang | None) -> None:
    """Say what this machine can draw, read and write: versions, fonts, encodings, folders, time zones.

    \b
    planner doctor
    planner doctor brief.toml
    """
    from planner.cli.machine import examine

    lang = set_language(lang)
    findings = examine(brief)
    for finding in findings:
        click.echo(finding.text(lang))
    if any(finding.bad for finding in findings):
        raise click.exceptions.Exit(3)
