"""Flash deals: what they cost and bring, by hand, and which are kept."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.brief import parse_brief
from planner.brief.slots import make_slots
from planner.brief.toml_input import TomlSource
from planner.messages.offers import plan_offers


def make_brief(*, offers=(), **tables):
    data = {
        "promotion": {"date": "2026-11-11"},
        "budget": {"total": 1000},
        "shop": {"margin": 0.4, "order_value": 100},
        "offers": list(offers),
        **tables,
    }
    return parse_brief(TomlSource("brief.toml", data, {}))


def make_market(brief, clicks_per_hour=1000.0, conversion=0.05):
    """One channel, the same traffic and conversion in every slot."""
    slots = make_slots(brief.timetable)
    rate = conversion
    return slots, slots[["start", "end", "window"]].assign(
        channel="search",
        clicks=clicks_per_hour * slots["hours"],
        conversion=rate,
        order_value=100.0,
        click_value=rate * 40.0,
    )


def test_plan_offers_takes_the_playbooks_deals_and_drops_those_that_lose():
    brief = make_brief()
    offers = plan_offers(brief, *make_market(brief))
    assert list(offers.table["at"].dt.strftime("%H:%M"))[:4] == ["12:30", "13:00", "13:30", "14:00"]
    assert len(offers.table) == 9
    # Half an hour has 25 orders without a deal and 35 with it: 50 yuan off each, against 40 yuan on 10 more.
    first = offers.table.iloc[0]
    assert (first["orders"], first["cost"], first["gain"]) == pytest.approx((35, 1750, 400))
    assert not offers.table["keep"].any()
    assert (offers.cost, offers.profit) == (0, 0)
    assert {note.key for note in offers.notes} == {"offers.dropped"}
    assert "8 each" in offers.notes[0].text("en")


def test_plan_offers_keeps_a_deal_with_few_places_and_counts_its_cost():
    brief = make_brief(offers=[{"at": ["13:00"], "price_cut": 0.5, "places": 3, "name": "bait"}])
    offers = plan_offers(brief, *make_market(brief))
    deal = offers.table.iloc[0]
    assert (deal["cost"], deal["gain"], deal["profit"]) == pytest.approx((150, 400, 250))
    assert offers.cost == pytest.approx(150)
    assert offers.notes[0].key == "offers.kept"
    assert deal["profit_low"] < deal["profit"] < deal["profit_high"]


def test_plan_offers_with_a_cheap_good_gives_up_the_cut_and_the_better_margin():
    offer = {"at": ["13:00"], "places": 5, "price": 20, "margin": 0.3, "price_cut": 0.5}
    brief = make_brief(offers=[offer])
    deal = plan_offers(brief, *make_market(brief)).table.iloc[0]
    # 40 yuan of usual margin against 20 * (0.3 - 0.5) = -4.
    assert deal["cost"] == pytest.approx(5 * 44)


@pytest.mark.parametrize("offer", [{"at": ["13:00"]}, {"at": ["13:00"], "places": 5, "price": 20}])
def test_plan_offers_count_nothing_for_orders_that_come_back(offer):
    shop = {"margin": 0.4, "order_value": 100}
    kept = make_brief(offers=[offer], shop=shop)
    returned = make_brief(offers=[offer], shop={**shop, "refund_rate": 0.25})
    slots, market = make_market(kept)
    usual = plan_offers(kept, slots, market).table.iloc[0]
    less = plan_offers(returned, slots, market.assign(click_value=0.75 * market["click_value"])).table.iloc[0]
    assert (less["cost"], less["gain"]) == pytest.approx((0.75 * usual["cost"], 0.75 * usual["gain"]))
    assert less["most_places"] == usual["most_places"]


def test_plan_offers_notes_times_outside_of_the_promotion():
    offers = [{"at": ["13:00", "21:00"], "name": "bait"}, {"at": ["04:00"]}]
    brief = make_brief(
        promotion={"date": "2026-11-11", "starts": "2026-11-11 08:00", "ends": "2026-11-11 20:00"}, offers=offers
    )
    planned = plan_offers(brief, *make_market(brief))
    assert list(planned.table["at"].dt.strftime("%H:%M")) == ["13:00"]
    (note,) = [note for note in planned.notes if note.key == "offers.outside"]
    assert "04:00, 21:00" in note.text("en")


@pytest.mark.parametrize(
    ("clicks", "entry", "english", "chinese"),
    [
        (1000.0, "dropped", "would pay: 8 each", "每场至多 8 个名额"),
        (125.0, "dropped", "would pay: 1 each", "每场至多 1 个名额"),
        (10.0, "dropped_any", "at any number of places", "多少名额都亏"),
    ],
)
def test_plan_offers_says_how_many_places_would_pay(clicks, entry, english, chinese):
    brief = make_brief()
    note = plan_offers(brief, *make_market(brief, clicks)).notes[0]
    assert note.key == f"offers.{entry}"
    assert english in note.text("en")
    assert chinese in note.text("zh")


def test_plan_offers_uses_the_root_of_the_lift_for_half_the_cut():
    brief = make_brief(offers=[{"at": ["13:00"], "price_cut": 0.25}])
    assert plan_offers(brief, *make_market(brief)).table["lift"].iloc[0] == pytest.approx(1.4**0.5)


def test_an_offer_without_times_changes_the_playbooks_deals():
    brief = make_brief(offers=[{"places": 3, "price": 30}])
    table = plan_offers(brief, *make_market(brief)).table
    assert len(table) == 9
    assert set(table["places"]) == {3}
    assert table["keep"].all()


def test_conversion_factor_of_dropped_deals_is_one():
    brief = make_brief()
    assert (plan_offers(brief, *make_market(brief)).conversion_factor == 1).all()


def test_conversion_factor_of_a_kept_deal_holds_for_its_half_hour():
    brief = make_brief(offers=[{"at": ["15:00"], "places": 2, "lift": 1.5}])
    slots, market = make_market(brief)
    factor = plan_offers(brief, slots, market).conversion_factor
    assert factor[pd.Timestamp("2026-11-11 15:00", tz="Asia/Shanghai")] == pytest.approx(1.25)


def test_plan_offers_of_a_playbook_without_deals_is_empty():
    brief = make_brief(promotion={"date": "2026-11-11", "playbook": "flat"})
    offers = plan_offers(brief, *make_market(brief))
    assert offers.table.empty
    assert offers.notes == ()
    assert str(offers.table["at"].dtype).endswith("Asia/Shanghai]")


def test_lifted_raises_conversion_and_value_where_a_deal_is_kept_and_nothing_else():
    brief = make_brief(offers=[{"at": ["15:00"], "places": 2, "lift": 1.5}])
    slots, market = make_market(brief)
    market = market.assign(conversion_low=0.04, conversion_high=0.06, conversion_ratio=2.0, price=1.0)
    lifted = plan_offers(brief, slots, market).lifted(market)
    inside = market["start"].dt.hour == 15
    for name in ("conversion", "conversion_low", "conversion_high", "conversion_ratio", "click_value"):
        assert (lifted[name] / market[name])[inside].to_numpy() == pytest.approx(1.25)
        assert (lifted[name] == market[name])[~inside].all()
    assert lifted["price"].equals(market["price"])


def test_lifted_is_the_market_itself_where_every_deal_is_dropped():
    brief = make_brief()
    slots, market = make_market(brief)
    assert plan_offers(brief, slots, market).lifted(market) is market


@pytest.mark.parametrize(
    ("tables", "key"),
    [
        ({"offers": [{"at": ["13:00"]}, {"at": ["13:00", "14:00"], "price_cut": 0.2}]}, "offers.stacked"),
        ({"sms": {"offer": "50 + 50 优惠券"}}, "offers.split_coupon"),
    ],
)
def test_plan_offers_advises_against_offers_that_have_to_be_worked_out(tables, key):
    brief = make_brief(**tables)
    assert key in [note.key for note in plan_offers(brief, *make_market(brief)).notes]


@settings(derandomize=True, max_examples=40, deadline=None)
@given(
    cut=st.floats(0.05, 0.9),
    places=st.integers(0, 200),
    clicks=st.floats(1, 20_000),
    margin=st.floats(0.05, 0.9),
)
def test_no_deal_that_is_kept_loses_and_cost_is_at_most_the_cut_on_all_places(cut, places, clicks, margin):
    offers = [{"at": ["13:00", "13:10"], "price_cut": cut, "places": places}]
    brief = make_brief(offers=offers, shop={"margin": margin, "order_value": 100})
    slots, market = make_market(brief, clicks)
    market = market.assign(click_value=market["conversion"] * 100 * margin)
    planned = plan_offers(brief, slots, market)
    kept = planned.table[planned.table["keep"]]
    assert (kept["profit"] > 0).all()
    assert planned.cost == pytest.approx(kept["cost"].sum())
    assert (planned.table["cost"] <= places * cut * 100 + 1e-9).all()
