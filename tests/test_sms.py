"""The sends of a plan: their laws, their notes, and one price of money for ads and messages."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.allocate import Limits, allocate_budget
from planner.brief import parse_brief
from planner.brief.providers import load_provider
from planner.brief.slots import make_slots
from planner.brief.toml_input import TomlSource
from planner.messages.sms import count_parts, plan_sms, settle_sms, sms_cells, sms_frontier
from planner.vocabulary.errors import InputError
from planner.vocabulary.tables import SMS

VIP = {
    "name": "vip", "people": 1000, "response": 0.1, "conversion": 0.16, "incrementality": 0.5, "opt_out": 0.005,
    "customer_value": 8,
}  # fmt: skip
LAPSED = {**VIP, "name": "lapsed", "people": 5000, "response": 0.03, "conversion": 0.08, "incrementality": 0.8}


def make_brief(*, segments=(VIP, LAPSED), promotion=None, **sms):
    data = {
        "promotion": promotion or {"date": "2026-11-11"},
        "budget": {"total": 1000},
        "shop": {"margin": 0.4, "order_value": 100},
        "sms": {"price": 0.05, "segments": list(segments), **sms},
    }
    return parse_brief(TomlSource("brief.toml", data, {}))


def make_market(brief, seed=0):
    slots = make_slots(brief.timetable)
    rate = 0.05 * np.exp(0.4 * np.random.default_rng(seed).standard_normal(len(slots)))
    return slots[["start", "end", "window"]].assign(
        channel="search", clicks=100 * slots["hours"], conversion=rate, order_value=100.0, click_value=rate * 40
    )


@settings(derandomize=True, max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    hours=st.sampled_from(["08:00-20:00", "08:30-21:15", "10:00-11:00"]),
    throughput=st.sampled_from([None, 150.0, 1000.0]),
    hold_out=st.sampled_from([0.0, 0.05, 0.2]),
    gap=st.sampled_from([0.0, 6.0, 12.0, 24.0]),
    most=st.integers(0, 3),
    budget=st.sampled_from([0.0, 13.37, 120.0, np.inf]),
    money_price=st.sampled_from([0.0, 0.5, 3.0]),
)
def test_plan_sms_keeps_its_laws(seed, hours, throughput, hold_out, gap, most, budget, money_price):
    settings_ = {"hours": hours, "hold_out": hold_out, "gap_hours": gap} | (
        {"throughput": throughput} if throughput else {}
    )
    segments = [{**VIP, "max_messages": most}, {**LAPSED, "response": 0.1, "max_messages": most}]
    brief = make_brief(segments=segments, **settings_)
    plan = plan_sms(brief, make_market(brief, seed), money_price=money_price, budget=budget)
    table = SMS.check(plan.table)
    begin, end = (int(part[:2]) * 60 + int(part[3:]) for part in hours.split("-"))
    minute = table["send_at"].dt.hour * 60 + table["send_at"].dt.minute
    assert ((minute >= begin) & (minute < end)).all()
    assert (table["messages"] > 0).all()
    assert table["cost"].to_numpy() == pytest.approx((table["messages"] * table["parts"] * 0.05).to_numpy())
    assert plan.cost <= budget * (1 + 1e-12)
    if throughput:
        assert (table.groupby("send_at")["messages"].sum() <= throughput).all()
    for name, people in (("vip", 1000), ("lapsed", 5000)):
        sent = table.loc[table["segment"] == name, "messages"]
        may = people - plan.held_out[name]
        assert plan.held_out[name] >= hold_out * people
        assert sent.sum() <= most * may
        assert (sent <= may).all()
        # China's default provider: two within 24 hours, so never two within twelve.
        assert _within_any_gap(table[table["segment"] == name], max(gap, 12.0)) <= may
    assert plan.profit >= -1e-6
    assert plan.profit == pytest.approx(table["profit"].sum())
    assert all(note.text(lang) for note in plan.notes for lang in ("zh", "en"))


def _within_any_gap(sends, gap):
    """Return the most messages that fall into any span shorter than the gap: each must go to another person."""
    if sends.empty:
        return 0
    spans = [
        sends.loc[
            (sends["send_at"] >= at) & (sends["send_at"] < at + pd.Timedelta(hours=max(gap, 0.01))), "messages"
        ].sum()
        for at in sends["send_at"]
    ]
    return max(spans)


@pytest.mark.parametrize(("currency", "price", "steps"), [("CNY", 0.055, 100), ("JPY", 3.3, 1)])
@pytest.mark.parametrize("share", [0.0, 0.001, 0.37, 0.9999, 1.0, 2.0])
def test_plan_sms_costs_whole_steps_of_the_currency_within_the_budget(currency, price, steps, share):
    brief = make_brief(promotion={"date": "2026-11-11", "currency": currency}, price=price, throughput=777)
    dear = brief.shop.model_copy(update={"order_value": 10_000.0 / steps})
    brief = brief.model_copy(update={"shop": dear})
    market = make_market(brief)
    most = plan_sms(brief, market)
    budget = share * most.cost
    plan = plan_sms(brief, market, budget=budget)
    table = plan.table
    whole = table["cost"] * steps
    assert whole.to_numpy() == pytest.approx(whole.round().to_numpy(), abs=1e-9)
    over = table["cost"] - table["messages"] * table["parts"] * price
    assert over.between(-1e-6, 1 / steps).all()
    assert plan.cost <= budget + 1e-9
    assert plan.cost == round(table["cost"].sum(), 2)
    assert most.cost > 0
    if 0.01 < share < 1:
        assert plan.cost > budget - 2 * (price * table["parts"].max() + len(table) / steps)
    if share >= 1:
        assert plan.cost == pytest.approx(most.cost, rel=1e-3)


def test_plan_sms_writes_where_a_message_earns_most_and_says_so():
    brief = make_brief(segments=[VIP])
    market = make_market(brief)
    market["conversion"] = np.where(market["start"].dt.hour == 15, 0.3, 0.02)
    plan = plan_sms(brief, market)
    (row,) = plan.table.itertuples()
    assert row.send_at == pd.Timestamp("2026-11-11 15:00", tz="Asia/Shanghai")
    assert row.messages == 950
    assert row.reason.startswith("the best allowed hour")


def test_plan_sms_with_little_throughput_says_which_hour_was_better():
    brief = make_brief(segments=[VIP], throughput=500)
    plan = plan_sms(brief, make_market(brief))
    assert len(plan.table) == 2
    assert plan.table["messages"].max() == 500
    assert sum("is better but full" in reason for reason in plan.table["reason"]) == 1


def test_plan_sms_moves_a_moment_that_is_not_allowed_and_says_what_it_costs():
    brief = make_brief(segments=[VIP])
    keys = {note.key: note for note in plan_sms(brief, make_market(brief)).notes}
    assert "sms.moved" in keys or "sms.moved_free" in keys
    allowed = make_brief(segments=[VIP], hours="00:00-24:00")
    keys = {note.key for note in plan_sms(allowed, make_market(allowed)).notes}
    assert not keys & {"sms.moved", "sms.moved_free"}


def test_plan_sms_says_what_was_assumed_and_who_gets_nothing():
    brief = make_brief(segments=[{"name": "loyal", "people": 500}, {**LAPSED, "response": 0.001}])
    notes = {note.key: note.text("en") for note in plan_sms(brief, make_market(brief)).notes}
    assert "loyal" in notes["sms.assumed"]
    assert "response 0.06" in notes["sms.assumed"]
    assert "lapsed" in notes["sms.not_worth"]
    assert "08:00-20:00" in notes["sms.hours_assumed"]


def test_plan_sms_with_dear_money_says_that_ads_earn_more():
    brief = make_brief(segments=[LAPSED])
    plan = plan_sms(brief, make_market(brief), money_price=50.0)
    assert plan.table.empty
    assert "sms.better_elsewhere" in {note.key for note in plan.notes}


@pytest.mark.parametrize(
    ("tables", "key"),
    [
        ({}, "sms.not_asked"),
        ({"sms": {}}, "sms.no_segments"),
        ({"sms": {"segments": [VIP]}, "shop": {"margin": 0.4}}, "sms.no_margin"),
    ],
)
def test_plan_sms_without_what_it_needs_is_empty_and_says_why(tables, key):
    data = {"promotion": {"date": "2026-11-11"}, "budget": {"total": 1000}, "shop": {"margin": 0.4, "order_value": 100}}
    plan = plan_sms(parse_brief(TomlSource("brief.toml", data | tables, {})))
    assert SMS.check(plan.table).empty
    assert (plan.cost, plan.profit) == (0, 0)
    assert [note.key for note in plan.notes] == [key]


def test_plan_sms_with_hours_full_of_a_better_segment_says_so():
    brief = make_brief(segments=[{**VIP, "people": 50_000}, {**LAPSED, "response": 0.08}], throughput=100)
    notes = {note.key: note.text("en") for note in plan_sms(brief, make_market(brief)).notes}
    assert notes["sms.no_room"].startswith("none to lapsed")


def test_plan_sms_says_that_the_provider_spaces_the_messages():
    brief = make_brief(segments=[{**VIP, "max_messages": 3}], gap_hours=2)
    notes = {note.key: note.text("en") for note in plan_sms(brief, make_market(brief)).notes}
    assert "12 hours apart" in notes["sms.gap_raised"]


def test_plan_sms_outside_china_asks_for_a_price():
    brief = make_brief(promotion={"date": "2026-11-27", "playbook": "black-friday", "currency": "USD"}, price=None)
    with pytest.raises(InputError, match=r"brief\.toml: .*write price in \[sms\], in USD"):
        plan_sms(brief.with_(sms={"price": None}))


def test_plan_sms_of_a_text_longer_than_the_provider_takes_is_refused():
    brief = make_brief(segments=[VIP], text="好" * 600)
    with pytest.raises(InputError, match="more than the 500 that"):
        plan_sms(brief, make_market(brief))


def test_plan_sms_of_a_long_text_pays_for_its_parts():
    short, long_ = (make_brief(segments=[VIP], text=text) for text in ("好价", "好" * 80))
    assert plan_sms(long_, make_market(long_)).table["parts"].iloc[0] == 2
    ratio = plan_sms(long_, make_market(long_)).cost / plan_sms(short, make_market(short)).cost
    assert ratio == pytest.approx(2)
    text = plan_sms(long_, make_market(long_)).table["text"].iloc[0]
    assert count_parts(text, load_provider("china")).parts == 2


def ad_cells(count=30, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "channel": "search",
            "clicks_scale": rng.uniform(1, 4, count),
            "elasticity": rng.uniform(0.5, 0.8, count),
            "max_clicks": np.inf,
            "orders_per_click": rng.uniform(0.01, 0.05, count),
            "revenue_per_order": 100.0,
            "profit_per_order": 40.0,
            "floor": 0.0,
            "cap": np.inf,
        },
        index=[f"ad {number}" for number in range(count)],
    )


def ad_profit(cells, spend):
    return (
        cells["orders_per_click"] * cells["profit_per_order"] * cells["clicks_scale"] * spend ** cells["elasticity"]
        - spend
    )


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("budget", [60.0, 150.0, 400.0])
def test_a_yuan_moved_between_ads_and_messages_earns_no_more_either_way(seed, budget):
    brief = make_brief(
        segments=[{**VIP, "max_messages": 2}, {**LAPSED, "response": 0.05}], throughput=900, hold_out=0.0
    )
    prepared = sms_frontier(brief, make_market(brief, seed))
    ads, messages = ad_cells(seed=seed), prepared.cells()
    spend = allocate_budget(pd.concat([ads, messages]), Limits(total=budget)).table["spend"]
    on_messages = float(spend[messages.index].sum())

    def profit(moved):
        """Both stages at their own best with a yuan taken from the ads (or given to them)."""
        left = allocate_budget(ads, Limits(total=budget - on_messages - moved)).table["spend"]
        sends = settle_sms(prepared, on_messages + moved)
        return float(ad_profit(ads, left).sum()) + sends.profit

    assert spend.sum() == pytest.approx(budget)
    best = profit(0.0)
    # Whole messages: two of five fen may be lost in rounding, and what they would have earned.
    slack = 0.3
    for moved in (1.0, -1.0):
        if 0 <= on_messages + moved <= budget:
            assert profit(moved) <= best + slack


def test_sms_cells_have_falling_returns_and_nothing_that_loses():
    brief = make_brief(throughput=300)
    cells = sms_cells(brief, make_market(brief))
    returns = (cells["clicks_scale"] * cells["orders_per_click"] * cells["profit_per_order"]).to_numpy()
    assert (np.diff(returns) < 1e-9).all()
    assert (returns > 1).all()
    assert cells["cap"].to_numpy() == pytest.approx((cells["max_clicks"] * 0.05).to_numpy())
    assert sms_cells(make_brief(segments=()), make_market(brief)).empty


def test_cost_at_falls_with_the_price_of_money_and_is_what_the_plan_spends():
    brief = make_brief(throughput=300)
    market = make_market(brief)
    prepared = sms_frontier(brief, market)
    costs = [prepared.cost_at(price) for price in (0.0, 0.5, 1.0, 2.0, 10.0)]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] == 0
    for price, cost in zip((0.0, 0.5, 1.0), costs, strict=False):
        assert plan_sms(brief, market, money_price=price).cost == pytest.approx(cost, abs=0.5)


def test_plan_sms_is_the_same_for_shuffled_rows_of_the_market():
    brief = make_brief(throughput=300)
    market = make_market(brief)
    pd.testing.assert_frame_equal(
        plan_sms(brief, market).table, plan_sms(brief, market.sample(frac=1, random_state=5)).table
    )


def test_plan_sms_in_fen_is_the_plan_in_yuan():
    brief = make_brief(throughput=300)
    fen = brief.with_(
        shop={"order_value": 10_000.0},
        sms={"price": 5.0, "segments": [{**segment, "customer_value": 800} for segment in (VIP, LAPSED)]},
    )
    market = make_market(brief)
    hundredfold = market.assign(order_value=10_000.0, click_value=market["click_value"] * 100)
    yuan, in_fen = plan_sms(brief, market), plan_sms(fen, hundredfold)
    assert in_fen.table["messages"].tolist() == yuan.table["messages"].tolist()
    assert in_fen.cost == pytest.approx(100 * yuan.cost)
