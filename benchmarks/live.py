"""What steering on the day earns in a simulated market, beside the plan left alone and what people use today.

The market is no part of this project: `--market` names the folder that holds it, with the modules `market`, `score` and
`live_score` (a seller who asks every hour). Figures are shares of an oracle's expected profit, in per cent of its sum
over the worlds; the bids that were used are scored without chance.

    python benchmarks/live.py --market FOLDER --worlds 11-18 --part shocks --state live.jsonl
    python benchmarks/live.py --market FOLDER --state live.jsonl --record

What was tried is added to the state file world by world, so a run that was cut off goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

RESULTS = Path(__file__).parent / "results" / "live.md"
# part -> worlds of which kind, and how the seller asks.
PARTS: dict[str, tuple[bool, dict[str, Any]]] = {
    "shocks": (True, {}),
    "shocks, late orders and reports": (True, {"lag": True, "delay": 1}),
    "scenarios, late orders and reports": (False, {"lag": True, "delay": 1}),
    "shocks, asked every 3 hours": (True, {"every": 3}),
    "shocks, any number of changes": (True, {"free": True}),
}
TARGETS = {
    "shocks": {
        "none": 84, "traffic half": 81, "traffic double": 88, "conversion 0.6": 15, "conversion 1.6": 91,
        "late rush": 60, "prices up 1.5": 78, "feed worth 0.4": 77,
    },
    "shocks, late orders and reports": {"late rush": 50, "conversion 0.6": -20},
}  # fmt: skip
SEEDS = 2


def load_market(folder: str) -> Any:
    """Return the folder's module `live_score`."""
    sys.path.insert(0, folder)
    import live_score

    return live_score


def world_of(sim: Any, kind: str, seed: int, *, shocks: bool) -> Any:
    """Return one world."""
    return sim.shocked(seed, kind) if shocks else sim.market.World(seed=seed, scenario=kind, budget=4000.0)


def played(sim: Any, world: Any, *, free: bool = False, **settings: Any) -> dict[str, Any]:
    """Return the profit of the plan left alone and of the live one, and which ranges of the rest held what came."""
    op = sim.Operator(world, **settings)
    if free:
        changed = op.brief.with_(live={"most_changes": 1000, "least_change": 0.0})
        op.first = op.plan = op.first.replan(live=changed.live.model_dump())
    alone = world.evaluate(op.rows(op.first, -1), budget=world.budget, expected=True)["profit"]
    profits, held = [], []
    for seed in range(SEEDS):
        op.plan, op.used, op.booked, op.asked = op.first, {}, {}, -1

        def ask(hour: int, actuals: Any, seed: int = seed) -> Any:
            rows = op(hour, actuals)
            if op.plan.day is not None and op.asked == hour:
                held.append((hour, *_rest(op, world, hour, seed)))
            return rows

        world.evaluate(ask, budget=world.budget, seed=seed)
        profits.append(world.evaluate(list(op.used.values()), budget=world.budget, expected=True)["profit"])
    return {"alone": alone, "live": float(np.mean(profits)), "held": held}


def _rest(op: Any, world: Any, hour: int, seed: int) -> tuple[float, float, float]:
    """Return what the plan of an hour brings from then on if it stays, and the 10 and 90 % points it gave."""
    before = [row for row in op.used.values() if row["hour"] < hour]
    whole = world.evaluate(before + op.rows(op.plan, hour), budget=world.budget, seed=1000 + seed)["profit"]
    so_far = world.evaluate(before, budget=world.budget, seed=1000 + seed)["profit"] if before else 0.0
    return float(whole - so_far), op.plan.summary.profit_low, op.plan.summary.profit_high


def paced(sim: Any, world: Any) -> dict[str, float]:
    """Return what the plan's bids earn where they are scaled as people do today. [currency]"""
    op = sim.Operator(world)
    plan = op.rows(op.first, -1)
    spend = op.first.schedule.groupby("start")["spend"].sum()
    curve = (spend.cumsum() - spend) / max(float(spend.sum()), 1e-9)
    planned = {(start - sim.stamp(0)).total_seconds() / 3600: float(share) for start, share in curve.items()}
    total = float(spend.sum())

    def even(hour: int) -> float:
        return (hour + 1) / 25

    def along(hour: int) -> float:
        return planned.get(float(hour), 1.0)

    ways: dict[str, Callable[[], Any]] = {
        "even pacing (PID)": lambda: _Pid(even, total),
        "pacing along the plan's spend (PID)": lambda: _Pid(along, total),
        "bids down 10 % when 3 hours lose": lambda: _Cut(world),
    }
    profits = {}
    for name, begin in ways.items():
        got = []
        for seed in range(SEEDS):
            used: list[dict[str, Any]] = []
            way = begin()

            def ask(hour: int, actuals: Any, way: Any = way, used: Any = used) -> Any:
                scale = way(actuals, hour)
                rows = [
                    {**row, "bid": row["bid"] * scale, "cap": np.inf} for row in plan if hour <= row["hour"] < hour + 1
                ]
                used.extend(rows)
                return rows

            world.evaluate(ask, budget=world.budget, seed=seed)
            got.append(world.evaluate(used, budget=world.budget, expected=True)["profit"])
        profits[name] = float(np.mean(got))
    return profits


class _Pid:
    """A proportional, integral and differential controller of spend against a share of the budget by hour."""

    def __init__(self, share: Callable[[int], float], total: float) -> None:
        self._share, self._total, self._sum, self._last = share, total, 0.0, 0.0

    def __call__(self, actuals: list[dict[str, Any]], hour: int) -> float:
        error = self._share(hour) - sum(row["spend"] for row in actuals) / self._total
        self._sum, step, self._last = self._sum + error, error - self._last, error
        return float(np.clip(np.exp(2.0 * error + 0.3 * self._sum + 0.5 * step), 0.3, 2.0))


class _Cut:
    """Bids go down by a tenth whenever the last three hours brought back less than they cost."""

    def __init__(self, world: Any) -> None:
        self._world, self._scale = world, 1.0

    def __call__(self, actuals: list[dict[str, Any]], hour: int) -> float:
        last = [row for row in actuals if row["hour"] >= hour - 3]
        cost = sum(row["spend"] for row in last)
        back = sum(row["orders"] for row in last) * self._world.aov * self._world.margin
        if cost > 0 and back < cost:
            self._scale *= 0.9
        return self._scale


def main() -> None:
    """Try what is not tried yet, or record what was."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--market", required=True, help="folder with the modules market, score and live_score")
    parser.add_argument("--worlds", default="11-18")
    parser.add_argument("--part", choices=[*PARTS, "today"], help="what to try")
    parser.add_argument("--state", type=Path, default=Path("live.jsonl"))
    parser.add_argument("--record", action="store_true", help="write benchmarks/results/live.md")
    options = parser.parse_args()
    sim = load_market(options.market)
    if options.part:
        _try(sim, options.part, options.worlds, options.state)
    lines = [json.loads(line) for line in options.state.read_text().splitlines()] if options.state.exists() else []
    text = table(lines) + speed(sim) if options.record else table(lines)
    if options.record:
        RESULTS.write_text(text, encoding="utf-8")
    print(text)


def _try(sim: Any, part: str, worlds: str, state: Path) -> None:
    """Try a part on worlds, and add a line each."""
    first, _, last = worlds.partition("-")
    shocks, settings = PARTS.get(part, (True, {}))
    done = {tuple(json.loads(line)["key"]) for line in state.read_text().splitlines()} if state.exists() else set()
    for seed in range(int(first), int(last or first) + 1):
        for kind in sim.SHOCKS if shocks else sim.market.SCENARIOS:
            if (part, kind, seed) in done:
                continue
            world = world_of(sim, kind, seed, shocks=shocks)
            found = paced(sim, world) if part == "today" else played(sim, world, **settings)
            line = {"key": (part, kind, seed), "oracle": world.oracle()["result"]["profit"], **found}
            with state.open("a") as file:
                file.write(json.dumps(line) + "\n")


def table(lines: list[dict[str, Any]]) -> str:
    """Return the recorded tables."""
    by_part: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        part, kind, _ = line["key"]
        by_part[part][kind].append(line)
    out = ["# Steering on the day", "", "Share of an oracle's expected profit, in per cent of its sum over the worlds."]
    for part in PARTS:
        if part not in by_part:
            continue
        kinds = by_part[part]
        worlds = sorted({line["key"][2] for group in kinds.values() for line in group})
        out += ["", f"## {part[0].upper()}{part[1:]} (worlds {worlds[0]} to {worlds[-1]})", ""]
        out += ["| | alone | live | gain | target |", "|---|---|---|---|---|"]
        for kind, group in kinds.items():
            alone, live = (100 * sum(line[name] for line in group) / _oracle(group) for name in ("alone", "live"))
            target = TARGETS.get(part, {}).get(kind, "")
            out.append(f"| {kind} | {alone:.1f} | {live:.1f} | {live - alone:+.1f} | {target} |")
    if "today" in by_part:
        names = [name for name in next(iter(by_part["today"].values()))[0] if name not in ("key", "oracle")]
        out += ["", "## What people use today, the same plan's bids scaled", ""]
        out += ["| | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
        for kind, group in by_part["today"].items():
            cells = [f"{100 * sum(line[name] for line in group) / _oracle(group):.1f}" for name in names]
            out.append(f"| {kind} | " + " | ".join(cells) + " |")
    return "\n".join([*out, *_held(lines), ""])


def _oracle(group: list[dict[str, Any]]) -> float:
    return float(sum(line["oracle"] for line in group))


def _held(lines: list[dict[str, Any]]) -> list[str]:
    """Return how often the range of the rest's profit held what came, by hour."""
    hours: dict[str, dict[int, list[bool]]] = {"shocks": defaultdict(list), "scenarios": defaultdict(list)}
    for line in lines:
        part = line["key"][0]
        name = "shocks" if part == "shocks" else "scenarios" if part.startswith("scenarios") else ""
        for hour, came, low, high in line.get("held", ()) if name else ():
            hours[name][hour // 4 * 4].append(low <= came <= high)
    out = []
    for name, found in hours.items():
        if found:
            cells = [f"{hour}: {100 * np.mean(held):.0f} %" for hour, held in sorted(found.items())]
            out += [
                "",
                f"80 % ranges of the rest's profit that held what came, {name}, by hour: " + "; ".join(cells) + ".",
            ]
    return out


def speed(sim: Any) -> str:
    """Return what a live plan costs beside a plan made beforehand, in one run."""
    from planner import make_plan

    world = sim.shocked(11, "none")
    op = sim.Operator(world)
    world.evaluate(op, budget=world.budget, seed=0)
    history, live, made = op.p.load_history([f"{op.folder}/actuals.csv"], op.brief), [], []
    for _ in range(15):
        start = time.perf_counter()
        op.first.live(history, now=sim.stamp(8))
        live.append(time.perf_counter() - start)
        start = time.perf_counter()
        make_plan(op.brief, op.history)
        made.append(time.perf_counter() - start)
    ratio = float(np.median(live) / np.median(made))
    return f"\nA live plan of three channels takes {ratio:.2f} times as long as the plan (medians of 15 in one run).\n"


if __name__ == "__main__":
    main()
