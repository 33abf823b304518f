"""Punctuation that a Chinese input method or a word processor types where a file wants plain ASCII."""

from __future__ import annotations

__all__ = ["ascii_punctuation"]

_PUNCTUATION = {
    "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "＂": '"', "＇": "'", "＝": "=", "，": ",", "［": "[", "］": "]",
    "｛": "{", "｝": "}", "：": ":", "．": ".", "＃": "#", "【": "[", "】": "]", "\u3000": " ",
}  # fmt: skip


def ascii_punctuation(line: str) -> tuple[str, list[str]]:
    """Return a line with ASCII where TOML wants it, and the characters that were replaced outside of its strings."""
    quote = ""
    result: list[str] = []
    found: list[str] = []
    for at, character in enumerate(line):
        plain = _PUNCTUATION.get(character)
        if quote:
            # A string opened by a curly quote is closed by its partner; inside an ASCII one nothing is touched.
            if character == quote or (quote in "”’" and plain in ('"', "'")):
                quote, character = "", plain or character
        elif character == "#" or plain == "#":
            if plain:
                found.append(character)
            return "".join(result) + "#" + line[at + 1 :], found
        elif character in "\"'":
            quote = character
        elif plain is not None:
            if character != "\u3000":
                found.append(character)
            if plain in "\"'":
                quote = {"“": "”", "„": "”", "‘": "’"}.get(character, character)
            character = plain
        result.append(character)
    return "".join(result), found
