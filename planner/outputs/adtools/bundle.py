"""The files of an export: names that are safe on every system, and texts that were read back before they leave."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from planner.outputs.adtools.grid import Period
from planner.outputs.adtools.series import Series
from planner.outputs.adtools.tool import UNCHANGED, Form, Sheet, Tool

__all__ = ["NotReadBackError", "bundle_files", "same_sheets"]

# File systems take 255 bytes; the label of a period and the file's end come behind.
_MOST_BYTES = 180
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


class NotReadBackError(ValueError):
    """A form cannot say a sheet: what was written reads back as something else."""


def bundle_files(
    tool: Tool, series: Sequence[Series], periods: Sequence[Period], sheets: Mapping[tuple[str, str], Sheet]
) -> tuple[dict[str, str], dict[str, str], dict[tuple[str, str], str]]:
    """Return the schedules, what puts the old ones back, and by campaign and label the file that says it."""
    schedules: dict[str, str] = {}
    put_back: dict[str, str] = {}
    names: dict[tuple[str, str], str] = {}
    labels = [*(period.label for period in periods), *(["restore"] if tool.rows != "dated" else [])]
    groups = [[one.name for one in series]] if tool.together else [[one.name] for one in series]
    stems = _stems(tool, groups)
    for label in labels:
        for form in tool.forms:
            for stem, group in zip(stems, groups, strict=True):
                file = f"{stem}{'-' if label else ''}{label}.{form.extension}"
                text = _checked(form, [sheets[name, label] for name in group], file)
                (put_back if label == "restore" else schedules)[file] = text
                for name in group:
                    names.setdefault((name, label), file)
    return schedules, put_back, names


def _stems(tool: Tool, groups: Sequence[Sequence[str]]) -> list[str]:
    """Return file names without their ends, safe on every system and no two alike."""
    if tool.together:
        return [tool.name]
    stems: list[str] = []
    for (name,) in groups:
        stem = f"{tool.name}-{_UNSAFE.sub('_', name).strip(' .') or '_'}".encode()[:_MOST_BYTES].decode(errors="ignore")
        while stem.casefold() in {other.casefold() for other in stems}:
            stem += "_"
        stems.append(stem)
    return stems


def _checked(form: Form, sheets: Sequence[Sheet], file: str) -> str:
    """Return a file's text, read back and found to say the same."""
    text = form.write(sheets)
    if sheets[0].table is None and not same_sheets(form.parse(text, file), sheets):
        raise NotReadBackError(f"{file} does not read back as it was meant")
    return text


def same_sheets(read: Sequence[Sheet], meant: Sequence[Sheet]) -> bool:
    """Return whether two lists of sheets say the same; dated rows that change nothing may be left out."""

    def said(sheet: Sheet) -> dict[str, list[float]]:
        rows = zip(sheet.rows, sheet.percent.tolist(), strict=True)
        dated = all(row[:1].isdigit() for row in sheet.rows)
        return {row: values for row, values in rows if not (dated and set(values) == {UNCHANGED})}

    return [said(sheet) for sheet in read] == [said(sheet) for sheet in meant]
