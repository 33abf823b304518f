"""What the plan earns beside other ways to spend is said profit for profit and yuan for yuan, usual bids first."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from planner.charts.gains import gain_sentence, rivals
from planner.charts.words import Words
from planner.plan import Plan


def beside(plan: Plan, *, spend: float, gain: float, low: float) -> Plan:
    """Return the plan compared with usual bids of which these things are known, and with even pacing."""
    rows = [
        {"name": "plan", "spend": 5000.0, "gain": 0.0, "gain_low": 0.0},
        {"name": "even", "spend": 5000.0, "gain": 10.0, "gain_low": 5.0},
        {"name": "flat", "spend": spend, "gain": gain, "gain_low": low},
    ]
    return replace(plan, comparison=pd.DataFrame(rows))


@pytest.mark.parametrize(
    ("spend", "gain", "low", "zh", "en"),
    [
        (4000, 320, 5, "比照平日出价多赚 320 元，多花 1,000 元（多花的每 1 元净赚 0.32 元）",
         "¥320 more than your usual bids for ¥1,000 more spent (¥0.32 net for each ¥1 of it)"),
        (6000, 32, -5, "比照平日出价多赚 32 元，还少花 1,000 元；还在误差之内",
         "¥32 more than your usual bids with ¥1,000 less spent; within the noise"),
        (5050, -32, -90, "比照平日出价少赚 32 元，花的钱差不多",
         "¥32 less than your usual bids for about the same money"),
    ],
)  # fmt: skip
def test_the_sentence_says_profit_and_money(
    example_plan: Plan, spend: float, gain: float, low: float, zh: str, en: str
) -> None:
    plan = beside(example_plan, spend=spend, gain=gain, low=low)
    row = next(rivals(plan).itertuples())
    assert gain_sentence(plan, row, Words("zh")) == zh
    assert gain_sentence(plan, row, Words("en")) == en


def test_usual_bids_come_first_whatever_the_order_of_the_table(example_plan: Plan) -> None:
    assert rivals(beside(example_plan, spend=1, gain=1, low=1))["name"].tolist() == ["flat", "even"]
