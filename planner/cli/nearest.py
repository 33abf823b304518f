"""What stands for a character that a console's code page lacks."""

from __future__ import annotations

import codecs

__all__ = ["NEAREST", "fit", "register"]

# The name under which streams are told to write the nearest character.
NEAREST = "planner-nearest"
# What to write where a code page lacks a character, the first that it has.
_NEAREST = {
    "¥": ("￥", "CNY "),
    "−": ("-",),
    "–": ("-",),
    "×": ("x",),
    "·": ("-",),
    "→": ("->",),
    "…": ("...",),
    "€": ("EUR ",),
}


def fit(text: str, encoding: str) -> str:
    """Return a text with only characters of an encoding: the nearest one where there is one, else a question mark."""
    return "".join(_fitting(letter, encoding) for letter in text)


def register() -> None:
    """Make `NEAREST` known to Python as a way to handle what a stream cannot encode."""
    codecs.register_error(NEAREST, _handle)


def _fitting(letter: str, encoding: str) -> str:
    """Return a character, or what stands for it in an encoding."""
    for choice in (letter, *_NEAREST.get(letter, ())):
        try:
            choice.encode(encoding)
        except (UnicodeEncodeError, LookupError):
            continue
        return choice
    return "?"


def _handle(error: UnicodeError) -> tuple[str, int]:
    """Return what to write for the characters that could not be encoded, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return fit(error.object[error.start : error.end], error.encoding), error.end
