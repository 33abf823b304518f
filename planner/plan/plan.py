"""A plan: everything that was planned, as data; what it can be asked is answered by the rooms that stand on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from planner.brief import Brief
from planner.history import History
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
    `foundation` is what it all stands on.
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
