"""A plan to a folder, all of it or nothing, and back.

``plan.json`` holds everything and is what `read_plan` reads; the other files are made from it for people and for tools.
"""

from __future__ import annotations

import errno
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from planner.charts.catalogue import CHARTS
from planner.outputs import FILES, render_outputs
from planner.outputs.plan_json import SCHEMA, plan_json, plan_of_json
from planner.plan import Plan
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.tables import PLAN_TABLES
from planner.vocabulary.wording import Lang, Message

__all__ = ["OWN_FILES", "csv_text", "read_plan", "write_files", "write_plan"]

# What only a plan for people has: nothing of it may stay beside the tables of a later one.
OWN_FILES = frozenset(
    (
        *("report.html", *FILES),
        *(f"charts/{name}.{form}" for name in CHARTS for form in ("svg", "png", "pdf")),
    )
)


def write_plan(
    plan: Plan,
    folder: str | Path,
    *,
    tables_only: bool = False,
    overwrite: bool = False,
    lang: Lang | None = None,
) -> list[Path]:
    """Write a plan to a folder.

    Parameters
    ----------
    plan
        What to write.
    folder
        Where; made if it is not there.
    tables_only
        Write the CSV tables and ``plan.json`` only: no charts, page, workbook or calendar.
    overwrite
        Whether files that are there may be replaced. Those of an earlier plan that this one has not are removed.
    lang
        Language of page, charts and workbook; by default the plan's.

    Returns
    -------
    list of Path
        The files, in the order a person would want them.

    Raises
    ------
    FileExistsError
        A file is there already and may not be overwritten; nothing was written.
    IsADirectoryError, NotADirectoryError
        A folder bears the name of a file, or a file that of the folder; nothing was written.

    Examples
    --------
    >>> import planner, tempfile
    >>> shop = planner.example_folder()
    >>> brief = planner.load_brief(shop / "brief.toml")
    >>> plan = planner.make_plan(brief, planner.load_history(shop / "history.csv", brief))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = planner.write_plan(plan, folder, tables_only=True)
    ...     again = planner.read_plan(folder)
    >>> [file.name for file in files]
    ['schedule.csv', 'limits.csv', 'sms.csv', 'actions.csv', 'plan.json']
    >>> again.summary == plan.summary
    True
    """
    files: dict[str, bytes] = {}
    if not tables_only:
        files |= render_outputs(plan, lang or plan.lang)
    files |= {f"{name}.csv": csv_text(getattr(plan, name)).encode() for name in PLAN_TABLES}
    files["plan.json"] = (json.dumps(plan_json(plan), ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()
    try:
        written = write_files(files, Path(folder), overwrite=overwrite)
    except FileExistsError as error:
        advice = "already there; give another folder, or overwrite=True"
        raise FileExistsError(errno.EEXIST, advice, str(error)) from error
    for name in sorted(OWN_FILES - set(files)):
        (Path(folder) / name).unlink(missing_ok=True)
    return written


def write_files(files: Mapping[str, bytes], folder: Path, *, overwrite: bool) -> list[Path]:
    """Write files into a folder: under temporary names first, then all of them at once.

    Raises
    ------
    FileExistsError
        One of them is there already and may not be overwritten; nothing was written.
    IsADirectoryError
        A folder bears the name of one of them; nothing was written.
    NotADirectoryError
        A file stands where the folder, or one around it, should be; nothing was written.
    """
    nearest = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    if nearest.exists() and not nearest.is_dir():
        raise NotADirectoryError(str(nearest))
    there = [name for name in files if (folder / name).exists()]
    if there and not overwrite:
        raise FileExistsError(str(folder / there[0]))
    if blocked := [name for name in files if (folder / name).is_dir()]:
        raise IsADirectoryError(str(folder / blocked[0]))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=folder) as temporary:
        for name, content in files.items():
            path = Path(temporary) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for name in files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(temporary) / name).replace(folder / name)
    return [folder / name for name in files]


def csv_text(table: pd.DataFrame) -> str:
    """Return a table as CSV for machines: UTF-8 without BOM, times as ISO 8601 with their offset."""
    shown = table.copy()
    for name in shown.select_dtypes("datetimetz"):
        shown[name] = [moment.isoformat() for moment in shown[name]]
    return str(shown.to_csv(index=False, lineterminator="\n"))


def read_plan(folder: str | Path) -> Plan:
    """Read a plan back from its folder.

    Raises
    ------
    InputError
        There is no ``plan.json`` of ours in the folder.

    Examples
    --------
    See `write_plan`.
    """
    path = Path(folder) / "plan.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["schema"] != SCHEMA:
            raise KeyError(data["schema"])
        return plan_of_json(data)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise InputError([Problem(Message("write.no_plan", {"folder": str(folder)}), str(path))]) from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError([Problem(Message("write.not_a_plan", {"schema": SCHEMA}), str(path))]) from error
