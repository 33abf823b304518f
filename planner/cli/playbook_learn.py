"""What ``planner playbook learn`` reads and writes: shops in folders, one playbook out of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from planner.cli.files import write_new
from planner.cli.options import language, note
from planner.cli.progress import progress_bar
from planner.vocabulary.errors import InfeasibleError, InputError, Problem
from planner.vocabulary.wording import Message, say

if TYPE_CHECKING:
    from planner.brief import Brief
    from planner.brief.playbook import Playbook
    from planner.market.learning import Lesson

__all__ = ["learn_from", "shop_folders"]

BRIEF = "brief.toml"


def shop_folders(given: Sequence[Path]) -> list[Path]:
    """Return the folders of shops among what was given: such a folder itself, or those in it.

    Raises
    ------
    InputError
        Every folder that holds no shop.
    """
    found, problems = [], []
    for folder in given:
        own = [folder] if (folder / BRIEF).is_file() else sorted(path.parent for path in folder.glob(f"*/{BRIEF}"))
        found += own
        if not own:
            problems.append(Problem(Message("playbook.shop_no_brief", {"folder": folder}), str(folder)))
    if problems:
        raise InputError(problems)
    return list(dict.fromkeys(path.resolve() for path in found))


def learn_from(
    shops: Sequence[Path], start: str | None, out: Path, *, least_shops: int, stances: bool, mix: bool, force: bool
) -> None:
    """Learn a playbook from shops, write it, and say what it rests on.

    Raises
    ------
    InputError
        No shop can be used, each with its reason; or the shops name different playbooks and none was chosen.
    """
    from planner.brief.playbook_file import playbook_file
    from planner.market.learning import by_window, in_general, learn_playbook, of_shops

    lang = language()
    folders = shop_folders(shops)
    briefs, problems = _briefs(folders)
    before = _start(start, list(briefs.values()))
    lessons, left = _lessons(briefs, before, mix=mix)
    problems += left
    if folders and not lessons:
        raise InputError(problems)
    for problem in problems:
        note(problem.text(lang))
    learnt = learn_playbook(before, lessons, least_shops=least_shops)
    general = in_general(learnt, before, lang, least_shops=least_shops)
    windows = by_window(learnt, before, lang, least_shops=least_shops, changed=stances)
    book = learnt.with_stances() if stances else learnt.playbook
    write_new(out, playbook_file(book, head=general, notes=windows), force=force)
    for line in [*general, *of_shops(learnt, lang), *(line for lines in windows.values() for line in lines)]:
        note(line)
    note(say("playbook.learnt_written", lang, path=out))


def _briefs(folders: Sequence[Path]) -> tuple[dict[Path, Brief], list[Problem]]:
    """Return the shops' briefs, and which cannot be used."""
    from planner.brief import load_brief

    briefs, problems = {}, []
    for folder in folders:
        try:
            briefs[folder] = load_brief(folder / BRIEF)
            _ = briefs[folder].playbook
        except InputError as error:
            briefs.pop(folder, None)
            problems += _unusable(folder, error)
    return briefs, problems


def _start(name: str | None, briefs: Sequence[Brief]) -> Playbook:
    """Return the playbook to start from: the one named, else the one that all shops name."""
    from planner.brief.playbook import load_playbook

    if name is not None:
        return load_playbook(name)
    books = {brief.playbook.name: brief.playbook for brief in briefs}
    if len(books) > 1:
        raise InputError([Problem(Message("playbook.shops_disagree", {"found": ", ".join(sorted(books))}))])
    return load_playbook(next(iter(books), "double11"))


def _lessons(briefs: dict[Path, Brief], before: Playbook, *, mix: bool) -> tuple[list[Lesson], list[Problem]]:
    """Return what the shops' past events show, and why some show nothing."""
    from planner.history import load_history
    from planner.market.learning import lessons_of

    lessons: list[Lesson] = []
    problems = []
    with progress_bar(language()) as progress:
        for number, (folder, brief) in enumerate(briefs.items()):
            if progress:
                progress("shops", number / len(briefs))
            if brief.playbook.name != before.name and not mix:
                values = {"shop": folder.name, "found": brief.playbook.name, "playbook": before.name}
                problems.append(Problem(Message("playbook.shop_other_promotion", values)))
                continue
            try:
                found = lessons_of(str(folder), brief, load_history([folder], brief), before)
            except (InputError, InfeasibleError) as error:
                problems += _unusable(folder, error)
                continue
            if not found:
                problems.append(Problem(Message("playbook.shop_without_event", {"shop": folder.name})))
            lessons += found
    return lessons, problems


def _unusable(folder: Path, error: InputError | InfeasibleError) -> list[Problem]:
    """Return why a shop cannot be used, each reason with its place."""
    return [
        Problem(
            Message("playbook.shop_unusable", {"shop": folder.name, "problem": each.message}), each.source, each.line
        )
        for each in error.problems
    ]
