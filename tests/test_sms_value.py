"""What a message is worth: by hand in small cases, and by laws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.brief import parse_brief
from planner.brief.slots import make_slots
from planner.brief.toml_input import TomlSource
from planner.messages.sms_value import conversion_shape, message_values, send_hours, value_at

SEGMENT = {
    "name": "vip", "people": 1000, "response": 0.1, "conversion": 0.2, "incrementality": 0.5, "opt_out": 0.01,
    "customer_value": 20, "max_messages": 2,
}  # fmt: skip


def make_brief(*, segments=(SEGMENT,), hours=None, **tables):
    sms = {"segments": list(segments)} | ({"hours": hours} if hours else {})
    data = {
        "promotion": {"date": "2026-11-11"},
        "budget": {"total": 1000},
        "shop": {"margin": 0.4, "order_value": 100},
        "sms": sms,
        **tables,
    }
    return parse_brief(TomlSource("brief.toml", data, {}))


def make_market(brief, conversion=lambda hour: 0.05, channels=("search",)):
    """A market whose conversion is a function of the hour of the clock, traffic the same in every hour."""
    slots = make_slots(brief.timetable)
    rows = [slots[["start", "end", "window"]].assign(channel=channel) for channel in channels]
    market = pd.concat(rows, ignore_index=True)
    rate = np.array([conversion(at.hour) for at in market["start"]])
    hours = (market["end"] - market["start"]) / pd.Timedelta(hours=1)
    return market.assign(clicks=100 * hours, conversion=rate, order_value=100.0, click_value=rate * 40)


def at(*texts):
    return pd.DatetimeIndex(texts).tz_localize("Asia/Shanghai")


def test_send_hours_are_the_allowed_hours_from_a_day_before_the_opening():
    hours = send_hours(make_brief())
    first, last = hours["send_at"].iloc[0], hours["send_at"].iloc[-1]
    assert (f"{first:%m-%d %H:%M}", f"{last:%m-%d %H:%M}") == ("11-10 08:00", "11-11 19:00")
    assert len(hours) == 24
    assert set(hours["send_at"].dt.hour) == set(range(8, 20))


def test_send_hours_are_cut_where_the_allowed_span_begins_and_ends():
    hours = send_hours(make_brief(hours="08:30-10:15"))
    assert list(hours["send_at"].dt.strftime("%H:%M"))[:3] == ["08:30", "09:00", "10:00"]
    assert list(hours["end"].dt.strftime("%H:%M"))[:3] == ["09:00", "10:00", "10:15"]


def test_send_hours_of_an_opening_at_eight_in_the_evening_begin_the_evening_before():
    brief = make_brief(promotion={"date": "2026-11-11", "playbook": "double11-20h"}, hours="08:00-22:00")
    hours = send_hours(brief)
    assert f"{hours['send_at'].iloc[0]:%m-%d %H:%M}" == "11-09 20:00"


def test_send_hours_follow_the_clock_of_a_day_with_twenty_five_hours():
    promotion = {"date": "2026-11-01", "timezone": "America/New_York", "playbook": "flat"}
    hours = send_hours(make_brief(promotion=promotion, hours="00:00-03:00"))
    offsets = [f"{moment:%d %H:%M%z}" for moment in hours["send_at"] if moment.day == 1]
    assert offsets == ["01 00:00-0400", "01 01:00-0400", "01 01:00-0500", "01 02:00-0500"]
    assert (hours["end"] - hours["send_at"] == pd.Timedelta(hours=1)).all()


def test_send_hours_are_whole_hours_of_a_clock_that_is_half_an_hour_off():
    promotion = {"date": "2026-11-11", "timezone": "Asia/Kolkata", "playbook": "flat"}
    hours = send_hours(make_brief(promotion=promotion, hours="09:00-12:00"))
    assert set(hours["send_at"].dt.strftime("%H:%M")) == {"09:00", "10:00", "11:00"}
    assert (hours["end"] - hours["send_at"] == pd.Timedelta(hours=1)).all()


def test_conversion_shape_is_not_moved_by_a_better_channel_being_busier():
    brief = make_brief()
    market = make_market(brief, channels=("good", "bad"))
    night = market["start"].dt.hour < 6
    market["conversion"] = np.where(market["channel"] == "good", 0.1, 0.01)
    market.loc[night & (market["channel"] == "good"), "clicks"] *= 10
    assert conversion_shape(brief, market)["ratio"].to_numpy() == pytest.approx(1.0)


def test_conversion_shape_without_a_market_is_the_playbooks():
    brief = make_brief()
    shape = conversion_shape(brief).set_index("start")["ratio"]
    opening, second = at("2026-11-11 00:00")[0], at("2026-11-11 01:00")[0]
    assert shape[second] / shape[opening] == pytest.approx(2.5 / 1.8)
    assert 0.5 < shape.mean() < 1.2


def test_value_at_with_the_same_conversion_everywhere_is_the_share_that_comes_before_the_close():
    brief = make_brief()
    market = make_market(brief)
    # An hour after a message, three replies in five have come: log(1/0.55)/1.6 = 0.374 standard deviations.
    last_hour = value_at(brief, at("2026-11-11 23:00"), market)[0]
    assert last_hour == pytest.approx(0.6457, abs=1e-3)
    morning = value_at(brief, at("2026-11-11 10:00"), market)[0]
    assert morning == pytest.approx(0.975, abs=0.01)


def test_value_at_before_the_opening_counts_carts_that_come_back():
    brief = make_brief()
    plain = make_market(brief)
    eager = make_market(brief, lambda hour: 0.08 if hour == 0 else 0.05)
    eve = at("2026-11-10 19:00")
    assert value_at(brief, eve, eager)[0] > value_at(brief, eve, plain)[0]
    # The eve's own conversion is nothing to carts.
    quiet = make_market(brief, lambda hour: 0.0 if hour >= 20 else 0.05)
    later = make_market(brief, lambda hour: 0.05)
    ratio = value_at(brief, eve, quiet)[0] / value_at(brief, eve, later)[0]
    assert ratio > 0.95


def test_value_at_is_higher_with_rank_in_the_race_at_the_opening_only():
    brief = make_brief()
    raced = brief.with_(shop={"early_order_value": 0.5})
    market = make_market(brief)
    early, late = at("2026-11-11 01:00", "2026-11-11 22:30")
    moments = pd.DatetimeIndex([early, late])
    gain = value_at(raced, moments, market) / value_at(brief, moments, market)
    assert gain[0] == pytest.approx(1.46, abs=0.02)
    assert gain[1] == pytest.approx(1.025, abs=0.005)


def test_message_values_by_hand():
    brief = make_brief()
    market = make_market(brief)
    values = message_values(brief, market, cost=0.05)
    first = values[(values["layer"] == 1)].set_index("send_at").loc[at("2026-11-11 10:00")[0]]
    ratio = first["ratio"]
    assert first["orders"] == pytest.approx(0.1 * 0.2 * ratio)
    assert first["value"] == pytest.approx(0.1 * 0.2 * ratio * 0.5 * 40)
    assert first["opt_out_cost"] == pytest.approx(0.2)
    assert first["price"] == 0.05
    second = values[(values["layer"] == 2)].set_index("send_at").loc[at("2026-11-11 10:00")[0]]
    assert second["value"] / first["value"] == pytest.approx(0.4)
    assert second["opt_out_cost"] / first["opt_out_cost"] == pytest.approx(3)


def test_message_values_of_no_segment_are_an_empty_table_with_every_column():
    values = message_values(make_brief(segments=()), make_market(make_brief()))
    assert list(values.columns)[:3] == ["send_at", "segment", "layer"]
    assert values.empty


@settings(derandomize=True, max_examples=30, deadline=None)
@given(level=st.floats(0.001, 0.3), hours=st.lists(st.integers(0, 23), min_size=1, max_size=4, unique=True))
def test_value_at_does_not_hang_on_the_level_of_conversion_nor_on_the_order_of_rows(level, hours):
    brief = make_brief()
    market = make_market(brief, lambda hour: level * (2 if hour in hours else 1))
    moments = at("2026-11-10 19:00", "2026-11-11 09:00", "2026-11-11 19:00")
    scaled = market.assign(conversion=market["conversion"] * 0.5)
    shuffled = market.sample(frac=1, random_state=1)
    value = value_at(brief, moments, market)
    assert value_at(brief, moments, scaled) == pytest.approx(value)
    assert value_at(brief, moments, shuffled) == pytest.approx(value)
    assert (value >= 0).all()
