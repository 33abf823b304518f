"""``planner playbook``: the built-in playbooks listed, shown and copied."""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.files import write_new
from planner.cli.options import lang_option, language, note, set_language
from planner.vocabulary.wording import Lang, say

__all__ = ["playbook"]


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

    write_new(file, playbook_text(name), force=force)
    note(say("cli.copy_done", language(), path=file))
