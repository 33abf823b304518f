"""The choice of sends against a general solver, and its laws."""

import itertools

import numpy as np
import pytest
from scipy.optimize import linprog

from planner.messages.sms.assignment import Pattern, SendProblem, best_plan, frontier


def make_problem(rng):
    segments, layers, hours = rng.integers(1, 5), rng.integers(1, 4), rng.integers(1, 9)
    fading = np.array([1, 0.4, 0.16])[:layers]
    value = rng.uniform(-0.02, 0.3, (segments, 1, hours)) * fading[None, :, None] - 0.01
    if rng.random() < 0.3:
        value = np.round(value, 2)  # ties
    for segment in range(segments):
        value[segment, rng.integers(0, layers + 1) :] = -np.inf
    room = np.where(rng.random(hours) < 0.6, rng.integers(0, 1500, hours), np.inf)
    return SendProblem(
        people=rng.integers(0, 2000, segments).astype(float),
        value=value,
        cost=0.05,
        room=room,
        at=np.cumsum(rng.integers(1, 9, hours)).astype(float),
        gap=float(rng.choice([0, 6, 12])),
    )


def all_patterns(problem):
    """Every pattern there is, by listing."""
    found = []
    segments, layers, hours = problem.value.shape
    for segment, count in itertools.product(range(segments), range(1, layers + 1)):
        for chosen in itertools.combinations(range(hours), count):
            apart = all(problem.at[b] - problem.at[a] >= problem.gap for a, b in itertools.pairwise(chosen))
            exist = all(np.isfinite(problem.value[segment, layer, hour]) for layer, hour in enumerate(chosen))
            if apart and exist:
                found.append(Pattern(segment, chosen))
    return found


def net_value(problem, people, money_price):
    return sum(
        (problem.worth(pattern) - (1 + money_price) * problem.cost * len(pattern.hours)) * number
        for pattern, number in people.items()
    )


def solver_optimum(problem, budget, money_price):
    patterns = all_patterns(problem)
    if not patterns:
        return 0.0
    gains = [net_value(problem, {pattern: 1.0}, money_price) for pattern in patterns]
    rows = [[pattern.segment == segment for pattern in patterns] for segment in range(len(problem.people))]
    limits = list(problem.people)
    for hour in np.flatnonzero(np.isfinite(problem.room)):
        rows.append([hour in pattern.hours for pattern in patterns])
        limits.append(problem.room[hour])
    if np.isfinite(budget):
        rows.append([problem.cost * len(pattern.hours) for pattern in patterns])
        limits.append(budget)
    solved = linprog(-np.array(gains), A_ub=np.array(rows, dtype=float), b_ub=limits)
    assert solved.status == 0
    return -solved.fun


@pytest.mark.parametrize("seed", range(200))
def test_best_plan_equals_a_linear_programs_optimum(seed):
    rng = np.random.default_rng(seed)
    problem = make_problem(rng)
    money_price = float(rng.choice([0, 0.5, 1]))
    budget = float(rng.choice([np.inf, rng.uniform(0, 150)]))
    people = best_plan(frontier(problem), budget, money_price)
    best = solver_optimum(problem, budget, money_price)
    assert net_value(problem, people, money_price) == pytest.approx(best, rel=1e-9, abs=1e-9)
    used = np.zeros(len(problem.at))
    for pattern, number in people.items():
        assert number >= 0
        assert all(problem.at[b] - problem.at[a] >= problem.gap for a, b in itertools.pairwise(pattern.hours))
        used[list(pattern.hours)] += number
    assert (used <= problem.room * (1 + 1e-9) + 1e-6).all()
    assert problem.cost * used.sum() <= budget * (1 + 1e-9)


def test_frontier_is_concave_and_ends_where_another_message_loses_money():
    rng = np.random.default_rng(7)
    for _ in range(20):
        corners = frontier(make_problem(rng))
        returns = [(high.value - low.value) / (high.cost - low.cost) for low, high in itertools.pairwise(corners)]
        assert all(later < earlier + 1e-9 for earlier, later in itertools.pairwise(returns))
        assert all(step > 1 for step in returns)


def test_best_plan_between_two_corners_spends_exactly_the_budget():
    rng = np.random.default_rng(3)
    problem = make_problem(rng)
    corners = frontier(problem)
    for budget in np.linspace(0, corners[-1].cost, 7):
        people = best_plan(corners, budget)
        cost = problem.cost * sum(len(pattern.hours) * number for pattern, number in people.items())
        assert cost == pytest.approx(budget)


def test_frontier_of_a_full_size_case_keeps_every_limit_with_many_ties():
    rng = np.random.default_rng(1)
    hours = 40
    value = (
        np.round(rng.uniform(0, 0.3, (10, 1, 1)) * rng.uniform(0.5, 1, (1, 1, hours)), 3)
        * np.array([1, 0.4])[None, :, None]
    )
    problem = SendProblem(np.full(10, 10_000.0), value, 0.05, np.full(hours, 6_000.0), np.arange(hours) * 1.0, 12.0)
    people = best_plan(frontier(problem), np.inf)
    used = np.zeros(hours)
    for pattern, number in people.items():
        used[list(pattern.hours)] += number
    assert used.max() <= 6_000 + 1e-6
    assert sum(number for pattern, number in people.items() if pattern.segment == 0) <= 10_000 + 1e-6


def test_frontier_with_nobody_or_no_hour_is_no_message():
    empty = SendProblem(np.array([0.0]), np.zeros((1, 1, 1)), 0.05, np.array([np.inf]), np.array([0.0]), 0.0)
    no_hour = SendProblem(np.array([5.0]), np.zeros((1, 1, 0)), 0.05, np.array([]), np.array([]), 0.0)
    assert [len(frontier(problem)) for problem in (empty, no_hour)] == [1, 1]


@pytest.mark.parametrize("seed", range(3))
def test_best_plan_of_a_large_transport_equals_a_linear_programs_optimum(seed):
    rng = np.random.default_rng(seed)
    segments, hours = 10, 120
    value = rng.uniform(0, 0.3, (segments, 1)) * rng.uniform(0.7, 1.0, (segments, hours))
    people, room = rng.integers(1000, 20_000, segments).astype(float), rng.integers(0, 1500, hours).astype(float)
    problem = SendProblem(people, value[:, None, :], 0.05, room, np.arange(hours) * 1.0, 12.0)
    mine = net_value(problem, best_plan(frontier(problem), np.inf), 0.0)
    rows = np.vstack([np.kron(np.eye(segments), np.ones(hours)), np.kron(np.ones(segments), np.eye(hours))])
    solved = linprog(-(value - 0.05).ravel(), A_ub=rows, b_ub=np.concatenate([people, room]))
    assert mine == pytest.approx(-solved.fun, rel=1e-9)
