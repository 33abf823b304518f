"""``planner sms-lists``: the recipient files of a plan's sends."""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.files import written
from planner.cli.options import lang_option, note, set_language
from planner.vocabulary.wording import Lang, Message

__all__ = ["sms_lists"]


@click.command()
@click.argument("plan_dir", type=click.Path(path_type=Path), help="The folder of a plan.")
@click.option("--customers", type=click.Path(path_type=Path), required=True, help="Customer file, CSV or xlsx.")
@click.option("-o", "--out", "folder", type=click.Path(path_type=Path), required=True, help="Folder for the files.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of who is held out.")
@click.option("--quiet-days", type=click.IntRange(min=0), default=3, show_default=True, help="Days since the last SMS.")
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
@lang_option
def sms_lists(
    plan_dir: Path, customers: Path, folder: Path, seed: int, quiet_days: int, force: bool, lang: Lang | None
) -> None:
    """Write one recipient file for each SMS of a plan, in the provider's upload format.

    \b
    planner sms-lists out --customers customers.csv -o lists
    """
    from planner.messages.customers import read_customers, recipient_lists
    from planner.outputs.plan_folder import read_plan
    from planner.outputs.recipients import recipient_files

    plan = read_plan(plan_dir)
    lang = set_language(lang or plan.lang)
    people = read_customers(customers)
    lists = recipient_lists(plan.brief, plan.sms, people, seed=seed, quiet_days=quiet_days)
    files = recipient_files(plan.brief, lists)
    written(files, folder, force=force)
    counts = {"messages": int(lists.sends["listed"].sum()), "sends": len(lists.sends)}
    held_out = sum(len(keys) for keys in lists.hold_out.values())
    said = Message("customers.written", {**counts, "files": len(files), "folder": folder, "held_out": held_out})
    for message in (*people.notes, *lists.notes, said, Message("customers.personal")):
        note(message.text(lang))
