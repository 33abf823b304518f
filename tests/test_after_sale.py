"""What follows from the orders: parcels at the shop's capacity, messages, returns, and what late ones cost."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.actions.after_sale import paid_price, plan_after_sale
from planner.brief import parse_brief
from planner.brief.providers import load_provider
from planner.brief.toml_input import TomlSource


def make_brief(*, platform="tmall", refund_rate=0.1, order_value=200, **stock):
    data = {
        "promotion": {"date": "2026-11-11"},
        "budget": {"total": 1000},
        "shop": {"margin": 0.4, "platform": platform, "refund_rate": refund_rate}
        | ({"order_value": order_value} if order_value else {}),
        "stock": stock,
    }
    return parse_brief(TomlSource("brief.toml", data, {}))


def make_orders(*counts, start="2026-11-11 00:00"):
    return pd.DataFrame(
        {"at": pd.date_range(start, periods=len(counts), freq="h", tz="Asia/Shanghai"), "orders": counts}
    )


def test_plan_after_sale_ships_at_the_shops_capacity_and_writes_twice():
    after = plan_after_sale(make_brief(ship_per_day=100), make_orders(150.0, 100.0), load_provider("china"))
    table = after.table.set_index("date")
    assert table.loc["2026-11-11", "parcels"] == 0
    assert [table.loc[f"2026-11-{day}", "parcels"] for day in (12, 13, 14)] == [100, 100, 50]
    assert [table.loc[f"2026-11-{day}", "waiting"] for day in (11, 12, 13, 14)] == [250, 150, 50, 0]
    assert table["parcels"].sum() == 250
    assert after.messages == 500
    assert after.cost == pytest.approx(500 * 0.055)
    assert table["returns"].sum() == pytest.approx(25)
    assert table["questions"].max() == table.loc["2026-11-11", "questions"] > 0


def test_plan_after_sale_counts_who_waits_when_the_parcels_go_out():
    # Ten an hour for two days, a hundred a day out at nine: 90 have come by then on the first day.
    after = plan_after_sale(make_brief(ship_per_day=100), make_orders(*[10.0] * 48))
    table = after.table.set_index("date")
    assert list(table["waiting"].iloc[:3]) == [90, 230, 280]
    assert list(table["left"].iloc[:3]) == [240, 380, 280]
    assert list(table["questions"].iloc[:2]) == pytest.approx([0.15 * 90, 0.15 * 230])


def test_plan_after_sale_knows_deadlines_and_the_platforms_rates():
    after = plan_after_sale(make_brief(), make_orders(1.0, 0.0, 1.0))
    assert after.first_deadline == pd.Timestamp("2026-11-13 00:00", tz="Asia/Shanghai")
    assert after.last_deadline == pd.Timestamp("2026-11-13 02:00", tz="Asia/Shanghai")
    assert (after.late_cost, after.missing_cost) == (pytest.approx(10), pytest.approx(70))
    assert after.late == 0
    assert after.messages == 0


def test_plan_after_sale_counts_the_orders_that_ship_late():
    # 240 at once, ten an hour: the first 100 keep a promise of ten hours.
    after = plan_after_sale(make_brief(ship_per_day=240, promise_hours=10), make_orders(240.0))
    assert after.late == pytest.approx(140)


def test_plan_after_sale_of_no_orders_is_none():
    assert plan_after_sale(make_brief(), make_orders(0.0, 0.0)) is None


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    counts=st.lists(st.floats(0, 500), min_size=1, max_size=30).filter(lambda counts: sum(counts) > 1),
    ship_per_day=st.floats(50, 2000),
    refund_rate=st.floats(0, 0.5),
)
def test_every_parcel_ships_once_and_never_more_than_the_capacity(counts, ship_per_day, refund_rate):
    after = plan_after_sale(make_brief(ship_per_day=ship_per_day, refund_rate=refund_rate), make_orders(*counts))
    table = after.table
    left = table["waiting"].iloc[-1]
    assert table["parcels"].sum() + left == pytest.approx(sum(counts), rel=1e-6)
    assert table["parcels"].max() <= ship_per_day * (1 + 1e-12)
    assert (table["waiting"] >= -1e-6).all()
    assert 0 <= after.late <= sum(counts)


def test_plan_after_sale_without_a_price_knows_no_cost_of_a_late_order():
    brief = make_brief(order_value=None)
    assert paid_price(brief) is None
    assert math.isnan(plan_after_sale(brief, make_orders(1.0)).late_cost)


def test_paid_price_is_the_briefs_else_the_markets_weighted_by_orders():
    market = pd.DataFrame({"clicks": [100.0, 300.0], "conversion": [0.1, 0.1], "order_value": [100.0, 200.0]})
    assert paid_price(make_brief(), market) == 200
    price = paid_price(make_brief(order_value=None), market)
    assert price == pytest.approx(175)
    after = plan_after_sale(make_brief(order_value=None), make_orders(1.0), price=price)
    assert after.late_cost == pytest.approx(8.75)
