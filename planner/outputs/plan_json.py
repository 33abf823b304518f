"""A plan as plain JSON values, and back."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief
from planner.brief.playbook import Playbook
from planner.market import Market
from planner.plan import Plan
from planner.plan.day import Day
from planner.plan.expectation import Foundation
from planner.plan.summary import Summary
from planner.vocabulary.version import __version__
from planner.vocabulary.wording import LANGUAGES, Text

__all__ = ["SCHEMA", "plan_json", "plan_of_json"]

_INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d:\d\d$")
_FRAMES = ("slots", "market", "schedule", "limits", "sms", "actions", "offers", "comparison", "paths", "frontier")
_DAY_FRAMES = ("in_force", "actuals", "learnt", "changes")
# What a market by campaign has beside one by channel.
_SPREADS = ("volume_spread", "conversion_spread")
SCHEMA = "promo-plan/1"


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
        first=plan_of_json(data["first"]),
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


def plan_of_json(data: Mapping[str, Any]) -> Plan:
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
