"""What most commands are given: a brief with what the options overrule, and a history."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from planner.cli.options import note, set_language
from planner.vocabulary.wording import LANGUAGES, Lang

if TYPE_CHECKING:
    from planner.brief import Brief
    from planner.history import History

__all__ = ["loaded_brief", "loaded_history", "with_customers_of"]


def loaded_brief(path: Path, lang: Lang | None, *, budget: float | None = None, encoding: str | None = None) -> Brief:
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


def with_customers_of(brief: Brief, path: Path | None) -> Brief:
    """Return a brief whose segments are those of a customer file; the same one where none is given."""
    if path is None:
        return brief
    from planner.messages.customers import read_customers, with_customers

    people = read_customers(path)
    for message in people.notes:
        note(message.text(set_language(None)))
    return with_customers(brief, people)


def loaded_history(brief: Brief, paths: Sequence[str | Path]) -> History | None:
    """Return the history that files hold; None where none are given."""
    if not paths:
        return None
    from planner.cli.progress import progress_bar
    from planner.history import load_history

    with progress_bar(set_language(None)) as progress:
        return load_history(paths, brief, progress=progress)
