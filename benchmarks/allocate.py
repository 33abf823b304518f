"""Measure the allocation: time, memory and exactness by size, and the same problems given to general solvers.

Rivals stand as their users set them: scipy's SLSQP as pymc-marketing calls it (ftol 1e-9, maxiter 1000, start at an
even split, exact gradient), NLopt's augmented Lagrangian over SLSQP and over MMA as Robyn does, and cvxpy with
Clarabel on the problem scaled to a budget of 1. Each run has a process of its own and a time limit; ours is the whole
call from a table to a table. Only ratios mean something on another machine, so they come first.

    python benchmarks/allocate.py --out benchmarks/results/allocate.md
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import queue
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402  the thread limits above must be set first
import pandas as pd  # noqa: E402

from planner.allocate import GroupLimit, Limits, allocate_budget  # noqa: E402
from planner.allocate.fulfilment import FulfilmentCost  # noqa: E402

CHANNELS = ("search", "display", "feed")
WINDOWS = 12
RIVAL_SIZES = (28, 100, 196, 1_000, 10_000)
OWN_SIZES = (10_000, 100_000, 1_000_000, 4_000_000)


def problem(count: int, kind: str, elasticity: tuple[float, float] = (0.6, 0.6)) -> tuple[pd.DataFrame, Limits]:
    """Return made-up cells and limits of one kind: ``budget``, ``caps`` (crossing) or ``all``."""
    rng = np.random.default_rng(count)
    scale, price = rng.lognormal(2.0, 0.7, count), rng.choice([90.0, 120.0], count)
    cells = pd.DataFrame(
        {
            "clicks_scale": scale,
            "elasticity": rng.uniform(*elasticity, count),
            "max_clicks": scale * rng.lognormal(3.0, 0.5, count),
            "orders_per_click": rng.lognormal(-3.5, 0.4, count),
            "revenue_per_order": price,
            "profit_per_order": 0.3 * price,
            "floor": 0.0,
            "cap": np.inf,
            "channel": pd.Categorical.from_codes(rng.integers(0, 3, count), list(CHANNELS)),
            "window": rng.integers(0, WINDOWS, count),
        }
    )
    total = 20.0 * count
    if kind == "budget":
        return cells, Limits(total)
    groups = tuple(GroupLimit("channel", name, cap=0.3 * total) for name in CHANNELS[:2])
    groups += tuple(GroupLimit("window", number, cap=1.1 * total / WINDOWS) for number in range(WINDOWS))
    if kind == "caps":
        return cells, Limits(total, groups)
    free = allocate_budget(cells, Limits(total, groups))
    late = FulfilmentCost((0.6 * free.orders, 0.8 * free.orders), (4.0, 15.0))
    least = 1.05 * free.revenue / free.spend
    return cells, Limits(total, groups, min_return=least, stock=0.95 * free.orders, fulfilment=late)


@dataclass(frozen=True)
class Run:
    """One measurement: processor time [s], profit, the largest excess [share], gap, most memory of the process [MB]."""

    seconds: float
    profit: float = np.nan
    excess: float = np.nan
    gap: float = np.nan
    megabytes: float = np.nan


def ours(cells: pd.DataFrame, limits: Limits) -> Run:
    """Time the whole call: the median of several for small problems."""
    times: list[float] = []
    while len(times) < (1 if len(cells) > 200_000 else 3) or (sum(times) < 0.5 and len(times) < 50):
        begin = time.process_time()
        plan = allocate_budget(cells, limits)
        times.append(time.process_time() - begin)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    excess = max(plan.certificate.violation, (plan.spend - limits.total) / limits.total)
    return Run(statistics.median(times), plan.profit, excess, plan.certificate.gap, peak)


def pieces(cells: pd.DataFrame, limits: Limits) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return worth and elasticity of each cell, its top, and the caps as rows of a matrix with their amounts last."""
    worth = (cells["clicks_scale"] * cells["orders_per_click"] * cells["profit_per_order"]).to_numpy()
    eta = cells["elasticity"].to_numpy()
    top = ((cells["max_clicks"] / cells["clicks_scale"]) ** (1 / cells["elasticity"])).to_numpy()
    rows = [np.append(np.ones(len(cells)), limits.total)]
    rows += [np.append((cells[g.by] == g.label).to_numpy(float), g.cap) for g in limits.groups]
    return worth, eta, np.minimum(top, limits.total), np.array(rows)


def finished(cells: pd.DataFrame, limits: Limits, spend: np.ndarray, seconds: float) -> Run:
    """Judge a rival's plan."""
    worth, eta, _, rows = pieces(cells, limits)
    spend = np.maximum(spend, 0.0)
    over = (rows[:, :-1] @ spend - rows[:, -1]) / rows[:, -1]
    return Run(seconds, float(worth @ spend**eta - spend.sum()), float(max(over.max(), 0.0)))


def slsqp(cells: pd.DataFrame, limits: Limits) -> Run:
    """Solve with scipy's SLSQP."""
    from scipy.optimize import minimize

    worth, eta, top, rows = pieces(cells, limits)
    start = np.minimum(np.full(len(cells), limits.total / len(cells)), top)
    begin = time.process_time()
    found = minimize(
        lambda x: float(x.sum() - worth @ np.maximum(x, 0.0) ** eta),
        start,
        jac=lambda x: 1.0 - worth * eta * np.maximum(x, 1e-9) ** (eta - 1.0),
        bounds=list(zip(np.zeros(len(top)), top, strict=True)),
        constraints=[{"type": "ineq", "fun": lambda x: rows[:, -1] - rows[:, :-1] @ x, "jac": lambda _: -rows[:, :-1]}],
        method="SLSQP",
        options={"ftol": 1e-9, "maxiter": 1000},
    )
    return finished(cells, limits, found.x, time.process_time() - begin)


def augmented(local: str) -> Callable[[pd.DataFrame, Limits], Run]:
    """Return a solver by NLopt's augmented Lagrangian over a local one."""

    def run(cells: pd.DataFrame, limits: Limits) -> Run:
        import nlopt

        worth, eta, top, rows = pieces(cells, limits)

        def cost(x: np.ndarray, slope: np.ndarray) -> float:
            if slope.size:
                slope[:] = 1.0 - worth * eta * np.maximum(x, 1e-9) ** (eta - 1.0)
            return float(x.sum() - worth @ np.maximum(x, 0.0) ** eta)

        def over(result: np.ndarray, x: np.ndarray, slope: np.ndarray) -> None:
            if slope.size:
                slope[:] = rows[:, :-1]
            result[:] = rows[:, :-1] @ x - rows[:, -1]

        outer, inner = (nlopt.opt(getattr(nlopt, name), len(cells)) for name in ("LD_AUGLAG", f"LD_{local}"))
        for solver in (outer, inner):
            solver.set_xtol_rel(1e-10)
            solver.set_maxeval(100_000)
        outer.set_local_optimizer(inner)
        outer.set_lower_bounds(np.zeros(len(cells)))
        outer.set_upper_bounds(top)
        outer.set_min_objective(cost)
        outer.add_inequality_mconstraint(over, np.full(len(rows), 1e-6))
        begin = time.process_time()
        found = outer.optimize(np.minimum(np.full(len(cells), limits.total / len(cells)), top))
        return finished(cells, limits, found, time.process_time() - begin)

    return run


def clarabel(cells: pd.DataFrame, limits: Limits) -> Run:
    """Solve with cvxpy and Clarabel, money in units of the budget."""
    import cvxpy as cp

    worth, eta, top, rows = pieces(cells, limits)
    money = limits.total
    begin = time.process_time()
    spend, curve = cp.Variable(len(cells)), cp.Variable(len(cells))
    rules = [cp.PowCone3D(spend, np.ones(len(cells)), curve, eta), spend <= top / money, curve >= 0]
    rules.append(rows[:, :-1] @ spend <= rows[:, -1] / money)
    scaled = worth * money ** (eta - 1.0)
    profit = scaled @ curve - cp.sum(spend)
    orders = cp.multiply((cells["clicks_scale"] * cells["orders_per_click"]).to_numpy() * money**eta, curve)
    if limits.min_return:
        revenue = cp.multiply(cells["revenue_per_order"].to_numpy() / money, orders)
        rules.append(cp.sum(revenue) >= limits.min_return * cp.sum(spend))
    if np.isfinite(limits.stock):
        rules.append(cp.sum(orders) <= limits.stock)
    for at, rise in zip(limits.fulfilment.thresholds, limits.fulfilment.rises, strict=True):
        profit = profit - rise / money * cp.pos(cp.sum(orders) - at)
    model = cp.Problem(cp.Maximize(profit), rules)
    model.solve(solver=cp.CLARABEL)
    if spend.value is None:
        raise cp.SolverError(model.status)
    run = finished(cells, limits, spend.value * money, time.process_time() - begin)
    return Run(run.seconds, float(model.value) * money, run.excess)


RIVALS: dict[str, Callable[[pd.DataFrame, Limits], Run]] = {
    "scipy SLSQP": slsqp,
    "NLopt AUGLAG + SLSQP": augmented("SLSQP"),
    "NLopt AUGLAG + MMA": augmented("MMA"),
    "cvxpy Clarabel": clarabel,
}


def _work(solver: str, count: int, kind: str, elasticity: tuple[float, float], out: Any) -> None:
    cells, limits = problem(count, kind, elasticity)
    try:
        out.put((ours if solver == "ours" else RIVALS[solver])(cells, limits))
    except Exception as error:  # whatever way a rival fails, the table says that it did
        out.put(type(error).__name__)


def measure(
    solver: str, count: int, kind: str, limit: float, elasticity: tuple[float, float] = (0.6, 0.6)
) -> Run | str:
    """Run one solver on one problem in a process of its own; where it does not finish, say how."""
    context = multiprocessing.get_context("spawn")
    out = context.Queue()
    process = context.Process(target=_work, args=(solver, count, kind, elasticity, out))
    process.start()
    try:
        return out.get(timeout=limit)
    except queue.Empty:
        return f"not in {limit:.0f} s"
    finally:
        process.terminate()
        process.join()


def rival_rows(limit: float) -> list[str]:
    """Measure every rival at every size, smallest first; one that ran out of time is not tried on more cells."""
    lines = []
    for kind in ("budget", "caps", "all"):
        for name in RIVALS if kind != "all" else ("cvxpy Clarabel",):
            for count in RIVAL_SIZES:
                best, run = measure("ours", count, kind, limit), measure(name, count, kind, limit)
                assert isinstance(best, Run)
                if isinstance(run, str):
                    lines.append(f"| {kind} | {name} | {count:,} | {run} | | | |")
                    print(lines[-1], flush=True)
                    if run.startswith("not in"):
                        break
                    continue
                short = (best.profit - run.profit) / abs(best.profit)
                lines.append(
                    f"| {kind} | {name} | {count:,} | {run.seconds / best.seconds:,.0f} | {short:.1e} "
                    f"| {run.excess:.1e} | {run.seconds:.3g} s, {1e3 * best.seconds:.3g} ms |"
                )
                print(lines[-1], flush=True)
    return lines


def own_rows(sizes: tuple[int, ...]) -> list[str]:
    """Measure ours by size and kind."""
    lines = []
    cases = [("budget", (0.6, 0.6)), ("caps", (0.6, 0.6)), ("all", (0.6, 0.6)), ("all", (0.35, 0.85))]
    for kind, elasticity in cases:
        base: Run | None = None
        for count in sizes:
            run = measure("ours", count, kind, 600.0, elasticity)
            assert isinstance(run, Run)
            base = base or run
            growth = (run.seconds / base.seconds) / (count / sizes[0])
            spread = "one" if elasticity[0] == elasticity[1] else "own"
            lines.append(
                f"| {kind} | {spread} | {count:,} | {growth:.2f} | {run.gap:.1e} | {run.excess:.1e} "
                f"| {run.megabytes:,.0f} MB | {1e3 * run.seconds:,.1f} ms |"
            )
            print(lines[-1], flush=True)
    return lines


def report(limit: float, sizes: tuple[int, ...]) -> str:
    """Return the tables as Markdown."""
    head = "Processor time on one core of a shared, busy machine; ratios carry over to other machines, times do not."
    rivals = rival_rows(limit)
    own = own_rows(sizes)
    return "\n".join(
        [
            "# Allocation: measured",
            "",
            head,
            "",
            "## Beside general solvers",
            "",
            "`times slower` is the rival's time by ours on the same problem, ours being the whole call from table to",
            "table. `profit short` is the share of our profit that the rival misses; it is below 0 where a rival",
            "reports a little more than can be had, by its own tolerance. `over a limit` is the largest excess, as a",
            "share.",
            "`budget`: the budget alone; `caps`: crossing caps on channels and windows besides; `all`: with least",
            "return, stock and late cost as well.",
            "",
            "| limits | rival | cells | times slower | profit short | over a limit | rival, ours |",
            "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
            *rivals,
            "",
            "## By size",
            "",
            "`growth` is time by cells relative to the smallest size: 1 is linear. `elasticity` is one for all cells",
            "or each cell's own. Memory is the most the whole process took, Python, pandas and the",
            "table of cells included.",
            "",
            "| limits | elasticity | cells | growth | gap | over a limit | memory | time |",
            "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
            *own,
            "",
        ]
    )


def main() -> None:
    """Read the arguments, measure, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="file to write the tables to; without it they are printed")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds a rival may take on one problem")
    parser.add_argument("--largest", type=int, default=OWN_SIZES[-1], help="most cells for our own table")
    given = parser.parse_args()
    text = report(given.limit, tuple(size for size in OWN_SIZES if size <= given.largest))
    if given.out is None:
        print(text)
    else:
        given.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
