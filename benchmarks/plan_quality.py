"""What plans earn in a simulated market with a known truth, beside the baselines a seller would run.

The market is no part of this project: `--market` names the folder that holds it, a module `market` (worlds that play
bids under a hard budget) and a module `score` (the files a seller of that world would have). Figures are shares of the
profit of an oracle that knows the true auctions, in per cent of its sum over the worlds.

    python benchmarks/plan_quality.py --market FOLDER --worlds 11-30 --record
    python benchmarks/plan_quality.py --market FOLDER --worlds 11-14 --parts
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from planner import load_brief, load_history
from planner.brief.slots import make_slots
from planner.market import forecast_market
from planner.market.curves import response_cells, spend_at_bid
from planner.plan import make_plan

RESULTS = Path(__file__).parent / "results" / "plan_quality.md"
SCENARIOS = ("playbook", "half", "myth", "crowded", "surprise")
TARGETS = {"playbook": 82, "half": 79, "myth": 77, "crowded": 80, "surprise": 63}
VARIANTS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "budget 1500": {"budget": 1500.0},
    "budget 10000": {"budget": 10000.0},
    "no bid column": {"bid_in_history": False},
    "no past event": {"event": False},
}


def load_market(folder: str) -> tuple[ModuleType, ModuleType]:
    """Return the folder's modules `market` and `score`."""
    sys.path.insert(0, folder)
    import market
    import score

    return market, score


def files_of(score: ModuleType, world: Any, *, event: bool) -> tuple[Any, Any]:
    """Return the brief and the history of a world's seller, read from files as a seller's would be."""
    with tempfile.TemporaryDirectory() as folder:
        score.write_world(world, folder, event=event)
        brief = load_brief(Path(folder) / "brief.toml")
        return brief, load_history([Path(folder) / "history.csv"], brief)


def as_played(market: ModuleType, score: ModuleType, table: pd.DataFrame, bids: Any, caps: Any) -> list[dict[str, Any]]:
    """Return rows that the market plays: hour from the promotion's midnight, channel, bid, cap."""
    midnight = pd.Timestamp(score.DAY, tz=table["start"].dt.tz)
    hours = (table["start"] - midnight) / pd.Timedelta(hours=1)
    keep = hours.between(market.HOURS[0], market.HOURS[-1] + 0.99)
    rows = zip(hours[keep], table["channel"][keep], np.asarray(bids)[keep], np.asarray(caps)[keep], strict=True)
    return [dict(zip(("hour", "channel", "bid", "cap"), row, strict=True)) for row in rows]


def score_world(
    market: ModuleType, score: ModuleType, seed: int, scenario: str, variant: dict[str, Any]
) -> dict[str, float]:
    """Return what a plan and the baselines earn in one world, and how often its intervals of clicks held."""
    settings = {name: value for name, value in variant.items() if name != "event"}
    world = market.World(seed=seed, scenario=scenario, **settings)
    brief, history = files_of(score, world, event=variant.get("event", True))
    began = time.perf_counter()
    schedule = make_plan(brief, history, lang="en").schedule
    took = time.perf_counter() - began
    plan = as_played(market, score, schedule, schedule["bid"], schedule["spend_cap"])
    figures: dict[str, float] = score.score(world, plan)
    return {**figures, "covered": covered(market, score, world, schedule, plan), "seconds": took}


def covered(
    market: ModuleType, score: ModuleType, world: Any, schedule: pd.DataFrame, plan: Any, draws: int = 5
) -> float:
    """Return the share of hours and channels whose played clicks lie in the planned 80 % interval."""
    hours = (schedule["start"] - pd.Timestamp(score.DAY, tz=schedule["start"].dt.tz)) / pd.Timedelta(hours=1)
    key = [np.floor(hours).astype(int), schedule["channel"]]
    low, high = (schedule.groupby(key)[name].sum() for name in ("clicks_low", "clicks_high"))
    cells = [(hour, channel) for hour in market.HOURS for channel in market.CH]
    inside = []
    for seed in range(draws):
        clicks = world.evaluate(plan, seed=seed)["cells"]["clicks"].ravel()
        inside += [low[c] - 1e-9 <= n <= high[c] + 1e-9 for c, n in zip(cells, clicks, strict=True) if c in low.index]
    return float(np.mean(inside))


def parts(market: ModuleType, score: ModuleType, seeds: list[int], scenario: str) -> dict[str, float]:
    """Return the share of the oracle's profit with the truth put in for one part of the forecast at a time.

    The plan is the plain optimum of the forecast: one multiplier on money, no caps.
    """
    earned: dict[str, list[float]] = {}
    for seed in seeds:
        world = market.World(seed=seed, scenario=scenario)
        brief, history = files_of(score, world, event=True)
        table = forecast_market(brief, make_slots(brief.timetable), history).table
        cells = response_cells(table)
        closed = (table["stance"] == "notify").to_numpy()
        bids, spend = plain_optimum(cells, closed, world.budget)
        truth = true_cells(market, score, world, table, np.maximum(bids, 0.7 * table["reference_bid"]))
        shape = (-1, len(market.CH))
        rate = np.where(truth[:, 1] > 0, truth[:, 1], table["conversion"])
        gap = np.log(rate / table["conversion"]).to_numpy().reshape(shape)
        weight = (spend + 0.01).reshape(shape)
        level = np.average(gap, weights=weight)
        by_channel = np.average(gap, axis=0, weights=weight) - level
        by_hour = np.average(gap - by_channel, axis=1, weights=weight)[:, None] - level
        none = np.zeros_like(gap)
        for name, change, volume in (
            ("forecast", none, False),
            ("true level of conversion", none + level, False),
            ("true channels", none + by_channel, False),
            ("true hours", none + by_hour, False),
            ("true conversion", gap, False),
            ("true volume at the bids", none, True),
            ("true conversion and volume", gap, True),
        ):
            changed = cells.assign(orders_per_click=cells["orders_per_click"] * np.exp(change).ravel())
            for _ in range(4 if volume else 0):
                offer, planned = plain_optimum(changed, closed, world.budget)
                real = true_cells(market, score, world, table, offer)[:, 0]
                factor = np.where(planned > 0, np.clip(real / np.maximum(planned, 1e-6), 0.05, 20), 1.0)
                changed["clicks_scale"] *= factor ** (1 - changed["elasticity"])
            offer = plain_optimum(changed, closed, world.budget)[0]
            plan = as_played(market, score, table, offer, np.full(len(offer), np.inf))
            earned.setdefault(name, []).append(world.evaluate(plan, budget=world.budget, expected=True)["profit"])
        earned.setdefault("oracle", []).append(world.oracle()["result"]["profit"])
    whole = sum(earned.pop("oracle"))
    return {name: 100 * sum(values) / whole for name, values in earned.items()}


def plain_optimum(cells: pd.DataFrame, closed: Any, budget: float) -> tuple[Any, Any]:
    """Return bids and spends at one multiplier on money that spends at most the budget."""
    worth = (cells["orders_per_click"] * cells["profit_per_order"] / cells["kappa"]).to_numpy()
    low, high = 0.0, 50.0
    for _ in range(60):
        middle = (low + high) / 2
        over = spend_at_bid(cells, np.where(closed, 0.0, worth / (1 + middle))).sum() > budget
        low, high = (middle, high) if over else (low, middle)
    bids = np.where(closed, 0.0, worth / (1 + high))
    return bids, spend_at_bid(cells, bids)


def true_cells(market: ModuleType, score: ModuleType, world: Any, table: pd.DataFrame, bids: Any) -> Any:
    """Return what the true market takes at these bids, and its orders a click. [cells x (spend, conversion)]"""
    zero = pd.Timestamp(score.DAY, tz=table["start"].dt.tz)
    result = []
    rows = zip(table["start"], table["end"], table["channel"], np.asarray(bids), strict=True)
    for start, end, channel, bid in rows:
        first = round(2 * ((start - zero) / pd.Timedelta(hours=1) - market.HOURS[0]))
        half_hours = range(first, first + max(round((end - start) / pd.Timedelta(minutes=30)), 1))
        played = [(s, world.event["books"][s, channel].outcomes([bid])[0]) for s in half_hours]
        clicks = sum(each[1] for _, each in played)
        base = market.CHAN[channel][4] * market.EVENT_CVR
        orders = sum(each[3] * base * world.event["intent"][s] * world.event["keep"][s] for s, each in played)
        result.append((sum(each[2] for _, each in played), orders / clicks if clicks > 0 else 0.0))
    return np.array(result)


def summary(rows: list[dict[str, float]]) -> dict[str, float]:
    """Return shares of the oracle and counts over worlds."""
    t = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    shares = {name: 100 * t[name].sum() / t["oracle"].sum() for name in ("plan", "flat", "tuned", "uniform")}
    better = f"{int((t['plan'] > t['flat']).sum())}/{len(rows)}"
    return {**shares, "spend": t["spend"].mean(), "better": better, "covered": 100 * t["covered"].mean()}  # type: ignore[dict-item]


def main() -> None:
    """Run the worlds asked for and print, or record, the table."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--market", required=True, help="folder that holds the market's modules")
    arguments.add_argument("--worlds", default="11-30", help="first-last")
    arguments.add_argument("--scenarios", nargs="+", default=list(SCENARIOS))
    arguments.add_argument("--variants", nargs="+", default=["as it is"], choices=list(VARIANTS))
    arguments.add_argument("--parts", action="store_true", help="put the truth in one part at a time")
    arguments.add_argument("--record", action="store_true", help="add the table to the results")
    options = arguments.parse_args()
    first, last = (int(part) for part in options.worlds.split("-"))
    seeds = list(range(first, last + 1))
    market, score = load_market(options.market)
    lines = parts_table(market, score, seeds, options) if options.parts else plans_table(market, score, seeds, options)
    print("\n".join(lines))
    if options.record:
        RESULTS.parent.mkdir(exist_ok=True)
        before = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "# Plan quality on simulated markets\n"
        RESULTS.write_text(before + "\n" + "\n".join(lines) + "\n", encoding="utf-8")


def plans_table(market: ModuleType, score: ModuleType, seeds: list[int], options: Any) -> list[str]:
    """Return the table of plans against baselines."""
    head = [
        "history and budget",
        "scenario",
        "plan",
        "target",
        "flat",
        "tuned",
        "uniform",
        "spent",
        "beats flat",
        "80 % holds",
    ]
    lines = [f"## Worlds {seeds[0]} to {seeds[-1]}: share of the oracle's profit, %", ""]
    lines += ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for name in options.variants:
        for scenario in options.scenarios:
            s = summary([score_world(market, score, seed, scenario, VARIANTS[name]) for seed in seeds])
            target = TARGETS[scenario] if name == "as it is" else ""
            numbers = f"{s['plan']:.1f} | {target} | {s['flat']:.1f} | {s['tuned']:.1f} | {s['uniform']:.1f}"
            lines.append(f"| {name} | {scenario} | {numbers} | {s['spend']:.0f} | {s['better']} | {s['covered']:.0f} |")
            print(lines[-1], file=sys.stderr, flush=True)
    return lines


def parts_table(market: ModuleType, score: ModuleType, seeds: list[int], options: Any) -> list[str]:
    """Return the table of what each part of the truth would be worth."""
    found = {scenario: parts(market, score, seeds, scenario) for scenario in options.scenarios}
    lines = [f"## Worlds {seeds[0]} to {seeds[-1]}: what the truth would be worth, % of the oracle's profit", ""]
    lines += ["| with | " + " | ".join(found) + " |", "|" + " --- |" * (len(found) + 1)]
    for name in next(iter(found.values())):
        lines.append(f"| {name} | " + " | ".join(f"{shares[name]:.1f}" for shares in found.values()) + " |")
    return lines


if __name__ == "__main__":
    main()
