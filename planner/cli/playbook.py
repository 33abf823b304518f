"""``planner playbook``: playbooks listed, shown, copied and learnt from shops."""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.files import write_new
from planner.cli.options import lang_option, language, note, set_language
from planner.vocabulary.wording import Lang, say

__all__ = ["playbook"]


@click.group()
def playbook() -> None:
    """List, show or copy the built-in playbooks, or learn one from shops.

    \b
    planner playbook list
    planner playbook copy double11 mine.toml
    planner playbook learn shops --from double11 -o learnt.toml
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


@playbook.command()
@click.argument("shops", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--from", "start", metavar="NAME", help="The playbook to start from; by default the one all shops name.")
@click.option("-o", "--output", "out", type=click.Path(path_type=Path), required=True, help="The file to write.")
@click.option("--least-shops", default=5, type=click.IntRange(1), help="Publish no number with fewer shops behind it.")
@click.option("--stances", is_flag=True, help="Rewrite the stances that the events speak against.")
@click.option("--mix", is_flag=True, help="Take in shops whose brief names another playbook.")
@click.option("--force", is_flag=True, help="Overwrite a file that is there.")
@lang_option
def learn(
    shops: tuple[Path, ...],
    start: str | None,
    out: Path,
    least_shops: int,
    stances: bool,
    mix: bool,
    force: bool,
    lang: Lang | None,
) -> None:
    """Learn a playbook from the past events of shops: SHOPS are folders, each with its brief.toml and its history.

    \b
    planner playbook learn shops --from double11 -o learnt.toml
    """
    from planner.cli.playbook_learn import learn_from

    set_language(lang)
    if out.exists() and not force:
        raise click.UsageError(f"{out} is already there; give another place, or --force to overwrite it")
    learn_from(shops, start, out, least_shops=least_shops, stances=stances, mix=mix, force=force)
