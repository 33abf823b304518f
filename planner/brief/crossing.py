"""What is wrong between the tables of a brief, looked for in what the file holds.

A brief with a fault in one table is asked about all the others too, so each check takes the tables it needs as they
stand in the file and is left out where those do not hold themselves: their own faults are reported elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from planner.brief.playbook import Playbook, load_playbook
from planner.brief.tables import Budget, PastEvent, Promotion
from planner.brief.toml_input import TomlSource, suggestion
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.wording import Message

__all__ = ["cross_problems"]

Table = TypeVar("Table", bound=BaseModel)


def cross_problems(source: TomlSource, folder: Path, playbook: Playbook | None = None) -> list[Problem]:
    """Return what is wrong between the tables of a brief, whether or not each of them holds.

    Parameters
    ----------
    source
        The brief's file.
    folder
        What paths of playbooks are relative to.
    playbook
        The brief's playbook where it is at hand.
    """
    promotion = _table(source.data.get("promotion"))
    problems = [*_money_problems(source), *_double_names(source), *_tool_problems(source)]
    if playbook is None:
        playbook, found = _loaded(promotion.get("playbook", "double11"), source, ("promotion", "playbook"), folder)
        problems += found
    if playbook is not None:
        problems += _window_problems(source, playbook)
    return problems + _past_problems(source, promotion, folder)


def _problem(source: TomlSource, location: tuple[str | int, ...], key: str, **values: object) -> Problem:
    return Problem(Message(key, values), source.name, source.line_of(location))


def _table(value: Any) -> Mapping[str, Any]:
    """Return a table of the file; an empty one where something else stands there."""
    if isinstance(value, BaseModel):
        return value.model_dump(exclude_unset=True)
    return value if isinstance(value, Mapping) else {}


def _tables(value: Any) -> list[Mapping[str, Any]]:
    """Return a list of tables of the file, each in its place."""
    return [_table(entry) for entry in value] if isinstance(value, list | tuple) else []


def _held(model: type[Table], table: Mapping[str, Any]) -> Table | None:
    """Return a table that holds; None where it does not."""
    try:
        return model.model_validate(table)
    except ValidationError:
        return None


def _money_problems(source: TomlSource) -> list[Problem]:
    budget = _held(Budget, _table(source.data.get("budget")))
    if budget is None or budget.reserve < budget.total:
        return []
    values = {"reserve": budget.reserve, "total": budget.total}
    return [_problem(source, ("budget", "reserve"), "brief.reserve_too_large", **values)]


def _double_names(source: TomlSource) -> list[Problem]:
    problems = []
    segments = _tables(_table(source.data.get("sms")).get("segments"))
    channels = _tables(source.data.get("channels"))
    lists: list[tuple[tuple[str | int, ...], list[Mapping[str, Any]]]] = [
        (("channels",), channels),
        (("sms", "segments"), segments),
    ]
    lists += [
        (("channels", place, "campaigns"), _tables(channel.get("campaigns"))) for place, channel in enumerate(channels)
    ]
    for place, tables in lists:
        names = [str(table["name"]).strip() if "name" in table else None for table in tables]
        for index, name in enumerate(names):
            if name is not None and name in names[:index]:
                problems.append(_problem(source, (*place, index), "brief.named_twice", name=name))
    return problems


def _tool_problems(source: TomlSource) -> list[Problem]:
    """Return ad tools that there are not: a file each, so that a new one needs no list of names."""
    paths = (
        path.name.removesuffix(".py") for path in files("planner").joinpath("outputs", "adtools", "targets").iterdir()
    )
    known = sorted(name.replace("_", "-") for name in paths if not name.startswith("_"))
    return [
        _problem(source, ("adtools", tool), "adtools.unknown_target", found=tool, advice=suggestion(tool, known))
        for tool in sorted(set(_table(source.data.get("adtools"))) - set(known))
    ]


def _loaded(
    name: object, source: TomlSource, location: tuple[str | int, ...], folder: Path
) -> tuple[Playbook | None, list[Problem]]:
    """Return a playbook that the brief names, or what is wrong with it; a name without a file at the brief's line."""
    if not isinstance(name, str) or not name.strip():
        return None, []
    try:
        return load_playbook(name.strip(), folder), []
    except InputError as error:
        line = source.line_of(location)
        return None, [
            problem if problem.source else Problem(problem.message, source.name, line) for problem in error.problems
        ]


def _window_problems(source: TomlSource, playbook: Playbook) -> list[Problem]:
    """Return changes of windows that the playbook has not, and a window that is changed twice."""
    problems = []
    seen: dict[str, object] = {}
    for index, change in enumerate(_tables(source.data.get("windows"))):
        named, place = change.get("window"), ("windows", index, "window")
        if not isinstance(named, str | int):
            continue
        window = playbook.window(named)
        if window is None:
            known = [f"{window.number} ({window.id})" for window in playbook.windows]
            problems.append(_problem(source, place, "brief.no_such_window", found=named, allowed=", ".join(known)))
        elif window.id in seen:
            values = {"first": seen[window.id], "second": named, "window": window.name}
            problems.append(_problem(source, place, "brief.window_twice", **values))
        else:
            seen[window.id] = named
    return problems


def _past_problems(source: TomlSource, promotion: Mapping[str, Any], folder: Path) -> list[Problem]:
    """Return past events that are not past, and playbooks of theirs that there are not."""
    problems = []
    this = _held(Promotion, {"date": promotion.get("date")})
    for index, table in enumerate(_tables(source.data.get("past_events"))):
        event = _held(PastEvent, {"date": table.get("date")})
        if event and this and event.date >= this.date:
            values = {"found": event.date, "date": this.date}
            problems.append(_problem(source, ("past_events", index, "date"), "brief.past_not_past", **values))
        if table.get("playbook"):
            problems += _loaded(table["playbook"], source, ("past_events", index, "playbook"), folder)[1]
    return problems
