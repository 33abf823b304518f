"""Charts as parts of a page: no name used twice, no outline said twice, and a text for who cannot see them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

__all__ = ["inline_figures"]

# An outline of a letter, as matplotlib defines it once a chart: its id is the font's name and the letter's number.
_GLYPH = re.compile(r'\s*<path id="((?:\w+-)+[0-9a-f]+)" d="([^"]*)"[^>]*transform="scale[^>]*/>')


def inline_figures(charts: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """Return the SVGs among some charts as figures of one page.

    Parameters
    ----------
    charts
        As `planner.charts.draw_all` returns them.

    Returns
    -------
    list of dict
        `name`, `title` (the finding) and `svg`. A letter's outline stands in the first figure that uses it; the later
        ones refer to it, which the page's being one document allows.
    """
    told: set[str] = set()
    return [
        _figure(name.removesuffix(".svg"), content, told) for name, content in charts.items() if name.endswith(".svg")
    ]


def _figure(name: str, svg: bytes, told: set[str]) -> dict[str, Any]:
    """Return one figure; `told` gathers the outlines that the page has."""
    text = svg.decode("utf-8")
    found = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
    title = Markup(found.group(1)).unescape() if found else name
    text = text[text.index("<svg") :]
    # Its style would hold for the whole page: what it says is said to the picture alone.
    text = re.sub(r"<(metadata|title|style)\b.*?</\1>|<!--.*?-->", "", text, flags=re.DOTALL)
    glyphs = set(_GLYPH.findall(text))

    def once(match: re.Match[str]) -> str:
        if match.group(1) in told:
            return ""
        told.add(match.group(1))
        return match.group(0)

    text = _GLYPH.sub(once, text)
    letters = {glyph for glyph, _ in glyphs}

    def rename(match: re.Match[str]) -> str:
        return match.group(0) if match.group(2) in letters else f"{match.group(1)}{name}-{match.group(2)}"

    text = re.sub(r'(\bid="|href="#|url\(#)([^")]+)', rename, text)
    text = re.sub(r"\s*\n\s*", "\n", text.replace("xlink:href", "href"))
    text = re.sub(
        r"translate\(([-\d.]+) ([-\d.]+)\)",
        lambda match: f"translate({float(match[1]):.4g} {float(match[2]):.4g})",
        text,
    )
    label = Markup('<svg role="img" aria-label="{}" style="stroke-linejoin:round;stroke-linecap:butt"').format(title)
    return {"name": name, "title": title, "svg": Markup(text.replace("<svg", label, 1))}
