"""What a text in a TOML file may hold, as rules for the fields of a pydantic model."""

from __future__ import annotations

from planner.brief.toml_input import complaint
from planner.vocabulary.characters import has_ink, unseen

__all__ = ["one_line", "several_lines"]


def one_line(value: str) -> str:
    """Return a text that holds no character that nobody sees, for a pydantic validator."""
    if found := unseen(value):
        raise complaint("input.unseen", characters=", ".join(found))
    if not has_ink(value):
        raise complaint("input.blank")
    return value


def several_lines(value: str) -> str:
    """Return a text of one line or more that holds no character that nobody sees, for a pydantic validator."""
    if found := unseen(value.replace("\r\n", " ").replace("\n", " ")):
        raise complaint("input.unseen", characters=", ".join(found))
    return value
