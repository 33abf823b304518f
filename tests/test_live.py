"""Steering on the day: the laws that a plan from what has happened so far keeps."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from planner.brief import load_brief
from planner.brief.example import example_folder, example_paths
from planner.charts.words import Words
from planner.cli import main
from planner.cli.live import _Given, _look
from planner.history import History, load_history
from planner.outputs.now import NOW_FILES, now_lines, render_now
from planner.outputs.plan_folder import read_plan, write_plan
from planner.plan import Plan, make_plan
from planner.plan.live.cumulative import by_hour
from planner.vocabulary.errors import InputError
from planner.vocabulary.wording import Lang, say

Capture = pytest.CaptureFixture[str]
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


def test_hours_seen_before_need_not_be_reported_again(example_plan: Plan, poor: Plan) -> None:
    early = at("2026-11-11 06:00")
    table = reports(example_plan, NOON, orders=0.35).table
    step = example_plan.live(History(table[table["hour"] < early]), now=early)
    again = step.live(History(table[table["hour"] >= early].reset_index(drop=True)), now=NOON)
    assert again.actuals["spend"].sum() == pytest.approx(poor.actuals["spend"].sum())
    assert again.summary.budget == poor.summary.budget
    assert not again.day.alarms  # type: ignore[union-attr]


def test_hours_that_shrink_are_named_and_the_larger_kept(example_plan: Plan) -> None:
    table = reports(example_plan, NOON).table
    step = example_plan.live(History(table), now=NOON)
    less = table.assign(spend=table["spend"].mask(table["hour"] == at("2026-11-11 09:00"), 0.0))
    again = step.live(History(less), now=NOON)
    assert again.actuals["spend"].sum() == pytest.approx(table["spend"].sum())
    assert [alarm.key for alarm in again.day.alarms] == ["live.shrunk"]  # type: ignore[union-attr]


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


def test_reports_that_count_from_midnight_are_taken_apart(example_plan: Plan, poor: Plan) -> None:
    table = reports(example_plan, NOON, orders=0.35).table
    numbers = ["impressions", "clicks", "spend", "orders", "revenue"]
    summed = table.copy()
    summed[numbers] = table.groupby([table["channel"], table["hour"].dt.date])[numbers].cumsum()
    live = example_plan.live(History(summed), now=NOON)
    assert live.day is not None
    assert [alarm.key for alarm in live.day.alarms] == ["live.cumulative"]  # type: ignore[union-attr]
    assert live.actuals["spend"].sum() == pytest.approx(table["spend"].sum())
    assert live.schedule["spend"].sum() == pytest.approx(poor.schedule["spend"].sum(), rel=1e-6)


@pytest.mark.parametrize("until", ["2026-11-10 23:00", "2026-11-11 03:00", "2026-11-11 10:00", "2026-11-12 00:00"])
def test_hours_that_rise_are_hours(example_plan: Plan, until: str) -> None:
    _, summed = by_hour(reports(example_plan, at(until), clicks=1.7), example_plan.brief, example_plan.schedule)
    assert not summed


def test_another_day_and_another_shop_are_refused(example_plan: Plan) -> None:
    table = reports(example_plan, NOON).table
    with pytest.raises(InputError, match="no hour of this promotion"):
        example_plan.live(History(table.assign(hour=table["hour"] - pd.Timedelta(days=30))), now=NOON)
    with pytest.raises(InputError, match="none of its channels"):
        example_plan.live(History(table.assign(channel="somewhere")), now=NOON)
    step = example_plan.live(History(table), now=NOON)
    with pytest.raises(InputError, match="no hour of this promotion"):
        step.live(History(table.assign(hour=table["hour"] - pd.Timedelta(days=30))), now=NOON)


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


# What is written, and the command.


def test_a_live_plan_is_written_read_back_and_taken_live_again(example_plan: Plan, poor: Plan, tmp_path: Path) -> None:
    write_plan(poor, tmp_path, tables_only=True)
    again = read_plan(tmp_path)
    assert again.day is not None
    assert poor.day is not None
    assert again.day.standing == poor.day.standing
    pd.testing.assert_frame_equal(again.schedule, poor.schedule, check_dtype=False)
    later = at("2026-11-11 15:00")
    history = reports(example_plan, later, orders=0.35)
    one, other = poor.live(history, now=later), again.live(history, now=later)
    assert other.schedule["bid"].tolist() == one.schedule["bid"].tolist()
    assert other.summary.budget == one.summary.budget


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_says_the_act_first_and_then_where_the_day_stands(poor: Plan, alike: Plan, lang: Lang) -> None:
    made = render_now(poor, lang)
    assert set(made) == set(NOW_FILES)
    page = made["now.html"].decode()
    words = Words.of(poor, lang)
    lines = now_lines(poor, words)
    assert lines[0] == say("live.change_count", lang, count=len(poor.day.changes))  # type: ignore[union-attr]
    assert page.index(lines[0]) < page.index(say("live.stand", lang)) < page.index(say("live.learnt", lang))
    assert now_lines(alike, words)[0] == say("live.change_nothing", lang)
    assert len(now_lines(poor, words)) <= 12
    assert "http" not in page.replace("http://www.w3.org", "")
    assert "{" not in "".join(lines)


@pytest.fixture
def on_disk(example_plan: Plan, tmp_path: Path) -> tuple[Path, Path]:
    write_plan(example_plan, tmp_path / "plan", tables_only=True)
    table = reports(example_plan, NOON, orders=0.35).table
    table["hour"] = table["hour"].dt.strftime("%Y-%m-%d %H:%M")
    table.to_csv(tmp_path / "day.csv", index=False)
    return tmp_path / "plan", tmp_path / "day.csv"


def test_the_command_writes_what_to_do_now(on_disk: tuple[Path, Path], tmp_path: Path, capsys: Capture) -> None:
    plan, day = on_disk
    code = run("live", plan, "--actuals", day, "-o", tmp_path / "now", "--lang", "en")
    out = capsys.readouterr().out
    assert code == 0
    assert out.startswith("Change ")
    names = {path.relative_to(tmp_path / "now").as_posix() for path in (tmp_path / "now").rglob("*") if path.is_file()}
    assert {*NOW_FILES, "plan.json", "schedule.csv", "hours/11-11-1200.txt"} <= names
    # Its outcome is a plan: exported, compared, and taken live again.
    assert run("live", tmp_path / "now", "--actuals", day, "--now", "12:30", "-o", tmp_path / "now") == 0
    assert run("compare", plan, tmp_path / "now") == 0
    assert run("export", tmp_path / "now", "--to", "csv", "-o", tmp_path / "tool") == 0


def test_asked_again_it_goes_on_from_what_it_said(on_disk: tuple[Path, Path], tmp_path: Path, capsys: Capture) -> None:
    plan, day = on_disk
    assert run("live", plan, "--actuals", day, "-o", tmp_path / "now", "--lang", "en") == 0
    assert capsys.readouterr().out.startswith("Change ")
    assert not read_plan(tmp_path / "now").day.changes.empty  # type: ignore[union-attr]
    assert run("live", plan, "--actuals", day, "-o", tmp_path / "now", "--lang", "en") == 0
    assert capsys.readouterr().out.startswith("Change nothing now.")


def test_sums_can_be_typed(on_disk: tuple[Path, Path], tmp_path: Path, capsys: Capture) -> None:
    plan, _ = on_disk
    typed = "search 400 250 9; feed ¥210.5 420 5"
    assert run("live", plan, "--so-far", typed, "--now", "06:00", "-o", tmp_path / "now", "--lang", "en") == 0
    shown = capsys.readouterr().out
    assert "there is no report of 11-10 20:00–00:00" in shown
    rows = read_plan(tmp_path / "now").actuals.set_index("channel")
    assert rows.loc["feed", ["spend", "clicks", "orders"]].tolist() == [210.5, 420.0, 5.0]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--so-far", "search much"), "cannot be read"),
        (("--so-far", "search 1 2 3", "--now", "late"), "is no time"),
        (("--actuals", "nowhere.csv"), "nowhere.csv"),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_written(
    on_disk: tuple[Path, Path], tmp_path: Path, capsys: Capture, arguments: tuple[str, ...], told: str
) -> None:
    assert run("live", on_disk[0], *arguments, "-o", tmp_path / "now", "--lang", "en") == 3
    assert told in capsys.readouterr().err
    assert not (tmp_path / "now").exists()


def test_a_look_goes_on_when_a_file_is_half_written(
    on_disk: tuple[Path, Path], tmp_path: Path, capsys: Capture
) -> None:
    plan, day = on_disk
    given = _Given(read_plan(plan), [str(day)], None, None, None)
    done = _look(given, tmp_path / "now", "en", None)
    assert done == NOON
    page = (tmp_path / "now" / "now.html").read_bytes()
    whole = day.read_text()
    day.write_text(whole[:40])
    assert _look(given, tmp_path / "now", "en", done) == NOON
    assert "the plan of before stays" in capsys.readouterr().err
    assert (tmp_path / "now" / "now.html").read_bytes() == page
    day.write_text(whole)
    assert _look(given, tmp_path / "now", "en", done) == NOON
    assert "nothing new" in capsys.readouterr().err


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


def test_a_campaign_that_breaks_is_told_from_its_channel() -> None:
    brief = load_brief(example_paths("en")[0])
    plan = make_plan(brief, load_history([example_folder() / "history.csv"], brief))
    rows = plan.schedule[plan.schedule["end"] <= NOON].assign(hour=lambda table: table["start"].dt.floor("h"))
    numbers = ["impressions", "clicks", "spend", "orders", "revenue"]
    table = rows.groupby(["hour", "channel", "campaign"], as_index=False)[numbers].sum()
    best = plan.schedule.groupby("campaign")["spend"].sum().idxmax()
    table["orders"] = table["orders"].mask(table["campaign"] == best, 0.0)
    live = plan.live(History(table), now=NOON)
    before = plan.market[plan.market["start"] >= NOON].reset_index(drop=True)
    factor = (live.market["conversion"] / before["conversion"]).groupby(live.market["campaign"]).mean()
    assert factor.idxmin() == best
    assert live.day is not None
    assert best in set(live.day.changes["campaign"])
    assert factor[best] < 0.8 * factor.drop(best).min()
    spent = (
        live.schedule.groupby("campaign")["spend"].sum()
        / before.assign(spend=plan.schedule.loc[plan.schedule["start"] >= NOON, "spend"].to_numpy())
        .groupby("campaign")["spend"]
        .sum()
    )
    assert spent[best] < spent.drop(best).max()


def test_watching_ends_on_a_key_without_a_trace(
    on_disk: tuple[Path, Path], tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("planner.cli.live.time.sleep", stop)
    plan, day = on_disk
    assert run("live", plan, "--actuals", day, "-o", tmp_path / "now", "--watch", "10", "--lang", "en") == 0
    assert (tmp_path / "now" / "now.html").exists()
    assert "Traceback" not in capsys.readouterr().err


def test_the_account_at_the_close_sets_plan_and_day_side_by_side(example_plan: Plan, tmp_path: Path) -> None:
    close = at("2026-11-12 00:00")
    live = example_plan.live(reports(example_plan, close, orders=1.2), now=close)
    files = render_now(live, "en")
    account = pd.read_csv(io.BytesIO(files["account.csv"]))
    total = account[["planned_spend", "in_force_spend", "spend", "planned_orders", "orders"]].sum()
    assert total["planned_spend"] == pytest.approx(example_plan.schedule["spend"].sum(), abs=0.05)
    assert total["spend"] == pytest.approx(live.actuals["spend"].sum(), abs=0.05)
    assert total["orders"] == pytest.approx(live.actuals["orders"].sum(), abs=0.05)
    event = tomllib.loads(files["past_event.toml"].decode())["past_events"][0]
    assert event["date"] == example_plan.brief.promotion.date
