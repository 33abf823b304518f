"""Schedules for ad tools: they read back, keep the limits, lose what is reported, and never mean the opposite."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.brief import Brief
from planner.market.curves import clicks_at_spend, response_cells, spend_at_bid
from planner.outputs.adtools import (
    Export,
    Sheet,
    actions_calendar,
    export_messages,
    export_plan,
    load_tool,
    target_names,
)
from planner.outputs.adtools.bundle import same_sheets
from planner.outputs.adtools.fit import outcome_at, steps_for
from planner.outputs.adtools.grid import cut_pieces
from planner.outputs.adtools.series import plan_series
from planner.outputs.adtools.tool import UNCHANGED, runs
from planner.plan import Plan
from planner.vocabulary.errors import InputError
from planner.vocabulary.wording import LANGUAGES
from tests.conftest import SMALL_BRIEF, brief_from
from tests.golden.make import HERE, frozen_plan, golden_files

WEEK = pd.Timedelta(days=7)
LIMITED = [name for name in target_names() if not load_tool(name).exact]
REPEATING = [name for name in LIMITED if load_tool(name).rows != "dated"]


@cache
def example() -> Plan:
    return frozen_plan()


def changed(plan: Plan, **tables: object) -> Plan:
    return dataclasses.replace(plan, **tables)


def with_bids(plan: Plan, bids: np.ndarray) -> Plan:
    return changed(plan, schedule=plan.schedule.assign(bid=bids))


def without_base(plan: Plan) -> Plan:
    channels = tuple(channel.model_copy(update={"base_bid": None}) for channel in plan.brief.channels)
    return changed(plan, brief=plan.brief.model_copy(update={"channels": channels}))


def for_two_weeks(plan: Plan) -> Plan:
    """Return a plan that wants the same hours again a week later, with other bids."""

    def twice(table: pd.DataFrame) -> pd.DataFrame:
        later = table.assign(start=table["start"] + WEEK, end=table["end"] + WEEK)
        later = later.assign(bid=(later["bid"] * 0.9).round(2)) if "bid" in later else later
        return pd.concat([table, later], ignore_index=True)

    return changed(plan, schedule=twice(plan.schedule), market=twice(plan.market), slots=twice(plan.slots))


def with_edge_at(plan: Plan, minute: int) -> Plan:
    """Return a plan whose last window before midnight begins at another minute of the hour."""
    old, new = (pd.Timestamp(f"2026-11-10 23:{at}", tz="Asia/Shanghai") for at in (30, minute))

    def moved(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(start=table["start"].replace(old, new), end=table["end"].replace(old, new))

    return changed(plan, schedule=moved(plan.schedule), market=moved(plan.market), slots=moved(plan.slots))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    plan = example()
    plan = with_edge_at(plan, draw(st.sampled_from([30, 40, 45])))
    if draw(st.booleans()):
        plan = for_two_weeks(plan)
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    factor = np.exp(rng.normal(0, draw(st.sampled_from([0.05, 0.5, 1.2])), len(plan.schedule)))
    bids = np.maximum((plan.schedule["bid"] * factor).round(2), 0.01 * (plan.schedule["bid"] > 0))
    plan = with_bids(plan, np.where(rng.random(len(bids)) < 0.1, 0.0, bids))
    return without_base(plan) if draw(st.booleans()) else plan


def files_of(made: Export) -> dict[str, str]:
    return {**made.schedules, **made.restore}


@pytest.mark.parametrize("target", target_names())
@settings(max_examples=3)
@given(plan=plans(), allow_off=st.booleans())
def test_what_is_written_reads_back_and_keeps_the_limits(target: str, plan: Plan, allow_off: bool) -> None:
    tool = load_tool(target)
    made = export_plan(plan, target, allow_off=allow_off)
    labels = [period.label for period in made.periods] + (["restore"] if tool.rows != "dated" else [])
    names = list(made.bases)
    for label in labels:
        meant = [made.sheets[name, label] for name in names]
        for form in tool.forms:
            files = [text for file, text in files_of(made).items() if file.endswith(f"{label}.{form.extension}")]
            if label == "":
                files = [text for file, text in made.schedules.items() if file.endswith(f".{form.extension}")]
            read = [sheet for text in files for sheet in form.parse(text, "file")]
            named = [dataclasses.replace(sheet, name=name) for sheet, name in zip(read, names, strict=True)]
            if tool.exact and target == "csv":
                assert [sheet.percent.tolist() for sheet in named] == [sheet.percent.tolist() for sheet in meant]
            assert same_sheets(named, meant)
            assert [sheet.name for sheet in read] == (names if tool.together else [s.name for s in read])
        for sheet in meant:
            assert_limits(target, sheet, allow_off)


def assert_limits(target: str, sheet: Sheet, allow_off: bool) -> None:
    tool = load_tool(target)
    on = sheet.percent[sheet.percent > 0]
    assert sheet.percent.any()
    if tool.exact:
        return
    assert on.min() >= tool.minimum
    assert on.max() <= tool.maximum
    assert np.abs((on - tool.minimum) / tool.step - np.round((on - tool.minimum) / tool.step)).max() < 1e-6
    assert tool.off or (sheet.percent > 0).all()
    quiet = 0.0 if tool.gap == "off" else UNCHANGED if tool.gap == "unchanged" else None
    spans = [sum(value != quiet for *_, value in runs(day)) for day in sheet.percent]
    assert tool.spans_per_day is None or max(spans) <= tool.spans_per_day
    assert tool.spans_total is None or sum(spans) <= tool.spans_total


@pytest.mark.parametrize("target", LIMITED)
@settings(max_examples=3)
@given(plan=plans())
def test_the_loss_is_what_the_sheets_bring_under_the_plans_own_curves(target: str, plan: Plan) -> None:
    tool = load_tool(target)
    made = export_plan(plan, target)
    cells = response_cells(plan.market)
    keys = ["start", "channel"]
    told = made.table.merge(plan.schedule[[*keys, "bid"]], on=keys).merge(
        cells.reset_index(), on=keys, suffixes=("", "_")
    )
    price = plan.summary.money_price
    for _, row in told.sample(8, random_state=1).iterrows():
        cell = cells.loc[[row["index"]]]

        def worth(spend: float, price: float, cell: pd.DataFrame = cell, row: pd.Series = row) -> float:
            clicks = float(clicks_at_spend(cell, spend)[0])
            return clicks * row["orders_per_click"] * row["profit_per_order"] - (1 + price) * spend

        def lost(spend: float, row: pd.Series = row, worth=worth, cell: pd.DataFrame = cell) -> float:  # type: ignore[no-untyped-def]
            if row["bid"] == 0:
                return max(-worth(spend, price), 0.0)
            own = float(spend_at_bid(cell, row["bid"])[0])
            # At the plan's price of money, and no less than at the one at which the plan's bid is best.
            at_best = row["orders_per_click"] * row["profit_per_order"] / row["kappa"] / row["bid"] - 1
            return max(worth(own, each) - worth(spend, each) for each in (price, at_best))

        minutes = pd.date_range(row["start"], row["end"], freq="5min", inclusive="left")
        seen = []
        for at in minutes:
            period = next(period for period in made.periods if period.start <= at < period.end)
            sheet = made.sheets[row["channel"], period.label]
            day = {"weekly": at.weekday(), "workweek": int(at.weekday() > 4), "daily": 0}
            place = sheet.rows.index(at.date().isoformat()) if tool.rows == "dated" else day[tool.rows]
            seen.append(sheet.percent[place, (60 * at.hour + at.minute) // sheet.slot_minutes])
        base = made.bases[row["channel"]]
        hours = (row["end"] - row["start"]) / pd.Timedelta(hours=1)
        numbers, counts = np.unique(seen, return_counts=True)
        spends = [
            base / 24 * hours * number / 100
            if tool.steers == "money"
            else float(spend_at_bid(cell, base * number / 100)[0])
            for number in numbers
        ]
        expected = float(np.average([lost(spend) for spend in spends], weights=counts))
        assert row["loss"] == pytest.approx(expected, abs=1e-6)
    assert sum(loss.loss for loss in made.losses) == pytest.approx(made.table["loss"].sum())


def test_the_numbers_left_aside_are_never_best() -> None:
    rng = np.random.default_rng(6)
    tool = load_tool("baidu")
    plan = with_bids(
        example(), (example().schedule["bid"] * np.exp(rng.normal(0, 1, len(example().schedule)))).round(2)
    )
    for series in plan_series(plan):
        best = outcome_at(series, tool, tool.steps()[:, None], 1.5).worth.argmax(axis=0)
        kept = steps_for(series, tool, 1.5)
        assert np.isin(tool.steps()[best], kept).all()
        assert len(kept) < len(tool.steps())


def test_no_bid_is_worth_more_than_the_plans() -> None:
    rng = np.random.default_rng(5)
    plan = with_bids(
        example(), (example().schedule["bid"] * np.exp(rng.normal(0, 0.7, len(example().schedule)))).round(2)
    )
    for series in plan_series(plan):
        best = series.planned().worth
        for factor in (0.3, 0.8, 0.99, 1.01, 1.3, 4.0):
            assert (series.at_bids(series.bids * factor).worth <= best + 1e-9).all()


def test_bids_that_a_person_changed_are_what_is_exported() -> None:
    plan = with_bids(example(), (example().schedule["bid"] * 0.5).round(2))
    wanted = plan.schedule.loc[plan.schedule["channel"] == "search", "bid"].to_numpy() / 1.6 * 100
    made = export_plan(plan, "jd", channels=("search",)).table["percent"].to_numpy()
    inside = wanted >= 30
    assert np.abs(made - wanted)[inside].max() <= 1.0


def test_no_other_number_in_any_hour_would_lose_less() -> None:
    made = export_plan(example(), "yandex", channels=("search",))
    tool, sheet = made.tool, made.sheets["search", ""]
    best = made.table["loss"].sum()
    rng = np.random.default_rng(0)
    places = np.argwhere(sheet.percent != UNCHANGED)
    for row, slot in places[rng.choice(len(places), 12, replace=False)]:
        for number in (sheet.percent[row, slot] - tool.step, sheet.percent[row, slot] + tool.step):
            percent = sheet.percent.copy()
            percent[row, slot] = np.clip(number, tool.minimum, tool.maximum)
            assert _loss(made, percent) >= best - 1e-9


def _loss(made: Export, percent: np.ndarray) -> float:
    from planner.outputs.adtools.losses import loss_table

    series = plan_series(example())[0]
    pieces = cut_pieces(series, made.tool)
    table = loss_table(series, made.tool, pieces, made.periods, [Sheet("search", (), percent)], made.bases["search"])
    return float(table["loss"].sum())


def test_spans_lose_no_more_than_nearest_number_merging() -> None:
    made = export_plan(example(), "google-ads-editor", channels=("search",))
    wanted = export_plan(example(), "taobao", channels=("search",)).sheets["search", ""].percent
    naive = np.repeat(wanted, 2, axis=1)
    # The same number of spans, cut where neighbouring hours differ most, each at its mean.
    day = naive[2]
    cuts = np.sort(np.argsort(-np.abs(np.diff(day)), kind="stable")[:5] + 1)
    for first, last in zip([0, *cuts], [*cuts, 96], strict=True):
        naive[2, first:last] = round(day[first:last].mean())
    assert made.table["loss"].sum() < _loss(made, naive)


def test_hours_outside_the_promotion_keep_their_numbers_and_silent_ones_are_off() -> None:
    for target in REPEATING:
        made = export_plan(example(), target)
        tool = made.tool
        for period in made.periods:
            for name in made.bases:
                sheet = made.sheets[name, period.label]
                touched = np.zeros(sheet.percent.shape, dtype=bool)
                silent = np.zeros(sheet.percent.shape, dtype=bool)
                for row in example().schedule[example().schedule["channel"] == name].itertuples():
                    for at in pd.date_range(row.start, row.end, freq="30min", inclusive="left"):
                        if not period.start <= at < period.end:
                            continue
                        day = {"weekly": at.weekday(), "workweek": 0, "daily": 0}[tool.rows]
                        slot = (60 * at.hour + at.minute) // sheet.slot_minutes
                        touched[day, slot : slot + max(1, 30 // sheet.slot_minutes)] = True
                        silent[day, slot : slot + max(1, 30 // sheet.slot_minutes)] = row.stance == "notify"
                assert (sheet.percent[~touched] == UNCHANGED).all(), target
                if tool.off and tool.slot_minutes <= 30:
                    assert (sheet.percent[silent] == 0).all(), target
                    assert silent.any()


def test_a_cell_below_the_tools_minimum_becomes_that_minimum_unless_off_is_asked_for() -> None:
    plan = example()
    low = plan.schedule["start"] == pd.Timestamp("2026-11-11 03:00", tz="Asia/Shanghai")
    plan = with_bids(plan, np.where(low, 0.0, plan.schedule["bid"]))
    kept = export_plan(plan, "taobao").sheets["search", ""].percent[2, 6]
    off = export_plan(plan, "taobao", allow_off=True).sheets["search", ""].percent[2, 6]
    assert (kept, off) == (30, 0)


def test_a_week_in_which_dates_collide_takes_two_sheets_and_says_when_to_swap() -> None:
    made = export_plan(for_two_weeks(example()), "taobao", channels=("search",))
    assert [name for name in made.schedules if name.endswith("txt")] == [
        "taobao-search-2026-11-10.txt",
        "taobao-search-2026-11-17.txt",
    ]
    first, second = (made.sheets["search", period.label].percent for period in made.periods)
    assert (first[1:3] != second[1:3]).any()
    swap = made.actions[made.actions["what"].str.contains("2026-11-17.txt")].iloc[0]
    assert swap["at"] == pd.Timestamp("2026-11-17", tz="Asia/Shanghai")
    last = made.actions[made.actions["kind"] == "close"].iloc[0]
    assert last["at"] == pd.Timestamp("2026-11-19", tz="Asia/Shanghai")
    assert "taobao-search-restore.txt" in last["what"]


def test_a_tool_that_knows_no_weekdays_takes_a_sheet_a_date() -> None:
    made = export_plan(example(), "pinduoduo", channels=("search",))
    assert [period.label for period in made.periods] == ["2026-11-10", "2026-11-11"]
    paused = made.actions[made.actions["what"].str.contains("by hand")]
    assert paused["at"].dt.strftime("%H:%M").tolist() == ["23:30", "00:00"]


def test_the_users_own_schedule_is_kept_around_the_promotion_and_put_back() -> None:
    tool = load_tool("taobao")
    old = Sheet("", tool.row_names, np.full((7, 48), 80.0))
    old.percent[:, :14] = 0
    made = export_plan(example(), "taobao", channels=("search",), restore={"": old})
    assert (made.sheets["search", ""].percent[4] == old.percent[4]).all()
    assert (made.sheets["search", ""].percent[1, :40] == old.percent[1, :40]).all()
    back = tool.forms[0].parse(made.restore["taobao-search-restore.txt"], "restore")[0]
    assert (back.percent == old.percent).all()


@pytest.mark.parametrize("target", REPEATING)
def test_without_the_shops_own_schedule_it_is_said_aloud_that_it_will_be_overwritten(target: str) -> None:
    bare = export_plan(example(), target)
    assert "--restore" in bare.notes[0].text("en")
    assert "overwritten" in bare.notes[0].text("en")
    whys = " ".join(bare.actions["why"])
    assert "your own schedule is overwritten" in whys
    assert "keep what they had" not in whys
    assert bare.actions["what"].str.contains("only says 100 %").any()
    tool = load_tool(target)
    old = Sheet("", tool.row_names, np.full((len(tool.row_names), tool.slots), 100.0))
    kept = export_plan(example(), target, restore={"": old})
    assert not any("--restore" in message.text("en") for message in kept.notes)
    assert "keep what they had" in " ".join(kept.actions["why"])
    assert not kept.actions["why"].str.contains("overwritten").any()


@pytest.mark.parametrize("target", ["amazon", "meta"])
def test_a_tool_with_dates_says_that_it_puts_nothing_back(target: str) -> None:
    old = Sheet("", (), np.empty((0, load_tool(target).slots)))
    assert "no file to put back" in export_plan(example(), target, restore={"": old}).notes[0].text("en")
    assert "--restore" not in " ".join(message.text("en") for message in export_plan(example(), target).notes)


def test_an_old_schedule_with_many_spans_stays_where_spans_suffice() -> None:
    old = Sheet("search", load_tool("google-ads-editor").row_names, np.full((7, 96), 100.0))
    old.percent[1, :80] = np.repeat([0, 110, 100, 120, 90], 16)
    made = export_plan(example(), "google-ads-editor", channels=("search",), restore={"search": old})
    assert (made.sheets["search", ""].percent[1, :80] == old.percent[1, :80]).all()


def test_a_restore_file_without_the_campaign_is_refused_by_name() -> None:
    old = Sheet("other", load_tool("google-ads").row_names, np.full((7, 96), 100.0))
    with pytest.raises(InputError, match=r"search.*it gives other"):
        export_plan(example(), "google-ads", channels=("search",), restore={"other": old})


@pytest.mark.parametrize("target", LIMITED)
def test_the_worst_case_of_all_budgets_together_stays_within_the_limits(target: str) -> None:
    made = export_plan(example(), target)
    budgets = made.budgets
    if not budgets["why"].str.contains("stop by hand").any():
        assert budgets["worst_case"].sum() <= budgets["limit"].sum() + 0.005
    assert (budgets["tool_budget"] % 1 == 0).all()
    factor = 1 if made.tool.steers == "money" else made.tool.overspend
    assert (budgets["worst_case"] == (budgets["tool_budget"] * factor).round(2)).all()


def test_a_tool_whose_schedule_moves_the_budget_gets_one_spending_limit_and_no_other_daily_budget() -> None:
    made = export_plan(example(), "meta")
    limits = example().limits.groupby("channel")["limit"].sum()
    assert set(made.budgets["date"]) == {"total"}
    assert (made.budgets.set_index("channel")["worst_case"].sort_index() <= limits.sort_index()).all()
    daily = made.actions[made.actions["what"].str.contains("daily budget of")]
    assert sorted(daily.loc[daily["kind"] == "bid", "channel"]) == ["feed", "retarget", "search"]
    capped = made.actions[made.actions["kind"] == "limit"]
    assert capped["what"].str.contains("spending limit").all()
    assert sorted(capped["channel"]) == ["feed", "retarget", "search"]
    assert (capped["at"] < example().slots["start"].iloc[0]).all()
    assert not made.actions["what"].str.contains("daily budget for").any()


def test_a_budget_too_small_to_set_is_a_pause_until_the_next_day() -> None:
    limits = example().limits.assign(limit=lambda table: table["limit"].where(table.index != 2, 0.6))
    made = export_plan(changed(example(), limits=limits), "jd", channels=("search",))
    assert made.budgets["tool_budget"].tolist() == [0, 3179]
    acts = made.actions[~made.actions["what"].str.contains("search.json|base bid|-restore")]
    assert [what for what in acts["what"] if "budget" in what and " 0 " in what] == []
    told = acts.set_index(acts["at"].dt.strftime("%m-%d %H:%M"))["what"]
    assert "no budget to set, so pause" in told["11-10 19:30"]
    assert any("resume search" in what for what in told[["11-11 00:00"]])
    hourly = export_plan(changed(example(), limits=limits), "pinduoduo", channels=("search",)).actions
    assert hourly.loc[hourly["step"] == "pause", "at"].dt.strftime("%H:%M").tolist() == ["19:30"]
    assert hourly.loc[hourly["step"] == "resume", "at"].dt.strftime("%H:%M").tolist() == ["00:00"]


def test_google_gets_half_the_limit_and_a_small_one_is_lifted_to_the_least_budget() -> None:
    google = export_plan(example(), "google-ads").budgets
    assert (google["tool_budget"] == np.floor(google["limit"] / 2)).all()
    limits = example().limits.assign(limit=lambda table: table["limit"].where(table.index > 0, 12.0))
    least = export_plan(changed(example(), limits=limits), "taobao").budgets
    assert least["tool_budget"].iloc[0] == 30
    assert least["worst_case"].sum() <= limits["limit"].sum()


def test_a_later_days_budget_is_not_lent_to_the_day_before() -> None:
    made = export_plan(example(), "taobao", channels=("search",))
    budgets = made.actions[made.actions["kind"] == "limit"]
    assert budgets["at"].dt.strftime("%m-%d %H:%M").tolist() == ["11-10 19:30", "11-11 00:00"]
    assert "since midnight" in budgets["what"].iloc[0]


@pytest.mark.parametrize("target", LIMITED)
def test_bids_and_budgets_go_back_when_the_promotion_ends(target: str) -> None:
    actions = export_plan(example(), target).actions
    back = actions[actions["what"].str.contains("back to what they were")]
    assert sorted(back["channel"]) == ["feed", "retarget", "search"]
    assert (back["at"] == example().slots["end"].iloc[-1]).all()


def test_the_brief_overrules_limits_and_wrong_ones_are_named_with_their_lines() -> None:
    brief = brief_from(SMALL_BRIEF + "[adtools.taobao]\nmaximum = 120\nminimum = 50\n")
    plan = changed(example(), brief=example().brief.model_copy(update={"adtools": brief.adtools}))
    percent = export_plan(plan, "taobao").sheets["search", ""].percent
    assert percent[percent > 0].min() >= 50
    assert percent.max() == 120
    with pytest.raises(InputError, match=r"brief.toml:\d+: \[adtools.taobau\].*did you mean taobao"):
        brief_from(SMALL_BRIEF + "[adtools.taobau]\nmaximum = 120\n")
    with pytest.raises(InputError, match="minimum = 90 is above maximum = 80"):
        brief_from(SMALL_BRIEF + "[adtools.jd]\nmaximum = 80\nminimum = 90\n")


@pytest.mark.parametrize(
    ("target", "limits"), [("oceanengine", "minimum = 50"), ("taobao", "step = 0.3"), ("jd", "step = 0.25")]
)
def test_limits_that_a_tools_form_cannot_hold_are_refused(target: str, limits: str) -> None:
    brief = brief_from(SMALL_BRIEF + f"[adtools.{target}]\n{limits}\n")
    plan = changed(example(), brief=example().brief.model_copy(update={"adtools": brief.adtools}))
    with pytest.raises(InputError, match=rf"adtools.{target}"):
        export_plan(plan, target)


def test_without_a_base_bid_the_one_that_loses_least_is_derived_and_told() -> None:
    plan = without_base(example())
    made = export_plan(plan, "amazon", channels=("search",))
    told = [message.text("en") for message in export_messages(made, "CNY")]
    base = made.bases["search"]
    assert any(f"set it to ¥{base:.2f}" in line for line in told)
    given = with_base(plan, 2 * base)
    assert made.losses[0].loss < export_plan(given, "amazon", channels=("search",)).losses[0].loss


def with_base(plan: Plan, base: float) -> Plan:
    channels = tuple(channel.model_copy(update={"base_bid": base}) for channel in plan.brief.channels)
    return changed(plan, brief=plan.brief.model_copy(update={"channels": channels}))


def test_a_base_bid_that_costs_much_is_answered_with_a_better_one() -> None:
    made = export_plan(with_base(example(), 12.0), "taobao", channels=("search",))
    assert any("with a base bid of ¥12.00" in message.text("en") for message in made.notes)


def test_no_bid_passes_the_briefs_highest() -> None:
    channels = tuple(channel.model_copy(update={"max_bid": 2.0}) for channel in example().brief.channels)
    plan = changed(example(), brief=example().brief.model_copy(update={"channels": channels}))
    for target in ("taobao", "google-ads-editor", "amazon"):
        made = export_plan(plan, target, channels=("search",))
        sheet = made.sheets["search", ""]
        inside = made.table["percent"].max()
        assert inside <= 100 * 2.0 / made.bases["search"] + 1e-9
        assert sheet.percent.max() <= 125


@pytest.mark.parametrize("target", ["taobao", "jd", "amazon", "oceanengine", "google-ads"])
@pytest.mark.parametrize("base", [10.0, None])
def test_no_number_takes_a_bid_above_the_highest_even_where_the_base_alone_is_above_it(
    target: str, base: float | None
) -> None:
    channels = tuple(
        channel.model_copy(update={"max_bid": 1.2, "base_bid": base}) for channel in example().brief.channels
    )
    plan = changed(example(), brief=example().brief.model_copy(update={"channels": channels}))
    plan = with_bids(plan, np.minimum(plan.schedule["bid"], 1.2))
    made = export_plan(plan, target)
    for (channel, _), rows in made.table.groupby(["channel", "campaign"]):
        assert made.bases[channel] * rows["percent"].max() / 100 <= 1.2 + 1e-9
    if base and target in ("taobao", "jd", "amazon"):
        told = next(message.text("en") for message in made.notes if "above the highest bid" in message.text("en"))
        assert "10.00" in told
        assert "1.20" in told


def test_all_off_is_refused_because_a_tool_may_read_it_as_always_on() -> None:
    old = Sheet("", load_tool("oceanengine").row_names, np.zeros((7, 48)))
    with pytest.raises(InputError, match="off at all times"):
        export_plan(example(), "oceanengine", restore={"": old})


def test_unknown_targets_channels_and_columns_are_answered_with_what_there_is() -> None:
    with pytest.raises(InputError, match="did you mean taobao"):
        export_plan(example(), "taobo")
    with pytest.raises(InputError, match="did you mean search"):
        export_plan(example(), "taobao", channels=("serch",))
    with pytest.raises(InputError, match="did you mean stance"):
        export_plan(example(), "csv", columns=("stanse",))


def test_csv_shows_the_columns_chosen() -> None:
    text = export_plan(example(), "csv", columns=("start", "channel", "spend")).schedules["csv.csv"]
    assert text.splitlines()[0] == "start,channel,spend"
    assert len(text.splitlines()) == len(example().schedule) + 1


def test_names_of_campaigns_make_file_names_that_every_system_takes() -> None:
    names = {"search": "a/b", "feed": "A:b", "retarget": "双11?"}
    plan = example()
    renamed = {
        "schedule": plan.schedule.replace({"channel": names}),
        "market": plan.market.replace({"channel": names}),
        "limits": plan.limits.replace({"channel": names}),
    }
    made = export_plan(changed(plan, **renamed), "taobao")
    assert list(made.schedules)[:3] == ["taobao-a_b.txt", "taobao-A_b_.txt", "taobao-双11_.txt"]


def test_a_day_of_25_hours_loses_nothing_on_the_way() -> None:
    shift = pd.Timestamp("2026-10-31 20:00", tz="America/New_York") - example().slots["start"].iloc[0]

    def moved(table: pd.DataFrame) -> pd.DataFrame:
        times = {name: (table[name] + shift).dt.tz_convert("America/New_York") for name in ("start", "end")}
        return table.assign(**times)

    promotion = example().brief.promotion.model_copy(update={"timezone": "America/New_York"})
    plan = changed(
        example(),
        brief=example().brief.model_copy(update={"promotion": promotion}),
        schedule=moved(example().schedule),
        market=moved(example().market),
        slots=moved(example().slots),
    )
    series = plan_series(plan)[0]
    for target in LIMITED:
        pieces = cut_pieces(series, load_tool(target))
        assert np.bincount(pieces.cell, weights=pieces.share) == pytest.approx(1.0)
        assert export_plan(plan, target).schedules


def test_the_calendar_rings_ten_minutes_before_every_act_and_is_the_same_every_time() -> None:
    made = export_plan(example(), "taobao")
    one, other = (actions_calendar(made.actions, "taobao", "double 11") for _ in range(2))
    assert one == other
    assert one.count(b"BEGIN:VEVENT") == len(made.actions)
    assert one.count(b"TRIGGER:-PT10M") == len(made.actions)
    assert len({line for line in one.splitlines() if line.startswith(b"UID")}) == len(made.actions)


def test_an_event_keeps_its_identity_whatever_stands_before_it_and_promotions_do_not_share_any() -> None:
    actions = export_plan(example(), "taobao").actions

    def identities(calendar: bytes) -> list[bytes]:
        return [line for line in calendar.splitlines() if line.startswith(b"UID")]

    whole = identities(actions_calendar(actions, "taobao", "double 11"))
    assert identities(actions_calendar(actions.iloc[1:], "taobao", "double 11")) == whole[1:]
    assert not set(whole) & set(identities(actions_calendar(actions, "taobao", "618")))


@pytest.mark.parametrize("target", target_names())
def test_every_message_is_said_in_both_languages(target: str) -> None:
    for lang in LANGUAGES:
        made = export_plan(without_base(example()), target, channels=("search",), lang=lang)
        assert all(message.text(lang) for message in export_messages(made, "CNY"))


@pytest.mark.parametrize("target", LIMITED)
def test_what_is_not_documented_says_so_in_the_notes(target: str) -> None:
    tool = load_tool(target)
    told = " ".join(message.text("en") for message in export_plan(example(), target).notes)
    assert ("check the first import" in told) == ("third_party" in tool.sure.values())
    assert ("our assumption" in told) == ("assumed" in tool.sure.values())


def test_the_golden_files_are_what_is_written() -> None:
    folder = HERE / "adtools"
    found = {str(path.relative_to(folder).as_posix()): path for path in folder.rglob("*") if path.is_file()}
    made = golden_files()
    assert set(made) == set(found)
    for name, path in found.items():
        assert made[name] == Path(path).read_text(encoding="utf-8"), name


def test_every_target_stands_in_the_documents() -> None:
    for name in ("docs/adtools.md", "docs/adtools.zh-CN.md"):
        text = (HERE.parents[1] / name).read_text(encoding="utf-8")
        assert all(f"| `{target}` |" in text for target in target_names()), name


def test_a_brief_keeps_its_limits_through_a_plans_file(small_brief: Brief) -> None:
    brief = brief_from(SMALL_BRIEF + "[adtools.google-ads]\nspans_per_day = 4\n")
    again = Brief.model_validate(brief.model_dump(mode="json", exclude_unset=True))
    assert again.adtools["google-ads"].spans_per_day == 4
    assert small_brief.adtools == {}
