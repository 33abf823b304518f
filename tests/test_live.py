"""Steering on the day: the laws that a plan from what has happened so far keeps."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.history import History
from planner.plan import Plan
from planner.vocabulary.errors import InputError

ZONE = "Asia/Shanghai"


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz=ZONE)


def reports(plan: Plan, until: pd.Timestamp, *, clicks: float = 1.0, orders: float = 1.0) -> History:
    """Return hourly reports of a day that is some factor of what was planned, orders booked as the forecast has it."""
    rows = plan.schedule[plan.schedule["end"] <= until].copy()
    rows["hour"] = rows["start"].dt.floor("h")
    rows["revenue"] = rows["orders"] * 88.0
    rows["bid"] = rows["bid"] * rows["clicks"]
    numbers = ["impressions", "clicks", "spend", "orders", "revenue", "bid"]
    sums = rows.groupby(["hour", "channel"], as_index=False)[numbers].sum()
    sums["bid"] = (sums["bid"] / sums["clicks"]).fillna(0.0)
    for name in ("impressions", "clicks", "spend"):
        sums[name] = sums[name] * clicks
    for name in ("orders", "revenue"):
        sums[name] = sums[name] * clicks * orders
    return History(sums)


NOON = at("2026-11-11 12:00")


@pytest.fixture(scope="module")
def alike(example_plan: Plan) -> Plan:
    return example_plan.live(reports(example_plan, NOON), now=NOON)


@pytest.fixture(scope="module")
def poor(example_plan: Plan) -> Plan:
    return example_plan.live(reports(example_plan, NOON, orders=0.35), now=NOON)


def test_a_day_as_forecast_changes_nothing(example_plan: Plan, alike: Plan) -> None:
    assert alike.day is not None
    assert alike.day.changes.empty
    later = example_plan.schedule[example_plan.schedule["start"] >= NOON].reset_index(drop=True)
    assert alike.schedule["bid"].to_numpy() == pytest.approx(later["bid"].to_numpy(), abs=0.011)
    assert not alike.day.alarms


def test_no_reports_change_nothing(example_plan: Plan) -> None:
    start = example_plan.slots["start"].iloc[0]
    live = example_plan.live(None, now=start)
    assert live.day is not None
    assert live.day.changes.empty
    assert live.schedule["bid"].to_numpy() == pytest.approx(example_plan.schedule["bid"].to_numpy(), abs=0.011)


def test_the_schedule_begins_now_and_money_is_never_exceeded(example_plan: Plan, poor: Plan) -> None:
    assert poor.schedule["start"].min() == NOON
    assert poor.day is not None
    spent = float(poor.actuals["spend"].sum()) + float(
        example_plan.sms.loc[example_plan.sms["send_at"] < NOON, "cost"].sum()
    )
    assert spent + poor.summary.spend + poor.summary.sms_cost <= example_plan.brief.budget.total
    assert poor.summary.budget == pytest.approx(example_plan.brief.budget.total - spent, abs=0.011)


def test_poor_conversion_is_learnt_and_bids_go_down(example_plan: Plan, poor: Plan) -> None:
    assert poor.day is not None
    learnt = poor.day.learnt.set_index(["what", "channel"])["factor"]
    assert learnt["conversion", "search"] == pytest.approx(0.35, abs=0.08)
    assert learnt["clicks", "search"] == pytest.approx(1.0, abs=0.1)
    later = example_plan.schedule[example_plan.schedule["start"] >= NOON]
    assert poor.schedule["spend"].sum() < 0.5 * later["spend"].sum()
    assert len(poor.day.changes) <= poor.brief.live.most_changes
    assert (poor.day.changes["gain"] >= 1).all()


def test_live_of_live_is_live_at_once(example_plan: Plan, poor: Plan) -> None:
    early = at("2026-11-11 06:00")
    step = example_plan.live(reports(example_plan, early, orders=0.35), now=early)
    again = step.live(reports(example_plan, NOON, orders=0.35), now=NOON)
    assert again.day is not None
    assert again.day.first is example_plan
    assert again.summary.budget == poor.summary.budget
    assert again.day.learnt["factor"].to_numpy() == pytest.approx(poor.day.learnt["factor"].to_numpy(), rel=0.02)  # type: ignore[union-attr]


def test_the_order_of_rows_is_irrelevant(example_plan: Plan, poor: Plan) -> None:
    table = reports(example_plan, NOON, orders=0.35).table
    mixed = example_plan.live(History(table.sample(frac=1, random_state=3).reset_index(drop=True)), now=NOON)
    pd.testing.assert_frame_equal(mixed.schedule, poor.schedule)


def test_one_odd_hour_is_not_taken_for_the_day(example_plan: Plan) -> None:
    table = reports(example_plan, NOON).table
    odd = table["hour"] == at("2026-11-11 11:00")
    broken = table.assign(orders=table["orders"].mask(odd, 0.0), clicks=table["clicks"].mask(odd, table["clicks"] * 6))
    live = example_plan.live(History(broken), now=NOON)
    assert live.day is not None
    factor = live.day.learnt.set_index(["what", "channel"])["factor"]
    assert 0.8 < factor["clicks", "search"] < 1.4
    assert 0.75 < factor["conversion", "search"] < 1.1
    assert "live.odd_hour" in [alarm.key for alarm in live.day.alarms]  # type: ignore[union-attr]


def test_sums_since_midnight_teach_as_hours_do(example_plan: Plan, poor: Plan) -> None:
    table = reports(example_plan, NOON, orders=0.35).table
    midnight = at("2026-11-11 00:00")
    sums = (
        table[table["hour"] >= midnight]
        .groupby("channel", as_index=False)[["clicks", "spend", "orders", "revenue"]]
        .sum()
    )
    live = example_plan.live(History(table[table["hour"] < midnight]), so_far=sums, now=NOON)
    assert live.day is not None
    assert live.summary.budget == poor.summary.budget
    factor = live.day.learnt.set_index(["what", "channel"])["factor"]
    assert factor["conversion", "search"] == pytest.approx(0.35, abs=0.12)
    later = example_plan.schedule[example_plan.schedule["start"] >= NOON]
    assert live.schedule["spend"].sum() < 0.5 * later["spend"].sum()


def test_sums_below_what_the_hours_have_are_not_believed(example_plan: Plan) -> None:
    history = reports(example_plan, NOON)
    sums = pd.DataFrame({"channel": ["search"], "clicks": [1.0], "spend": [0.5]})
    live = example_plan.live(history, so_far=sums, now=NOON)
    assert live.day is not None
    assert [alarm.key for alarm in live.day.alarms].count("live.contradicted") == 2  # type: ignore[union-attr]
    assert live.actuals["spend"].sum() == pytest.approx(history.table["spend"].sum())


def test_a_part_of_an_hour_is_left_until_it_is_over(example_plan: Plan, alike: Plan) -> None:
    half = at("2026-11-11 12:30")
    live = example_plan.live(reports(example_plan, at("2026-11-11 13:00")), now=half)
    assert live.schedule["start"].min() == half
    assert live.actuals["end"].max() == NOON
    assert "live.not_over" in [alarm.key for alarm in live.day.alarms]  # type: ignore[union-attr]


def test_another_day_and_another_shop_are_refused(example_plan: Plan) -> None:
    table = reports(example_plan, NOON).table
    with pytest.raises(InputError, match="no hour of this promotion"):
        example_plan.live(History(table.assign(hour=table["hour"] - pd.Timedelta(days=30))), now=NOON)
    with pytest.raises(InputError, match="none of its channels"):
        example_plan.live(History(table.assign(channel="somewhere")), now=NOON)


def test_spend_beyond_the_budget_switches_off(example_plan: Plan) -> None:
    history = reports(example_plan, NOON, clicks=4.0)
    live = example_plan.live(history, now=NOON)
    assert live.day is not None
    assert "live.overspent" in [alarm.key for alarm in live.day.alarms]  # type: ignore[union-attr]
    assert live.summary.spend <= 0.01


def test_stock_that_is_gone_stops_the_ads(example_plan: Plan) -> None:
    live = example_plan.live(reports(example_plan, NOON), now=NOON, stock=0)
    assert live.schedule["orders"].sum() < 0.5
    assert "live.stock_gone" in [alarm.key for alarm in live.day.alarms]  # type: ignore[union-attr]


def test_the_close_gives_an_account(example_plan: Plan) -> None:
    close = at("2026-11-12 00:00")
    live = example_plan.live(reports(example_plan, close, orders=1.2), now=close)
    assert live.day is not None
    assert live.schedule.empty
    assert live.day.standing["close_low"] == live.day.standing["close_high"]
    assert live.day.standing["orders"] == pytest.approx(1.2 * example_plan.schedule["orders"].sum())
