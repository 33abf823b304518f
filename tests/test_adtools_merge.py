"""The span program against brute force: no other way of saying the hours in so few spans is worth more."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.outputs.adtools.merge import GAP, best_spans, share_spans


def spans_in(chosen: tuple[int, ...]) -> int:
    """Return how many spans a choice takes: a run of equal numbers, gaps aside, is one."""
    return sum(1 for at, number in enumerate(chosen) if number != GAP and (at == 0 or chosen[at - 1] != number))


def worth_of(chosen: tuple[int, ...], worth: np.ndarray, gap: np.ndarray) -> float:
    return float(sum(gap[at] if number == GAP else worth[at, number] for at, number in enumerate(chosen)))


def brute_force(worth: np.ndarray, gap: np.ndarray, most: int) -> float:
    choices = product(range(GAP, worth.shape[1]), repeat=len(worth))
    return max(worth_of(chosen, worth, gap) for chosen in choices if spans_in(chosen) <= most)


@st.composite
def days(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    hours, numbers = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    worth = rng.normal(size=(hours, numbers)).round(3)
    gap = np.where(rng.random(hours) < draw(st.sampled_from([0.0, 0.4, 1.0])), rng.normal(size=hours).round(3), -np.inf)
    return worth, gap


@given(day=days(), most=st.integers(1, 5))
def test_best_spans_are_worth_what_brute_force_finds(day: tuple[np.ndarray, np.ndarray], most: int) -> None:
    worth, gap = day
    choice = best_spans(worth, gap, most)
    chosen = tuple(int(number) for number in choice.pick(most))
    assert choice.worth[most] == pytest.approx(brute_force(worth, gap, most))
    assert worth_of(chosen, worth, gap) == pytest.approx(choice.worth[most])
    assert spans_in(chosen) <= most


@given(first=days(), second=days(), most=st.integers(0, 5))
def test_spans_shared_by_days_are_worth_what_brute_force_finds(
    first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray], most: int
) -> None:
    choices = [best_spans(*day, 3) for day in (first, second)]
    shares = share_spans(choices, most)
    assert sum(shares) <= max(most, 6 if most >= 6 else most)
    found = sum(choice.worth[share] for choice, share in zip(choices, shares, strict=True))
    best = max(
        choices[0].worth[one] + choices[1].worth[other] for one in range(4) for other in range(4) if one + other <= most
    )
    assert found == best or found == pytest.approx(best)


def test_more_spans_are_never_worth_less() -> None:
    rng = np.random.default_rng(1)
    worth = best_spans(rng.normal(size=(24, 40)), np.full(24, -np.inf), 12).worth
    assert (np.diff(worth[1:]) >= 0).all()
    assert worth[0] == -np.inf


def test_as_many_spans_as_hours_give_every_hour_its_best() -> None:
    worth = np.random.default_rng(2).normal(size=(8, 30))
    choice = best_spans(worth, np.full(8, -np.inf), 8)
    assert choice.worth[8] == pytest.approx(worth.max(axis=1).sum())
    assert (choice.pick(8) == worth.argmax(axis=1)).all()
