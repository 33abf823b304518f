"""Why no plan fits: every limit in conflict, and the smallest change that frees each.

Let every limit be exceeded at a price of one for each unit. The plan of least total excess has multipliers between 0
and 1; where its excess is not zero, the limits with a multiplier above 0 are the ones that cannot hold together:
weighted by their multipliers they ask for more than there is. Letting one of them alone be exceeded, and holding all
others, gives
the smallest change that frees it. Where only spend is limited, the cells of a signature are interchangeable and stand
as one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

import numpy as np

from planner.allocate.solver.cells import Floats
from planner.allocate.solver.dual import Dual, minimise
from planner.allocate.solver.problem import Problem, Row, build_problem
from planner.allocate.solver.solve import refine, solve
from planner.vocabulary.errors import InfeasibleError
from planner.vocabulary.errors import Problem as Trouble
from planner.vocabulary.wording import Message

__all__ = ["check_cells", "plan_that_fits", "raise_conflict", "surely_infeasible"]

_ENOUGH = 1e-9
_SHOWN = 20
_FIRM = 1e4
_KEPT = 1e-7
_ROUNDS = 25
_MANY = 5000
_FEW_ROUNDS = 6


def check_cells(problem: Problem) -> None:
    """Raise if a cell's own floor is above its cap or its reach."""
    cells = problem.cells
    troubles = []
    for entry, top in (("floor_above_cap", cells.cap), ("floor_above_reach", cells.reach)):
        wrong = np.flatnonzero(cells.floor > top * (1.0 + 1e-12))
        for place in wrong[:_SHOWN]:
            values = {"cell": cells.frame.index[place], "floor": cells.floor[place], "top": top[place]}
            troubles.append(Trouble(Message(f"allocate.{entry}", values)))
        if len(wrong) > _SHOWN:
            troubles.append(Trouble(Message("allocate.more_cells", {"count": len(wrong) - _SHOWN})))
    if troubles:
        raise InfeasibleError(troubles)


def surely_infeasible(problem: Problem) -> bool:
    """Return whether some limit on spend cannot hold even alone, or groups' floors sum to more than the budget."""
    if not problem.rows:
        return False
    members = np.array([row.members for row in problem.rows])
    lows, highs = (members @ problem.sums(bounds) for bounds in (problem.low, problem.high))
    for row, least, most in zip(problem.rows, lows.tolist(), highs.tolist(), strict=True):
        slack = _ENOUGH * (most + abs(row.limit))
        if row.kind in ("total", "cap", "lock") and least > row.limit + slack:
            return True
        if row.kind in ("floor", "lock") and most < abs(row.limit) - slack:
            return True
    floors: dict[tuple[str, ...], float] = {}
    least_of = {row.name: abs(row.limit) for row in problem.rows if row.kind in ("floor", "lock")}
    for group in problem.limits.groups:
        floors[group.columns] = floors.get(group.columns, 0.0) + least_of.pop(group.name, 0.0)
    total = problem.limits.total / problem.money
    return any(floor > total * (1.0 + _ENOUGH) for floor in floors.values())


def plan_that_fits(problem: Problem) -> Floats | None:
    """Return sorted spends that keep all limits, or nothing where none were found."""
    merged = _without_gain(problem)
    excess, _, spend = _least_excess(merged, np.ones(len(merged.rows)))
    return _unmerged(problem, merged, spend) if float(excess.sum()) <= _ENOUGH else None


def raise_conflict(problem: Problem) -> NoReturn:
    """Raise `InfeasibleError` with every limit in conflict."""
    problem = _with_all_rows(problem)
    merged = _without_gain(problem)
    excess, y, _ = _least_excess(merged, np.ones(len(merged.rows)))
    at = 1e-6 * float(np.abs(y).max())
    involved = np.flatnonzero(np.abs(y) > at)
    messages = [_limit_message(merged, int(place), float(y[place]), float(excess[place])) for place in involved]
    curved = any(merged.rows[place].feature for place in involved)
    messages += _bound_messages(problem, merged, y, None if curved else float(excess.sum()))
    raise InfeasibleError(Trouble(message) for message in messages)


def _with_all_rows(problem: Problem) -> Problem:
    """Return the problem with limits of nothing as rows again: they too can take part in a conflict."""
    whole = build_problem(problem.cells, problem.limits, shut=False)
    wanted = [row for row in problem.rows if row.kind.startswith("wanted")]
    for row, feature in zip(wanted, problem.features[len(problem.features) - len(wanted) :], strict=True):
        whole = whole.with_row(row, feature)
    return whole


def _unmerged(problem: Problem, merged: Problem, spend: Floats) -> Floats:
    """Return the spend of every cell where those of a signature stood as one."""
    if len(spend) == len(problem.order) and merged.order is problem.order:
        return spend
    room = np.maximum(merged.high - merged.low, 1e-300)
    share = (spend - merged.low) / room
    return problem.low + (problem.high - problem.low) * share[problem.signature]


def _without_gain(problem: Problem) -> Problem:
    """Return the problem in which only the limits count; cells that no limit can tell apart as one."""
    kept = [place for place, row in enumerate(problem.rows) if row.kind != "shipping"]
    rows = tuple(problem.rows[place] for place in kept)
    names = problem.used_features
    used = [place for place, name in enumerate(names) if any(row.feature == name for row in rows)]
    bare = replace(
        problem,
        rows=rows,
        price_rows=problem.price_rows[:, kept],
        value_rows=problem.value_rows[used][:, :, kept],
        used_features=tuple(names[place] for place in used),
        features=problem.features[used],
        profit=np.zeros_like(problem.profit),
        base_price=0.0,
    )
    if used:
        return bare
    groups = problem.signatures
    place = np.arange(groups)
    return replace(
        bare,
        order=place,
        signature=place,
        elasticity=np.ones(groups),
        profit=np.zeros(groups),
        features=np.zeros((0, groups)),
        low=problem.sums(problem.low),
        high=problem.sums(problem.high),
    )


def _least_excess(problem: Problem, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Return excess by row, multipliers and spends of the plan with the least weighted excess."""
    rows = tuple(
        replace(row, highest=weight, lowest=-weight if row.kind == "lock" else 0.0)
        for row, weight in zip(problem.rows, weights, strict=True)
    )
    dual = Dual(replace(problem, rows=rows))
    y = np.zeros(len(rows))
    best: tuple[float, Floats, Floats, Floats] | None = None
    for _ in range(_ROUNDS if len(problem.order) <= _MANY else _FEW_ROUNDS):
        y = minimise(dual, y, 1e-13, steps=30).y
        spend = dual.spend(y)
        over = problem.activity(spend)[0] - problem.limit
        excess = np.where([row.kind == "lock" for row in rows], np.abs(over), np.maximum(over, 0.0))
        total = float(weights @ excess)
        if best is None or total < best[0]:
            best = (total, excess, y, spend)
        if total + dual.bound(y) <= 1e-11 * (1.0 + total):
            return excess, y, spend
        dual.set_centres(spend)
    assert best is not None
    return best[1:]


def _limit_message(problem: Problem, place: int, y: float, shared: float) -> Message:
    """Say what one limit in conflict is, and the smallest change that frees it."""
    row = problem.rows[place]
    unit = _unit(problem, row)
    limit = row.price if row.kind == "min_return" else abs(row.limit) * unit
    values = {"name": row.name, "limit": limit, "remedy": _remedy(problem, place, y, shared)}
    if (title := _title(problem, row)) is not None:
        return Message(f"allocate.{row.kind}_titled", {**values, "name": title})
    return Message(f"allocate.{row.kind}", values)


def _title(problem: Problem, row: Row) -> Message | None:
    """Return what a group's limit is to the person who set it; two limits on one group differ in their amounts."""
    if row.kind not in ("cap", "floor", "lock"):
        return None
    amount = abs(row.limit) * problem.money
    return next(
        (
            group.title
            for group in problem.limits.groups
            if group.name == row.name and np.isclose(group.floor if row.kind == "floor" else group.cap, amount)
        ),
        None,
    )


def _remedy(problem: Problem, place: int, y: float, shared: float) -> Message:
    """Return the change of one limit that is enough while all others hold, or its part where one is not enough."""
    row = problem.rows[place]
    if row.kind == "min_return":
        return _lower_return(problem, place)
    excess, _, _ = _least_excess(problem, _alone(problem, place))
    alone = float(np.delete(excess, place).sum()) <= _KEPT
    change = float(excess[place]) if alone else shared
    if change <= _ENOUGH:
        return Message("allocate.not_alone")
    change *= _unit(problem, row)
    limit = abs(row.limit) * _unit(problem, row)
    lower = row.kind == "floor" or (row.kind == "lock" and y < 0)
    entry = ("lower" if lower else "raise") + ("_to" if alone else "_with_others")
    return Message(f"allocate.{entry}", {"limit": limit + (-change if lower else change), "change": change})


def _unit(problem: Problem, row: Row) -> float:
    """Return what one unit of a row's limit is to the caller."""
    return row.unit if row.kind == "stock" else problem.money


def _lower_return(problem: Problem, place: int) -> Message:
    """Return the highest return that the other limits allow.

    The plan that earns most at a price of R for each unit of spend has revenue r and spend s; no plan returns more than
    R if r <= R s, and otherwise r / s is a higher return that can be had. Taking it for R again climbs to the highest.
    """
    row = problem.rows[place]
    kept = [number for number in range(len(problem.rows)) if number != place]
    member = row.members[problem.signature] > 0
    revenue = problem.features[problem.used_features.index("revenue")] * member
    others = replace(
        problem,
        rows=tuple(problem.rows[number] for number in kept),
        price_rows=problem.price_rows[:, kept],
        value_rows=problem.value_rows[:, :, kept],
        profit=revenue,
    )
    best = 0.0
    for _ in range(50):
        trial = replace(others, base_price=best * row.members)
        solution = solve(trial)
        if solution.error > _ENOUGH:
            solution = refine(trial, solution)
        if solution.violation > _KEPT:
            return Message("allocate.not_alone")
        paid = float(solution.spend[member].sum())
        earned = float((revenue * solution.spend**problem.elasticity).sum())
        if paid <= 0 or earned <= best * paid * (1.0 + 1e-9):
            break
        best = earned / paid
    return Message("allocate.lower_return_to", {"limit": best})


def _alone(problem: Problem, place: int) -> Floats:
    """Return the weights that let one limit be exceeded and hold the others."""
    weights = np.full(len(problem.rows), _FIRM)
    weights[place] = 1.0
    return weights


def _bound_messages(problem: Problem, merged: Problem, y: Floats, excess: float | None) -> list[Message]:
    """Say which cells' own bounds take part, summed; without an excess to share out, search for the change."""
    kept = [place for place, row in enumerate(problem.rows) if row.kind != "shipping"]
    price = (problem.price_rows[:, kept] @ y)[problem.signature]
    sold = np.einsum("fsr,r->fs", problem.value_rows[:, :, kept], y)[:, problem.signature].min(axis=0, initial=0.0)
    at = 1e-6 * float(np.abs(y).max(initial=0.0))
    floors = ((price > at) | (sold < -at)) & (problem.low > 0)
    tops = price < -at
    messages = []
    if floors.any():
        values = {"count": int(floors.sum()), "limit": float(problem.low[floors].sum()) * problem.money}
        if excess is not None:
            change = excess / float(np.abs(price[floors]).max()) * problem.money
            messages.append(Message("allocate.cell_floors", {**values, "change": change}))
        else:
            messages.append(Message("allocate.cell_floors_share", {**values, "share": _lower_floors(merged)}))
    if tops.any() and excess is not None:
        values = {"count": int(tops.sum()), "limit": float(problem.high[tops].sum()) * problem.money}
        change = excess / float(np.abs(price[tops]).max()) * problem.money
        messages.append(Message("allocate.cell_tops", {**values, "change": change}))
    return messages


def _lower_floors(problem: Problem) -> float:
    """Return the smallest share by which lowering the floors of all cells alike frees the plan; 1 if none does."""
    ones = np.ones(len(problem.rows))
    low, high = 0.0, 1.0
    for _ in range(20):
        middle = (low + high) / 2.0
        fits = float(_least_excess(replace(problem, low=problem.low * (1.0 - middle)), ones)[0].sum()) <= _ENOUGH
        low, high = (low, middle) if fits else (middle, high)
    return high
