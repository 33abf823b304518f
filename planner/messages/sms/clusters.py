"""What a reader takes for one character: a family of emoji, a flag, a letter with its marks.

Extended grapheme clusters after UAX #29 of Unicode 10, which is the version that providers' own counters split texts by
(a later one joins more emoji). General categories stand for the properties where they agree.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from itertools import pairwise

__all__ = ["split_clusters"]

_JOINER = 0x200D
_FLAG = range(0x1F1E6, 0x1F200)
_SKIN = range(0x1F3FB, 0x1F400)
_HANGUL = range(0xAC00, 0xD7A4)
_LEADING = (range(0x1100, 0x1160), range(0xA960, 0xA97D))
_VOWELS = (range(0x1160, 0x11A8), range(0xD7B0, 0xD7C7))
_TRAILING = (range(0x11A8, 0x1200), range(0xD7CB, 0xD7FC))


def _spans(text: str) -> list[int]:
    """Return where spans such as ``261D 270A-270D`` begin and end, in turn."""
    ends = [[int(end, 16) for end in span.split("-")] for span in text.split()]
    return [bound for span in ends for bound in (span[0], span[-1] + 1)]


# Marks that take a place of their own, and letters and signs that are marks.
_NO_MARKS = _spans("102B-102C 1038 1062-1064 1067-106D 1083 1087-108C 108F 109A-109C 1A61 1A63-1A64 AA7B AA7D")
_MORE_MARKS = _spans("0E33 0EB3 200C FF9E-FF9F E0020-E007F")
_BEFORE = _spans("0600-0605 06DD 070F 08E2 0D4E 110BD 111C2-111C3 11A3A 11A86-11A89 11D46")
# What takes a colour of skin, and what a joiner ties to the character before it.
_SKINNED = _spans(
    "261D 26F9 270A-270D 1F385 1F3C2-1F3C4 1F3C7 1F3CA-1F3CC 1F442-1F443 1F446-1F450 1F466-1F469 1F46E 1F470-1F478 "
    "1F47C 1F481-1F483 1F485-1F487 1F4AA 1F574-1F575 1F57A 1F590 1F595-1F596 1F645-1F647 1F64B-1F64F 1F6A3 "
    "1F6B4-1F6B6 1F6C0 1F6CC 1F918-1F91C 1F91E-1F91F 1F926 1F930-1F939 1F93D-1F93E 1F9D1-1F9DD"
)
_JOINED = _spans(
    "2640 2642 2695-2696 2708 2764 1F308 1F33E 1F373 1F393 1F3A4 1F3A8 1F3EB 1F3ED 1F466-1F469 1F48B 1F4BB-1F4BC 1F527 "
    "1F52C 1F5E8 1F680 1F692"
)


def split_clusters(text: str) -> list[str]:
    """Return the clusters of a text, in order; a line's end of two characters is two.

    Examples
    --------
    >>> from planner.messages.sms.clusters import split_clusters
    >>> [len(cluster) for cluster in split_clusters("a👨‍👩‍👧🇨🇳")]
    [1, 5, 2]
    """
    if text.isascii():
        return list(text)
    starts = [0]
    for at in range(1, len(text)):
        if not _stays(text, starts[-1], at):
            starts.append(at)
    return [text[start:end] for start, end in pairwise([*starts, len(text)])]


def _stays(text: str, start: int, at: int) -> bool:
    """Tell whether a character belongs to the cluster that begins at `start` and goes on to before it."""
    before, code = ord(text[at - 1]), ord(text[at])
    if _controls(before) or _controls(code):
        return False
    if code == _JOINER or _is_mark(code) or _within(before, _BEFORE):
        return True
    if before == _JOINER:
        return _within(code, _JOINED)
    if code in _FLAG:
        return before in _FLAG and (at - _first_flag(text, start, at)) % 2 == 1
    if code in _SKIN:
        bare = at - 1
        while bare > start and _extends(ord(text[bare])):
            bare -= 1
        return _within(ord(text[bare]), _SKINNED)
    return _same_syllable(before, code)


def _within(code: int, spans: list[int]) -> bool:
    return bisect_right(spans, code) % 2 == 1


def _controls(code: int) -> bool:
    """Tell whether nothing joins a character: a control, or the end of a line or paragraph."""
    if code == _JOINER or _within(code, _MORE_MARKS) or _within(code, _BEFORE):
        return False
    return unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _extends(code: int) -> bool:
    return code == 0x200C or unicodedata.category(chr(code)) in ("Mn", "Me")


def _is_mark(code: int) -> bool:
    if _within(code, _MORE_MARKS):
        return True
    return unicodedata.category(chr(code)) in ("Mn", "Me", "Mc") and not _within(code, _NO_MARKS)


def _first_flag(text: str, start: int, at: int) -> int:
    """Return where the letters of flags before a place begin."""
    while at > start and ord(text[at - 1]) in _FLAG:
        at -= 1
    return at


def _same_syllable(before: int, code: int) -> bool:
    """Tell whether two characters are parts of one Korean syllable."""
    if any(before in span for span in _LEADING):
        return code in _HANGUL or any(code in span for span in (*_LEADING, *_VOWELS))
    whole = before in _HANGUL and (before - _HANGUL.start) % 28 == 0
    if whole or any(before in span for span in _VOWELS):
        return any(code in span for span in (*_VOWELS, *_TRAILING))
    if before in _HANGUL or any(before in span for span in _TRAILING):
        return any(code in span for span in _TRAILING)
    return False
