"""What the commands share: the language they speak, values as people write them, and lines on stderr."""

from __future__ import annotations

import locale
import os
from pathlib import Path
from typing import Any

import click

from planner.vocabulary.wording import LANGUAGES, Lang, say

__all__ = [
    "AMOUNT",
    "encoding_option",
    "folder_option",
    "force_option",
    "force_plan_option",
    "history_option",
    "lang_option",
    "language",
    "note",
    "plan_folder_option",
    "seed_option",
    "set_language",
    "tables_only_option",
]

_chosen: list[Lang] = []


def set_language(lang: Lang | None) -> Lang:
    """Settle the language of this run: the one given, else the locale's; return it."""
    if lang is not None:
        _chosen[:] = [lang]
    return language()


def language() -> Lang:
    """Return the language of this run."""
    if _chosen:
        return _chosen[0]
    named = (
        os.environ.get("LC_ALL")
        or os.environ.get("LC_MESSAGES")
        or os.environ.get("LANG")
        or locale.getlocale()[0]
        or ""
    )
    return "zh" if named.lower().startswith(("zh", "chinese")) else "en"


def note(text: str) -> None:
    """Say something to the person at the terminal, never to the file that stdout may be."""
    click.echo(text, err=True)


class _Amount(click.ParamType[float]):
    """An amount of money: 30000, 30k, 3万 or ¥30,000."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the amount as a number."""
        from planner.brief import parse_amount

        number = value if isinstance(value, float) else parse_amount(str(value))
        if number is None or number <= 0:
            self.fail(say("cli.no_amount", language(), found=value), param, ctx)
        return number


class _Encoding(click.ParamType[str]):
    """The name of an encoding of text."""

    name = "encoding"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name."""
        from planner.brief import meant_encoding

        meant = meant_encoding(value)
        if meant is not None:
            self.fail(say("cli.no_encoding", language(), found=value, advice=meant), param, ctx)
        return str(value)


AMOUNT = _Amount()

lang_option = click.option("--lang", type=click.Choice(LANGUAGES), help="Language of what is written and said.")
history_option = click.option(
    "--history",
    "history",
    multiple=True,
    metavar="PATH",
    help="History: a file, a folder or a quoted glob; may be given several times.",
)
encoding_option = click.option(
    "--encoding",
    type=_Encoding(),
    help="Encoding of the text files; overrules the brief's and the one that is found.",
)
plan_folder_option = click.option(
    "-o", "--out", "folder", type=click.Path(path_type=Path), required=True, help="Folder to write the plan to."
)
tables_only_option = click.option(
    "--tables-only", is_flag=True, help="Only the CSV tables and plan.json: no charts, page or workbook."
)
force_plan_option = click.option("--force", is_flag=True, help="Overwrite a plan that is there.")
folder_option = click.option("-o", "--out", "folder", type=click.Path(path_type=Path), help="Folder to write to.")
force_option = click.option("--force", is_flag=True, help="Overwrite what is there.")
seed_option = click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the drawn markets."
)
