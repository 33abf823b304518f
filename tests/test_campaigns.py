"""Planned by campaign: a channel's campaigns are told apart, add up to it, and keep to its limits and their own."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.backtest import backtest
from planner.brief import Brief
from planner.brief.slots import make_slots
from planner.charts import merit_table
from planner.charts.words import Words
from planner.history import OTHERS, History, ReadingSettings, load_history, read_history
from planner.history import all_files as gathering
from planner.history.settings import MOST_CAMPAIGNS, CampaignChoice
from planner.market import forecast_market
from planner.outputs import render_outputs
from planner.outputs.adtools import export_plan
from planner.outputs.hours import hours_shown
from planner.outputs.plan_folder import read_plan, write_plan
from planner.plan import Plan, check_plan, make_plan
from planner.vocabulary.errors import InfeasibleError, InputError
from tests.conftest import SMALL_BRIEF, brief_from

ZONE = "Asia/Shanghai"
BY_CAMPAIGN = {"plan_by": "campaign"}
# Share of the channel's clicks, orders a click and price of a click against the channel's: both mean 1 over the clicks.
PARTS = {"brand": (0.2, 2.5, 0.5), "generic": (0.5, 0.7, 1.2), "rivals": (0.3, 0.5, 1.0)}


def divided(history: History, parts: dict[str, tuple[float, float, float]], seed: int = 0) -> History:
    """Return a history whose every channel falls into campaigns of these shares, conversions and prices."""
    rng = np.random.default_rng(seed)
    table, pieces = history.table, []
    left, share_left = table["clicks"].fillna(0).astype(int).to_numpy(), 1.0
    rate = (table["orders"] / table["clicks"].where(table["clicks"] > 0)).groupby(table["channel"]).transform("mean")
    price = (table["spend"] / table["clicks"].where(table["clicks"] > 0)).fillna(0.0)
    for name, (share, conversion, dear) in parts.items():
        clicks = rng.binomial(left, min(share / share_left, 1.0))
        left, share_left = left - clicks, share_left - share
        orders = rng.binomial(clicks, (rate * conversion).clip(upper=1).to_numpy())
        pieces.append(
            table.assign(
                campaign=name,
                impressions=table["impressions"] * share,
                clicks=clicks,
                spend=price * clicks * dear,
                orders=orders,
                revenue=orders * 100.0,
                bid=table["bid"] * dear,
            )
        )
    rows = pd.concat(pieces, ignore_index=True)
    return replace(history, table=rows.sort_values(["hour", "channel", "campaign"], ignore_index=True))


@pytest.fixture(scope="module")
def divided_history(example_history: History) -> History:
    return divided(example_history, PARTS)


@pytest.fixture(scope="module")
def campaign_brief(example_brief: Brief) -> Brief:
    channels = [channel.model_dump(exclude_unset=True) for channel in example_brief.channels]
    channels[0] |= {"campaigns": [{"name": "brand", "budget": 900.0, "base_bid": 0.9, "max_bid": 3.0}]}
    return example_brief.with_(promotion=BY_CAMPAIGN, channels=channels)


@pytest.fixture(scope="module")
def campaign_plan(campaign_brief: Brief, divided_history: History) -> Plan:
    return make_plan(campaign_brief, divided_history, lang="en")


def test_one_campaign_a_channel_is_planned_as_the_channel(
    example_brief: Brief, example_history: History, example_plan: Plan
) -> None:
    table = example_history.table.assign(campaign="the only one of " + example_history.table["channel"])
    plan = make_plan(example_brief.with_(promotion=BY_CAMPAIGN), replace(example_history, table=table), lang="en")
    columns = list(example_plan.schedule.columns)
    pd.testing.assert_frame_equal(plan.schedule[columns], example_plan.schedule)
    assert plan.schedule["campaign"].str.startswith("the only one of ").all()
    assert plan.summary == example_plan.summary
    pd.testing.assert_frame_equal(plan.limits.drop(columns="campaign"), example_plan.limits)


def test_campaigns_that_are_alike_earn_what_their_channel_does(
    example_brief: Brief, example_history: History, example_plan: Plan
) -> None:
    table = example_history.table
    counts = ["impressions", "clicks", "spend", "orders", "revenue"]
    halves = [table.assign(campaign=name, **{each: table[each] / 2 for each in counts}) for name in "ab"]
    plan = make_plan(
        example_brief.with_(promotion=BY_CAMPAIGN), replace(example_history, table=pd.concat(halves)), lang="en"
    )
    spend = plan.schedule.pivot_table("spend", "channel", "campaign", aggfunc="sum")
    np.testing.assert_allclose(spend["a"], spend["b"], rtol=1e-3)
    assert plan.summary.profit_at_forecast == pytest.approx(example_plan.summary.profit_at_forecast, rel=0.02)
    # What a campaign does of its own can only make the range wider.
    width = plan.summary.profit_high - plan.summary.profit_low
    assert width >= 0.95 * (example_plan.summary.profit_high - example_plan.summary.profit_low)


def test_what_tells_campaigns_apart_is_found(example_brief: Brief, divided_history: History) -> None:
    slots = make_slots(example_brief.timetable)
    whole = forecast_market(example_brief, slots, divided_history).table
    market = forecast_market(example_brief.with_(promotion=BY_CAMPAIGN), slots, divided_history)
    both = market.table.merge(whole, on=["start", "channel"], suffixes=("", "_whole"))
    units = [both["channel"], both["campaign"]]
    found = pd.DataFrame(
        {
            "share": (both["clicks"] / both["clicks_whole"]).groupby(units).mean(),
            "conversion": (both["conversion"] / both["conversion_whole"]).groupby(units).mean(),
            "price": (both["price"] / both["price_whole"]).groupby(units).mean(),
        }
    )
    for (channel, campaign), row in found.iterrows():
        share, conversion, price = PARTS[campaign]
        assert row["share"] == pytest.approx(share, abs=0.03), (channel, campaign)
        # Conversion leans on the channel's; of hundreds of orders little.
        assert row["conversion"] == pytest.approx(conversion, rel=0.3), (channel, campaign)
        assert row["price"] == pytest.approx(price, rel=0.06), (channel, campaign)


@settings(max_examples=25)
@given(
    shares=st.lists(st.floats(0.05, 1.0), min_size=1, max_size=5),
    ratios=st.lists(st.tuples(st.floats(0.3, 3.0), st.floats(0.4, 2.0)), min_size=5, max_size=5),
    seed=st.integers(0, 99),
)
def test_campaigns_add_up_to_their_channel(example_brief, example_history, shares, ratios, seed) -> None:
    parts = {f"c{at}": (share / sum(shares), *ratios[at]) for at, share in enumerate(shares)}
    history = divided(example_history, parts, seed)
    slots = make_slots(example_brief.timetable)
    whole = forecast_market(example_brief, slots, history).table.set_index(["start", "channel"])
    market = forecast_market(example_brief.with_(promotion=BY_CAMPAIGN), slots, history)
    table = market.table.assign(
        orders=market.table["clicks"] * market.table["conversion"],
        spend=market.table["clicks"] * market.table["price"],
        worth=market.table["clicks"] * market.table["click_value"],
    )
    sums = table.groupby(["start", "channel"])[["clicks", "orders", "spend", "worth", "reach"]].sum().loc[whole.index]
    np.testing.assert_allclose(sums["clicks"], whole["clicks"], rtol=1e-9)
    np.testing.assert_allclose(sums["reach"], whole["reach"], rtol=1e-9)
    np.testing.assert_allclose(sums["orders"], whole["clicks"] * whole["conversion"], rtol=1e-9)
    # One price holds for a campaign's whole promotion: in single hours the mix moves the sums, over all it does not.
    whole["spend"] = whole["clicks"] * whole["price"]
    whole["revenue"] = whole["clicks"] * whole["conversion"] * whole["order_value"]
    table["revenue"] = table["orders"] * table["order_value"]
    for name in ("spend", "revenue"):
        one, other = table.groupby("channel")[name].sum(), whole.groupby("channel")[name].sum()
        np.testing.assert_allclose(one, other[one.index], rtol=1e-9)
    draws = market.draw(4, seed)
    assert draws.traffic.shape == (4, len(table))
    assert np.isfinite(draws.traffic).all()
    assert np.isfinite(draws.value).all()


def test_the_better_campaign_gets_the_money(campaign_plan: Plan) -> None:
    plan = campaign_plan
    assert check_plan(plan) == []
    sums = plan.schedule.groupby(["channel", "campaign"])[["spend", "clicks"]].sum()
    for channel in ("feed", "retarget"):
        assert sums.loc[(channel, "brand"), "spend"] > sums.loc[(channel, "generic"), "spend"]
    # Its own budget and highest bid hold.
    assert sums.loc[("search", "brand"), "spend"] == pytest.approx(900, abs=0.5)
    brand = plan.schedule[(plan.schedule["channel"] == "search") & (plan.schedule["campaign"] == "brand")]
    assert brand["bid"].max() <= 3.0
    assert plan.schedule["bid"].max() > 3.0
    assert plan.multipliers["campaign:search / brand"] > 0
    assert brand["reason"].str.contains("held by the budget of search ads / brand").any()


def test_limits_of_campaigns_keep_their_budgets(campaign_plan: Plan) -> None:
    limits, schedule = campaign_plan.limits, campaign_plan.schedule
    assert schedule.loc[schedule["campaign"] == "brand", "spend_cap"].max() <= 900
    brand = limits[(limits["channel"] == "search") & (limits["campaign"] == "brand")]
    assert brand["limit"].sum() <= 900
    summary = campaign_plan.summary
    assert limits["limit"].sum() <= summary.budget - summary.reserve - summary.sms_cost
    assert not limits.duplicated(["date", "channel", "campaign"]).any()


def test_base_bids_are_the_campaigns_own(campaign_plan: Plan) -> None:
    rows = campaign_plan.schedule[(campaign_plan.schedule["channel"] == "search") & (campaign_plan.schedule["bid"] > 0)]
    base = (100 * rows["bid"] / rows["bid_percent"]).groupby(rows["campaign"]).median()
    assert base["brand"] == pytest.approx(0.9, abs=0.01)
    # Not stated: the channel's 1.60 in proportion to what the campaigns bid.
    assert base["generic"] == pytest.approx(1.6 * 1.2, rel=0.08)
    assert base["rivals"] == pytest.approx(1.6, rel=0.08)


def test_a_budget_of_nothing_shuts_a_campaign(campaign_brief: Brief, divided_history: History) -> None:
    channels = [channel.model_dump(exclude_unset=True) for channel in campaign_brief.channels]
    channels[0]["campaigns"] = [{"name": "rivals", "budget": 0}]
    plan = make_plan(campaign_brief.with_(channels=channels), divided_history, lang="en")
    rivals = plan.schedule[(plan.schedule["channel"] == "search") & (plan.schedule["campaign"] == "rivals")]
    assert rivals["spend"].sum() == 0
    open_rows = rivals[rivals["stance"] != "notify"]
    assert open_rows["reason"].str.contains("held by the budget of search ads / rivals").all()
    export = export_plan(plan, "google-ads-editor", channels=["search"])
    assert {name for name, _ in export.sheets} == {"brand", "generic"}
    assert any("pause them" in note.text("en") and "rivals" in note.text("en") for note in export.notes)
    paused = export.actions[export.actions["channel"] == "rivals"]
    assert set(paused["step"]) == {"pause", "resume"}


def test_campaign_limits_in_conflict_are_named(campaign_brief: Brief, divided_history: History) -> None:
    channels = [channel.model_dump(exclude_unset=True) for channel in campaign_brief.channels]
    channels[0] |= {
        "daily_minimum": 600,
        "campaigns": [{"name": name, "budget": 10} for name in PARTS],
    }
    with pytest.raises(InfeasibleError) as caught:
        make_plan(campaign_brief.with_(channels=channels), divided_history)
    told = caught.value.text("en")
    assert "budget of campaign brand in channel search" in told
    assert "daily" in told


def test_only_the_campaigns_listed_stand_alone(example_brief: Brief, divided_history: History) -> None:
    channels = [channel.model_dump(exclude_unset=True) for channel in example_brief.channels]
    channels[0]["campaigns"] = [{"name": "brand"}]
    brief = example_brief.with_(channels=channels)
    plan = make_plan(brief, divided_history, lang="zh")
    units = {(channel, None if pd.isna(name) else name) for channel, name in
             zip(plan.schedule["channel"], plan.schedule["campaign"], strict=True)}  # fmt: skip
    assert units == {("search", "brand"), ("search", None), ("feed", None), ("retarget", None)}
    bids = plan.actions[(plan.actions["kind"] == "bid") & (plan.actions["channel"] == "search")]
    assert bids["what"].str.contains("其余计划").any()
    # A channel that is not divided speaks as ever.
    feed = plan.actions[(plan.actions["kind"] == "bid") & (plan.actions["channel"] == "feed")]
    assert not feed["what"].str.contains("其余计划").any()


def test_a_campaign_that_has_ended_is_left_out_unless_it_is_listed(
    example_brief: Brief, divided_history: History
) -> None:
    table = divided_history.table
    late = table["hour"] >= pd.Timestamp("2026-01-01", tz=ZONE)
    history = replace(divided_history, table=table[~(late & (table["campaign"] == "rivals"))])
    brief = example_brief.with_(promotion=BY_CAMPAIGN)
    plan = make_plan(brief, history, lang="en")
    assert set(plan.schedule["campaign"]) == {"brand", "generic"}
    assert any("rivals" in note.text("en") and "ended" in note.text("en") for note in plan.notes)
    channels = [channel.model_dump(exclude_unset=True) for channel in example_brief.channels]
    channels[0]["campaigns"] = [{"name": "rivals"}]
    again = make_plan(brief.with_(channels=channels), history, lang="en")
    search = again.market[again.market["channel"] == "search"]
    share = search.groupby("campaign")["clicks"].sum() / search["clicks"].sum()
    # As large against the others as it was in the past event.
    assert share["rivals"] == pytest.approx(0.3, abs=0.08)


def test_a_campaign_nobody_knows_is_a_guess_that_is_said(example_brief: Brief, divided_history: History) -> None:
    channels = [channel.model_dump(exclude_unset=True) for channel in example_brief.channels]
    channels[0]["campaigns"] = [{"name": "bramd"}]
    notes = make_plan(example_brief.with_(channels=channels), divided_history).notes
    told = [note.text("en") for note in notes if "bramd" in note.text("en")]
    assert len(told) == 1
    assert "did you mean brand" in told[0]


def test_campaigns_without_any_history_share_their_channel_alike() -> None:
    brief = brief_from(
        SMALL_BRIEF.replace(
            '[[channels]]\nname = "feed"',
            '[[channels.campaigns]]\nname = "a"\n[[channels.campaigns]]\nname = "b"\n[[channels]]\nname = "feed"',
        )
    )
    plan = make_plan(brief)
    sums = plan.schedule.groupby(["channel", "campaign"], dropna=False)["spend"].sum()
    assert sums[("search", "a")] == pytest.approx(sums[("search", "b")], abs=0.3)
    assert plan.schedule.loc[plan.schedule["channel"] == "feed", "campaign"].isna().all()


def test_a_history_without_campaigns_is_planned_by_channel_and_says_so(
    example_brief: Brief, example_history: History, example_plan: Plan
) -> None:
    plan = make_plan(example_brief.with_(promotion=BY_CAMPAIGN), example_history, lang="en")
    assert "campaign" not in plan.schedule
    pd.testing.assert_frame_equal(plan.schedule, example_plan.schedule)
    assert sum("no campaigns of channel" in note.text("en") for note in plan.notes) == 3


def test_the_order_of_rows_and_channels_changes_nothing(campaign_brief: Brief, divided_history: History) -> None:
    plan = make_plan(campaign_brief, divided_history)
    shuffled = divided_history.table.sample(frac=1.0, random_state=1)
    channels = [channel.model_dump(exclude_unset=True) for channel in reversed(campaign_brief.channels)]
    other = make_plan(campaign_brief.with_(channels=channels), replace(divided_history, table=shuffled))
    keys = ["start", "channel", "campaign"]
    one, two = (each.schedule.sort_values(keys, ignore_index=True) for each in (plan, other))
    pd.testing.assert_frame_equal(one[[*keys, "bid", "spend"]], two[[*keys, "bid", "spend"]], atol=0.011)


def test_a_plan_by_campaign_is_written_and_read_back(campaign_plan: Plan, tmp_path: Path) -> None:
    write_plan(campaign_plan, tmp_path, tables_only=True)
    again = read_plan(tmp_path)
    pd.testing.assert_frame_equal(again.schedule, campaign_plan.schedule, check_dtype=False)
    pd.testing.assert_frame_equal(again.limits, campaign_plan.limits, check_dtype=False)
    # Planned again without the history, on the same drawn markets.
    assert again.replan(budget=8_000).summary == campaign_plan.replan(budget=8_000).summary
    header = (tmp_path / "schedule.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header.startswith("start,end,channel,campaign,window,stance,bid,bid_percent,spend,spend_cap")


def test_people_read_the_campaigns_names(campaign_plan: Plan) -> None:
    files = render_outputs(campaign_plan, "en")
    page = files["report.html"].decode()
    assert "search ads / generic" in page
    assert "generic" in files["schedule-excel.csv"].decode("utf-8-sig")
    merit = merit_table(campaign_plan)
    assert len(merit) == len(campaign_plan.market)
    bids = campaign_plan.actions[campaign_plan.actions["kind"] == "bid"]
    assert bids.groupby(["at", "channel"]).size().max() == 1
    assert bids["what"].str.contains("brand bid .*, generic ", regex=True).any()


def test_every_campaign_gets_a_schedule_of_its_own_in_the_tool(campaign_plan: Plan) -> None:
    search = export_plan(campaign_plan, "taobao", channels=["search"])
    assert {name for name, label in search.sheets if label != "restore"} == set(PARTS)
    assert search.bases["brand"] == 0.9
    limits = campaign_plan.limits[campaign_plan.limits["channel"] == "search"]
    assert search.budgets["limit"].sum() == limits["limit"].sum()
    exact = export_plan(campaign_plan, "csv", channels=["search"])
    assert exact.losses == () or sum(loss.loss for loss in exact.losses) < 0.01
    with pytest.raises(InputError, match="more than one channel"):
        export_plan(campaign_plan, "taobao")


def test_a_backtest_looks_at_channels(campaign_brief: Brief, divided_history: History) -> None:
    result = backtest(campaign_brief, divided_history, draws=40)
    whole = backtest(campaign_brief.by_channel(), divided_history, draws=40)
    pd.testing.assert_frame_equal(result.scores, whole.scores)


def test_wrong_campaigns_in_a_brief_are_told_with_their_lines() -> None:
    text = SMALL_BRIEF + "[[channels.campaigns]]\nname = 'a'\n[[channels.campaigns]]\nname = 'a'\nbidget = 3\n"
    with pytest.raises(InputError) as caught:
        brief_from(text)
    told = caught.value.text("en")
    assert "the name a is used twice" in told
    assert "did you mean budget" in told
    with pytest.raises(InputError, match="not paid"):
        brief_from(SMALL_BRIEF + "kind = 'organic'\n[[channels.campaigns]]\nname = 'a'\n")
    with pytest.raises(InputError, match="below min_bid"):
        brief_from(SMALL_BRIEF + "min_bid = 2\n[[channels.campaigns]]\nname = 'a'\nmax_bid = 1\n")
    with pytest.raises(InputError, match="plan_by"):
        brief_from(SMALL_BRIEF.replace("date = 2026-11-11", 'date = 2026-11-11\nplan_by = "keyword"'))


# Reading: only what is planned one by one is carried through, and nothing is lost.


def exports(folder: Path, campaigns: int) -> Path:
    """Write a report of so many campaigns of two channels, the first of them the largest."""
    lines = ["hour,channel,campaign,clicks,spend,orders,bid"]
    for hour in range(48):
        moment = f"2026-11-{1 + hour // 24:02d} {hour % 24:02d}:00"
        for channel in ("search", "feed"):
            lines += [
                f"{moment},{channel},k{at:03d},{campaigns - at},{2 * (campaigns - at)},1,{1 + at}"
                for at in range(campaigns)
            ]
    path = folder / "report.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(params=["small", "large"])
def size_of_files(request, monkeypatch) -> str:
    if request.param == "large":
        monkeypatch.setattr(gathering, "LARGE_BYTES", 0)
    return request.param


def test_campaigns_are_added_up_where_the_brief_plans_by_channel(size_of_files, small_brief, tmp_path) -> None:
    history = load_history(exports(tmp_path, 3), small_brief)
    assert "campaign" not in history.table
    assert history.table["clicks"].sum() == 2 * 48 * (3 + 2 + 1)


def test_no_more_campaigns_are_carried_through_than_a_plan_can_hold(size_of_files, small_brief, tmp_path) -> None:
    brief = small_brief.with_(promotion=BY_CAMPAIGN)
    history = load_history(exports(tmp_path, MOST_CAMPAIGNS + 7), brief)
    table = history.table
    named = table[table["channel"] == "search"]["campaign"].unique()
    assert sorted(named) == [OTHERS, *(f"k{at:03d}" for at in range(MOST_CAMPAIGNS))]
    rest = table[(table["channel"] == "search") & (table["campaign"] == OTHERS)]
    assert len(rest) == 48
    assert (rest["clicks"] == sum(range(1, 8))).all()
    # A bid is the mean by clicks: 7 at 1 + 100, ..., 1 at 1 + 106.
    assert rest["bid"].iloc[0] == pytest.approx(sum((7 - at) * (101 + at) for at in range(7)) / 28)
    joined = [note.text("en") for note in history.notes if "planned one by one" in note.text("en")]
    assert len(joined) == 2
    assert "the other 7 together" in joined[0]


def test_campaigns_the_brief_lists_are_carried_through_however_small(size_of_files, small_brief, tmp_path) -> None:
    channels = [channel.model_dump(exclude_unset=True) for channel in small_brief.channels]
    channels[0]["campaigns"] = [{"name": "k105"}, {"name": "k001"}]
    history = load_history(exports(tmp_path, 107), small_brief.with_(channels=channels))
    table = history.table
    assert set(table["campaign"]) == {"k001", "k105", OTHERS}
    assert (table.loc[table["channel"] == "feed", "campaign"] == OTHERS).all()
    assert table["clicks"].sum() == 2 * 48 * sum(range(1, 108))
    assert not [note for note in history.notes if "one by one" in note.text("en")]


def test_every_campaign_is_carried_through_where_it_is_asked_for(size_of_files, tmp_path) -> None:
    path = exports(tmp_path, MOST_CAMPAIGNS + 7)
    history = read_history([path], ReadingSettings(campaigns=True))
    assert history.table["campaign"].nunique() == MOST_CAMPAIGNS + 7


def test_the_largest_of_late_are_kept_first() -> None:
    sizes = pd.DataFrame({"channel": "a", "campaign": ["x", "y", "z"], "size": [1.0, 3.0, 2.0]})
    kept = CampaignChoice({"a": ("x",)}, everything=False).kept(sizes)
    assert kept["campaign"].tolist() == ["x"]
    assert CampaignChoice({}, everything=True).kept(sizes)["campaign"].tolist() == ["y", "z", "x"]


def test_the_page_shows_the_hours_of_the_largest_of_many_campaigns(
    example_brief: Brief, example_history: History
) -> None:
    parts = {f"c{at}": (share / 55, 1.0, 1.0) for at, share in enumerate(range(1, 11))}
    plan = make_plan(example_brief.with_(promotion=BY_CAMPAIGN), divided(example_history, parts), lang="en")
    shown = hours_shown(plan, Words.of(plan))
    spend = plan.schedule.groupby(["channel", "campaign"])["spend"].sum().nlargest(12)
    labels = {channel.name: channel.label or channel.name for channel in example_brief.channels}
    assert set(shown["channels"]) == {f"{labels[channel]} / {campaign}" for channel, campaign in spend.index}
    assert shown["left_out"] == 30 - 12
    assert shown["total"] == f"¥{plan.schedule['spend'].sum():,.2f}"
    assert "18 more stand in schedule.csv" in render_outputs(plan, "en")["report.html"].decode()


# What histories hold that a campaign could be misjudged by.


def shares(brief: Brief, history: History, channel: str = "search") -> pd.Series:
    """Return each campaign's part of a channel's clicks at the reference bids."""
    table = forecast_market(brief, make_slots(brief.timetable), history).table
    rows = table[table["channel"] == channel].assign(campaign=lambda rows: rows["campaign"].fillna(OTHERS))
    return rows.groupby("campaign")["clicks"].sum() / rows["clicks"].sum()


def halves(history: History) -> History:
    """Return a history whose every channel falls into two campaigns that are alike."""
    counts = ["impressions", "clicks", "spend", "orders", "revenue"]
    parts = [
        history.table.assign(campaign=name, **{each: history.table[each] / 2 for each in counts}) for name in ("a", "b")
    ]
    return replace(history, table=pd.concat(parts, ignore_index=True))


def listing(brief: Brief, *campaigns: dict[str, object], **promotion: object) -> Brief:
    """Return a brief whose first channel lists campaigns."""
    channels = [channel.model_dump(exclude_unset=True) for channel in brief.channels]
    channels[0]["campaigns"] = list(campaigns)
    return brief.with_(promotion=promotion, channels=channels)


@pytest.fixture(scope="module")
def by_campaign(example_brief: Brief) -> Brief:
    return example_brief.with_(promotion=BY_CAMPAIGN)


def in_event(table: pd.DataFrame) -> pd.Series:
    return table["hour"] < pd.Timestamp("2026-01-01", tz=ZONE)


def test_clicks_that_cost_nothing_are_no_reason_to_stop(by_campaign: Brief, divided_history: History) -> None:
    table = divided_history.table.copy()
    table.loc[table["campaign"] == "rivals", "spend"] = 0.0
    assert check_plan(make_plan(by_campaign, replace(divided_history, table=table))) == []


def test_a_campaign_reported_without_traffic_has_ended(by_campaign: Brief, divided_history: History) -> None:
    table = divided_history.table
    counts = ["impressions", "clicks", "spend", "orders", "revenue"]
    paused = table[table["campaign"] == "brand"].assign(campaign="paused", **dict.fromkeys(counts, 0.0))
    history = replace(divided_history, table=pd.concat([table, paused], ignore_index=True))
    assert "paused" not in shares(by_campaign, history)
    # Listed, it is taken for what it was: next to nothing.
    assert shares(listing(by_campaign, {"name": "paused"}), history)["paused"] < 0.002


def test_a_campaign_that_began_with_the_promotion_has_not_ended(example_brief: Brief, divided_history: History) -> None:
    brief = example_brief.with_(promotion={**BY_CAMPAIGN, "starts": dt.datetime(2026, 11, 11, 9)})
    table = divided_history.table
    hours = pd.date_range("2026-11-10 20:00", "2026-11-11 09:00", freq="h", tz=ZONE, inclusive="left")
    last = table[(table["hour"] == table["hour"].max()) & (table["channel"] == "search")]
    begun = pd.concat([last.assign(hour=hour) for hour in hours])
    launch = begun[begun["campaign"] == "brand"].assign(campaign="launch")
    history = replace(divided_history, table=pd.concat([table, begun, launch], ignore_index=True))
    plan = make_plan(brief, history, lang="en")
    assert "launch" in set(plan.schedule["campaign"])
    assert not any("launch" in note.text("en") and "ended" in note.text("en") for note in plan.notes)


def test_the_others_of_a_listed_campaign_count_in_the_hours_it_has_no_row(
    example_brief: Brief, example_history: History
) -> None:
    table = example_history.table
    rng = np.random.default_rng(3)
    rows = (table["channel"] == "search") & (rng.random(len(table)) < 0.05) & ~in_event(table)
    counts = ["impressions", "spend", "orders", "revenue"]
    tiny = table[rows].assign(campaign="tiny", clicks=1, **dict.fromkeys(counts, 0.5))
    history = replace(example_history, table=pd.concat([table.assign(campaign=OTHERS), tiny], ignore_index=True))
    search = table[(table["channel"] == "search") & ~in_event(table)]
    truth = len(tiny) / search["clicks"].sum()
    found = shares(listing(example_brief, {"name": "tiny"}), history)["tiny"]
    assert truth / 2 < found < 2 * truth


def test_another_bid_in_the_event_does_not_make_a_campaign_larger(by_campaign: Brief, example_history: History) -> None:
    history = halves(example_history)
    table = history.table.copy()
    raised = in_event(table) & (table["campaign"] == "a")
    market = forecast_market(by_campaign.by_channel(), make_slots(by_campaign.timetable), history).table
    gamma = (market["elasticity"] / (1 - market["elasticity"])).groupby(market["channel"]).first()
    more = 2.0 ** table["channel"].map(gamma)
    table["clicks"] = table["clicks"].where(~raised, table["clicks"] * more)
    table["spend"] = table["spend"].where(~raised, table["spend"] * more * 2)
    table["bid"] = table["bid"].where(~raised, table["bid"] * 2)
    found = shares(by_campaign, replace(history, table=table))
    assert found["a"] == pytest.approx(0.5, abs=0.03)
    rows = forecast_market(by_campaign, make_slots(by_campaign.timetable), replace(history, table=table)).table
    bids = rows[rows["channel"] == "search"].groupby("campaign")["reference_bid"].first()
    assert bids["a"] == pytest.approx(bids["b"], rel=0.03)


def test_a_campaign_whose_money_ran_out_in_the_event_is_not_weak(by_campaign: Brief, example_history: History) -> None:
    history = halves(example_history)
    table = history.table.assign(budget_spent=False)
    hours = np.sort(table.loc[in_event(table), "hour"].unique())
    stopped = in_event(table) & (table["campaign"] == "a") & (table["hour"] > hours[5])
    table.loc[in_event(table) & (table["campaign"] == "a") & (table["hour"] == hours[5]), "budget_spent"] = True
    found = shares(by_campaign, replace(history, table=table[~stopped]))
    assert found["a"] == pytest.approx(0.5, abs=0.03)


def test_a_handful_of_orders_of_the_event_weighs_as_a_handful(by_campaign: Brief, example_history: History) -> None:
    history = halves(example_history)
    table = history.table.copy()
    event = in_event(table)
    first = event & (table["campaign"] == "a") & (table["channel"] == "search")
    table.loc[event, "orders"] = 0.0
    table.loc[table.index[first][:2], "orders"] = 1.0
    rows = forecast_market(by_campaign, make_slots(by_campaign.timetable), replace(history, table=table)).table
    rate = rows[rows["channel"] == "search"].groupby("campaign")["conversion"].first()
    assert rate["a"] / rate["b"] == pytest.approx(1.0, abs=0.05)


def test_campaigns_that_differ_by_chance_alone_are_held_together(by_campaign: Brief, example_history: History) -> None:
    parts = {f"c{at:02d}": (1 / 30, 1.0, 1.0) for at in range(30)}
    rows = forecast_market(by_campaign, make_slots(by_campaign.timetable), divided(example_history, parts)).table
    for _, channel in rows.groupby("channel"):
        rate = channel.groupby("campaign")["conversion"].first()
        assert rate.max() / rate.min() < 2.0


def test_names_with_strokes_do_not_share_a_budget() -> None:
    text = SMALL_BRIEF.replace('name = "search"', 'name = "a / b"').replace('name = "feed"', 'name = "a"')
    brief = brief_from(text)
    channels = [channel.model_dump(exclude_unset=True) for channel in brief.channels]
    channels[0]["campaigns"] = [{"name": "c", "budget": 50}, {"name": "d"}]
    channels[1]["campaigns"] = [{"name": "b / c"}, {"name": "d"}]
    plan = make_plan(brief.with_(channels=channels), lang="en")
    spend = plan.schedule.groupby(["channel", "campaign"])["spend"].sum()
    assert spend["a / b", "c"] <= 50
    assert spend["a", "b / c"] > 100
    held = plan.schedule.loc[plan.schedule["reason"].str.contains("held by the budget"), ["channel", "campaign"]]
    assert set(held.itertuples(index=False, name=None)) == {("a / b", "c")}


def test_campaigns_nobody_tells_apart_are_taken_for_the_whole_channel_and_that_is_said(
    example_brief: Brief, example_history: History
) -> None:
    plan = make_plan(listing(example_brief, {"name": "brand", "budget": 900}), example_history, lang="en")
    search = plan.schedule[plan.schedule["channel"] == "search"]
    assert set(search["campaign"]) == {"brand"}
    assert any("taken for all of it" in note.text("en") for note in plan.notes)


def test_a_history_read_with_its_campaigns_added_up_is_refused_for_a_plan_by_campaign(small_brief, tmp_path) -> None:
    history = load_history(exports(tmp_path, 3), small_brief)
    plan = make_plan(small_brief, history)
    with pytest.raises(InputError, match="read it again with this brief"):
        plan.replan(promotion=BY_CAMPAIGN)


def test_all_others_have_a_name_of_their_own_in_the_tool(example_brief: Brief, divided_history: History) -> None:
    table = divided_history.table
    renamed = table.assign(campaign=table["campaign"].replace({"brand": "search"}))
    plan = make_plan(listing(example_brief, {"name": "search"}), replace(divided_history, table=renamed), lang="en")
    export = export_plan(plan, "csv", channels=["search"])
    assert {name for name, _ in export.sheets} == {"search", "search (all others)"}
    assert export_plan(plan, "taobao", channels=["search"], campaigns=["search (all others)"]).sheets
    assert "search (all others)" in next(iter(export.schedules.values()))


def test_names_too_long_for_a_file_system_are_cut_apart(example_brief: Brief, divided_history: History) -> None:
    names = {"brand": "长" * 90 + "一", "generic": "长" * 90 + "二", "rivals": "短"}
    table = divided_history.table
    renamed = replace(divided_history, table=table.assign(campaign=table["campaign"].replace(names)))
    plan = make_plan(example_brief.with_(promotion=BY_CAMPAIGN), renamed, lang="zh")
    files = export_plan(plan, "taobao", channels=["search"]).schedules
    assert len({name.casefold() for name in files}) == 2 * 3
    assert max(len(name.encode()) for name in files) < 240


def test_least_budgets_that_pass_the_plan_are_said_aloud(example_brief: Brief, example_history: History) -> None:
    parts = {f"c{at:02d}": (1 / 40, 1.0, 1.0) for at in range(40)}
    brief = example_brief.with_(promotion=BY_CAMPAIGN, budget=1_000)
    plan = make_plan(brief, divided(example_history, parts), lang="en")
    export = export_plan(plan, "taobao", channels=["search"])
    assert export.budgets["worst_case"].sum() > export.budgets["limit"].sum()
    assert any("more than the plan's" in note.text("en") for note in export.notes)
