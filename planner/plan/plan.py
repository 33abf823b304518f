"""A plan: everything that was planned, as data; what it can be asked is answered by the rooms that stand on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from planner.brief import Brief
from planner.history import History
from planner.plan.day import Day
from planner.plan.expectation import Foundation
from planner.plan.summary import Summary
from planner.vocabulary.answers import answer
from planner.vocabulary.wording import Lang, Message, Text

__all__ = ["By", "Plan"]

By = Literal["hour", "window", "channel"]


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything that was planned; the tables are those of `planner.vocabulary.tables`.

    `comparison` and `paths` set the plan beside naive plans over the same drawn markets; `frontier` has profit and
    marginal return over a range of budgets; `certificate` says how close to the optimum the allocation provably is.
    `foundation` is what it all stands on; `day` is there in a plan made on the day itself (`live`).
    """

    brief: Brief
    lang: Lang
    seed: int
    slots: pd.DataFrame
    market: pd.DataFrame
    schedule: pd.DataFrame
    limits: pd.DataFrame
    sms: pd.DataFrame
    actions: pd.DataFrame
    offers: pd.DataFrame
    comparison: pd.DataFrame
    paths: pd.DataFrame
    frontier: pd.DataFrame
    multipliers: pd.Series
    certificate: Mapping[str, Any]
    summary: Summary
    foundation: Foundation
    notes: tuple[Message | Text, ...] = ()
    day: Day | None = None

    @property
    def actuals(self) -> pd.DataFrame:
        """What has happened of the promotion, for a plan made on the day; empty for one made beforehand."""
        return self.day.actuals if self.day is not None else pd.DataFrame()

    @property
    def history(self) -> History | None:
        """The history that the plan was made with; None where there was none, or where the plan was read from files."""
        return self.foundation.history

    @property
    def sources(self) -> tuple[Mapping[str, Any], ...]:
        """The files of the history, with their fingerprints."""
        return self.foundation.sources

    def replan(
        self, *, history: History | None = None, lang: Lang | None = None, seed: int | None = None, **changes: Any
    ) -> Plan:
        """Return the plan of the same promotion with something changed.

        Parameters
        ----------
        history
            Another history; by default the one that this plan was made with. A plan read from its files has left it
            behind: it is then planned anew on the market it stands on, unless the change would change that market.
        lang, seed
            As in `make_plan`; by default this plan's.
        changes
            Of the brief, as `Brief.with_` takes them: ``budget=40_000``, ``shop={"margin": 0.3}``,
            ``windows=[{"window": 3, "stance": "hold"}]``.

        Raises
        ------
        InputError
            A value that a brief may not have, or a change that needs the history.
        InfeasibleError
            No plan keeps all limits of the brief.

        Examples
        --------
        >>> import planner
        >>> shop = planner.example_folder()
        >>> brief = planner.load_brief(shop / "brief.toml")
        >>> plan = planner.make_plan(brief, planner.load_history(shop / "history.csv", brief))
        >>> plan.replan(budget=4_000).summary.budget
        4000.0
        """
        planned: Plan = answer("plan.replan")(self, history=history, lang=lang, seed=seed, **changes)
        return planned

    def live(
        self,
        history: History | None = None,
        *,
        now: dt.datetime | None = None,
        so_far: pd.DataFrame | None = None,
        stock: float | None = None,
    ) -> Plan:
        """Return the plan of what is left of the promotion, from what has happened so far.

        What was spent, sold and sent is a fact; how this year differs is learnt from it; the rest of money, stock and
        messages is planned as before. The answer's `schedule` begins at `now`, its `actuals` hold what was, and it can
        be taken live again.

        Parameters
        ----------
        history
            Reports of the promotion's own hours so far, from `planner.load_history`; other hours in it are not used.
        now
            The moment, with its zone; by default the end of the last complete hour in the reports.
        so_far
            Sums since midnight, a row a channel: ``channel``, ``spend``, ``clicks``, ``orders``, ``revenue``, those
            that are known; ``at`` is their moment where `now` is not given.
        stock
            Units that are left, where somebody counted them; by default the brief's less the orders so far.

        Raises
        ------
        InputError
            Nothing of the reports can be used: they are of another day, or of no channel of this plan.
        """
        planned: Plan = answer("plan.live")(self, history, now=now, so_far=so_far, stock=stock)
        return planned

    def compare(self, other: Plan, *, by: By = "window", lang: Lang | None = None) -> pd.DataFrame:
        """Return what moves from this plan to another, and why; see `planner.plan.changes.plan_changes`."""
        moved: pd.DataFrame = answer("plan.compare")(self, other, by=by, lang=lang)
        return moved

    def explore(self) -> Any:
        """Return sliders for budget, margin and price of a message, and a choice of stance for every window.

        They need the extra ``notebook``; without it the answer shows the chart of other budgets instead.
        """
        return answer("plan.explore")(self)

    def __repr__(self) -> str:
        return "\n".join(answer("plan.lines")(self))

    def _repr_html_(self) -> str:
        page: str = answer("plan.page")(self)
        return page
