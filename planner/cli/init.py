"""Commands for somebody who starts: a brief to fill in, and the playbooks."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from planner.cli.options import lang_option, language, note, set_language
from planner.vocabulary.wording import Lang, say

__all__ = ["init", "playbook"]


def _write_new(path: Path, text: str, *, force: bool) -> None:
    """Write a file that is not there yet."""
    if path.exists() and not force:
        raise click.UsageError(f"{path} is already there; give another place, or --force to overwrite it")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


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
    _write_new(
        target,
        files("planner").joinpath("brief", "starter", f"brief.{lang}.toml").read_text(encoding="utf-8"),
        force=force,
    )
    note(say("cli.init_done", lang, path=target))


@click.group()
def playbook() -> None:
    """List, show or copy the built-in playbooks.

    \b
    planner playbook list
    planner playbook copy double11 mine.toml
    """


@playbook.command("list")
@lang_option
def _list(lang: Lang | None) -> None:
    """List the built-in playbooks."""
    from planner.brief.playbook import builtin_playbooks, load_playbook

    lang = set_language(lang)
    for name in builtin_playbooks():
        book = load_playbook(name)
        click.echo(f"{name:<14}{book.title.text(lang)}: {book.about.text(lang)}")


@playbook.command()
@click.argument("name", help="A built-in playbook, or a file of your own.")
@lang_option
def show(name: str, lang: Lang | None) -> None:
    """Show a playbook's windows and what each stands for."""
    from planner.brief.playbook import load_playbook, window_table

    click.echo(window_table(load_playbook(name), set_language(lang)))


@playbook.command()
@click.argument("name", help="A built-in playbook.")
@click.argument("file", type=click.Path(path_type=Path), help="The file to write.")
@click.option("--force", is_flag=True, help="Overwrite a file that is there.")
def copy(name: str, file: Path, force: bool) -> None:
    """Copy a built-in playbook to a file to change."""
    from planner.brief.playbook import playbook_text

    _write_new(file, playbook_text(name), force=force)
    note(say("cli.copy_done", language(), path=file))
