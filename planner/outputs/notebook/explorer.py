"""Sliders to explore a plan with: budget, margin, price of a message, and the stance of every window.

While a slider is dragged nothing is computed. When it is let go the dot moves along the frontier, which the plan
brought with it, and then the plan follows: every number under the sliders is that of a whole plan, made as
`Plan.replan` makes it. A setting that was planned once is not planned again.
"""

from __future__ import annotations

import importlib.util
import math
from typing import TYPE_CHECKING, Any, get_args

from planner.brief.playbook import Stance
from planner.charts.words import Words
from planner.outputs.notebook.curve import frontier_svg
from planner.outputs.notebook.page import headline, inline_chart, template, window_rows
from planner.vocabulary.errors import PlannerError

if TYPE_CHECKING:
    from planner.plan import Plan

__all__ = ["Explorer", "Still", "explore"]


def explore(plan: Plan) -> Explorer | Still:
    """Return sliders for a plan; where ipywidgets is not installed, the chart of other budgets.

    Parameters
    ----------
    plan
        What to begin with; it stays as it is.
    """
    return Explorer(plan) if importlib.util.find_spec("ipywidgets") else Still(plan)


class Still:
    """The chart of other budgets, for where there are no widgets."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def _repr_html_(self) -> str:
        words = Words.of(self.plan)
        hint = words.say("notebook.no_widgets")
        return f"<div>{inline_chart(self.plan, 'frontier', words.lang)}<p>{hint}</p></div>"


class Explorer:
    """Sliders that a plan follows.

    Attributes
    ----------
    plan
        The plan for what the sliders say now; the last one that could be made where no plan fits.
    budget, margin, sms_price
        The sliders; `sms_price` is None where there is nobody to write to. [currency], share, [currency/part]
    stances
        A choice of stance for each window, by the window's id.
    widget
        All of it, to put into a layout of one's own.
    """

    def __init__(self, plan: Plan) -> None:
        import ipywidgets as widgets

        self.plan = plan
        self._first, self._words = plan, Words.of(plan)
        self._frontier = plan.frontier
        say, total = self._words.say, plan.brief.budget.total
        step, margin = _step(total), plan.brief.shop.margin
        self.budget = _slider(say("notebook.slider_budget"), total, (step, 2 * total), step=step, form=",.0f")
        around = (min(0.01, margin), max(0.95, margin))
        self.margin = _slider(say("notebook.slider_margin"), margin, around, step=0.01, form=".0%")
        price = _part_price(plan)
        self.sms_price: Any = None
        if price is not None:
            around = (price / 10, 3 * price)
            self.sms_price = _slider(say("notebook.slider_sms"), price, around, step=price / 20, form=".3f")
        self.stances = {
            window.id: widgets.Dropdown(
                options=[(self._words.stance(stance), stance) for stance in get_args(Stance)],
                value=window.stance,
                description=self._words.window(window.id),
                disabled=not plan.foundation.whole,
                style={"description_width": "initial"},
            )
            for window in plan.brief.playbook.windows
            if window.id in set(plan.slots["window"])
        }
        reset = widgets.Button(description=say("notebook.reset"))
        reset.on_click(lambda _: self.reset())
        self._curve, self._numbers, self._remark = widgets.HTML(), widgets.HTML(), widgets.HTML()
        rows = [widgets.HBox(self._sliders), widgets.HBox(list(self.stances.values()))]
        rows[1].layout.flex_flow = "row wrap"
        self.widget = widgets.VBox([*rows, reset, self._curve, self._remark, self._numbers])
        self._begin = self._settings()
        self._made = {self._begin: plan}
        self._watch()
        self._show()

    @property
    def _sliders(self) -> list[Any]:
        """The sliders there are."""
        return [slider for slider in (self.budget, self.margin, self.sms_price) if slider is not None]

    @property
    def _controls(self) -> list[Any]:
        """Everything that can be set."""
        return [*self._sliders, *self.stances.values()]

    def _settings(self) -> tuple[Any, ...]:
        """Return what is set, the budget first."""
        return tuple(control.value for control in self._controls)

    def reset(self) -> None:
        """Put every slider and choice back to the plan that the exploring began with."""
        for control in self._controls:
            control.unobserve(self._follow, names="value")
        for control, value in zip(self._controls, self._begin, strict=True):
            control.value = value
        self._watch()
        self._follow()

    def _watch(self) -> None:
        """Let the plan follow whatever is set."""
        for control in self._controls:
            control.observe(self._follow, names="value")

    def _follow(self, _: object = None) -> None:
        """Move the dot along the frontier, and plan what is set."""
        settings = self._settings()
        self._draw()
        if settings not in self._made:
            self._remark.value = template("remark").render(text=self._words.say("notebook.planning"))
            try:
                self._made[settings] = self._first.replan(**self._changes())
            except PlannerError as error:
                self._remark.value = template("remark").render(text=error.text(self._words.lang))
                return
        self.plan = self._made[settings]
        # Another budget is another point of the same frontier; anything else is another frontier.
        self._frontier = (self._first if settings[1:] == self._begin[1:] else self.plan).frontier
        self._show()

    def _changes(self) -> dict[str, Any]:
        """Return what the sliders change of the brief, only where they were moved."""
        brief = self._first.brief
        changes: dict[str, Any] = {}
        if self.budget.value != self._begin[0]:
            changes["budget"] = {"total": self.budget.value}
        if self.margin.value != self._begin[1]:
            changes["shop"] = {"margin": self.margin.value}
        if self.sms_price is not None and self.sms_price.value != self._begin[2]:
            changes["sms"] = {"price": self.sms_price.value}
        known = {
            window.id: change
            for change in brief.windows
            if (window := brief.playbook.window(change.window)) is not None
        }
        moved = {
            name: choice.value
            for (name, choice), was in zip(self.stances.items(), self._begin[len(self._sliders) :], strict=True)
            if choice.value != was
        }
        if moved:
            rows = {name: change.model_dump(exclude_unset=True) for name, change in known.items()}
            for name, stance in moved.items():
                rows[name] = rows.get(name, {"window": name}) | {"stance": stance}
            changes["windows"] = list(rows.values())
        return changes

    def _show(self) -> None:
        """Show the plan under the sliders."""
        self._draw()
        words, change = self._words, self.plan.summary.profit - self._first.summary.profit
        texts = [] if self.plan.foundation.whole else [words.say("notebook.needs_history")]
        if self.plan is not self._first:
            spend = self.plan.summary.spend - self._first.summary.spend
            texts.append(words.say("notebook.moved", change=_signed(words, change), spend=_signed(words, spend)))
        self._remark.value = template("remark").render(text=" ".join(texts))
        self._numbers.value = template("plan").render(
            say=words.say, title="", numbers=headline(self.plan, words), rows=window_rows(self.plan, words), chart=""
        )

    def _draw(self) -> None:
        """Draw the frontier, and where the budget stands on it."""
        money = self.budget.value - self._first.brief.budget.reserve
        self._curve.value = frontier_svg(self._frontier, money, self._words)

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """Return the widget, and the curve of other budgets for readers that cannot show widgets."""
        shown = self.widget._repr_mimebundle_(**options)
        bundle = dict(shown[0] if isinstance(shown, tuple) else shown)
        return bundle | {"text/html": self._curve.value}


def _slider(label: str, value: float, around: tuple[float, float], *, step: float, form: str) -> Any:
    """Return a slider that says its value when it is let go."""
    import ipywidgets as widgets

    return widgets.FloatSlider(
        value=value,
        min=around[0],
        max=around[1],
        step=step,
        description=label,
        readout_format=form,
        continuous_update=False,
        style={"description_width": "initial"},
    )


def _part_price(plan: Plan) -> float | None:
    """Return what a part of a message costs, as the brief says or as the plan pays; None where nobody is written to."""
    sms = plan.brief.sms
    if sms is None or not sms.segments:
        return None
    if sms.price is not None or plan.sms.empty:
        return sms.price
    return float(plan.sms["cost"].sum() / (plan.sms["messages"] * plan.sms["parts"]).sum())


def _step(amount: float) -> float:
    """Return a round step, about a fiftieth of an amount."""
    power = 10.0 ** math.floor(math.log10(amount / 50))
    return next(size * power for size in (1, 2, 5, 10) if size * power >= amount / 50)


def _signed(words: Words, amount: float) -> str:
    """Return an amount with its sign."""
    return ("+" if amount > 0 else "") + words.money(amount)
