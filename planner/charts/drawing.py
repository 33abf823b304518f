"""Every chart a plan has something for, drawn once and kept as SVG and PNG."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from planner.charts.canvas import save
from planner.charts.catalogue import CHARTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.plan import Plan
    from planner.vocabulary.wording import Lang

__all__ = ["chart_names", "draw_all"]


def chart_names(plan: Plan) -> tuple[str, ...]:
    """Return the charts that a plan has something for, in the order of the page."""
    return tuple(name for name, (_, table) in CHARTS.items() if not getattr(plan, table).empty)


def draw_all(
    plan: Plan, folder: Path | None = None, lang: Lang | None = None, *, forms: Sequence[str] = ("svg", "png")
) -> dict[str, bytes]:
    """Draw a plan's charts.

    Parameters
    ----------
    plan
        What to draw.
    folder
        Where to write them too; None writes nothing.
    lang
        Language; the plan's by default.
    forms
        ``svg``, ``png``, ``pdf``; each figure is drawn once for all of them.

    Returns
    -------
    dict
        File name (``timeline.svg``) to content, in the order of the page. The title of an SVG is the chart's finding.
    """
    files: dict[str, bytes] = {}
    for name in chart_names(plan):
        module = importlib.import_module(f"planner.charts.{CHARTS[name][0]}")
        axes = getattr(module, f"plot_{name}")(plan, lang=lang)
        title = str(axes.get_label())
        for form in forms:
            files[f"{name}.{form}"] = save(axes.figure, form, salt=name, title=title)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    return files
