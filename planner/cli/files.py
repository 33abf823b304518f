"""Files that commands write: never over what is there, unless they are told to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from planner.cli.options import note, set_language
from planner.vocabulary.wording import Lang, say

__all__ = ["give_files", "write_new", "written"]


def write_new(path: Path, text: str, *, force: bool) -> None:
    """Write a file that is not there yet."""
    if path.exists() and not force:
        raise click.UsageError(f"{path} is already there; give another place, or --force to overwrite it")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def written(files: Mapping[str, bytes], folder: Path, *, force: bool, place: str = "folder") -> list[Path]:
    """Write files to a folder, all or none, and return their paths; `place` is what else could be given."""
    from planner.outputs.plan_folder import write_files

    try:
        return write_files(files, folder, overwrite=force)
    except FileExistsError as error:
        advice = f"give another {place}, or --force to overwrite it"
        raise click.UsageError(f"{error} is already there; {advice}") from error


def give_files(files: Mapping[str, bytes], folder: Path | None, *, force: bool, lang: Lang | None) -> None:
    """Write files to a folder, or the only one to stdout."""
    if folder is None:
        click.echo(b"".join(files.values()), nl=False)
        return
    for path in written(files, folder, force=force):
        note(say("backtest.written", set_language(lang), path=path))
