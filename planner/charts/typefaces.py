"""Which fonts the charts write with: chosen by the characters they have, never by their names alone.

Latin, digits and signs are DejaVu Sans, which comes with matplotlib. Chinese is a system font that has every character
of the text, if there is one, and else the subset inside this package, so that a plain install writes Chinese anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

__all__ = ["BUNDLED", "Faces", "choose_faces", "system_faces"]

BUNDLED = "Promo Sans SC"
_LATIN = "DejaVu Sans"
# How the character before them is to look: in colour, or as text.
_VARIANTS = "\ufe0e\ufe0f"
_PREFERRED = (
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "Microsoft YaHei",
    "DengXian",
    "SimHei",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans SC",
    "Noto Sans CJK JP",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
)


@dataclass(frozen=True)
class Faces:
    """The families to write with, in order, and the characters that none of them has."""

    families: tuple[str, ...]
    missing: frozenset[str] = frozenset()

    def drawable(self, text: str) -> str:
        """Return a text with a question mark for each character that cannot be drawn, and nothing that only joins."""
        seen = (letter for letter in text if letter == "\n" or (letter.isprintable() and letter not in _VARIANTS))
        return "".join("?" if letter in self.missing else letter for letter in seen)


def choose_faces(text: str, *, system: bool = True) -> Faces:
    """Return the faces for a text.

    Parameters
    ----------
    text
        Everything that will be written.
    system
        Whether fonts of this machine may be used; without them pictures are the same everywhere.
    """
    return _choose(frozenset(letter for letter in text if letter.isprintable() and letter > "~"), system)


def system_faces() -> list[str]:
    """Return the Chinese families of this machine that charts could use, the preferred first."""
    return [family for family, _ in _system_fonts()]


@cache
def _choose(letters: frozenset[str], system: bool) -> Faces:
    """Return the faces for some characters beyond ASCII."""
    _register_bundled()
    chinese = letters - _covered(font_manager.findfont(_LATIN), letters)
    rest = chinese - _covered(str(_bundled_path()), chinese)
    if chinese and system:
        for family, path in _system_fonts():
            # A system font is taken where it has all that ours has, and not one character less.
            if chinese - rest <= _covered(path, chinese):
                return Faces((_LATIN, family, BUNDLED), frozenset(rest - _covered(path, rest)))
    return Faces((_LATIN, BUNDLED), frozenset(rest))


def _covered(path: str, letters: frozenset[str]) -> frozenset[str]:
    """Return those of some characters that a font file has."""
    font = FT2Font(path)
    return frozenset(letter for letter in letters if font.get_char_index(ord(letter)))


def _system_fonts() -> list[tuple[str, str]]:
    """Return families and files of this machine's Chinese fonts, the preferred first; hairline weights are left out."""
    rank = {name: place for place, name in enumerate(_PREFERRED)}
    found: dict[str, str] = {}
    for entry in font_manager.fontManager.ttflist:
        # A variable font is listed with its lightest weight and would be drawn in hairlines.
        heavy_enough = isinstance(entry.weight, str) or 300 <= entry.weight <= 500
        if entry.name in rank and entry.style == "normal" and heavy_enough:
            found.setdefault(entry.name, entry.fname)
    return sorted(found.items(), key=lambda item: rank[item[0]])


def _bundled_path() -> Path:
    """Return the file of the subset inside the package."""
    return Path(str(files("planner").joinpath("charts", "fonts", "PromoSansSC-Regular.otf")))


@cache
def _register_bundled() -> None:
    """Make the subset known to matplotlib under its name; a list of families can only be given by name."""
    font_manager.fontManager.addfont(str(_bundled_path()))
