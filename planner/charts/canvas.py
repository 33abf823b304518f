"""The sheet a chart is drawn on: size, title, panels, the axis of time, and the file it becomes.

Nothing global is touched: settings hold inside `sheet` only, and figures are made without pyplot. A chart of several
panels is one Axes without a frame that holds the panels as insets, so that every chart can be put into an Axes of the
caller's own.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planner.charts.palette import FAINT, GREY, INK, RULE
from planner.charts.typefaces import Faces, choose_faces
from planner.charts.words import Words
from planner.vocabulary.wording import catalogue

__all__ = ["Clock", "Sheet", "panel", "save", "sheet", "wrap"]

WIDTH = 9.0
_LEFT, _RIGHT, _EDGE = 0.72, 0.3, 0.12
_TITLE, _SUBTITLE, _SMALL = 12.5, 9.0, 7.0


@dataclass(frozen=True)
class Sheet:
    """Where one chart is drawn: its Axes without a frame, and how it writes."""

    axes: Axes
    words: Words
    faces: Faces

    def safe(self, text: str) -> str:
        """Return a text of the seller's with only characters that can be drawn."""
        return self.faces.drawable(text)


@contextmanager
def sheet(
    words: Words,
    ax: Axes | None,
    *,
    height: float,
    title: str,
    subtitle: str,
    left: float = _LEFT,
    right: float = _RIGHT,
    bottom: float = 0.62,
    more: str = "",
) -> Iterator[Sheet]:
    """Open a sheet: inside, texts are written with fonts that have them.

    Parameters
    ----------
    words
        How to write.
    ax
        Where to draw; None for a figure of our own.
    height
        Of the panels. [inches]
    title, subtitle
        The finding, and what is measured in which unit.
    left, right, bottom
        Margins of a figure of our own. [inches]
    more
        Other texts that will be written, such as names from outside.
    """
    faces = choose_faces(_every_text(words) + title + subtitle + more)
    with mpl.rc_context(_settings(faces)):
        heading = wrap(faces.drawable(title), 72 * (WIDTH - 0.3), _TITLE)
        below = wrap(faces.drawable(subtitle), 72 * (WIDTH - 0.3), _SUBTITLE)
        indent = 0.0
        if ax is None:
            top = 0.16 + 0.25 * (heading.count("\n") + 1) + 0.19 * (below.count("\n") + 1)
            whole = height + top + bottom
            figure = Figure(figsize=(WIDTH, whole), dpi=144)
            place = (left / WIDTH, bottom / whole, 1 - (left + right) / WIDTH, height / whole)
            ax = figure.add_axes(place)
            # Title, subtitle and footer begin at the sheet's left edge, wherever the panels do.
            indent = (_EDGE - left) / (WIDTH - left - right)
            figure.text(_EDGE / WIDTH, 0.07 / whole, _footer(words, faces), fontsize=_SMALL, color=FAINT, va="bottom")
        ax.set_axis_off()
        # The title as a whole, for who cannot see it: its lines may be broken at a space or not.
        ax.set_label(title)
        points_below = 7 + 13.5 * (below.count("\n") + 1)
        # A title with a height of its own is not kept clear of all ticks at every drawing, which takes long.
        title_text = ax.set_title(heading, loc="left", x=indent, y=1.0, fontsize=_TITLE, color=INK, pad=points_below)
        # In an Axes of the caller's the title is older than our settings.
        title_text.set(fontfamily=list(faces.families), parse_math=False, linespacing=1.2)
        ax.annotate(
            below,
            (indent, 1),
            (0, 6),
            "axes fraction",
            "offset points",
            fontsize=_SUBTITLE,
            color=GREY,
            va="bottom",
            linespacing=1.25,
        )
        yield Sheet(ax, words, faces)


def _settings(faces: Faces) -> Any:
    """Return matplotlib's settings for one sheet."""
    return {
        "font.family": list(faces.families),
        "font.size": 8.5,
        "text.parse_math": False,
        "text.color": INK,
        "axes.labelcolor": GREY,
        "axes.labelsize": 8,
        "axes.edgecolor": FAINT,
        "axes.linewidth": 0.7,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 8.5,
        "xtick.color": GREY,
        "ytick.color": GREY,
        "xtick.labelsize": 8,
        "ytick.labelsize": 8,
        "xtick.major.size": 3,
        "ytick.major.size": 3,
        "hatch.linewidth": 0.6,
        "hatch.color": "#777777",
        "lines.linewidth": 1.6,
        "lines.solid_capstyle": "butt",
    }


def _every_text(words: Words) -> str:
    """Return all that the charts of one plan may write, so that all of them get the same faces."""
    labels = "".join(entry[words.lang] for area in ("charts", "labels") for entry in catalogue(area).values())
    return labels + "".join((*words.channels.values(), *words.windows.values(), words.promotion)) + "元¥€£×−–"


def _footer(words: Words, faces: Faces) -> str:
    """Return the line that says what the picture belongs to."""
    zone = words.say("charts.footer", zone=words.zone.key)
    return faces.drawable(f"{words.promotion} · {zone}" if words.promotion else zone)


def wrap(text: str, width: float, size: float) -> str:
    """Return a text in lines of at most some width, broken at spaces and between Chinese characters. [points]"""
    lines, line, used = [], "", 0.0
    for piece in re.findall(r"[^\s\u2e80-\uffef]+\s*|[\u2e80-\uffef]\s*|\s+", text):
        extent = text_width(piece, size)
        # A closing sign never begins a line.
        if line and used + text_width(piece.rstrip(), size) > width and piece[0] not in "，。；：、）！？%":
            lines.append(line.rstrip())
            line, used = "", 0.0
        line, used = line + piece, used + extent
    return "\n".join([*lines, line.rstrip()])


def text_width(text: str, size: float) -> float:
    """Return about how wide a text is. [points]"""
    return sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.57 for letter in text) * size


def panel(on: Sheet, bounds: tuple[float, float, float, float], name: str, ylabel: str = "") -> Axes:
    """Return a panel of a sheet: left, bottom, width and height as shares of it; `name` becomes its label."""
    axes = on.axes.inset_axes(bounds)
    axes.set_label(name)
    if ylabel:
        axes.set_ylabel(ylabel)
    axes.tick_params(labelfontfamily=list(on.faces.families))
    return axes


class Clock:
    """The axis of time: hours since the first slot began, so that a change of the clocks moves nothing.

    Parameters
    ----------
    starts, ends
        Of the slots, in order; zone-aware.
    words
        How to write days and hours.
    """

    def __init__(
        self, starts: Sequence[pd.Timestamp] | pd.Series, ends: Sequence[pd.Timestamp] | pd.Series, words: Words
    ) -> None:
        self.first = pd.Timestamp(min(starts))
        self.last = pd.Timestamp(max(ends))
        self.words = words
        self.length = float(self.at(self.last))

    def at(self, moments: pd.Timestamp | pd.Series | pd.DatetimeIndex) -> np.ndarray:
        """Return where moments stand. [hours since the first slot began]"""
        index = pd.DatetimeIndex(
            np.atleast_1d(np.asarray(moments, dtype=object)) if not isinstance(moments, pd.Timestamp) else [moments]
        )
        hours = np.asarray((index - self.first) / pd.Timedelta(hours=1), dtype=float)
        return hours if not isinstance(moments, pd.Timestamp) else hours[0]

    def dress(self, axes: Axes, inches: float, *, labels: bool = True) -> None:
        """Put hours and days under an axes that is some inches wide."""
        axes.set_xlim(0, self.length)
        step = next((step for step in (1, 2, 3, 6, 12) if self.length / step * 0.45 <= inches), 24)
        hours = pd.date_range(self.first.ceil("h"), self.last, freq="h")
        local = hours.tz_convert(self.words.zone)
        shown = [
            (place, moment) for place, moment in zip(self.at(hours), local, strict=True) if moment.hour % step == 0
        ]
        axes.set_xticks([place for place, _ in shown])
        midnights = [place for place, moment in shown if moment.hour == 0 and 0 < place < self.length]
        for place in midnights:
            axes.axvline(place, color=RULE, linewidth=0.8, zorder=0.5)
        if not labels:
            axes.tick_params(axis="x", labelbottom=False, length=0)
            return
        axes.set_xticklabels([f"{moment:%H}" for _, moment in shown])
        edges = [0.0, *midnights, self.length]
        for start, end in pairwise(edges):
            moment = self.first + pd.Timedelta(hours=start)
            text = self.words.day(moment)
            if (end - start) / self.length * inches * 72 < text_width(text, 8) - 6:
                continue
            axes.annotate(
                text,
                (start, 0),
                (1, -17),
                ("data", "axes fraction"),
                "offset points",
                fontsize=8,
                color=INK,
                va="top",
                annotation_clip=False,
            )


def save(figure: Figure, form: str, *, salt: str = "", title: str = "") -> bytes:
    """Return a figure as the bytes of an SVG, PNG or PDF file.

    Texts of an SVG are drawn as outlines, so that it looks the same for a reader without our fonts; the same figure
    gives the same bytes.
    """
    buffer = io.BytesIO()
    metadata = {"svg": {"Date": None, "Title": title}, "pdf": {"CreationDate": None}}.get(form)
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": f"planner-{salt}", "pdf.fonttype": 42}):
        # The hardest compression of a PNG takes longer than drawing it, for a tenth of its size.
        options: dict[str, Any] = {"pil_kwargs": {"compress_level": 3}} if form == "png" else {}
        figure.savefig(buffer, format=form, metadata=metadata, **options)
    return _slim(buffer.getvalue()) if form == "svg" else buffer.getvalue()


def _slim(svg: bytes) -> bytes:
    """Return an SVG without the digits nobody sees: a hundredth of a point in paths and places."""

    def shorten(attribute: re.Match[bytes]) -> bytes:
        return re.sub(rb"(\d\.\d{2})\d+", rb"\1", attribute.group(0))

    return re.sub(rb'\s(?:d|x|y|width|height)="[^"]*"', shorten, svg)
