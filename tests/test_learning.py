"""Playbooks learnt from shops: by value against known patterns, and by law."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.brief import load_brief
from planner.brief.playbook import Playbook, builtin_playbooks, load_playbook
from planner.brief.playbook_file import playbook_file
from planner.cli import planner
from planner.history import load_history
from planner.market.learning import Lesson, learn_playbook, lessons_of
from planner.market.learning.pooling import Heard, Spreads, pool
from planner.market.log_multipliers import Belief, Counts
from planner.vocabulary.errors import PlannerError

CELLS = 12
JUDGED = Spreads(level=0.2, curve=0.25, lasting=0.5)
NEAR = np.exp(-0.5 * (np.subtract.outer(np.arange(CELLS), np.arange(CELLS)) / 2.5) ** 2)
KIN = 0.95 * NEAR + 0.05 * np.eye(CELLS)
WIDE = Belief(np.zeros(CELLS), 0.5**2 * (0.5 + 0.5 * NEAR) + 1e-6 * np.eye(CELLS))


def an_event(
    rng: np.random.Generator, shop: int, pattern: np.ndarray, *, clicks: float = 60.0, own: np.ndarray | float = 0.0
) -> Heard:
    """An event of two channels whose hours follow a pattern, and what it and its shop are besides."""
    exposure = np.full((CELLS, 2), clicks)
    count = rng.poisson(exposure * np.exp(pattern + own)[:, None]).astype(float)
    counts = Counts(count, exposure, np.eye(CELLS), np.zeros((CELLS, 2), dtype=bool), 0.05)
    return Heard(shop, np.arange(CELLS), KIN, counts, 0.05)


def some_curve(rng: np.random.Generator, level: float, curve: float) -> np.ndarray:
    cov = level**2 + curve**2 * KIN
    return np.linalg.cholesky(cov + 1e-9 * np.eye(CELLS)) @ rng.standard_normal(CELLS)


def test_the_shared_pattern_and_the_spreads_of_many_shops_are_found() -> None:
    rng = np.random.default_rng(5)
    pattern = 0.6 * np.sin(np.arange(CELLS))
    events = [an_event(rng, shop, pattern, own=some_curve(rng, 0.15, 0.3)) for shop in range(80)]
    found = pool(WIDE, JUDGED, events)
    assert np.abs(found.belief.mean - pattern).max() < 0.15
    off = (found.belief.mean - pattern) / np.sqrt(np.diag(found.belief.cov))
    assert np.abs(off).max() < 3.5
    assert found.spreads.curve == pytest.approx(0.3, abs=0.06)
    assert found.spreads.level == pytest.approx(0.15, abs=0.06)


def test_what_a_shop_keeps_is_told_apart_from_what_one_year_was() -> None:
    rng = np.random.default_rng(6)

    def lasting(shop_curve: float, year_curve: float) -> float:
        events = []
        for shop in range(40):
            own = some_curve(rng, 0.1, shop_curve)
            events += [an_event(rng, shop, own * 0, own=own + some_curve(rng, 0.1, year_curve)) for _ in range(3)]
        return pool(WIDE, JUDGED, events).spreads.lasting

    assert lasting(0.3, 0.1) > 0.7
    assert lasting(0.05, 0.3) < 0.35


def test_five_shops_move_the_pattern_a_little_and_fifty_carry_it() -> None:
    rng = np.random.default_rng(7)
    pattern = np.full(CELLS, 0.8)

    def moved(count: int) -> float:
        events = [an_event(rng, shop, pattern, clicks=3.0, own=some_curve(rng, 0.3, 0.3)) for shop in range(count)]
        return float(pool(WIDE, JUDGED, events).belief.mean.mean())

    few, many = moved(2), moved(50)
    assert 0.2 < few < 0.75
    assert many == pytest.approx(0.8, abs=0.12)


def test_one_giant_shop_does_not_drown_the_others() -> None:
    rng = np.random.default_rng(8)
    events = [an_event(rng, shop, np.zeros(CELLS)) for shop in range(20)]
    giant = an_event(rng, 20, np.zeros(CELLS), clicks=1e6, own=np.full(CELLS, 0.3))
    found = pool(WIDE, JUDGED, [*events, giant])
    assert np.abs(found.belief.mean).max() < 0.1


def test_a_shop_unlike_the_others_weighs_less() -> None:
    rng = np.random.default_rng(9)
    events = [an_event(rng, shop, np.zeros(CELLS), own=some_curve(rng, 0.1, 0.15)) for shop in range(20)]
    odd = an_event(rng, 20, np.zeros(CELLS), own=1.5 * np.cos(3.0 * np.arange(CELLS)))
    found = pool(WIDE, JUDGED, [*events, odd])
    assert found.weights[20] < 0.3
    assert min(weight for shop, weight in found.weights.items() if shop < 20) > 0.5


@settings(max_examples=5, deadline=None)
@given(order=st.permutations(range(8)))
def test_the_order_of_events_is_irrelevant(order: list[int]) -> None:
    rng = np.random.default_rng(10)
    events = [an_event(rng, shop // 2, np.sin(np.arange(CELLS))) for shop in range(8)]
    before, after = pool(WIDE, JUDGED, events), pool(WIDE, JUDGED, [events[place] for place in order])
    np.testing.assert_allclose(after.belief.mean, before.belief.mean, atol=1e-8)
    np.testing.assert_allclose(after.belief.cov, before.belief.cov, atol=1e-8)


def test_no_events_leave_what_was_believed() -> None:
    found = pool(WIDE, JUDGED, [])
    assert found.belief is WIDE
    assert found.spreads == JUDGED


# Shops with files.

OPENING_LIFT = 3.0


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight shops whose opening hour brings three times the clicks of the hours about it, at even bids."""
    root = tmp_path_factory.mktemp("shops")
    for seed in range(8):
        a_shop(root / f"secret-name-{seed}", seed)
    return root


def a_shop(folder: Path, seed: int, years: tuple[int, ...] = (2025,), playbook: str = "double11") -> None:
    folder.mkdir()
    rng = np.random.default_rng(seed)
    lines = [
        "[promotion]", 'name = "x"', f'playbook = "{playbook}"', "date = 2026-11-11", 'timezone = "Asia/Shanghai"',
        'currency = "CNY"', "[budget]", "total = 3000", "[shop]", "margin = 0.3", "order_value = 90",
        *(f"[[past_events]]\ndate = {year}-11-11" for year in years),
        *(f'[[channels]]\nname = "{name}"\nkind = "cpc"' for name in ("search", "feed")),
    ]  # fmt: skip
    (folder / "brief.toml").write_text("\n".join(lines), encoding="utf-8")
    with (folder / "history.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["hour", "channel", "clicks", "spend", "orders", "bid"])
        days = [dt.date(2026, 10, 10) + dt.timedelta(days=day) for day in range(21)]
        events = [dt.date(year, 11, day) for year in years for day in (10, 11)]
        for day in sorted([*events, *days]):
            for hour in range(24):
                if day in events and day.day == 10 and hour < 20:
                    continue
                lift = 1.0 if day in days else 2.0 * (OPENING_LIFT if (day.day, hour) == (11, 0) else 1.0)
                for name, mean in (("search", 30.0 + 2 * seed), ("feed", 20.0)):
                    clicks = rng.poisson(mean * lift)
                    orders = rng.binomial(clicks, 0.04 if day in days else 0.06)
                    out.writerow([f"{day} {hour:02d}:00", name, clicks, round(0.5 * clicks, 2), orders, 0.8])


def lessons(root: Path, playbook: Playbook, name: Callable[[str], str] = str) -> list[Lesson]:
    found = []
    for folder in sorted(root.iterdir()):
        brief = load_brief(folder / "brief.toml")
        found += lessons_of(name(folder.name), brief, load_history(folder, brief), playbook)
    return found


@pytest.fixture(scope="module")
def told(shops: Path) -> list[Lesson]:
    return lessons(shops, load_playbook("double11"))


def hour_of(book: Playbook, window: str, hour: int) -> float:
    """Clicks at a fixed bid against a usual day, as a playbook has them at an elasticity of 1."""
    found = book.window(window)
    assert found is not None
    prior, profile = found.prior, found.by_hour
    return float(prior.traffic * profile.at("traffic", hour) / (prior.price * profile.at("price", hour)))


def test_what_shops_show_goes_into_windows_and_hours(told: list[Lesson]) -> None:
    before = load_playbook("double11")
    learnt = learn_playbook(before, told)
    assert (learnt.shops, learnt.events, learnt.repeated, learnt.unlike) == (8, 8, 0, {})
    table = learnt.evidence.set_index(["window", "hour"])
    around = table.loc[("second-hour", 0)]
    opening = table.loc[("opening", 0)]
    first, second = before.window("opening"), before.window("second-hour")
    assert first is not None and second is not None
    gamma = told[0].gamma

    def volume(window: str, factor: float) -> float:
        found = before.window(window)
        assert found is not None
        return float(found.prior.traffic * found.prior.price**-gamma * factor)

    ratio = volume("opening", opening["clicks_factor"]) / volume("second-hour", around["clicks_factor"])
    assert ratio == pytest.approx(OPENING_LIFT, rel=0.15)
    assert learnt.playbook.trust.story == 1.0
    assert [each.name for each in learnt.playbook.windows] == [each.name for each in before.windows]
    assert [each.stance for each in learnt.playbook.windows] == [each.stance for each in before.windows]
    assert hour_of(learnt.playbook, "opening", 0) > hour_of(before, "opening", 0)


def test_an_objection_to_a_stance_leaves_the_choice_to_the_person(told: list[Lesson]) -> None:
    learnt = learn_playbook(load_playbook("double11"), told)
    against = {each.window: each for each in learnt.objections}
    assert (against["opening"].instead, against["opening"].against, against["opening"].events) == ("compete", 8, 8)
    window = learnt.with_stances().window("opening")
    assert window is not None and window.stance == "compete"


def test_no_shops_return_the_playbook_itself(told: list[Lesson]) -> None:
    for name in builtin_playbooks():
        assert learn_playbook(load_playbook(name), []).playbook == load_playbook(name)
    few = learn_playbook(load_playbook("double11"), told[:4])
    assert few.playbook == load_playbook("double11")
    assert few.objections == ()


def test_the_order_of_shops_is_irrelevant(told: list[Lesson]) -> None:
    book = load_playbook("double11")
    assert learn_playbook(book, told[::-1]).playbook == learn_playbook(book, told).playbook


def test_one_shop_repeated_a_hundred_times_is_one_shop(told: list[Lesson], shops: Path) -> None:
    book = load_playbook("double11")
    again = lessons(shops, book, name=lambda name: f"{name}-again")
    learnt = learn_playbook(book, [*told, *[again[0]] * 100])
    assert learnt.repeated == 100
    assert learnt.playbook == learn_playbook(book, told).playbook
    assert learn_playbook(book, [told[0]] * 100).playbook == book


@pytest.mark.parametrize("name", builtin_playbooks())
def test_the_file_of_a_playbook_reads_back_to_the_same(name: str, tmp_path: Path, told: list[Lesson]) -> None:
    path = tmp_path / "book.toml"
    path.write_text(playbook_file(load_playbook(name), head=["a"], notes={"eve": ["b"]}), encoding="utf-8")
    assert load_playbook(path) == load_playbook(name)
    learnt = learn_playbook(load_playbook("double11"), told).playbook
    path.write_text(playbook_file(learnt), encoding="utf-8")
    assert load_playbook(path) == learnt


def run(*command: object) -> tuple[int, str]:
    """Run a command; what its door would make of an error is its exit code and its text."""
    done = CliRunner().invoke(planner, [str(each) for each in command])
    if isinstance(done.exception, PlannerError):
        return done.exception.exit_code, done.output + done.exception.text("en")
    return done.exit_code, done.output


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_command_writes_a_file_that_tells_no_shop(shops: Path, tmp_path: Path, lang: str) -> None:
    out = tmp_path / "learnt.toml"
    code, said = run("playbook", "learn", shops, "--from", "double11", "-o", out, "--lang", lang)
    assert code == 0, said
    text = out.read_text(encoding="utf-8")
    assert "secret" not in text
    assert "8" in text.split("\n")[0]
    assert (
        load_playbook(out)
        == learn_playbook(load_playbook("double11"), lessons(shops, load_playbook("double11"))).playbook
    )
    # Every comment was said on the terminal too.
    assert all(line[2:] in said for line in text.split("\n") if line.startswith("# "))
    assert run("playbook", "learn", shops, "-o", out)[0] == 2
    brief = (shops / "secret-name-0/brief.toml").read_text(encoding="utf-8")
    mine = tmp_path / "brief.toml"
    mine.write_text(re.sub("playbook = .*", 'playbook = "learnt.toml"', brief), encoding="utf-8")
    assert load_brief(mine).playbook.trust.story == 1.0


def test_shops_that_cannot_be_used_are_named_and_the_others_are_learnt_from(shops: Path, tmp_path: Path) -> None:
    a_shop(tmp_path / "other", 30, playbook="black-friday")
    a_shop(tmp_path / "newcomer", 31, years=())
    a_shop(tmp_path / "broken", 32)
    (tmp_path / "broken/brief.toml").write_text("[promotion]\ndate = 5\n", encoding="utf-8")
    out = tmp_path / "learnt.toml"
    left = ["other", "newcomer", "broken"]
    code, said = run("playbook", "learn", shops, *(tmp_path / name for name in left), "--from", "double11", "-o", out)
    assert code == 0, said
    assert all(name in said for name in left)
    assert "brief.toml:2" in said
    assert "black-friday" in said
    assert load_playbook(out).trust.story == 1.0


def test_nothing_usable_is_an_error_and_nothing_is_written(tmp_path: Path) -> None:
    a_shop(tmp_path / "broken", 32)
    (tmp_path / "broken/brief.toml").write_text("[promotion]\ndate = 5\n", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    out = tmp_path / "learnt.toml"
    code, said = run("playbook", "learn", tmp_path / "broken", "--from", "double11", "-o", out)
    assert (code, out.exists()) == (3, False)
    assert "brief.toml:2" in said
    code, said = run("playbook", "learn", tmp_path / "empty", "-o", out)
    assert (code, out.exists()) == (3, False)
    assert "empty" in said


def test_shops_of_different_promotions_need_a_choice(tmp_path: Path) -> None:
    a_shop(tmp_path / "one", 1)
    a_shop(tmp_path / "two", 2, playbook="black-friday")
    code, said = run("playbook", "learn", tmp_path, "-o", tmp_path / "out.toml")
    assert code == 3
    assert "black-friday, double11" in said


def test_a_wider_spread_of_years_widens_the_ranges_of_a_plan(told: list[Lesson], shops: Path) -> None:
    from planner.brief.slots import make_slots
    from planner.market import forecast_market

    brief = load_brief(shops / "secret-name-0/brief.toml")
    history = load_history(shops / "secret-name-0", brief)
    learnt = learn_playbook(load_playbook("double11"), told).playbook

    def width(factor: float) -> float:
        trust = learnt.trust
        changed = {"year_traffic": trust.year_traffic * factor, "year_level": trust.year_level * factor}
        laid = brief.laid_on(learnt.model_copy(update={"trust": trust.model_copy(update=changed)}))
        table = forecast_market(laid, make_slots(laid.timetable), history).table
        return float(np.log(table["clicks_high"] / table["clicks_low"]).mean())

    assert width(1.0) < width(1.5) < width(2.5)
