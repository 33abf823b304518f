"""The whole way: what every plan keeps to, whatever the brief, the playbook and the history."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.allocate.reasons import overruled
from planner.brief import Brief
from planner.brief.playbook import builtin_playbooks
from planner.history import History
from planner.plan import Plan, check_plan, make_plan
from planner.vocabulary.errors import InfeasibleError, InputError
from tests.conftest import SMALL_BRIEF, brief_from

ZONE = "Asia/Shanghai"


def history_of(brief: Brief, rng: np.random.Generator, days: int, *, bids: bool, shop_level: bool) -> History:
    """Return usual days before the promotion, by channel or of the whole shop."""
    first = pd.Timestamp(brief.promotion.date, tz=brief.zone) - pd.Timedelta(days=days + 2)
    hours = pd.date_range(first, periods=24 * days, freq="h")
    rhythm = 1 + 0.6 * np.sin((hours.hour.to_numpy() - 14) / 24 * 2 * np.pi)
    frames = []
    for channel in [None] if shop_level else [channel.name for channel in brief.channels if channel.paid]:
        clicks = rng.poisson(60 * rhythm)
        orders = rng.binomial(clicks, 0.03)
        columns: dict[str, object] = {"orders": orders, "revenue": orders * 95.0}
        if not shop_level:
            columns |= {"impressions": clicks * 25, "clicks": clicks, "spend": clicks * 0.8}
            columns |= {"bid": 1.2} if bids else {}
        frames.append(pd.DataFrame({"hour": hours, "channel": channel, **columns}))
    table = pd.concat(frames).sort_values(["hour", "channel"], ignore_index=True)
    return History(table)


briefs = st.builds(
    lambda playbook, total, margin, platform, minimum, budget, sms, cpm: brief_from(
        SMALL_BRIEF.replace("total = 3000", f"total = {total}")
        .replace("margin = 0.4", f'margin = {margin}\nplatform = "{platform}"')
        .replace("date = 2026-11-11", f'date = 2026-11-11\nplaybook = "{playbook}"')
        .replace("price = 1.0", f"price = 1.0\ndaily_minimum = {minimum}" + (f"\nbudget = {budget}" if budget else ""))
        .replace("price = 0.5", 'price = 9.5\nkind = "cpm"\nclick_through = 0.02' if cpm else "price = 0.5")
        + ('[sms]\nprice = 0.05\n[[sms.segments]]\nname = "vip"\npeople = 800\n' if sms else "")
    ),
    playbook=st.sampled_from(builtin_playbooks()),
    total=st.floats(200, 50_000).map(lambda amount: round(amount, 2)),
    margin=st.floats(0.05, 0.8).map(lambda share: round(share, 3)),
    platform=st.sampled_from(["tmall", "taobao", "other"]),
    minimum=st.sampled_from([0, 0, 5]),
    budget=st.sampled_from([0, 0, 120.5]),
    sms=st.booleans(),
    cpm=st.booleans(),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(brief=briefs, seed=st.integers(0, 10), kind=st.sampled_from(["none", "shop", "channel", "bids"]))
def test_every_plan_keeps_its_rules(brief: Brief, seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    history = None if kind == "none" else history_of(brief, rng, 8, bids=kind == "bids", shop_level=kind == "shop")
    plan = make_plan(brief, history)
    assert check_plan(plan) == []
    cents = (plan.schedule["spend"] * 100).round(6)
    assert (cents % 1 == 0).all()
    assert round(cents.sum()) == round(100 * plan.summary.spend)
    assert plan.summary.spend + plan.summary.sms_cost <= brief.budget.total + 1e-9
    assert set(plan.schedule["window"]) <= {window.id for window in brief.playbook.windows} | {"outside"}
    assert not plan.schedule.duplicated(["start", "channel"]).any()
    assert plan.certificate["gap"] <= 1e-9
    assert plan.schedule["clicks_low"].le(plan.schedule["clicks_high"]).all()
    assert plan.schedule["profit_low"].le(plan.schedule["profit_high"]).all()


@pytest.mark.parametrize(
    ("currency", "total", "price"),
    [
        ("CNY", 708.99, 0.047),
        ("CNY", 8.29, 0.055),
        ("CNY", 64.35, 0.055),
        ("CNY", 129.29, 0.0333),
        ("JPY", 10_000, 2.7),
    ],
)
def test_odd_prices_and_totals_never_break_the_budget(currency: str, total: float, price: float) -> None:
    text = SMALL_BRIEF.replace("total = 3000", f"total = {total}")
    text = text.replace("date = 2026-11-11", f'date = 2026-11-11\ncurrency = "{currency}"')
    sms = f'[sms]\nprice = {price}\n[[sms.segments]]\nname = "vip"\npeople = 800\n'
    plan = make_plan(brief_from(text + sms))
    unit = 1 if currency == "JPY" else 0.01
    steps = round((plan.schedule["spend"].sum() + plan.sms["cost"].sum()) / unit, 6)
    assert steps <= round(total / unit)
    assert steps == round(steps)


def test_rivals_keep_to_the_limits_and_the_stock_too() -> None:
    text = SMALL_BRIEF.replace("total = 3000", "total = 90000").replace("price = 1.0", "price = 1.0\nbudget = 400")
    table = make_plan(brief_from(text + "[stock]\nunits = 60\n")).comparison.set_index("name")
    assert (table["orders"] <= 60 + 1e-6).all()
    assert table.loc["plan", "profit"] >= table.loc["flat", "profit"]


def _same(one: Plan, other: Plan) -> None:
    for name in ("schedule", "sms"):
        left, right = getattr(one, name), getattr(other, name)
        key = ["start", "channel"] if name == "schedule" else ["send_at", "segment"]
        pd.testing.assert_frame_equal(
            left.sort_values(key, ignore_index=True), right.sort_values(key, ignore_index=True), rtol=1e-6, atol=0.011
        )


@pytest.fixture
def history(small_brief: Brief) -> History:
    return history_of(small_brief, np.random.default_rng(3), 10, bids=True, shop_level=False)


def test_shuffled_rows_give_the_same_plan(small_brief: Brief, history: History) -> None:
    shuffled = dataclasses.replace(history, table=history.table.sample(frac=1, random_state=1))
    _same(make_plan(small_brief, history), make_plan(small_brief, shuffled))


def test_reordered_channels_give_the_same_plan(small_brief: Brief, history: History) -> None:
    turned = small_brief.model_copy(update={"channels": small_brief.channels[::-1]})
    _same(make_plan(small_brief, history), make_plan(turned, history))


def test_the_same_seed_gives_the_same_plan_to_the_last_digit(small_brief: Brief, history: History) -> None:
    one, other = (make_plan(small_brief, history, seed=5) for _ in range(2))
    pd.testing.assert_frame_equal(one.schedule, other.schedule)
    assert one.summary == other.summary


@pytest.mark.parametrize("unit", [100, 10_000])
def test_another_unit_of_money_gives_the_same_plan(unit: int, history: History) -> None:
    text = SMALL_BRIEF
    for key in ("total = 3000", "order_value = 100", "price = 1.0", "price = 0.5"):
        name, value = key.split(" = ")
        text = text.replace(key, f"{name} = {float(value) * unit}")
    table = history.table.assign(**{name: history.table[name] * unit for name in ("spend", "revenue", "bid")})
    plan, scaled = make_plan(brief_from(SMALL_BRIEF), history), make_plan(brief_from(text), History(table))
    assert scaled.schedule["spend"].to_numpy() == pytest.approx(
        unit * plan.schedule["spend"].to_numpy(), abs=0.02 * unit
    )
    assert scaled.summary.profit == pytest.approx(unit * plan.summary.profit, rel=1e-3)


def test_without_history_the_plan_is_the_playbook() -> None:
    text = SMALL_BRIEF.replace("total = 3000", "total = 1500") + "[sms]\nprice = 0.05\n"
    plan = make_plan(brief_from(text))
    schedule = plan.schedule.assign(hours=(plan.schedule["end"] - plan.schedule["start"]) / pd.Timedelta(hours=1))
    search = schedule[schedule["channel"] == "search"]
    # The night is judged by its bids: it has fewer clicks to buy at any price.
    awake = search[~search["window"].isin(["night", "eve"])]
    hourly = awake.groupby("stance")[["spend", "hours"]].sum().eval("spend / hours")
    assert hourly["compete"] > hourly["hold"]
    assert search.loc[search["stance"] == "notify", "spend"].sum() == 0
    bids = search.groupby("stance")["bid"].mean()
    assert bids["low_bid"] < bids["compete"]
    second, opening = (search.loc[search["window"] == window, "spend"].sum() for window in ("second-hour", "opening"))
    assert second > opening


def test_a_budget_below_the_minimum_spends_exits_with_the_smallest_that_works() -> None:
    text = SMALL_BRIEF.replace("total = 3000", "total = 100").replace("price = 1.0", "price = 1.0\ndaily_minimum = 80")
    with pytest.raises(InfeasibleError, match="160"):
        make_plan(brief_from(text))


def test_a_channel_that_nothing_is_known_of_is_refused_with_what_to_add() -> None:
    with pytest.raises(InputError, match="mystery"):
        make_plan(brief_from(SMALL_BRIEF + '[[channels]]\nname = "mystery"\n'))


def test_reasons_say_the_stance_and_where_data_overrule_the_playbook(example_plan: Plan) -> None:
    reasons = example_plan.schedule.set_index(["window", "channel"])["reason"]
    assert reasons["last-minutes"].str.startswith("notify: ").all()
    assert reasons["opening"].str.startswith("hold: clicks at ").all()
    table = overruled(example_plan.market, example_plan.brief.playbook)
    windows = set(table.loc[table["overruled"], "window"])
    spoken = reasons[~reasons.str.startswith("notify: ")]
    said = spoken.str.contains("data overrule the playbook: ")
    assert (said == spoken.index.get_level_values("window").isin(windows)).all()


def test_the_comparison_stands_beside_the_plan(example_plan: Plan) -> None:
    table = example_plan.comparison.set_index("name")
    assert list(table.index) == ["plan", "flat", "even", "last_year"]
    assert table.loc["plan", "profit"] > table.loc["even", "profit"]
    assert (table["spend"] <= example_plan.brief.budget.total).all()
    ends = example_plan.paths.groupby("name").last()
    assert ends.loc["plan", "spend"] == pytest.approx(table.loc["plan", "spend"])


def test_flat_bids_at_their_best_level_stand_beside_the_usual_ones_where_they_earn_more() -> None:
    text = SMALL_BRIEF.replace("conversion = 0.04", "conversion = 0.01")
    text = text.replace("conversion = 0.015", "conversion = 0.004")
    table = make_plan(brief_from(text)).comparison.set_index("name")
    assert table.loc["flat_best", "profit"] > table.loc["flat", "profit"]


def test_more_budget_never_earns_less_along_the_frontier(example_plan: Plan) -> None:
    frontier = example_plan.frontier
    assert frontier["budget"].is_monotonic_increasing
    assert (frontier["profit"].diff().dropna() >= -1e-6 * frontier["profit"].iloc[-1]).all()


def test_nothing_in_stock_plans_nothing(small_brief: Brief) -> None:
    plan = make_plan(small_brief.with_(stock={"units": 0}), lang="en")
    assert plan.schedule["spend"].sum() == 0
    assert check_plan(plan) == []


def test_the_highest_bid_holds_whatever_the_base_bid() -> None:
    text = SMALL_BRIEF.replace("margin = 0.4", 'margin = 0.4\nplatform = "tmall"')
    brief = brief_from(text.replace("price = 1.0", "price = 1.0\nbase_bid = 9.0\nmax_bid = 1.5"))
    bids = make_plan(brief).schedule.query("channel == 'search'")["bid"]
    assert 0 < bids.max() <= 1.5


@pytest.mark.parametrize(("currency", "base"), [("CNY", 0.125), ("JPY", 0.4)])
def test_a_base_bid_is_the_one_stated(currency: str, base: float) -> None:
    text = SMALL_BRIEF.replace('name = "small"', f'name = "small"\ncurrency = "{currency}"')
    brief = brief_from(text.replace("price = 1.0", f"price = 1.0\nbase_bid = {base}"))
    rows = make_plan(brief).schedule.query("channel == 'search' and bid > 0")
    assert (100 * rows["bid"] / rows["bid_percent"]).median() == pytest.approx(base, rel=1e-3)
