"""TOML written by people: read whatever an editor made of it, and name file and line of everything that is wrong.

`read_toml` forgives what has only one reading (a BOM, a GB18030 file) and reports what has to be mended (curly quotes,
full-width punctuation, broken lines), going on past each fault so that all of them are found at once. `parse_model`
turns the data into a pydantic model and its complaints into `Problem`s that point at a line.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.punctuation import ascii_punctuation
from planner.vocabulary.wording import Message

__all__ = ["TomlSource", "complaint", "decode", "parse_model", "read_toml", "suggestion"]

Location = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)

_MOST_FAULTS = 50
_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_OPEN_HEADER = re.compile(r"^(\[\[?)\s*([\w.-]+)\s*\]?\s*(?:#.*)?$")
_DAY = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$")
# A value that means text or an amount with its unit: 3万, 1,000, 30%, tmall
_TEXT = re.compile(r"""^[^\s"'\[{+-](?!.*["'])""")


@dataclass(frozen=True)
class TomlSource:
    """A parsed TOML file: its data, its name as the user knows it, and the line of every key.

    `unread` are keys that stand in the file with a value that could not be read.
    """

    name: str
    data: dict[str, Any]
    lines: Mapping[Location, int]
    problems: tuple[Problem, ...] = ()
    unread: frozenset[Location] = frozenset()

    def line_of(self, location: Location) -> int | None:
        """Return the line of a key, else of the nearest table around it."""
        for end in range(len(location), 0, -1):
            if location[:end] in self.lines:
                return self.lines[location[:end]]
        return None


def decode(content: bytes) -> str:
    """Return text that is UTF-8 (with or without BOM) or else GB18030; the whole of it decides."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


def read_toml(path: str | Path, *, text: str | None = None) -> TomlSource:
    """Read a TOML file, going on past every fault.

    Parameters
    ----------
    path
        The file; its name is what the problems show.
    text
        Its content, where it is already at hand.

    Raises
    ------
    InputError
        The file is not there or cannot be read.
    """
    name = str(path)
    if text is None:
        try:
            text = decode(Path(path).read_bytes())
        except OSError as error:
            key = "input.no_file" if isinstance(error, FileNotFoundError) else "input.unreadable"
            raise InputError([Problem(Message(key, {"why": error.strerror or error}), name)]) from error
    lines = text.replace("\r\n", "\n").split("\n")
    problems = []
    for number, line in enumerate(lines):
        mended, found = ascii_punctuation(line)
        if found:
            problems.append(
                Problem(
                    Message("input.punctuation", {"found": " ".join(found), "mended": mended.strip()}), name, number + 1
                )
            )
            lines[number] = mended
    written, faulty = list(lines), set()
    data: dict[str, Any] = {}
    for _ in range(_MOST_FAULTS):
        try:
            data = tomllib.loads("\n".join(lines))
            break
        except tomllib.TOMLDecodeError as error:
            number = _fault_line(str(error), lines)
            problem = _syntax_problem(lines[number - 1], str(error), name, number)
            problems.append(problem)
            faulty.add(number)
            # A line with one clear reading is read that way from here on, so that its key is not missed as well.
            mended = problem.message.values.get("mended", "")
            lines[number - 1] = mended if mended != lines[number - 1].strip() else ""
    places = _locate(written)
    unread = frozenset(location for location, number in places.items() if number in faulty)
    return TomlSource(name, data, places, tuple(problems), unread)


def _fault_line(error: str, lines: Sequence[str]) -> int:
    """Return the line a TOML error speaks of, 1-based; one that still has something on it."""
    match = re.search(r"line (\d+)", error)
    number = min(int(match.group(1)), len(lines)) if match else len(lines)
    while number > 1 and not lines[number - 1].strip():
        number -= 1
    return number


def _syntax_problem(line: str, error: str, name: str, number: int) -> Problem:
    """Return what is most likely wrong with a line that is no TOML."""
    stripped = line.strip()
    key, _, value = stripped.partition("=")
    value = re.split(r"\s+#", value)[0].strip()
    if header := _OPEN_HEADER.match(stripped):
        message = Message("input.open_header", {"found": stripped, "mended": _closed(header.group(1), header.group(2))})
    elif day := _DAY.match(value):
        message = _day_message(key.strip(), value, tuple(map(int, day.groups())))
    elif re.match(r"^[^\x00-\x7f]", key) and value:
        message = Message("input.bare_key", {"found": key.strip()})
    elif _TEXT.match(value) and value not in ("true", "false"):
        message = Message("input.unquoted", {"found": value, "mended": f'{key.strip()} = "{value}"'})
    elif "overwrite" in error or "Cannot declare" in error:
        message = Message("input.twice", {"found": key.strip()})
    else:
        message = Message("input.syntax", {"found": stripped, "why": re.sub(r"\s*\(at .*\)$", "", error)})
    return Problem(message, name, number)


def _closed(bracket: str, name: str) -> str:
    """Return a table's header with as many brackets behind its name as in front of it."""
    return f"{bracket}{name}{']' * len(bracket)}"


def _day_message(key: str, found: str, day: tuple[int, ...]) -> Message:
    """Say how a date is written, or that there is no such day."""
    try:
        mended = f"{key} = {dt.date(*day).isoformat()}"
    except ValueError:
        return Message("input.no_such_day", {"name": key, "found": found})
    return Message("input.day_form", {"found": found, "mended": mended})


def _locate(lines: Sequence[str]) -> dict[Location, int]:
    """Return the line of every table header and key, by its path with the index of each `[[table]]`."""
    found: dict[Location, int] = {}
    counts: dict[tuple[str, ...], int] = {}
    prefix: Location = ()
    for number, line in enumerate(lines, start=1):
        if header := _HEADER.match(line):
            names = _split_key(header.group(2))
            if header.group(1) == "[[":
                counts[names] = counts.get(names, -1) + 1
                for inner in [key for key in counts if len(key) > len(names) and key[: len(names)] == names]:
                    del counts[inner]
            path: list[str | int] = []
            for depth, name in enumerate(names, start=1):
                path.append(name)
                if names[:depth] in counts:
                    path.append(counts[names[:depth]])
            prefix = tuple(path)
            found.setdefault(prefix, number)
        elif key := _KEY.match(line):
            found.setdefault(prefix + _split_key(key.group(1)), number)
    return found


def _split_key(dotted: str) -> tuple[str, ...]:
    """Return the parts of a dotted key without their quotes."""
    return tuple(part.strip().strip("\"'") for part in re.findall(r"""\s*("[^"]*"|'[^']*'|[^."']+)\s*\.?""", dotted))


def suggestion(found: str, allowed: Iterable[str]) -> Message:
    """Return «did you mean», or the list of what is allowed where nothing is close."""
    choices = sorted(allowed)
    close = difflib.get_close_matches(str(found).lower(), [choice.lower() for choice in choices], n=1, cutoff=0.6)
    if close:
        meant = next(choice for choice in choices if choice.lower() == close[0])
        return Message("input.did_you_mean", {"meant": meant})
    return Message("input.allowed_are", {"allowed": ", ".join(choices)})


def complaint(key: str, /, **values: Any) -> PydanticCustomError:
    """Return an error for a pydantic validator to raise that carries an entry of the catalogue."""
    return PydanticCustomError("planner", "{key}", {"key": key, "values": values})


def parse_model(model: type[Model], source: TomlSource) -> Model:
    """Return the model a TOML file holds.

    Raises
    ------
    InputError
        Everything wrong with the file: faults of its text, unknown and missing keys, values out of range.
    """
    try:
        parsed = model.model_validate(source.data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        there = {place[:end] for place in source.unread for end in range(1, len(place) + 1)}
        there |= {place for details in found if (place := _meant(details, model)) is not None}
        problems = [
            _problem(details, model, source)
            for details in found
            if details["type"] != "missing" or details["loc"] not in there
        ]
        raise InputError([*source.problems, *_unique(problems)]) from error
    if source.problems:
        raise InputError(source.problems)
    return parsed


def _unique(problems: Sequence[Problem]) -> list[Problem]:
    """Return problems without those that say the same of the same line (a value that fits no member of a union)."""
    seen: dict[tuple[str, int | None, str], Problem] = {}
    for problem in problems:
        seen.setdefault((problem.source, problem.line, problem.text("en")), problem)
    return list(seen.values())


def _problem(details: ErrorDetails, model: type[BaseModel], source: TomlSource) -> Problem:
    """Return one of pydantic's complaints in our words, at its line."""
    location = tuple(
        part
        for part in details["loc"]
        if isinstance(part, int) or not part.startswith(("function-", "is-instance", "lax-"))
    )
    context = dict(details.get("ctx", {}))
    keys = [str(part) for part in location if isinstance(part, str)]
    name = keys[-1] if keys else ""
    found = _shown(details["input"])
    kind = details["type"]
    if kind == "planner":
        message = Message(context["key"], {"name": name, "found": found, **context["values"]})
    elif kind == "extra_forbidden":
        shown = _as_header if isinstance(details["input"], dict) and len(location) == 1 else str
        allowed = [shown(key) for key in _keys_at(model, location[:-1])]
        message = Message("input.unknown_key", {"name": shown(name), "advice": suggestion(shown(name), allowed)})
    elif kind == "missing":
        message = Message("input.missing_key", {"name": name, "table": _table_name(location[:-1])})
    elif kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
        sign, limit = {
            "greater_than": (">", "gt"),
            "greater_than_equal": (">=", "ge"),
            "less_than": ("<", "lt"),
            "less_than_equal": ("<=", "le"),
        }[kind]
        message = Message("input.out_of_range", {"name": name, "found": found, "allowed": f"{sign} {context[limit]:g}"})
    elif kind in ("literal_error", "enum"):
        choices = re.findall(r"'([^']*)'", str(context["expected"]))
        message = Message(
            "input.not_a_choice", {"name": name, "found": found, "advice": suggestion(str(details["input"]), choices)}
        )
    else:
        expected = f"input.expected_{_EXPECTED.get(kind.split('_')[0], 'other')}"
        message = Message("input.wrong_type", {"name": name, "found": found, "expected": Message(expected)})
    return Problem(message, source.name, source.line_of(location))


def _as_header(name: str) -> str:
    """Return a table's name as it stands in a file."""
    return f"[{name}]"


def _meant(details: ErrorDetails, model: type[BaseModel]) -> Location | None:
    """Return the key that an unknown one most likely is a slip for; None where it is not clear."""
    if details["type"] != "extra_forbidden":
        return None
    *around, name = details["loc"]
    close = difflib.get_close_matches(str(name).lower(), _keys_at(model, tuple(around)), n=1, cutoff=0.6)
    return (*around, close[0]) if close else None


_EXPECTED = {
    **{"float": "number", "finite": "number", "int": "integer", "string": "text", "bool": "flag", "time": "time"},
    **{"date": "date", "datetime": "moment", "list": "list", "tuple": "list", "model": "table", "dict": "table"},
}


def _shown(value: object) -> str:
    """Return a value the way the user wrote it, shortened."""
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _table_name(location: Location) -> str:
    """Return ``[a.b]`` for a path inside a TOML file."""
    names = ".".join(str(part) for part in location if isinstance(part, str))
    return f"[[{names}]]" if location and isinstance(location[-1], int) else f"[{names}]" if names else "the file"


def _keys_at(model: type[BaseModel], location: Location) -> list[str]:
    """Return the keys a model allows at a path inside it."""
    current: type[BaseModel] = model
    for part in location:
        if isinstance(part, int):
            continue
        inner = current.model_fields.get(part)
        nested = _model_in(inner.annotation) if inner else None
        if nested is None:
            return []
        current = nested
    return list(current.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model inside an annotation such as ``tuple[Model, ...] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        if (found := _model_in(argument)) is not None:
            return found
    return None
