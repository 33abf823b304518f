"""What every plan promises, on a few hundred small random briefs; benchmarks/briefs.py tries thousands."""

from __future__ import annotations

import pytest

from tests.random_briefs import outcome, random_case

CHUNK = 15
# Each was wrong once: minimum spends on hours that are worth next to nothing, orders that lose bought
# for a minimum spend, floors that come to the whole budget, bids between two steps of the tool, stock for a century.
ONCE_WRONG = [
    (108, False),
    (378, False),
    (393, False),
    (542, False),
    (1133, True),
    (1407, True),
    (1429, True),
    (1495, True),
    (2723, True),
    (6922, True),
    (8376, True),
]


@pytest.mark.parametrize("first", range(10_000, 10_000 + 16 * CHUNK, CHUNK))
def test_small_random_briefs_keep_every_promise(first: int) -> None:
    found = {seed: outcome(random_case(seed, small=True), twice=seed == first) for seed in range(first, first + CHUNK)}
    assert {seed: (what.kind, what.wrong) for seed, what in found.items() if what.wrong} == {}
    assert sum(what.kind == "planned" for what in found.values()) > CHUNK // 4


@pytest.mark.parametrize(("seed", "small"), ONCE_WRONG)
def test_briefs_that_once_broke_a_promise_keep_it(seed: int, small: bool) -> None:
    assert outcome(random_case(seed, small=small)).wrong == ()
