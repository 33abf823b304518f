"""Valid briefs and histories of every kind, by seed: what a plan promises has to hold on all of them.

A case is a brief's text and, in two thirds of the cases, a tidy history. `broken` plans a case and returns what of the
promises does not hold; benchmarks/briefs.py does so for thousands, test_random_briefs.py for a few hundred small ones.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from planner.brief import Brief, parse_brief
from planner.brief.playbook import builtin_playbooks
from planner.brief.providers import builtin_providers
from planner.brief.toml_input import read_toml
from planner.history import History, load_history
from planner.market.curves import full_spend
from planner.outputs.plan_folder import write_plan
from planner.plan import Plan, make_plan
from planner.vocabulary.errors import InfeasibleError, InputError

# A zone and the day on which its clocks change, or one without a change.
DAYS = (
    ("Asia/Shanghai", "2026-11-11"),
    ("America/New_York", "2026-11-01"),
    ("America/Sao_Paulo", "2026-11-11"),
    ("Europe/Berlin", "2026-10-25"),
    ("Europe/London", "2026-03-29"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Asia/Kathmandu", "2026-06-18"),
    ("Africa/Casablanca", "2026-02-15"),
    ("Pacific/Chatham", "2026-09-27"),
)
CURRENCIES = ("CNY", "EUR", "JPY", "KWD")
ROLES = ("search", "display", "feed", "retarget", "customers", "other")
GAP = 1e-9
COLUMNS = ("impressions", "clicks", "spend", "orders", "revenue", "bid")


@dataclass(frozen=True)
class Case:
    """A brief's text, and its history; None where nothing happened before."""

    seed: int
    brief: str
    history: pd.DataFrame | None


@dataclass(frozen=True)
class Outcome:
    """What became of a case: ``planned``, ``infeasible`` or ``refused``, and what is wrong with it."""

    kind: str
    wrong: tuple[str, ...]
    plan: Plan | None = None


class _Draw:
    """Numbers and choices of one seed."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def one(self, options: Any) -> Any:
        return options[int(self.rng.integers(len(options)))]

    def size(self, low: float, high: float) -> float:
        """A number of any size between two, to four digits."""
        return float(f"{10 ** self.rng.uniform(np.log10(low), np.log10(high)):.4g}")

    def share(self, low: float = 0.0, high: float = 1.0) -> float:
        return round(float(self.rng.uniform(low, high)), 4)


def random_case(seed: int, *, small: bool = False) -> Case:
    """Return the case of a seed; a small one has a day of few hours, few channels and a short history."""
    draw = _Draw(seed)
    zone, day = draw.one(DAYS)
    with_history = draw.chance(0.66)
    budget = draw.size(1, 1e8)
    channels = _channels(draw, budget, known=with_history, most=3 if small else 6)
    campaigns = draw.chance(0.2) and with_history
    tables: list[tuple[str, dict[str, Any]]] = [
        ("[promotion]", _promotion(draw, zone, day, small, campaigns)),
        ("[budget]", _budget(draw, budget)),
        ("[shop]", _shop(draw)),
        *(("[[channels]]", channel) for channel in channels),
        *_extras(draw, budget),
    ]
    if with_history and draw.chance(0.7):
        tables.append(("[history]", {"orders_at": draw.one(("click", "order"))}))
        if draw.chance(0.7):
            past = dt.date.fromisoformat(day).replace(year=2025)
            tables.append(("[[past_events]]", {"name": "last year", "date": past}))
    text = "\n".join(
        f"{head}\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in body.items()) for head, body in tables
    )
    history = _history(draw, channels, zone, day, small=small, campaigns=campaigns) if with_history else None
    return Case(seed, text, history)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return json.dumps(value)


def _promotion(draw: _Draw, zone: str, day: str, small: bool, campaigns: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": "random",
        "playbook": draw.one(builtin_playbooks()),
        "date": dt.date.fromisoformat(day),
        "timezone": zone,
        "currency": draw.one(CURRENCIES),
    }
    if small or draw.chance(0.3):
        starts = dt.datetime.fromisoformat(day) - dt.timedelta(hours=draw.one((0, 1, 2, 4)))
        found |= {"starts": starts, "ends": starts + dt.timedelta(hours=draw.one((5, 8, 11)) if small else 30)}
        if found["playbook"] != "double11-20h" and draw.chance(0.5):
            found["opening"] = dt.datetime.fromisoformat(day)
    if campaigns:
        found["plan_by"] = "campaign"
    return found


def _budget(draw: _Draw, total: float) -> dict[str, Any]:
    found: dict[str, Any] = {"total": total}
    if draw.chance(0.2):
        found["reserve"] = round(total * draw.share(0, 0.5), 2)
    if draw.chance(0.2):
        found["min_return"] = draw.size(0.1, 10)
    return found


def _shop(draw: _Draw) -> dict[str, Any]:
    found: dict[str, Any] = {
        "platform": draw.one(("tmall", "taobao", "other")),
        "margin": max(draw.share(0.01, 0.95), 0.01),
        "order_value": draw.size(1, 1e4),
    }
    if draw.chance(0.2):
        found["refund_rate"] = draw.share(0, 0.9)
    if draw.chance(0.2):
        found["early_order_value"] = draw.share(0, 2)
    return found


def _channels(draw: _Draw, budget: float, *, known: bool, most: int) -> list[dict[str, Any]]:
    found = []
    for place in range(int(draw.rng.integers(1, most + 1))):
        kind = "cpc" if place == 0 else draw.one(("cpc", "cpc", "cpm", "organic"))
        channel: dict[str, Any] = {"name": f"c{place}", "kind": kind, "role": draw.one(ROLES)}
        if kind == "organic":
            found.append(channel)
            continue
        if not known or draw.chance(0.3):
            channel |= {"price": draw.size(0.02, 60), "conversion": max(draw.share(0, 0.3), 1e-4)}
            if kind == "cpm":
                channel["click_through"] = max(draw.share(0, 0.1), 1e-4)
            if draw.chance(0.6):
                channel["clicks_per_day"] = draw.size(1, 1e6)
        for key, chance, value in (
            ("min_bid", 0.2, draw.size(0.01, 1)),
            ("max_bid", 0.2, draw.size(1.5, 100)),
            ("base_bid", 0.2, draw.size(0.05, 20)),
            ("budget", 0.2, round(budget * draw.share(0, 0.8), 2)),
            ("daily_minimum", 0.3, round(budget * draw.share(0, 0.15), 2)),
            ("audience", 0.2, draw.size(10, 1e6)),
            ("incrementality", 0.2, draw.share()),
        ):
            if draw.chance(chance):
                channel[key] = value
        found.append(channel)
    return found


def _extras(draw: _Draw, budget: float) -> list[tuple[str, dict[str, Any]]]:
    """Return tables of stock, messages, deals and windows."""
    found: list[tuple[str, dict[str, Any]]] = []
    if draw.chance(0.35):
        stock: dict[str, Any] = {}
        if draw.chance(0.6):
            stock["units"] = int(draw.size(1, 1e5)) if draw.chance(0.95) else 0
        if draw.chance(0.6):
            stock |= {"ship_per_day": draw.size(1, 1e4), "promise_hours": draw.one((24, 48, 72))}
        found.append(("[stock]", stock))
    if draw.chance(0.35):
        sms: dict[str, Any] = {"price": draw.size(0.01, 1)}
        if draw.chance(0.5):
            sms["provider"] = draw.one(sorted(builtin_providers()))
        else:
            sms["hours"] = draw.one(("08:00-20:00", "00:00-24:00", "09:00-21:00"))
        if draw.chance(0.3):
            sms["throughput"] = draw.size(10, 1e5)
        found.append(("[sms]", sms))
        for place in range(int(draw.rng.integers(1, 4))):
            segment = {
                "name": f"s{place}",
                "people": int(draw.size(1, 1e5)),
                "max_messages": int(draw.rng.integers(0, 4)),
            }
            found.append(
                ("[[sms.segments]]", segment | {"response": draw.share(0, 0.3), "conversion": draw.share(0, 0.2)})
            )
    if draw.chance(0.25):
        found.append(("[[offers]]", {"price_cut": draw.share(0, 0.9), "places": int(draw.size(1, 1e3))}))
    if draw.chance(0.25):
        stance = draw.one(("compete", "hold", "low_bid", "notify", "flash_deal"))
        found.append(("[[windows]]", {"window": 1, "stance": stance, "budget": round(budget * draw.share(0, 0.3), 2)}))
    return found


def _history(
    draw: _Draw, channels: list[dict[str, Any]], zone: str, day: str, *, small: bool, campaigns: bool
) -> pd.DataFrame:
    """Return a tidy history of usual days and last year's event, with holes, zeros and outliers."""
    event = dt.date.fromisoformat(day)
    days = 5 if small else int(draw.rng.integers(3, 21))
    usual = pd.date_range(event - dt.timedelta(days=days + 3), periods=24 * days, freq="h")
    hours = usual
    if draw.chance(0.6):
        hours = usual.append(pd.date_range(event.replace(year=2025) - dt.timedelta(days=1), periods=60, freq="h"))
    frames = []
    for channel in channels:
        if channel["kind"] == "organic":
            continue
        for name in [f"{channel['name']}-{at}" for at in range(3)] if campaigns else [None]:
            clicks = draw.rng.poisson(draw.size(0.2, 500), len(hours)) * np.where(hours.year == 2025, 2, 1)
            price, bid = draw.size(0.05, 20), 1.4
            frame = pd.DataFrame({"hour": hours.strftime("%Y-%m-%d %H:%M"), "channel": channel["name"]})
            if name:
                frame["campaign"] = name
            frame["clicks"] = clicks
            frame["impressions"] = clicks * 20
            frame["spend"] = (clicks * price).round(2)
            frame["orders"] = draw.rng.binomial(clicks, draw.share(0.001, 0.2))
            frame["revenue"] = (frame["orders"] * draw.size(2, 1000)).round(2)
            frame["bid"] = round(price * bid, 4)
            frames.append(frame)
    table = pd.concat(frames, ignore_index=True)
    for name in ("impressions", "revenue", "bid"):
        if draw.chance(0.3):
            table = table.drop(columns=name)
    if draw.chance(0.3):
        table = table[draw.rng.random(len(table)) > 0.3]
    if draw.chance(0.2):
        dead = draw.rng.random(len(table)) < 0.2
        table.loc[dead, [name for name in COLUMNS if name in table and name != "bid"]] = 0
    if draw.chance(0.2):
        wild = draw.rng.random(len(table)) < 0.005
        table.loc[wild, [name for name in ("clicks", "impressions", "spend") if name in table]] *= 100
    # an hour that its day's clocks leave out is no hour
    local = pd.to_datetime(table["hour"]).dt.tz_localize(ZoneInfo(zone), ambiguous="NaT", nonexistent="NaT")
    return table[local.notna().to_numpy()]


def planned(case: Case, folder: Path) -> tuple[Brief, History | None, Plan]:
    """Return the brief, history and plan of a case; the history goes by a file in `folder`, as a seller's does."""
    brief = parse_brief(read_toml("brief.toml", text=case.brief))
    history = None
    if case.history is not None:
        path = folder / "history.csv"
        case.history.to_csv(path, index=False)
        history = load_history([path], brief)
    return brief, history, make_plan(brief, history, lang="en")


def outcome(case: Case, *, twice: bool = False) -> Outcome:
    """Return what became of a case; with `twice` it is also planned again and written, byte for byte."""
    with tempfile.TemporaryDirectory() as place, warnings.catch_warnings():
        warnings.simplefilter("error")
        folder = Path(place)
        try:
            _, _, plan = planned(case, folder)
            wrong = list(promises_broken(plan))
            if twice:
                wrong += _differs(plan, planned(case, folder)[2], folder)
        except InputError as refusal:
            return Outcome("refused", (f"refused: {refusal}",))
        except InfeasibleError:
            return Outcome("infeasible", ())
        except Exception as fault:  # whatever it is, it is what is looked for
            return Outcome("failed", (f"{type(fault).__name__}: {fault}"[:300],))
    return Outcome("planned", tuple(wrong), plan)


def promises_broken(plan: Plan) -> list[str]:
    """Return what a plan does not keep of what every plan promises."""
    found = []
    for name in ("gap", "violation"):
        if not plan.certificate[name] <= GAP:
            found.append(f"{name} {plan.certificate[name]:.3g}")
    for name in ("schedule", "limits", "sms", "market", "frontier", "comparison"):
        numbers = getattr(plan, name).select_dtypes("number")
        optional = {"campaign"}
        empty = [column for column in numbers if column not in optional and not np.isfinite(numbers[column]).all()]
        if empty and name != "frontier":
            found.append(f"{name}: {', '.join(empty)} not finite")
    budget = plan.brief.budget
    spent = plan.schedule["spend"].sum() + plan.sms["cost"].sum()
    if spent > budget.total - budget.reserve + 1e-9 * max(1.0, budget.total * 1e-6):
        found.append(f"{spent} planned of {budget.total - budget.reserve}")
    if plan.limits["limit"].sum() > budget.total - budget.reserve - plan.sms["cost"].sum() + 1e-6:
        found.append("limits above the money")
    for channel in plan.brief.channels:
        rows = plan.schedule[(plan.schedule["channel"] == channel.name) & (plan.schedule["bid"] > 0)]
        if channel.max_bid is not None and (rows["bid"] > channel.max_bid * (1 + 1e-9)).any():
            found.append(f"bid of {channel.name} above its highest")
        if (rows["bid"] < channel.min_bid * (1 - 1e-9)).any():
            found.append(f"bid of {channel.name} below its lowest")
        if channel.budget is not None and plan.schedule.loc[rows.index, "spend"].sum() > channel.budget + 1e-6:
            found.append(f"budget of {channel.name} exceeded")
    return found


def _differs(one: Plan, other: Plan, folder: Path) -> list[str]:
    """Return which files of two plans of the same case differ."""
    write_plan(one, folder / "one", tables_only=True)
    write_plan(other, folder / "other", tables_only=True)
    names = sorted(path.name for path in (folder / "one").iterdir())
    return [
        f"{name} differs"
        for name in names
        if (folder / "one" / name).read_bytes() != (folder / "other" / name).read_bytes()
    ]


def solver_agrees(case: Case) -> bool:
    """Return whether a general solver too finds no spends that keep the limits of an infeasible case.

    Limits on orders are left to the planner: with them the question is no linear one, and the answer is taken as given.
    """
    from scipy.optimize import linprog

    from planner.allocate.ads import ad_problem
    from planner.brief.slots import make_slots
    from planner.plan.expectation import lay_foundation

    brief = parse_brief(read_toml("brief.toml", text=case.brief))
    if brief.budget.min_return > 0 or brief.stock.units is not None:
        return True
    with tempfile.TemporaryDirectory() as folder:
        history = None
        if case.history is not None:
            path = Path(folder) / "history.csv"
            case.history.to_csv(path, index=False)
            history = load_history([path], brief)
        problem = ad_problem(brief, lay_foundation(brief, make_slots(brief.timetable), history).market.table)
    cells, limits = problem.cells, problem.limits
    rows, most = [np.ones(len(cells))], [limits.total]
    for limit in limits.groups:
        inside = (cells[limit.columns[0]] == limit.label).to_numpy(dtype=float)
        if np.isfinite(limit.cap):
            rows, most = [*rows, inside], [*most, limit.cap]
        if limit.floor > 0:
            rows, most = [*rows, -inside], [*most, -limit.floor]
    top = np.minimum(cells["cap"].to_numpy(), full_spend(cells))
    found = linprog(np.zeros(len(cells)), A_ub=np.array(rows), b_ub=most, bounds=list(zip(0 * top, top, strict=True)))
    return found.status == 2
