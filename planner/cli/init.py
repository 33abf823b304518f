"""``planner init``: a commented brief to fill in."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from planner.cli.files import write_new
from planner.cli.options import lang_option, note, set_language
from planner.vocabulary.wording import Lang, say

__all__ = ["init"]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path(), help="Where to put brief.toml.")
@lang_option
@click.option("--force", is_flag=True, help="Overwrite a brief that is there.")
def init(folder: Path, lang: Lang | None, force: bool) -> None:
    """Write a commented brief.toml to fill in.

    \b
    planner init
    planner init double11/ --lang zh
    """
    lang = set_language(lang)
    target = folder if folder.suffix == ".toml" else folder / "brief.toml"
    write_new(
        target,
        files("planner").joinpath("brief", "starter", f"brief.{lang}.toml").read_text(encoding="utf-8"),
        force=force,
    )
    note(say("cli.init_done", lang, path=target))
