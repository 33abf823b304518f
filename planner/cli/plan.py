"""``planner plan``: a promotion planned hour by hour, written to a folder and summed up on the terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.inputs import loaded_brief, loaded_history, with_customers_of
from planner.cli.options import (
    AMOUNT,
    encoding_option,
    force_plan_option,
    history_option,
    lang_option,
    note,
    plan_folder_option,
    seed_option,
    set_language,
    tables_only_option,
)
from planner.cli.waiting import waiting
from planner.vocabulary.wording import Lang, Message, Text, say

if TYPE_CHECKING:
    from planner.brief import Brief

__all__ = ["plan", "plan_and_write"]

_NOTES = 6
_WEIGHTY = (
    *("actions.register_late", "history.no_channel_matches", "market.no_event"),
    *("market.scale_guessed", "market.click_through_guessed", "market.curve_guessed", "market.money_gone"),
)


@click.command()
@click.argument("brief", type=click.Path(path_type=Path), help="The brief, a TOML file.")
@history_option
@encoding_option
@plan_folder_option
@click.option("--budget", type=AMOUNT, help="Another total than the brief's: 30000, 30k, 3万.")
@click.option("--customers", type=click.Path(path_type=Path), help="Customer file; its people make the SMS segments.")
@lang_option
@seed_option
@tables_only_option
@click.option("--json", "as_json", is_flag=True, help="Print plan.json on stdout.")
@force_plan_option
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
    loaded = with_customers_of(loaded_brief(brief, lang, budget=budget, encoding=encoding), customers)
    plan_and_write(loaded, history, folder, seed=seed, tables_only=tables_only, force=force, as_json=as_json)


def plan_and_write(
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
        from planner.outputs.plan_folder import write_plan
        from planner.plan import make_plan

        made = make_plan(brief, loaded_history(brief, history), lang=lang, seed=seed)
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
