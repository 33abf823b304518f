"""In words, what a plan earns beside what else could be done with the money: profit for profit and yuan for yuan.

The rivals come in the order in which a seller asks: what she would do anyway, which is her usual bids; then the budget
spread evenly; then last year's shape; and last her usual bids at the level that turns out best.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from planner.charts.words import Words

if TYPE_CHECKING:
    from planner.plan import Plan

__all__ = ["Case", "gain_case", "gain_sentence", "rivals", "signed"]

Case = Literal["sure", "noise", "behind"]
_ORDER = ("flat", "even", "last_year", "flat_best")
# Spends that differ by less than this share of the larger one are the same money.
_SAME_MONEY = 0.02


def rivals(plan: Plan) -> pd.DataFrame:
    """Return the rows of the comparison but the plan's own, in the order of `_ORDER`, indexed by name."""
    rows = plan.comparison.set_index("name", drop=False)
    return rows.loc[[name for name in _ORDER if name in rows.index]]


def gain_case(row: Any) -> Case:
    """Return whether a gain is one in nine markets of ten, within the noise, or a loss."""
    return "sure" if row.gain_low > 0 else "behind" if row.gain < 0 else "noise"


def gain_sentence(plan: Plan, row: Any, words: Words, *, ranged: bool = False) -> str:
    """Return what the plan earns more or less than a rival, for how much more or less money.

    Parameters
    ----------
    plan
        The plan; its own spend is that of the comparison, the mean over the drawn markets.
    row
        A row of `rivals`, as of ``itertuples``.
    words
        Language and currency.
    ranged
        Whether to give the 10 and 90 % points of the gain.
    """
    ours = plan.comparison.loc[plan.comparison["name"] == "plan", "spend"]
    more = float(ours.iloc[0]) - row.spend
    same = abs(more) <= _SAME_MONEY * max(abs(row.spend), abs(float(ours.iloc[0])), 1e-9)
    money = "same" if same else "more" if more > 0 else "less"
    case = gain_case(row)
    values = {
        "rival": words.label("compared", row.name),
        "gain": words.money(abs(row.gain), 0),
        "money": words.money(abs(more), 0),
        "one": words.money(1, 0),
        "rate": words.money(row.gain / more if more else 0.0, 2),
    }
    told = words.say(f"charts.gain_{'behind' if case == 'behind' else 'ahead'}", **values)
    told += words.say(f"charts.gain_money_{money}", **values)
    if ranged:
        told += words.say("charts.gain_range", low=signed(row.gain_low, words), high=signed(row.gain_high, words))
    return told + (words.say("charts.gain_noise") if case == "noise" else "")


def signed(amount: float, words: Words) -> str:
    """Return an amount with a plus or a minus."""
    return ("+" if amount > 0 else "") + words.money(amount, 0)
