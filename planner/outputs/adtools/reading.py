"""Reading what an ad tool or a person wrote: every fault with its line and column, all of them at once."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from planner.brief.toml_input import decode
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.wording import Message

__all__ = ["CsvCell", "Node", "Reader", "clock", "decode_schedule", "minutes_of"]

_CLOCK = re.compile(r"^(\d{1,2}):(\d{2})$")
_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


# No tool's number is as large; what is larger is a slip of the pen, or no number a machine can hold.
_LARGEST = 1e12


def decode_schedule(content: bytes) -> str:
    """Return the text of a file that a tool or a spreadsheet wrote: UTF-16 where its mark says so, else `decode`."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    return decode(content)


def clock(minutes: int) -> str:
    """Return ``HH:MM``; the end of a day is 24:00."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def minutes_of(text: str, step: int = 1) -> int | None:
    """Return the minutes a clock time means, 24:00 included; None if it is none or not a multiple of `step`."""
    match = _CLOCK.match(text.strip())
    if not match:
        return None
    hours, minutes = int(match[1]), int(match[2])
    total = 60 * hours + minutes
    return total if minutes < 60 and total <= 1440 and total % step == 0 else None


@dataclass(frozen=True)
class Node:
    """A JSON value and where it begins; inside it are nodes again."""

    value: Any
    at: int


@dataclass(frozen=True)
class CsvCell:
    """A cell of a CSV and where it stands: line, and column counted in cells."""

    text: str
    line: int
    column: int


class Reader:
    """A text to read, and the problems found in it so far."""

    def __init__(self, text: str, source: str) -> None:
        self.text, self.source = text, source
        self.problems: list[Problem] = []

    def fault(self, at: int, entry: str, **values: Any) -> None:
        """Note a problem at an offset of the text."""
        line = self.text.count("\n", 0, at) + 1
        self.fault_at(line, at - (self.text.rfind("\n", 0, at) + 1) + 1, entry, **values)

    def fault_at(self, line: int, column: int, entry: str, **values: Any) -> None:
        """Note a problem at a line and column, both counted from 1."""
        message = Message("adtools.at_column", {"column": column, "problem": Message(f"adtools.{entry}", values)})
        self.problems.append(Problem(message, self.source, line))

    def finish(self) -> None:
        """Raise everything that was found, if anything."""
        if self.problems:
            raise InputError(self.problems)

    def parts(self, separator: str, start: int = 0, end: int | None = None) -> Iterator[tuple[str, int]]:
        """Yield the stripped pieces of a stretch of the text between separators, each with its offset."""
        at = start
        for piece in self.text[start:end].split(separator):
            bare = piece.strip()
            yield bare, at + (piece.index(bare) if bare else 0)
            at += len(piece) + len(separator)

    def json(self) -> Node:
        """Return the JSON the text holds, every value with its place."""
        try:
            json.loads(self.text)
        except json.JSONDecodeError as error:
            self.fault(error.pos, "bad_json", why=error.msg)
            self.finish()
        except (ValueError, RecursionError) as error:
            # A number of thousands of digits, or thousands of brackets in each other.
            self.fault(0, "bad_json", why=str(error))
            self.finish()
        return self._node(_space(self.text, 0))[0]

    def _node(self, at: int) -> tuple[Node, int]:
        text, first = self.text, self.text[at]
        if first not in "{[":
            value, end = _DECODER.raw_decode(text, at)
            if isinstance(value, int | float) and not abs(value) <= _LARGEST:
                self.fault(at, "bad_number", found=text[at : min(end, at + 20)])
                value = 0
            return Node(value, at), end
        inside: list[Any] = []
        end = _space(text, at + 1)
        while text[end] not in "}]":
            if text[end] == ",":
                end = _space(text, end + 1)
            if first == "{":
                key, end = _DECODER.raw_decode(text, end)
                node, end = self._node(_space(text, _space(text, end) + 1))
                inside.append((key, node))
            else:
                node, end = self._node(end)
                inside.append(node)
            end = _space(text, end)
        return Node(dict(inside) if first == "{" else inside, at), end + 1

    def get(self, node: Node, key: str, kind: type | tuple[type, ...]) -> Node | None:
        """Return a key of a JSON object; a fault and None where it is missing or of another kind."""
        if not isinstance(node.value, dict) or key not in node.value:
            self.fault(node.at, "missing_json_key", key=key)
            return None
        found = node.value[key]
        if not isinstance(found, Node) or not isinstance(found.value, kind) or isinstance(found.value, bool):
            self.fault(found.at, "wrong_json_kind", key=key)
            return None
        return found

    def numbers(self, node: Node, count: int) -> list[float]:
        """Return the numbers of a JSON list; a fault for each that is none, and where there are more or fewer."""
        if len(node.value) != count:
            self.fault(node.at, "count", found=len(node.value), wanted=count)
        found = []
        for item in node.value:
            if isinstance(item.value, int | float) and not isinstance(item.value, bool) and item.value >= 0:
                found.append(float(item.value))
            else:
                self.fault(item.at, "bad_number", found=item.value)
        return found

    def csv(self, required: tuple[str, ...]) -> list[dict[str, CsvCell]]:
        """Return the rows of a CSV with a header, every cell with its place; unknown columns are kept too."""
        reader = csv.reader(io.StringIO(self.text), delimiter="\t" if "\t" in self.text.split("\n", 1)[0] else ",")
        header = [name.strip() for name in next(reader, [])]
        for name in required:
            if name not in header:
                self.fault_at(1, 1, "missing_column", name=name, found=", ".join(header))
        self.finish()
        rows = []
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(header):
                self.fault_at(reader.line_num, len(header) + 1, "too_many_cells", found=len(cells), most=len(header))
            padded = [*cells, *[""] * (len(header) - len(cells))]
            rows.append(
                {
                    name: CsvCell(cell.strip(), reader.line_num, place)
                    for place, (name, cell) in enumerate(zip(header, padded, strict=False), start=1)
                }
            )
        return rows


def _space(text: str, at: int) -> int:
    """Return the offset behind white space."""
    match = _SPACE.match(text, at)
    assert match is not None
    return match.end()
