"""A plan to a folder, all of it or nothing, and back.

``plan.json`` holds everything and is what `read_plan` reads; the other files are made from it for people and for tools.
"""

from __future__ import annotations

import errno
import json
import math
import re
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief
from planner.brief.playbook import Playbook
from planner.charts.catalogue import CHARTS
from planner.market import Market
from planner.outputs import FILES, render_outputs
from planner.plan import Plan
from planner.plan.day import Day
from planner.plan.expectation import Foundation
from planner.plan.summary import Summary
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.tables import PLAN_TABLES
from planner.vocabulary.version import __version__
from planner.vocabulary.wording import LANGUAGES, Lang, Message, Text

__all__ = ["OWN_FILES", "SCHEMA", "csv_text", "plan_json", "read_plan", "write_files", "write_plan"]

SCHEMA = "promo-plan/1"
_INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d:\d\d$")
_FRAMES = ("slots", "market", "schedule", "limits", "sms", "actions", "offers", "comparison", "paths", "frontier")
_DAY_FRAMES = ("in_force", "actuals", "learnt", "changes")
# What a market by campaign has beside one by channel.
_SPREADS = ("volume_spread", "conversion_spread")
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


def plan_json(plan: Plan) -> dict[str, Any]:
    """Return everything a plan holds as plain JSON values."""
    return {
        "schema": SCHEMA,
        "generator": f"promo-planner {__version__}",
        "lang": plan.lang,
        "seed": plan.seed,
        "summary": asdict(plan.summary) | {"unspent": plan.summary.unspent},
        "certificate": dict(plan.certificate),
        "multipliers": plan.multipliers.to_dict(),
        "notes": [{lang: note.text(lang) for lang in LANGUAGES} for note in plan.notes],
        "foundation": _foundation_json(plan.foundation),
        # A plan is passed on: the folders its history lay in are nobody's business.
        "data": [
            {key: _plain(value) for key, value in source.items()} | {"name": Path(source["name"]).name}
            for source in plan.sources
        ],
        "brief": plan.brief.model_dump(mode="json", exclude_unset=True),
        "playbook": plan.brief.playbook.model_dump(mode="json"),
        **{name: _frame_json(getattr(plan, name)) for name in _FRAMES},
        **({} if plan.day is None else {"day": _day_json(plan.day)}),
    }


def _day_json(day: Day) -> dict[str, Any]:
    """Return what a plan made on the day knows beside the rest, the plan that the day began with included."""
    return {
        "now": day.now.isoformat(),
        "standing": dict(day.standing),
        "alarms": [{lang: alarm.text(lang) for lang in LANGUAGES} for alarm in day.alarms],
        **{name: _frame_json(getattr(day, name)) for name in _DAY_FRAMES},
        "first": plan_json(day.first),
    }


def _day(data: Mapping[str, Any], brief: Brief) -> Day:
    """Return what `_day_json` wrote."""
    return Day(
        first=_plan(data["first"]),
        now=pd.Timestamp(data["now"]).tz_convert(brief.zone),
        standing=data["standing"],
        alarms=tuple(Text(**alarm) for alarm in data["alarms"]),
        **{name: _frame(data[name], brief) for name in _DAY_FRAMES},
    )


def _foundation_json(foundation: Foundation) -> dict[str, Any]:
    """Return what a plan stands on, but for the market's table and the history: enough to plan on it again."""
    market = foundation.market
    return {
        "had_history": foundation.had_history,
        "channels": list(market.channels),
        # A covariance is the same on both sides of its diagonal: one of them is enough.
        **{
            name: [row[: place + 1] for place, row in enumerate(getattr(market, name).tolist())]
            for name in ("volume_cov", "conversion_cov")
        },
        **{name: getattr(market, name) for name in ("volume_alone", "conversion_alone")},
        **{name: None if (spread := getattr(market, name)) is None else spread.tolist() for name in _SPREADS},
        "last_spend": None if foundation.last_spend is None else foundation.last_spend.tolist(),
        "notes": [{lang: note.text(lang) for lang in LANGUAGES} for note in foundation.notes],
    }


def _foundation(data: Mapping[str, Any], table: pd.DataFrame) -> Foundation:
    """Return the foundation that `_foundation_json` wrote, the history left behind."""
    kept = data["foundation"]
    market = Market(
        table,
        (),
        tuple(kept["channels"]),
        volume_cov=_covariance(kept["volume_cov"]),
        conversion_cov=_covariance(kept["conversion_cov"]),
        volume_alone=float(kept["volume_alone"]),
        conversion_alone=float(kept["conversion_alone"]),
        **{name: None if kept.get(name) is None else np.array(kept[name], dtype=float) for name in _SPREADS},
    )
    return Foundation(
        market,
        None if kept["last_spend"] is None else np.array(kept["last_spend"], dtype=float),
        had_history=bool(kept["had_history"]),
        notes=tuple(Text(**note) for note in kept["notes"]),
        sources=tuple(data["data"]),
    )


def _covariance(triangle: list[list[float]]) -> NDArray[np.float64]:
    """Return the covariance of which a triangle was written."""
    lower = np.zeros((len(triangle), len(triangle)))
    lower[np.tril_indices(len(triangle))] = [value for row in triangle for value in row]
    return lower + np.tril(lower, -1).T


def _frame_json(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """Return a frame as ``{column: values}`` with times in ISO 8601 and null where a value is missing."""
    return {str(name): _column_json(frame[name]) for name in frame.columns}


def _column_json(values: pd.Series) -> list[Any]:
    """Return a column as JSON values; one of numbers that are all there needs no look at each."""
    plain = isinstance(values.dtype, np.dtype) and values.dtype.kind in "fiub"
    if plain and np.isfinite(values.to_numpy()).all():
        return list(values.tolist())
    return [_plain(value) for value in values.tolist()]


def _plain(value: Any) -> Any:
    """Return one cell as a JSON value."""
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    if value is None or value is pd.NaT or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value


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
        return _plan(data)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise InputError([Problem(Message("write.no_plan", {"folder": str(folder)}), str(path))]) from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError([Problem(Message("write.not_a_plan", {"schema": SCHEMA}), str(path))]) from error


def _plan(data: Mapping[str, Any]) -> Plan:
    """Return the plan that `plan_json` wrote."""
    brief = Brief.model_validate(data["brief"]).laid_on(Playbook.model_validate(data["playbook"]))
    frames = {name: _frame(data[name], brief) for name in _FRAMES}
    day = _day(data["day"], brief) if "day" in data else None
    # plans of before the last yuan was told say what the forecast expects of it
    told = {"last_yuan": data["summary"]["money_price"]} | data["summary"]
    return Plan(
        brief=brief if day is None else brief.from_now(day.now.to_pydatetime()),
        lang=data["lang"],
        seed=data["seed"],
        summary=Summary(**{key: value for key, value in told.items() if key != "unspent"}),
        certificate=data["certificate"],
        multipliers=pd.Series(data["multipliers"], dtype=float, name="earns"),
        notes=tuple(Text(**note) for note in data["notes"]),
        foundation=_foundation(data, frames["market"]),
        day=day,
        **frames,
    )


def _frame(columns: Mapping[str, list[Any]], brief: Brief) -> pd.DataFrame:
    """Return the frame that `_frame_json` wrote."""
    frame = pd.DataFrame(dict(columns))
    for name in frame.columns:
        if len(frame) and all(isinstance(value, str) and _INSTANT.match(value) for value in frame[name]):
            frame[name] = pd.to_datetime(frame[name], utc=True).dt.tz_convert(brief.zone)
    return frame
