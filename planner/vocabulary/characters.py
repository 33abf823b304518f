"""Characters that nobody sees.

They have no place in a name: they command a terminal, turn the direction of what is written beside them, or make two
names differ that look the same. They are control characters, ends of lines and paragraphs, marks of direction,
characters without a width, halves of characters and numbers that are none. What joins parts of one character (of an
emoji, of an Arabic or Indic word) is none of them.
"""

from __future__ import annotations

import re

__all__ = ["cleaned", "has_ink", "is_seen", "unseen", "visible"]

_PLANE_ENDS = [plane << 16 | end for plane in range(17) for end in (0xFFFE, 0xFFFF)]
_NO_CHARACTERS = "".join(map(chr, [*range(0xFDD0, 0xFDF0), *_PLANE_ENDS]))
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0001"
    f"\ud800-\udfff{_NO_CHARACTERS}]"
)
# What gives a terminal a colour or moves its cursor, with the letters and numbers of the command.
_COMMAND = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[@-~]")
# Of the characters unseen, what parts words: something has to stay between them.
_PARTING = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]+")
_JOINING = "\u200c\u200d\ufe0e\ufe0f"


def unseen(text: str) -> list[str]:
    """Return the characters of a text that nobody sees, each once, as ``U+202E``."""
    if text.isprintable():
        return []
    return [f"U+{ord(letter):04X}" for letter in dict.fromkeys(_UNSEEN.findall(text))]


def is_seen(text: str, *, lines: bool = False) -> bool:
    """Tell whether a text has no characters that nobody sees; where asked, it may have several lines."""
    return not unseen(text.replace("\r\n", "\n").replace("\n", " ") if lines else text)


def has_ink(text: str) -> bool:
    """Tell whether anything of a text is seen."""
    return bool(_UNSEEN.sub("", text).strip(f"{_JOINING} \u00a0\u3000"))


def visible(text: str) -> str:
    """Return a text with every character that nobody sees as its number: what may be shown anywhere.

    Examples
    --------
    >>> visible("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    if text.isprintable():
        return text
    return _UNSEEN.sub(lambda match: match.group().encode("unicode_escape").decode(), text)


def cleaned(text: str) -> str:
    """Return a text without the characters that nobody sees; a blank stands where one of them parted words.

    Examples
    --------
    >>> cleaned("brand\\u200b terms\\t\\x1b[31mA")
    'brand terms A'
    """
    if text.isprintable():
        return text
    return _UNSEEN.sub("", _PARTING.sub(" ", _COMMAND.sub("", text))).strip()
