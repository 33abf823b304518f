"""Commands that plan: the example, a brief's check, and the plan itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.talk import AMOUNT, encoding_option, history_option, lang_option, note, set_language
from planner.cli.waiting import waiting
from planner.wording import LANGUAGES, Lang, Message, Text, say

if TYPE_CHECKING:
    from planner.brief import Brief
    from planner.history import History

__all__ = ["check", "demo", "plan"]

_NOTES = 6
_WEIGHTY = (
    *("actions.register_late", "history.no_channel_matches", "market.no_event"),
    *("market.scale_guessed", "market.click_through_guessed", "market.curve_guessed", "market.money_gone"),
)

_out = click.option(
    "-o", "--out", "folder", type=click.Path(path_type=Path), required=True, help="Folder to write the plan to."
)
_tables_only = click.option(
    "--tables-only", is_flag=True, help="Only the CSV tables and plan.json: no charts, page or workbook."
)
_force = click.option("--force", is_flag=True, help="Overwrite a plan that is there.")
_seed = click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the drawn markets."
)


@click.command()
@_out
@lang_option
@_seed
@_tables_only
@_force
def demo(folder: Path, lang: Lang | None, seed: int, tables_only: bool, force: bool) -> None:
    """Plan the bundled example shop: the whole job, no input needed; an earlier plan of it is replaced.

    \b
    planner demo -o out
    planner demo -o out --lang zh
    """
    from planner.example import example_paths, holds_example_plan

    brief_path, history_path = example_paths(set_language(lang))
    force = force or holds_example_plan(folder)
    _plan(_loaded(brief_path, lang), [history_path], folder, seed=seed, tables_only=tables_only, force=force)


@click.command()
@click.argument("brief", type=click.Path(path_type=Path), help="The brief, a TOML file.")
@history_option
@encoding_option
@_out
@click.option("--budget", type=AMOUNT, help="Another total than the brief's: 30000, 30k, 3万.")
@click.option("--customers", type=click.Path(path_type=Path), help="Customer file; its people make the SMS segments.")
@lang_option
@_seed
@_tables_only
@click.option("--json", "as_json", is_flag=True, help="Print plan.json on stdout.")
@_force
def plan(
    brief: Path,
    history: Sequence[str],
    encoding: str | None,
    folder: Path,
    budget: float | None,
    customers: Path | None,
    lang: Lang | None,
    seed: int,
    tables_only: bool,
    as_json: bool,
    force: bool,
) -> None:
    """Plan a promotion hour by hour: bids and spend per channel, messages, and who does what when.

    \b
    planner plan brief.toml -o out
    planner plan brief.toml --history 2025.csv --history "exports/*.csv" -o out
    planner plan brief.toml --history data.csv -o out --budget 3万 --json | jq .summary
    """
    loaded = _with_customers(_loaded(brief, lang, budget=budget, encoding=encoding), customers)
    _plan(loaded, history, folder, seed=seed, tables_only=tables_only, force=force, as_json=as_json)


@click.command()
@click.argument("brief", type=click.Path(path_type=Path), help="The brief, a TOML file.")
@history_option
@encoding_option
@lang_option
def check(brief: Path, history: Sequence[str], encoding: str | None, lang: Lang | None) -> None:
    """Validate a brief and its history, and say what the plan will rest on; write nothing.

    \b
    planner check brief.toml
    planner check brief.toml --history data.csv
    """
    from planner.cli.foundations import foundations

    loaded = _loaded(brief, lang, encoding=encoding)
    for line in foundations(loaded, _history(loaded, history), set_language(lang or loaded.promotion.lang)):
        click.echo(line)


def _loaded(path: Path, lang: Lang | None, *, budget: float | None = None, encoding: str | None = None) -> Brief:
    """Return a brief with what the options overrule, and settle the language of this run by it."""
    from planner.brief import parse_brief, read_brief

    set_language(lang)
    source = read_brief(path)
    promotion = source.data.get("promotion")
    spoken = promotion.get("lang") if isinstance(promotion, dict) else None
    if lang is None and spoken in LANGUAGES:
        set_language(spoken)  # what is wrong with a brief is told in its own language
    brief = parse_brief(source)
    if budget is not None:
        brief = brief.with_(budget=budget)
    if encoding is not None:
        brief = brief.with_(history={"encoding": encoding})
    set_language(lang or brief.promotion.lang)
    return brief


def _with_customers(brief: Brief, path: Path | None) -> Brief:
    """Return a brief whose segments are those of a customer file; the same one where none is given."""
    if path is None:
        return brief
    from planner.customers import read_customers, with_customers

    people = read_customers(path)
    for message in people.notes:
        note(message.text(set_language(None)))
    return with_customers(brief, people)


def _history(brief: Brief, paths: Sequence[str | Path]) -> History | None:
    """Return the history that files hold; None where none are given."""
    if not paths:
        return None
    from planner.cli.progress import progress_bar
    from planner.history import load_history

    with progress_bar(set_language(None)) as progress:
        return load_history(paths, brief, progress=progress)


def _plan(
    brief: Brief,
    history: Sequence[str | Path],
    folder: Path,
    *,
    seed: int,
    tables_only: bool,
    force: bool,
    as_json: bool = False,
) -> None:
    """Plan, write, and show the summary."""
    lang = set_language(None)
    if not force and (folder / "plan.json").exists():
        raise click.UsageError(say("cli.holds_a_plan", lang, folder=folder))
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(str(folder))
    with waiting("terminal.planning"):
        from planner.actions import registration_note
        from planner.plan import make_plan
        from planner.write import write_plan

        made = make_plan(brief, _history(brief, history), lang=lang, seed=seed)
    try:
        with waiting("terminal.writing"):
            files = write_plan(made, folder, tables_only=tables_only, overwrite=force)
    except FileExistsError as error:
        raise click.UsageError(say("cli.already_there", lang, path=error.filename)) from error
    if as_json:
        click.echo((folder / "plan.json").read_text(encoding="utf-8"), nl=False)
    else:
        from planner.cli.terminal import show_summary

        show_summary(made, files, lang)
    late = registration_note(made.brief, made.sms, dt.date.today())
    for line in _weighty(
        ([late] if late else []) + list(made.notes), "plan.json" if tables_only else "report.html", lang
    ):
        note(line)


def _weighty(notes: Sequence[Message | Text], page: str, lang: Lang) -> list[str]:
    """Return the notes that change what a plan rests on, the gravest first, and where the others are to be read."""
    found = [(key, one) for one in notes if (key := one.key if isinstance(one, Message) else "") in _WEIGHTY]
    shown = [one for _, one in sorted(found, key=lambda pair: _WEIGHTY.index(pair[0]))][:_NOTES]
    lines = [say("cli.rests_on", lang), *("  " + one.text(lang) for one in shown)] if shown else []
    left = len(notes) - len(shown)
    return [*lines, say("cli.more_notes", lang, count=left, page=page)] if lines and left else lines
