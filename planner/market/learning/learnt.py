"""A playbook learnt from the events of many shops: priors, profiles by hour and spreads in place of the judged ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief.playbook import Playbook, Prior, Window
from planner.brief.profile import Profile
from planner.brief.trust import Trust
from planner.market.learning.lessons import Cells, Lesson, playbook_cells
from planner.market.learning.pooling import Heard, Pattern, Spreads, pool
from planner.market.learning.stances import Objection, objections
from planner.market.log_multipliers import Belief
from planner.market.prior import PriorTable
from planner.market.uplift import (
    CHANNEL_CONVERSION,
    CHANNEL_TRAFFIC,
    CONVERSION_PARTS,
    LEVEL_CONVERSION,
    conversion_belief,
    expected_lift,
    volume_belief,
)

__all__ = ["Learnt", "learn_playbook"]

Floats = NDArray[np.float64]
Multiple = Literal["traffic", "price", "conversion"]
# Of what events differ by, the part that a shop keeps, where no shop has shown two events (judgement).
LASTING = 0.5
LEAST_SHOPS = 5
# Elasticity of clicks to the bid where there is no shop to ask.
GAMMA = 1.0
# What a learnt story's strength is still unsure of is in its hours already.
SURE = 0.03
# A shop that counts less than this is unlike the others.
UNLIKE = 0.6


@dataclass(frozen=True, eq=False)
class Learnt:
    """A learnt playbook and what is behind it.

    Attributes
    ----------
    playbook
        As asked for; the one that was there where too few shops speak.
    evidence
        A row an hour of the playbook: `window`, `hour`, `shops`, `events`, `clicks`, `orders`, factors on clicks at a
        fixed bid and on conversion against the playbook before (`clicks_factor`, `conversion_factor`) with log standard
        deviations (`clicks_sd`, `conversion_sd`).
    shops, events, repeated
        How many spoke, and how many lessons were the same data once more.
    unlike
        Shops that are unlike the others, and how much they counted. [shop -> 0 to 1]
    objections
        Stances that the events speak against.
    clicks, conversion
        What was pooled.
    """

    playbook: Playbook
    evidence: pd.DataFrame
    shops: int
    events: int
    repeated: int
    unlike: dict[str, float]
    objections: tuple[Objection, ...]
    clicks: Pattern
    conversion: Pattern

    def with_stances(self) -> Playbook:
        """Return the playbook with the stances that the events speak for."""
        instead = {each.window: each.instead for each in self.objections}
        windows = (
            window.model_copy(update={"stance": instead.get(window.id, window.stance)})
            for window in self.playbook.windows
        )
        return self.playbook.model_copy(update={"windows": tuple(windows)})


def learn_playbook(playbook: Playbook, lessons: Sequence[Lesson], *, least_shops: int = LEAST_SHOPS) -> Learnt:
    """Return a playbook with what the lessons show in place of what it says.

    Parameters
    ----------
    playbook
        Its windows, stances and texts stay; its priors are what is believed before the lessons.
    lessons
        Past events of any number of shops, in any order.
    least_shops
        An hour that fewer shops speak of stays as the playbook has it.
    """
    once = {lesson.content: lesson for lesson in lessons}
    told = [once[content] for content in sorted(once)]
    cells = playbook_cells(playbook)
    gamma = float(np.mean([lesson.gamma for lesson in told])) if told else GAMMA
    prior = _prior(playbook, cells)
    numbers = {shop: number for number, shop in enumerate(sorted({lesson.shop for lesson in told}))}
    volume = _belief_of(volume_belief(cells.table, prior, gamma, 0))
    clicks = pool(
        volume,
        _judged(playbook.trust.year_traffic, playbook.trust.year_level),
        _heard(told, numbers, "clicks"),
    )
    believed = conversion_belief(cells.table, np.ones(len(cells.table)), prior, 0, known=True)
    lift = np.log(expected_lift(prior, known=True) / prior.conversion)[:, 0]
    conversion = pool(
        Belief(believed.mean + lift, believed.cov),
        _judged(playbook.trust.year_conversion, LEVEL_CONVERSION),
        _heard(told, numbers, "orders"),
    )
    evidence = _evidence(cells, told, clicks, conversion)
    enough = (evidence["shops"] >= least_shops).to_numpy()
    learnt = playbook
    if enough.any():
        learnt = _with(playbook, cells, clicks, conversion, gamma=gamma, enough=enough)
    unlike = {
        shop: weight
        for shop, number in numbers.items()
        if (weight := min(clicks.weights[number], conversion.weights[number])) < UNLIKE
    }
    against = objections(playbook, told, prior.conversion[:, 0] * np.exp(conversion.belief.mean), least=least_shops)
    return Learnt(
        playbook=learnt,
        evidence=evidence,
        shops=len(numbers),
        events=len(told),
        repeated=len(lessons) - len(told),
        unlike=unlike,
        objections=tuple(against) if enough.any() else (),
        clicks=clicks,
        conversion=conversion,
    )


def _prior(playbook: Playbook, cells: Cells) -> PriorTable:
    """Return what a playbook says of its own hours, of one channel that stands for all."""
    windows = {window.id: window for window in playbook.windows}
    found = [windows[str(key)] for key in cells.table["window"]]

    def column(name: str) -> Floats:
        return np.array([getattr(window.prior, name) for window in found], dtype=np.float64)

    def hourly(name: Multiple) -> Floats:
        factors = [window.by_hour.at(name, hour) for window, hour in zip(found, cells.table["hour"], strict=True)]
        return (column(name) * factors)[:, None]

    return PriorTable(
        hourly("traffic"),
        hourly("price"),
        hourly("conversion"),
        np.log(column("flash_lift")) * 0.0,
        column("traffic_sd"),
        column("price_sd"),
        column("conversion_sd"),
        playbook.trust,
    )


def _belief_of(belief: Belief) -> Belief:
    size = len(belief.mean)
    return Belief(belief.mean, belief.cov + 1e-8 * np.eye(size))


def _judged(curve: float, level: float) -> Spreads:
    """Return the spreads of one event from what all share, as a playbook has them for one shop's years."""
    whole = 1 / np.sqrt(1 - LASTING)
    return Spreads(level * whole, curve * whole, LASTING)


def _heard(lessons: Sequence[Lesson], numbers: dict[str, int], name: str) -> list[Heard]:
    channel_sd = CHANNEL_TRAFFIC if name == "clicks" else CHANNEL_CONVERSION
    return [
        Heard(numbers[lesson.shop], lesson.cells, lesson.kinship, getattr(lesson, name), channel_sd)
        for lesson in lessons
    ]


def _evidence(cells: Cells, lessons: Sequence[Lesson], clicks: Pattern, conversion: Pattern) -> pd.DataFrame:
    """Return what is behind each hour."""
    size = len(cells.table)
    counted = {name: np.zeros(size) for name in ("events", "clicks", "orders")}
    shops: list[set[str]] = [set() for _ in range(size)]
    for lesson in lessons:
        seen = np.unique(lesson.cells[(lesson.clicks.mix > 0).any(axis=0)])
        counted["events"][seen] += 1
        for name in ("clicks", "orders"):
            counted[name] += lesson.by_cell(name, size)
        for cell in seen:
            shops[cell].add(lesson.shop)
    return cells.table[["window", "hour", "hours"]].assign(
        shops=[len(each) for each in shops],
        **counted,
        clicks_factor=np.exp(clicks.belief.mean),
        clicks_sd=np.sqrt(np.diag(clicks.belief.cov)),
        conversion_factor=np.exp(conversion.belief.mean),
        conversion_sd=np.sqrt(np.diag(conversion.belief.cov)),
    )


def _with(
    playbook: Playbook, cells: Cells, clicks: Pattern, conversion: Pattern, *, gamma: float, enough: NDArray[np.bool_]
) -> Playbook:
    """Return the playbook with the patterns in place of its priors, hours and trust."""
    windows = []
    for window in playbook.windows:
        here = np.flatnonzero((cells.table["window"] == window.id).to_numpy())
        windows.append(_window(window, here, enough[here], clicks, conversion, gamma) if enough[here].any() else window)
    before = playbook.trust
    trust = Trust(
        story=1.0,
        story_sd=SURE,
        story_traffic_sd=SURE,
        most_spread=before.most_spread,
        rush=0.0,
        rush_sd=SURE,
        year_traffic=_shown(clicks.spreads.curve * np.sqrt(1 - clicks.spreads.lasting)),
        year_conversion=_shown(conversion.spreads.curve * np.sqrt(1 - conversion.spreads.lasting)),
        year_level=_shown(clicks.spreads.level * np.sqrt(1 - clicks.spreads.lasting)),
    )
    return playbook.model_copy(update={"windows": tuple(windows), "trust": trust})


def _window(
    window: Window,
    here: NDArray[np.intp],
    enough: NDArray[np.bool_],
    clicks: Pattern,
    conversion: Pattern,
    gamma: float,
) -> Window:
    """Return a window with what was learnt of its hours; those that too few shops speak of keep what was judged."""
    prior, profile = window.prior, window.by_hour
    traffic, price = prior.traffic_sd**2, (gamma * prior.price_sd) ** 2
    moved = clicks.belief.mean[here]
    told: dict[Multiple, Floats] = {
        "traffic": moved * traffic / (traffic + price),
        "price": -moved / gamma * price / (traffic + price),
        "conversion": conversion.belief.mean[here],
    }
    level: dict[str, float] = {}
    factors: dict[str, tuple[float, ...]] = {}
    for name, log in told.items():
        whole = np.where(enough, log, 0.0) + np.log(
            [getattr(prior, name) * profile.at(name, hour) for hour in range(len(here))]
        )
        level[name] = _shown(np.exp(whole.mean()))
        factors[name] = tuple(_shown(each) for each in np.exp(whole - whole.mean())) if len(here) > 1 else ()
    spread = _sd(clicks, here[enough])
    scale = spread / np.sqrt(traffic + price)
    sds = {
        "traffic_sd": _shown(prior.traffic_sd * scale),
        "price_sd": _shown(prior.price_sd * scale),
        "conversion_sd": _shown(_sd(conversion, here[enough]) / np.sqrt(sum(CONVERSION_PARTS.values()))),
    }
    return window.model_copy(
        update={
            "prior": Prior.model_validate({**prior.model_dump(), **level, **sds}),
            "by_hour": Profile.model_validate(factors),
        }
    )


def _sd(pattern: Pattern, rows: NDArray[np.intp]) -> float:
    """Return how far a shop's lasting pattern may lie from the shared one's estimate in some hours. [log]"""
    unknown = float(np.mean(np.diag(pattern.belief.cov)[rows]))
    spreads = pattern.spreads
    return float(np.sqrt(unknown + spreads.lasting * (spreads.level**2 + spreads.curve**2)))


def _shown(value: float) -> float:
    """Return a number as a file shows it: three figures, and nothing of nought."""
    return max(float(f"{value:.3g}"), 0.01)
