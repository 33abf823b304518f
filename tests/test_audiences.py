"""Segments with every number settled: what is stated stands, results of past sends move it, priors fill the rest."""

import pandas as pd
import pytest

from planner.brief import parse_brief
from planner.brief.toml_input import TomlSource
from planner.messages.audiences import PRIORS, audiences, order_margin
from planner.vocabulary.errors import InputError


def make_brief(*, hold_out=0.05, shop=None, **segment):
    data = {
        "promotion": {"date": "2026-11-11"},
        "budget": {"total": 1000},
        "shop": shop or {"margin": 0.4, "order_value": 100, "refund_rate": 0.1},
        "sms": {"hold_out": hold_out, "segments": [{"name": "loyal", "people": 1000, **segment}]},
    }
    return parse_brief(TomlSource("brief.toml", data, {}))


def test_audiences_take_priors_for_what_is_not_stated_and_name_it():
    (loyal,) = audiences(make_brief(response=0.2, opt_out=0.0))
    assert (loyal.response, loyal.opt_out) == (0.2, 0.0)
    assert loyal.incrementality == PRIORS["loyal"].incrementality
    assert loyal.assumed == ("conversion", "incrementality", "customer_value")
    assert loyal.customer_value == pytest.approx(PRIORS["loyal"].orders_lost * 36)


def test_audiences_hold_out_is_rounded_up_and_nobody_is_written_to_twice():
    (loyal,) = audiences(make_brief(hold_out=0.0501))
    assert (loyal.people, loyal.held_out) == (949, 51)


def test_audiences_weigh_past_sends_against_the_stated_number():
    (few,) = audiences(make_brief(response=0.1, past_messages=400, past_visits=0))
    (many,) = audiences(make_brief(response=0.1, past_messages=40_000, past_visits=800))
    assert few.response == pytest.approx(0.05)
    assert many.response == pytest.approx(0.02, rel=0.05)


def test_audiences_second_message_moves_fewer_and_drives_more_away():
    (loyal,) = audiences(make_brief(response=0.1, opt_out=0.01))
    assert loyal.layer(2) == (pytest.approx(0.04), pytest.approx(0.03))
    assert loyal.layer(9)[1] <= 1


def test_order_margin_is_after_refunds_and_comes_from_the_market_where_the_brief_is_silent():
    assert order_margin(make_brief(), None) == pytest.approx(36)
    silent = make_brief(shop={"margin": 0.4})
    assert order_margin(silent, None) is None
    market = pd.DataFrame({"clicks": [10.0, 30.0], "conversion": [0.1, 0.1], "order_value": [100.0, 200.0]})
    assert order_margin(silent, market) == pytest.approx(0.4 * 175)
    refunded = make_brief(shop={"margin": 0.4, "refund_rate": 0.2})
    assert order_margin(refunded, market) == pytest.approx(0.8 * 0.4 * 175)


def test_a_segment_with_more_visits_than_messages_is_refused():
    with pytest.raises(InputError, match="neither past_visits nor past_opt_outs can exceed past_messages"):
        make_brief(past_messages=10, past_visits=11)
