"""The market forecast: laws of evidence, grades of history, and what it must not depend on."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from planner.brief import Brief, parse_brief
from planner.brief.slots import make_slots
from planner.brief.toml_input import TomlSource
from planner.history import History
from planner.market import forecast_market
from planner.vocabulary.errors import InputError
from planner.vocabulary.tables import MARKET

DATE = dt.date(2026, 11, 11)


def a_brief(**changes: object) -> Brief:
    data: dict[str, object] = {
        "promotion": {"date": DATE},
        "budget": {"total": 3000.0},
        "shop": {"margin": 0.4, "order_value": 100.0},
        "channels": [
            {"name": "words", "role": "search", "price": 0.8, "conversion": 0.03, "clicks_per_day": 900.0},
            {"name": "pages", "role": "feed", "price": 0.4, "conversion": 0.015, "clicks_per_day": 1500.0},
        ],
    }
    return parse_brief(TomlSource("brief.toml", {**data, **changes}, {}))


def a_history(
    days: int = 14,
    scale: float = 1.0,
    event: float | None = None,
    conversion: tuple[float, float] = (0.03, 0.03),
    event_conversion: float = 2.0,
) -> History:
    """Usual days of 20 clicks an hour and channel, and last year's event at so many times that."""
    hours = list(pd.date_range("2026-10-20", periods=24 * days, freq="h", tz="Asia/Shanghai"))
    past = list(pd.date_range("2025-11-10 20:00", periods=28, freq="h", tz="Asia/Shanghai")) if event else []
    rows = []
    for hour in [*past, *hours]:
        for channel, rate in zip(("words", "pages"), conversion, strict=True):
            lift, turned = (event or 1.0, event_conversion) if hour.year == 2025 else (1.0, 1.0)
            clicks = round(20 * scale * lift)
            rows.append(
                (
                    hour,
                    channel,
                    clicks * 30,
                    clicks,
                    clicks * 0.5,
                    clicks * rate * turned,
                    clicks * rate * turned * 100,
                    0.7,
                )
            )
    names = ["hour", "channel", "impressions", "clicks", "spend", "orders", "revenue", "bid"]
    return History(pd.DataFrame(rows, columns=names))


def forecast(brief: Brief, history: History | None = None) -> pd.DataFrame:
    return forecast_market(brief, make_slots(brief.timetable), history).table


NAMED = [{"name": "words"}, {"name": "pages"}]


def test_forecast_holds_the_market_table() -> None:
    brief = a_brief()
    market = forecast_market(brief, make_slots(brief.timetable), None)
    assert list(MARKET.check(market.table).columns) == list(MARKET.required)
    assert (market.table[["clicks", "price", "conversion", "reach"]] > 0).all(axis=None)
    assert len(market.table) == len(make_slots(brief.timetable)) * 2
    assert market.table["start"].is_monotonic_increasing
    assert market.table["channel"].iloc[:2].tolist() == ["words", "pages"]


def test_forecast_without_events_gives_the_playbooks_traffic_and_price() -> None:
    table = forecast(a_brief())
    np.testing.assert_allclose(table["traffic_ratio"], table["traffic_prior"])
    np.testing.assert_allclose(table["price_ratio"], table["price_prior"])


def test_forecast_without_any_history_gives_the_playbooks_conversion_too() -> None:
    table = forecast(a_brief())
    np.testing.assert_allclose(table["conversion_ratio"], table["conversion_prior"])


def test_forecast_of_an_event_without_orders_or_clicks_says_so() -> None:
    brief = a_brief()
    keys = [note.key for note in forecast_market(brief, make_slots(brief.timetable), None).notes]
    assert "market.no_event" in keys


def test_forecast_moves_from_the_playbook_to_the_data_with_their_number() -> None:
    brief = a_brief(channels=NAMED, past_events=[{"date": dt.date(2025, 11, 11)}])
    prior = forecast(brief, a_history())
    few = forecast(brief, a_history(scale=0.1, event=8.0))
    many = forecast(brief, a_history(scale=10.0, event=8.0))
    at = (prior["window"] == "group-buy").to_numpy()
    uplift = [table.loc[at, "clicks"].sum() / (20 * scale * 4) for table, scale in ((prior, 1), (few, 0.1), (many, 10))]
    assert abs(uplift[2] - 8.0) < abs(uplift[1] - 8.0) < abs(uplift[0] - 8.0)
    assert 5.0 < uplift[2] < 8.0  # one event never tells all, and clicks grow dearer from year to year


def test_forecast_of_conversion_follows_the_last_event() -> None:
    brief = a_brief(channels=NAMED, past_events=[{"date": dt.date(2025, 11, 11)}])
    low = forecast(brief, a_history(scale=10, event=3.0, event_conversion=1.0))
    high = forecast(brief, a_history(scale=10, event=3.0, event_conversion=3.0))
    day = (low["window"] == "afternoon").to_numpy()
    ratio = high.loc[day, "conversion"].mean() / low.loc[day, "conversion"].mean()
    assert 2.3 < ratio < 3.0  # one event never tells all of what events share


def test_forecast_intervals_narrow_when_all_counts_double() -> None:
    brief = a_brief(channels=NAMED, past_events=[{"date": dt.date(2025, 11, 11)}])
    one, two = (forecast(brief, a_history(scale=scale, event=3.0)) for scale in (1.0, 2.0))
    for name in ("clicks", "conversion"):
        width = [(np.log(table[f"{name}_high"]) - np.log(table[f"{name}_low"])).mean() for table in (one, two)]
        assert width[1] < width[0]


def test_forecast_does_not_depend_on_the_order_of_rows_or_channels() -> None:
    brief = a_brief(channels=NAMED, past_events=[{"date": dt.date(2025, 11, 11)}])
    turned = a_brief(channels=NAMED[::-1], past_events=[{"date": dt.date(2025, 11, 11)}])
    history = a_history(event=3.0, conversion=(0.02, 0.04))
    shuffled = History(history.table.sample(frac=1.0, random_state=1))
    key = ["start", "channel"]
    expected = forecast(brief, history).sort_values(key, ignore_index=True)
    for table in (forecast(brief, shuffled), forecast(turned, history)):
        pd.testing.assert_frame_equal(table.sort_values(key, ignore_index=True), expected, rtol=1e-8)


def test_forecast_leaves_its_arguments_alone() -> None:
    brief, history = a_brief(past_events=[{"date": dt.date(2025, 11, 11)}]), a_history(event=3.0)
    before, slots = history.table.copy(), make_slots(brief.timetable)
    forecast_market(brief, slots, history)
    pd.testing.assert_frame_equal(history.table, before)
    pd.testing.assert_frame_equal(slots, make_slots(brief.timetable))


def test_forecast_takes_what_the_brief_states_over_the_history() -> None:
    stated = [{"name": "words", "conversion": 0.10}, {"name": "pages", "clicks_per_day": 4800.0}]
    plain, told = forecast(a_brief(channels=NAMED), a_history()), forecast(a_brief(channels=stated), a_history())
    words, pages = told["channel"] == "words", told["channel"] == "pages"
    ratio = told.loc[words, "conversion"] / plain.loc[words, "conversion"]
    np.testing.assert_allclose(ratio, 0.10 / 0.03, rtol=0.05)
    np.testing.assert_allclose(told.loc[pages, "clicks"] / plain.loc[pages, "clicks"], 10.0, rtol=0.01)


def test_forecast_reads_channels_from_the_history_where_the_brief_names_none() -> None:
    table = forecast(a_brief(channels=[]), a_history())
    assert set(table["channel"]) == {"words", "pages"}


def test_forecast_of_a_channel_without_history_beside_one_with_bids() -> None:
    table = a_history().table
    alone = forecast(a_brief(), History(table[table["channel"] == "words"].reset_index(drop=True)))
    assert np.isfinite(alone.select_dtypes("number")).all(axis=None)


def test_forecast_looks_at_nothing_from_the_promotion_on() -> None:
    brief = a_brief(channels=NAMED)
    history = a_history()
    later = history.table.assign(hour=history.table["hour"] + pd.Timedelta(days=30), clicks=9_999)
    both = History(pd.concat([history.table, later], ignore_index=True))
    pd.testing.assert_frame_equal(forecast(brief, both), forecast(brief, history))


def test_forecast_from_shop_level_orders_follows_the_shops_rhythm() -> None:
    hours = pd.date_range("2026-10-20", periods=24 * 14, freq="h", tz="Asia/Shanghai")
    orders = np.where(hours.hour == 15, 60.0, 10.0)
    table = pd.DataFrame({"hour": hours, "channel": None, "orders": orders})
    flat = a_brief(promotion={"date": DATE, "playbook": "flat"})
    result = forecast(flat, History(table))
    at = result[result["channel"] == "words"].groupby(result["start"].dt.hour)["clicks"].sum()
    assert at[15] / at[11] == pytest.approx(6.0, rel=0.15)


def test_forecast_of_shop_level_history_takes_its_order_value() -> None:
    hours = pd.date_range("2026-10-20", periods=48, freq="h", tz="Asia/Shanghai")
    table = pd.DataFrame({"hour": hours, "channel": None, "orders": 2.0, "revenue": 84.0})
    brief = a_brief(shop={"margin": 0.4})
    assert forecast(brief, History(table))["order_value"].unique().tolist() == [42.0]


def test_forecast_with_neither_channel_nor_history_is_refused() -> None:
    with pytest.raises(InputError, match="no paid channel"):
        forecast(a_brief(channels=[]))


def test_forecast_of_a_channel_without_price_names_what_is_missing() -> None:
    with pytest.raises(InputError, match=r"channel words lacks price, conversion"):
        forecast(a_brief(channels=[{"name": "words"}]))


def test_history_of_other_channels_is_said_to_be_unused() -> None:
    table = a_history().table
    other = History(table.assign(channel=table["channel"].map({"words": "one", "pages": "two"})))
    brief = a_brief()
    notes = forecast_market(brief, make_slots(brief.timetable), other).notes
    assert "no channel of the history (one, two) is a paid channel of the brief (words, pages)" in notes[0].text("en")
    assert "history.no_channel_matches" not in notes_of(brief, a_history())
    with pytest.raises(InputError, match=r"no channel of the history \(one, two\)"):
        forecast(a_brief(channels=NAMED), other)


def test_forecast_without_order_value_is_refused() -> None:
    with pytest.raises(InputError, match=r"shop\.order_value"):
        forecast(a_brief(shop={"margin": 0.4}))


def test_cpm_channel_is_forecast_per_click() -> None:
    channel = {"name": "banners", "kind": "cpm", "price": 20.0, "click_through": 0.02, "conversion": 0.01}
    table = forecast(a_brief(channels=[channel]))
    assert table["price"].iloc[0] == pytest.approx(20.0 / 1000 / 0.02)


def test_early_orders_are_worth_more_at_the_opening() -> None:
    plain = forecast(a_brief())
    early = forecast(a_brief(shop={"margin": 0.4, "order_value": 100.0, "early_order_value": 0.5}))
    gain = (early["click_value"] / plain["click_value"]).to_numpy()
    opening = int(np.argmax(plain["window"] == "opening"))
    assert gain[opening] == pytest.approx(1.5, abs=0.02)
    assert gain[-1] == pytest.approx(1.0, abs=0.02)
    assert (np.diff(gain[opening::2]) < 0).all()


def test_incrementality_and_refunds_lower_the_value_of_a_click() -> None:
    channels = [{"name": "words", "price": 0.8, "conversion": 0.03}]
    plain = forecast(a_brief(channels=channels))
    less = forecast(
        a_brief(
            channels=[{**channels[0], "incrementality": 0.5}],
            shop={"margin": 0.4, "order_value": 100.0, "refund_rate": 0.2},
        )
    )
    np.testing.assert_allclose(less["click_value"] / plain["click_value"], 0.4)


def test_draws_repeat_with_their_seed_and_centre_on_the_table() -> None:
    brief = a_brief()
    market = forecast_market(brief, make_slots(brief.timetable), None)
    one, two, other = market.draw(400, 1), market.draw(400, 1), market.draw(400, 2)
    np.testing.assert_array_equal(one.traffic, two.traffic)
    assert not np.array_equal(one.value, other.value)
    assert one.traffic.shape == (400, len(market.table))
    np.testing.assert_allclose(one.value.mean(axis=0).mean(), 1.0, atol=0.05)
    spread = np.log(one.value).std(axis=0)
    np.testing.assert_allclose(spread, market.table["conversion_sd"], rtol=0.2)


def notes_of(brief: Brief, history: History) -> list[str]:
    return [note.key for note in forecast_market(brief, make_slots(brief.timetable), history).notes]


def varied(history: History) -> pd.DataFrame:
    """The history's table with clicks that vary by chance."""
    table = history.table.copy()
    table["clicks"] = np.random.default_rng(5).poisson(table["clicks"])
    return table


def test_stuck_counter_is_left_out_and_named() -> None:
    table = varied(a_history())
    plain = forecast(a_brief(channels=NAMED), History(table))
    at = table.index[table["channel"] == "words"][30:42]
    stuck = table.copy()
    stuck.loc[at, "clicks"] = 400
    told = forecast(a_brief(channels=NAMED), History(stuck))
    np.testing.assert_allclose(told["clicks"], plain["clicks"], rtol=0.05)
    assert "market.stuck" in notes_of(a_brief(channels=NAMED), History(stuck))


def test_day_counted_twice_is_left_out_and_named() -> None:
    table = varied(a_history())
    plain = forecast(a_brief(channels=NAMED), History(table))
    twice = table["hour"].dt.day == 25
    doubled = table.assign(clicks=table["clicks"] * np.where(twice, 2, 1))
    told = forecast(a_brief(channels=NAMED), History(doubled))
    np.testing.assert_allclose(told["clicks"], plain["clicks"], rtol=0.06)
    assert notes_of(a_brief(channels=NAMED), History(doubled)).count("market.odd_day") == 2


def test_usual_days_that_only_vary_by_chance_are_all_used() -> None:
    assert not {"market.stuck", "market.odd_day"} & set(notes_of(a_brief(channels=NAMED), History(varied(a_history()))))


def test_event_hours_with_spent_budgets_do_not_lower_the_forecast() -> None:
    brief = a_brief(channels=NAMED, past_events=[{"date": dt.date(2025, 11, 11)}])
    table = a_history(event=6.0).table
    gone = (table["hour"].dt.year == 2025) & (table["hour"].dt.hour.between(14, 15))
    cut = table.assign(clicks=table["clicks"].where(~gone, 5), budget_spent=gone)
    plain, naive = forecast(brief, History(table)), forecast(brief, History(cut.drop(columns="budget_spent")))
    told = forecast(brief, History(cut))
    at = (plain["window"] == "afternoon").to_numpy()
    assert told.loc[at, "clicks"].sum() > 0.8 * plain.loc[at, "clicks"].sum()
    assert naive.loc[at, "clicks"].sum() < 0.6 * plain.loc[at, "clicks"].sum()


def test_event_a_year_before_is_found_where_the_brief_names_none() -> None:
    history = a_history(event=6.0)
    named = a_brief(channels=NAMED, past_events=[{"date": dt.date(2025, 11, 11)}])
    pd.testing.assert_frame_equal(forecast(a_brief(channels=NAMED), history), forecast(named, history))
    assert "market.event_found" in notes_of(a_brief(channels=NAMED), history)


def test_latest_days_without_their_orders_do_not_lower_conversion() -> None:
    table = a_history(scale=10).table
    last = table["hour"] >= pd.Timestamp("2026-11-01", tz="Asia/Shanghai")
    lacking = History(table.assign(orders=table["orders"].where(~last, table["orders"] * 0.3)))
    told, plain = (a_brief(channels=NAMED, history={"orders_at": "click"}), History(table))
    result, expected = forecast(told, lacking), forecast(told, plain)
    np.testing.assert_allclose(result["conversion"], expected["conversion"], rtol=0.03)


@pytest.mark.parametrize("booked", [{"orders_at": "click"}, {}])
def test_orders_that_may_still_grow_do_not_lower_conversion(booked: dict[str, str]) -> None:
    table = a_history(scale=10, days=20).table
    since = pd.Timestamp("2026-10-30", tz="Asia/Shanghai")
    late = table["hour"] >= since
    lacking = table.assign(**{name: table[name].where(~late, 0.75 * table[name]) for name in ("orders", "revenue")})
    brief = a_brief(channels=NAMED, history=booked)
    told, expected = forecast(brief, History(lacking, growing_since=since)), forecast(brief, History(table))
    np.testing.assert_allclose(told["conversion"], expected["conversion"], rtol=0.03)
    np.testing.assert_allclose(told["clicks"], expected["clicks"])
    assert forecast(brief, History(lacking))["conversion"].mean() < 0.95 * expected["conversion"].mean()
    assert "market.orders_growing" in notes_of(brief, History(lacking, growing_since=since))


def test_orders_that_may_still_grow_are_used_where_there_are_no_others() -> None:
    history = a_history()
    growing = History(history.table, growing_since=history.table["hour"].min())
    brief = a_brief(channels=NAMED)
    pd.testing.assert_frame_equal(forecast(brief, growing), forecast(brief, history))
    assert "market.orders_growing_kept" in notes_of(brief, growing)


def test_orders_booked_when_placed_do_not_grow() -> None:
    table = a_history().table
    growing = History(table, growing_since=pd.Timestamp("2026-10-30", tz="Asia/Shanghai"))
    brief = a_brief(channels=NAMED, history={"orders_at": "order"})
    pd.testing.assert_frame_equal(forecast(brief, growing), forecast(brief, History(table)))


def test_small_audience_converts_worse_the_more_often_it_is_reached() -> None:
    channels = [
        {"name": "words", "price": 0.8, "conversion": 0.03, "clicks_per_day": 2000.0},
        {"name": "again", "price": 0.8, "conversion": 0.03, "clicks_per_day": 2000.0, "audience": 1500.0},
    ]
    table = forecast(a_brief(channels=channels))
    ratio = table.loc[table["channel"] == "again", "conversion"].to_numpy()
    ratio = ratio / table.loc[table["channel"] == "words", "conversion"].to_numpy()
    assert (np.diff(ratio) < 0).all()
    assert 0.9 < ratio[0] < 1.0
    assert ratio[-1] < 0.4


def a_shop(lift: float, columns: tuple[str, ...]) -> History:
    """Return two usual weeks of a whole shop and last year's event at so many times its visits and orders."""
    usual = pd.date_range("2026-10-20", periods=24 * 14, freq="h", tz="Asia/Shanghai")
    past = pd.date_range("2025-11-10 20:00", periods=28, freq="h", tz="Asia/Shanghai")
    times = past.append(usual)
    at = times.year == 2025
    table = pd.DataFrame({"hour": times, "channel": None})
    table["visits"], table["orders"] = np.where(at, 400 * lift, 400.0), np.where(at, 20 * lift, 20.0)
    return History(table[["hour", "channel", *columns]])


@pytest.mark.parametrize("columns", [("visits", "orders"), ("visits",), ("orders",)])
def test_events_of_the_whole_shop_move_the_forecast(columns: tuple[str, ...]) -> None:
    brief = a_brief(past_events=[{"date": dt.date(2025, 11, 11)}])
    small, large = (forecast(brief, a_shop(lift, columns)) for lift in (1.0, 8.0))
    value = [(table["clicks"] * table["conversion"]).sum() for table in (small, large)]
    assert value[1] > 2.0 * value[0]
    assert large["clicks"].sum() > 1.5 * small["clicks"].sum()


def test_orders_over_visits_of_a_shops_event_move_conversion_alone() -> None:
    brief = a_brief(past_events=[{"date": dt.date(2025, 11, 11)}])
    plain = a_shop(2.0, ("visits", "orders")).table
    more = plain.assign(orders=plain["orders"] * np.where(plain["hour"].dt.year == 2025, 3, 1))
    one, two = forecast(brief, History(plain)), forecast(brief, History(more))
    np.testing.assert_allclose(one["clicks"], two["clicks"])
    assert 1.5 < two["conversion"].sum() / one["conversion"].sum() < 3.0


def test_guessed_size_follows_the_shops_rhythm_and_spends_an_equal_share() -> None:
    hours = pd.date_range("2026-10-20", periods=24 * 14, freq="h", tz="Asia/Shanghai")
    table = pd.DataFrame({"hour": hours, "channel": None, "orders": np.where(hours.hour == 15, 60.0, 10.0)})
    channels = [{"name": name, "price": 0.5, "conversion": 0.02} for name in ("words", "pages")]
    flat = a_brief(promotion={"date": DATE, "playbook": "flat"}, channels=channels)
    result = forecast(flat, History(table))
    words = result[result["channel"] == "words"].set_index("start")["clicks"]
    assert words.sum() * 0.5 == pytest.approx(1500.0)
    assert words[words.index.hour == 15].mean() / words[words.index.hour == 11].mean() == pytest.approx(6.0, rel=0.15)


def test_prices_without_spend_are_worked_out_campaign_by_campaign() -> None:
    hours = pd.date_range("2026-10-20", periods=96, freq="h", tz="Asia/Shanghai")
    rows = [
        pd.DataFrame({"hour": hours, "channel": "words", "campaign": name, "clicks": clicks, "orders": 2, "cpc": cpc})
        for name, clicks, cpc in (("a", 30, 1.0), ("b", 10, 3.0))
    ]
    brief = a_brief(channels=NAMED[:1])
    table = forecast(brief, History(pd.concat(rows, ignore_index=True)))
    # (30 * 1 + 10 * 3) / 40 = 1.5 a click; the reference bid is that of usual days where no event tells another.
    assert table["price"].iloc[0] == pytest.approx(1.5)


def begun(first: str, last: str, factor: float = 7.0) -> History:
    """The history with hours of this year's promotion, at so many times a usual hour's clicks, behind a gap."""
    table = a_history(days=14).table
    hours = pd.date_range(first, last, freq="h", tz="Asia/Shanghai", inclusive="left")
    pattern = table[table["hour"].isin(table["hour"].unique()[:1])].drop(columns="hour")
    more = pd.concat([pattern.assign(hour=hour) for hour in hours], ignore_index=True)
    numbers = ["impressions", "clicks", "spend", "orders", "revenue"]
    return History(
        pd.concat([table, more.assign(**{name: more[name] * factor for name in numbers})], ignore_index=True)
    )


@pytest.mark.parametrize(
    ("promotion", "first"),
    [
        ({}, "2026-11-10 20:00"),  # the playbook's own beginning
        ({"playbook": "flat"}, "2026-11-11 00:00"),
        ({"playbook": "double11-20h"}, "2026-11-10 16:00"),
        ({"ends": dt.datetime(2026, 11, 11, 15)}, "2026-11-10 20:00"),
    ],
)
def test_hours_of_the_promotion_before_a_later_start_are_no_usual_ones(
    promotion: dict[str, object], first: str
) -> None:
    brief = a_brief(channels=NAMED, promotion={"date": DATE, "starts": dt.datetime(2026, 11, 11, 9), **promotion})
    assert pd.Timestamp(brief.timetable.whole[0]) == pd.Timestamp(first, tz="Asia/Shanghai")
    under_way, before = begun(first, "2026-11-11 20:00"), a_history(days=14)
    pd.testing.assert_frame_equal(forecast(brief, under_way), forecast(brief, before))
    notes = forecast_market(brief, make_slots(brief.timetable), under_way).notes
    hours = (pd.Timestamp("2026-11-11 09:00") - pd.Timestamp(first)) / pd.Timedelta(hours=1)
    assert [dict(note.values) for note in notes if note.key == "market.own_hours"] == [{"hours": hours}]
    assert "market.own_hours" not in notes_of(brief, before)


def test_the_main_day_before_its_playbook_begins_is_no_usual_day() -> None:
    promotion = {"date": DATE, "starts": dt.datetime(2026, 11, 11, 20), "ends": dt.datetime(2026, 11, 12, 0)}
    late = a_brief(channels=NAMED, promotion={**promotion, "playbook": "flat"})
    under_way = begun("2026-11-11 00:00", "2026-11-11 09:00")
    pd.testing.assert_frame_equal(forecast(late, under_way), forecast(late, a_history(days=14)))


def test_hours_of_a_past_event_that_the_brief_cuts_short_are_no_usual_ones() -> None:
    event = {"date": dt.date(2026, 11, 3), "starts": dt.datetime(2026, 11, 3, 10), "ends": dt.datetime(2026, 11, 3, 12)}
    brief = a_brief(channels=NAMED, past_events=[event])
    table = a_history(days=14).table[lambda rows: rows["hour"] < pd.Timestamp("2026-11-02", tz="Asia/Shanghai")]
    eve = pd.date_range("2026-11-02 20:00", periods=28, freq="h", tz="Asia/Shanghai")
    loud = [table[table["hour"] == table["hour"].min()].assign(hour=hour) for hour in eve]
    loud = [rows.assign(clicks=rows["clicks"] * 7, spend=rows["spend"] * 7) for rows in loud]
    spoilt = pd.concat([table, *loud], ignore_index=True)
    stated = spoilt[spoilt["hour"].dt.tz_localize(None).isin(pd.to_datetime(["2026-11-03 10:00", "2026-11-03 11:00"]))]
    pd.testing.assert_frame_equal(
        forecast(brief, History(spoilt)), forecast(brief, History(pd.concat([table, stated], ignore_index=True)))
    )
