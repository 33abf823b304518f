"""Why a row is as it is: limits are named before the worth of a click, and data overrule by one rule."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.allocate.reasons import overruled, row_reasons
from planner.brief import Brief
from tests.conftest import brief_from as read

BRIEF = """
[promotion]
name = "small"
playbook = "double11"
date = 2026-11-11
[budget]
total = 1000
[shop]
margin = 0.5
order_value = 100
[[channels]]
name = "search"
kind = "cpc"
conversion = 0.04
price = 1.0
"""


def brief_from(more: str = "") -> Brief:
    return read(BRIEF + more)


def market(**values: float) -> pd.DataFrame:
    plain = {
        **{f"{name}_{kind}": 1.0 for name in ("traffic", "price", "conversion") for kind in ("ratio", "prior")},
        **{f"{name}_sd": 0.1 for name in ("traffic", "price", "conversion")},
        **{"clicks": 50.0, "evidence_clicks": 40.0, "evidence_orders": 9.0, "click_value": 2.5},
    }
    names = {"channel": "search", "window": "opening", "stance": "hold"}
    return pd.DataFrame([names | plain | values])


def reason(brief: Brief, bid: float, bound: str = "", **values: float) -> str:
    table = market(**values)
    return row_reasons(brief, pd.DataFrame({"bid": [bid]}), table, pd.Series([bound]), "en")[0]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("budget = 0\n", "held by the budget of search"),
        ("[stock]\nunits = 0\n", "held by the stock"),
        ("", "a click is worth ¥2.50: even at the lowest bid"),
    ],
)
def test_a_bid_of_zero_names_the_limit_that_shuts_the_row(more: str, words: str) -> None:
    assert words in reason(brief_from(more), 0.0, "floor")


@pytest.mark.parametrize(("bound", "words"), [("stock", "库存"), ("min_return", "投产比")])
def test_limits_have_names_in_both_languages(bound: str, words: str) -> None:
    table = market()
    text = row_reasons(brief_from(), pd.DataFrame({"bid": [1.0]}), table, pd.Series([bound]), "zh")[0]
    assert words in text
    assert bound not in text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"traffic_ratio": 2.0}, True),
        ({"traffic_ratio": 2.0, "evidence_clicks": 4.0}, False),
        ({"traffic_ratio": 2.0, "traffic_sd": 0.6}, False),
        ({"traffic_ratio": 1.24, "traffic_sd": 0.01}, False),
        ({"price_ratio": 2.0}, False),
        ({"conversion_ratio": 0.5}, True),
        ({"conversion_ratio": 0.5, "evidence_orders": 4.0}, False),
    ],
)
def test_rows_and_windows_are_overruled_by_one_rule(values: dict[str, float], said: bool) -> None:
    brief = brief_from()
    assert ("data overrule the playbook" in reason(brief, 1.0, **values)) is said
    assert overruled(market(**values), brief.playbook)["overruled"].any() == said
