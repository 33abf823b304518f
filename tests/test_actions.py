"""The run sheet: complete, in order, and nothing in it that did not change."""

import datetime as dt

import pandas as pd
import pytest

from planner.actions import KINDS, plan_actions, registration_note
from planner.actions.sheet import expected_orders
from planner.brief import parse_brief
from planner.brief.slots import make_slots
from planner.brief.toml_input import TomlSource
from planner.messages.offers import plan_offers
from planner.messages.sms import plan_sms
from planner.vocabulary.tables import ACTIONS


def make_brief(**tables):
    data = {
        "promotion": {"date": "2026-11-11"},
        "budget": {"total": 1000},
        "shop": {"margin": 0.4, "order_value": 100, "platform": "tmall", "refund_rate": 0.1},
        "channels": [{"name": "search", "role": "search"}, {"name": "groups", "role": "customers", "kind": "organic"}],
        "sms": {"segments": [{"name": "loyal", "people": 1000}]},
        "stock": {"units": 400, "ship_per_day": 50},
        **tables,
    }
    return parse_brief(TomlSource("brief.toml", data, {}))


def make_schedule(slots, bids):
    """One channel; bids by slot, ten orders a slot."""
    return slots[["start", "end", "window", "stance"]].assign(
        channel="search",
        bid=bids,
        bid_percent=[100 * bid for bid in bids],
        clicks=[0.0 if bid == 0 else 100.0 for bid in bids],
        spend=10.0,
        spend_cap=15.0,
        orders=10.0,
        reason="why not",
    )


def make_sheet(lang="en", bids=None, price=None, **tables):
    brief = make_brief(**tables)
    slots = make_slots(brief.timetable)
    market = slots[["start", "end", "window"]].assign(
        channel="search", clicks=100.0, conversion=0.05, order_value=90.0, click_value=1.8
    )
    schedule = make_schedule(slots, bids or [1.0] * len(slots))
    limits = pd.DataFrame(
        [
            ("2026-11-10", "search", 400.0, "the day"),
            ("2026-11-11", "search", 500.0, "the day"),
            ("total", "search", 800.0, "all"),
        ],
        columns=["date", "channel", "limit", "why"],
    )
    offers = plan_offers(brief, slots, market, lang)
    sms = plan_sms(brief, market, lang=lang).table
    return brief, plan_actions(brief, brief.timetable, schedule, limits, sms, offers, lang, price=price)


def of_kind(sheet, kind):
    return sheet[sheet["kind"] == kind]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_plan_actions_is_a_sheet_in_order_of_time_with_known_kinds(lang):
    _, sheet = make_sheet(lang)
    assert list(ACTIONS.check(sheet).columns) == ["at", "kind", "channel", "what", "why"]
    assert sheet["at"].is_monotonic_increasing
    assert set(sheet["kind"]) <= set(KINDS)
    assert sheet["what"].str.len().min() > 3
    assert not sheet["what"].str.contains("{", regex=False).any()
    assert str(sheet["at"].dtype).endswith("Asia/Shanghai]")


def test_plan_actions_merges_slots_of_the_same_bid():
    _, sheet = make_sheet()
    bids = of_kind(sheet, "bid")
    assert len(bids) == 1
    assert "1.00" in bids["what"].iloc[0]
    assert "11-12 00:00" in bids["what"].iloc[0]
    assert "at most ¥435" in bids["what"].iloc[0]  # 29 slots of 15


def test_plan_actions_says_what_a_bid_is_changed_from():
    bids = [1.0] * 10 + [1.5] * 5 + [0.0] * 4 + [0.5] * 9 + [0.25]
    _, sheet = make_sheet(bids=bids)
    what = list(of_kind(sheet, "bid")["what"])
    assert [text.split()[0] for text in what] == ["set", "raise", "buy", "set", "lower"]
    assert "from ¥1.00 to ¥1.50" in what[1]
    assert "from ¥0.50 to ¥0.25" in what[4]


def test_plan_actions_makes_no_act_of_a_change_below_two_percent():
    bids = [1.0, 1.01, 1.01, 1.015, 1.01, 1.025, 1.03, 1.03] + [0.0] * 10 + [1.0] * 11
    _, sheet = make_sheet(bids=bids)
    what = list(of_kind(sheet, "bid")["what"])
    # A creeping bid is a change once it has gone two per cent from where the act's bids began.
    assert len(what) == 4
    assert what[0].startswith(
        "set the bid to ¥1.01 (101 % of the base bid, 100 % of the plan's mean) until 11-11 00:00, at most ¥75"
    )
    assert what[1].startswith("raise the bid from ¥1.01 to ¥1.03")
    assert what[2].startswith("buy nothing")


def test_plan_actions_tells_parts_only_where_there_are_several():
    _, sheet = make_sheet()
    assert not of_kind(sheet, "sms")["what"].str.contains("part").any()
    _, sheet = make_sheet(sms={"text": "x" * 80, "segments": [{"name": "loyal", "people": 1000}]})
    assert of_kind(sheet, "sms")["what"].str.contains("billed as 2 parts each").all()


def test_plan_actions_counts_a_recipient_file_a_send():
    segments = [{"name": name, "people": 1000} for name in ("loyal", "new")]
    _, sheet = make_sheet(sms={"segments": segments})
    sends = of_kind(sheet, "sms")
    assert len(sends) > sends["at"].nunique()
    assert sheet["what"].str.contains(f"recipient files: {len(sends)} in number").any()


def test_plan_actions_has_every_send_and_its_files_beforehand():
    _, sheet = make_sheet()
    sends = of_kind(sheet, "sms")
    files = sheet[sheet["what"].str.contains("recipient files")]
    assert len(sends) >= 1
    assert files["at"].max() < sends["at"].min()
    assert files["at"].iloc[0].hour < 23
    registered = of_kind(sheet, "register")["at"].iloc[0]
    # Fifteen working days are three weeks.
    assert sends["at"].min().date() - registered.date() >= dt.timedelta(days=21)


def test_plan_actions_posts_in_channels_that_cost_nothing():
    _, sheet = make_sheet()
    posts = of_kind(sheet, "post")
    assert {"groups", None} == set(posts["channel"].where(posts["channel"].notna(), None))
    assert "11-10 20:00" in set(posts["at"].dt.strftime("%m-%d %H:%M"))
    # The feed is not in the brief: one line for it all the same, at the playbook's moment.
    assert posts["channel"].isna().sum() == 1


def test_plan_actions_sets_each_days_budget_when_it_counts():
    _, sheet = make_sheet()
    limits = of_kind(sheet, "limit").set_index("what")["at"]
    assert len(limits) == 3
    # The eve's budget counts what was spent before the promotion; the day's own must not be lent to the eve.
    eve = limits.filter(like="2026-11-10")
    assert eve.iloc[0] == pd.Timestamp("2026-11-10 19:30", tz="Asia/Shanghai")
    assert eve.index[0] == "set the daily budget of 2026-11-10 to ¥400 plus what was spent since midnight"
    assert limits.filter(like="2026-11-11").iloc[0] == pd.Timestamp("2026-11-11 00:00", tz="Asia/Shanghai")
    assert limits.filter(like="total").iloc[0] == pd.Timestamp("2026-11-10 19:30", tz="Asia/Shanghai")


def test_plan_actions_switches_on_and_off_the_deals_that_are_kept_only():
    deals = [{"at": ["15:00"], "places": 1, "lift": 3.0, "price": 10, "name": "bait"}, {"at": ["17:00"], "places": 50}]
    _, sheet = make_sheet(offers=deals)
    on, off = of_kind(sheet, "deal_on"), of_kind(sheet, "deal_off")
    assert list(on["at"].dt.strftime("%H:%M")) == ["15:00"]
    assert list(off["at"].dt.strftime("%H:%M")) == ["15:30"]
    assert "bait" in on["what"].iloc[0]


def test_plan_actions_says_when_to_sleep_and_when_to_ship():
    _, sheet = make_sheet()
    assert list(of_kind(sheet, "sleep")["at"].dt.strftime("%m-%d %H:%M")) == ["11-11 02:00"]
    ship = of_kind(sheet, "ship")
    # 290 orders and more at 50 a day: late ones cost 5 % of 100, missing ones 35 %.
    assert ship["why"].str.contains("will be late at about ¥5.00 each, ¥35.00").any()
    assert ship["at"].max() > pd.Timestamp("2026-11-13", tz="Asia/Shanghai")
    assert of_kind(sheet, "close")["at"].iloc[0] == pd.Timestamp("2026-11-12", tz="Asia/Shanghai")


def test_plan_actions_says_what_late_orders_cost_where_the_price_comes_from_the_market():
    shop = {"margin": 0.4, "platform": "tmall", "refund_rate": 0.1}
    _, sheet = make_sheet(shop=shop, price=200.0)
    assert of_kind(sheet, "ship")["why"].str.contains("will be late at about ¥10.00 each, ¥70.00").any()
    _, sheet = make_sheet(shop=shop)
    assert not sheet["why"].str.contains(" 0.00 |nan").any()


def test_plan_actions_counts_the_messages_to_buyers_and_their_cost():
    _, sheet = make_sheet()
    lines = of_kind(sheet, "after_sale")["what"]
    total = lines[lines.str.contains("in all")].iloc[0]
    daily = lines[lines.str.contains("today")].str.extract(r"about (\d+) today")[0].astype(int).sum()
    assert f"about {daily} in all" in total
    assert f"¥{daily * 0.055:.2f}" in total


def test_expected_orders_of_a_message_before_the_opening_come_at_the_opening():
    brief = make_brief()
    schedule = make_schedule(make_slots(brief.timetable), [1.0] * 29)
    sms = pd.DataFrame({"send_at": [pd.Timestamp("2026-11-10 19:00", tz="Asia/Shanghai")], "orders": [7.0]})
    orders = expected_orders(brief, schedule, sms)
    at_opening = orders[orders["at"] == pd.Timestamp("2026-11-11", tz="Asia/Shanghai")]
    assert sorted(at_opening["orders"]) == [7.0, 10.0]
    assert orders["at"].min() == pd.Timestamp("2026-11-10 20:00", tz="Asia/Shanghai")


def test_plan_actions_checks_the_stock_when_half_is_expected_to_be_sold():
    _, sheet = make_sheet()
    checks = of_kind(sheet, "stock")
    assert checks["what"].str.contains("400 units").any()
    assert checks["what"].str.contains("50%").any()
    assert checks["what"].str.contains("80%").any()


def test_registration_note_warns_after_the_deadline_only():
    brief = make_brief()
    sms = pd.DataFrame({"send_at": [pd.Timestamp("2026-11-10 19:00", tz="Asia/Shanghai")]})
    assert registration_note(brief, sms, dt.date(2026, 10, 20)) is None
    note = registration_note(brief, sms, dt.date(2026, 10, 21))
    assert note is not None
    assert "2026-10-20" in note.text("en")
    assert registration_note(brief, sms.iloc[:0], dt.date(2026, 11, 9)) is None
    assert registration_note(brief, sms, dt.date(2026, 11, 11)) is None


def test_plan_actions_without_messages_registers_nothing():
    _, sheet = make_sheet(sms={})
    assert of_kind(sheet, "register").empty
    assert of_kind(sheet, "sms").empty
