"""Where the next yuan goes: what a larger or smaller budget would earn, and which cells the money goes into first.

The frontier is the plan's own question asked again for other budgets under the forecast as it is; the order of merit
has the cells by what money earns in them at the usual bid, the best first, each as wide as the money it takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, MaxNLocator

from planner.charts.canvas import Sheet, panel, sheet, text_width
from planner.charts.limits import holding_limits
from planner.charts.palette import FAINT, GREY, INK, PLAN, RULE, STANCES
from planner.charts.words import Words
from planner.vocabulary.tables import unit_columns

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.plan import Plan
    from planner.vocabulary.wording import Lang

__all__ = ["Marks", "frontier_finding", "frontier_marks", "merit_table", "plot_frontier"]

# The plateau begins where this share of the best profit is reached; below this return a yuan earns nothing to speak of.
_PLATEAU = 0.98
_NOTHING = 0.02
# A plan that leaves more than this of its budget means to.
_LEFT_OVER = 0.02
# A white ground behind words that lines may cross.
_BEHIND = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.8}


@dataclass(frozen=True)
class Marks:
    """Where the plan stands on a frontier, and the budgets that matter on it; None where they lie beyond. [currency]

    `plateau` is the budget at which 98 % of the best profit on the frontier is reached.
    """

    spend: float
    budget: float
    profit: float
    next_yuan: float
    break_even: float | None
    plateau: float | None


def frontier_marks(frontier: pd.DataFrame, spend: float, budget: float) -> Marks:
    """Return where a plan stands on its frontier, where a further yuan only earns itself back, and the plateau.

    Parameters
    ----------
    frontier
        A plan's `frontier`.
    spend
        What the plan spends by forecast, messages included. [currency]
    budget
        What it may spend. [currency]
    """
    frontier = frontier.sort_values("budget")
    budgets, profits, following = (frontier[name].to_numpy(dtype=float) for name in ("budget", "profit", "money_price"))
    following = np.where(np.isfinite(following), following, np.nan)
    lost = np.flatnonzero(following <= 1e-9)
    flat = np.flatnonzero(profits >= _PLATEAU * profits.max()) if profits.max() > 0 else np.array([], dtype=int)
    # At the ends of the frontier it may be the frontier that ends, and not the profit that turns.
    found = bool(len(flat)) and (0 < flat[0] < len(budgets) - 1) and bool(np.nanmin(following) < 0.1)
    return Marks(
        spend=spend,
        budget=budget,
        profit=float(np.interp(spend, budgets, profits)),
        next_yuan=float(np.interp(spend, budgets, np.nan_to_num(following, nan=float(np.nanmax(following))))),
        break_even=float(budgets[lost[0]]) if len(lost) and lost[0] > 0 else None,
        plateau=float(budgets[flat[0]]) if found else None,
    )


def merit_table(plan: Plan) -> pd.DataFrame:
    """Return the cells by what a unit of money earns in them at their usual bid, the best first.

    At the plan's own bids there is nothing to tell apart: it bids until the next yuan earns the same everywhere.

    Returns
    -------
    pandas.DataFrame
        `start`, `channel` (and `campaign` in a plan by campaign), `window`, `stance`, `takes` (money the cell takes at
        the usual bid) [currency], `earns` (profit per unit of it), `bought` (whether the plan buys there), `from_money`
        and `to_money` (where the cell stands when all are laid side by side) [currency].
    """
    market = plan.market
    keys = ["start", *unit_columns(market)]
    bought = plan.schedule[keys].assign(bought=plan.schedule["spend"] > 0)
    table = market[[*keys, "window", "stance"]].assign(
        takes=market["clicks"] * market["price"], earns=market["click_value"] / market["price"] - 1
    )
    table = table.merge(bought, on=keys, how="left").fillna({"bought": False})
    ascending = [False, *(True for _ in keys)]
    table = table[table["takes"] > 0].sort_values(["earns", *keys], ascending=ascending, ignore_index=True)
    table["to_money"] = table["takes"].cumsum()
    table["from_money"] = table["to_money"] - table["takes"]
    return table


def frontier_finding(marks: Marks, words: Words, limits: str = "") -> str:
    """Return the chart's title: whether more budget pays, where it stops paying, or which `limits` hold the plan."""
    left = marks.budget - marks.spend
    some_left = left > _LEFT_OVER * marks.budget
    if limits and (some_left or marks.next_yuan <= _NOTHING):
        case = "held_left" if some_left else "held"
    elif some_left and marks.next_yuan > _NOTHING:
        case = "left"
    elif marks.next_yuan > _NOTHING:
        case = "pays" if marks.plateau is None or marks.plateau <= marks.budget else "pays_until"
    else:
        case = "enough"
    return words.say(
        f"charts.frontier_{case}",
        more=words.money(100 * marks.next_yuan),
        hundred=words.money(100),
        plateau=words.money(float(f"{marks.plateau or 0:.3g}")),
        budget=words.money(marks.budget),
        spend=words.money(marks.spend),
        left=words.money(left),
        limits=limits,
    )


def plot_frontier(plan: Plan, *, ax: Axes | None = None, lang: Lang | None = None) -> Axes:
    """Draw profit and marginal return over the budget, and the cells in order of merit.

    Parameters
    ----------
    plan
        What to draw.
    ax
        Where; a figure of its own by default.
    lang
        Language; the plan's by default.

    Returns
    -------
    matplotlib.axes.Axes
        Holds the panels ``profit``, ``next_yuan`` and ``merit`` as its `child_axes`.
    """
    words = Words.of(plan, lang)
    summary = plan.summary
    marks = frontier_marks(plan.frontier, summary.spend + summary.sms_cost, summary.budget - summary.reserve)
    height = 3.7
    with sheet(
        words,
        ax,
        height=height,
        title=frontier_finding(marks, words, holding_limits(plan.multipliers, words)),
        subtitle=words.say("charts.frontier_subtitle", one=words.money(1, 0)),
    ) as on:
        frontier = plan.frontier.sort_values("budget")
        profit = panel(on, (0, 1.95 / height, 0.47, 1.55 / height), "profit")
        following = panel(on, (0, 0.1 / height, 0.47, 1.4 / height), "next_yuan")
        merit = panel(on, (0.56, 0.1 / height, 0.44, 3.4 / height), "merit")
        _draw_profit(on, profit, frontier, marks)
        _draw_next(on, following, frontier, marks)
        _draw_merit(on, merit, merit_table(plan), marks)
        return on.axes


def _draw_profit(on: Sheet, axes: Axes, frontier: pd.DataFrame, marks: Marks) -> None:
    """Draw profit over the budget."""
    axes.plot(frontier["budget"], frontier["profit"], color=PLAN, label="profit")
    axes.plot([marks.spend], [marks.profit], "o", markersize=6, color=PLAN, label="plan")
    _name(on, axes, "charts.frontier_profit")
    _axes_of_money(on, axes, both=True)
    axes.tick_params(axis="x", labelbottom=False)
    _mark_budgets(on, axes, marks, named=True)


def _draw_next(on: Sheet, axes: Axes, frontier: pd.DataFrame, marks: Marks) -> None:
    """Draw what the next yuan earns over the budget, and the line where it only earns itself back."""
    following = frontier["money_price"].where(np.isfinite(frontier["money_price"]))
    axes.plot(frontier["budget"], following, color=PLAN, label="next_yuan")
    axes.plot([marks.spend], [marks.next_yuan], "o", markersize=6, color=PLAN, label="plan")
    axes.axhline(0, color=INK, linewidth=1, label="break_even")
    # The first yuan of all earns so much that it would flatten the rest.
    top = max(float(np.nanquantile(following, 0.8)), marks.next_yuan * 1.4, 0.2)
    axes.set_ylim(min(0.0, float(np.nanmin(following))) - 0.08 * top, top * 1.1)
    _name(on, axes, "charts.frontier_next")
    _axes_of_money(on, axes, both=False)
    axes.set_xlabel(on.words.say("charts.frontier_budget", unit=on.words.unit))
    _mark_budgets(on, axes, marks, named=False)


def _draw_merit(on: Sheet, axes: Axes, merit: pd.DataFrame, marks: Marks) -> None:
    """Draw the cells as steps: as wide as the money they take, as high as what a unit of it earns."""
    _name(on, axes, "charts.frontier_merit")
    axes.axhline(0, color=INK, linewidth=1)
    axes.set_xlabel(on.words.say("charts.frontier_laid", unit=on.words.unit))
    if merit.empty:
        return
    edges = np.append(0.0, merit["to_money"])
    for stance in (name for name in STANCES if name in set(merit["stance"])):
        for bought in (True, False):
            chosen = (merit["stance"] == stance) & (merit["bought"] == bought)
            if chosen.any():
                earns = merit["earns"].where(chosen).to_numpy()
                label = (
                    on.words.stance(stance)
                    if bought or not (merit["bought"] & (merit["stance"] == stance)).any()
                    else "_pale"
                )
                style: dict[str, Any] = {"color": STANCES[stance], "linewidth": 0, "alpha": 1.0 if bought else 0.35}
                axes.stairs(earns, edges, baseline=0, fill=True, label=label, **style)
    whole = float(merit["to_money"].iloc[-1])
    # The few cells that earn most take hardly any money; they may leave the picture at the top.
    top = float(np.interp(0.02 * whole, merit["to_money"], merit["earns"]))
    # The names of the stances stand at the top right, above what is there.
    names = 1 - 0.055 * (merit["stance"].nunique() + 0.5)
    there = float(np.interp(0.7 * whole, merit["to_money"], merit["earns"]))
    axes.set_ylim(min(0.0, float(merit["earns"].min())) * 1.1 - 0.02, max(top * 1.12, there / names, 0.2))
    axes.set_xlim(0, whole)
    if marks.budget < whole:
        axes.axvline(marks.budget, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
        text = on.words.say("charts.frontier_ends", amount=on.words.short_money(float(f"{marks.budget:.3g}")))
        right = marks.budget > 0.6 * whole
        axes.annotate(
            text,
            (marks.budget, 0.62),
            (-4 if right else 4, 0),
            ("data", "axes fraction"),
            "offset points",
            fontsize=8,
            color=INK,
            ha="right" if right else "left",
            bbox=_BEHIND,
        )
    _axes_of_money(on, axes, both=False)
    axes.legend(loc="upper right", frameon=False, fontsize=8, handlelength=1.0, handleheight=0.8, labelspacing=0.25)


def _mark_budgets(on: Sheet, axes: Axes, marks: Marks, *, named: bool) -> None:
    """Draw the budgets that matter as dashed lines, named beside them where they do not touch."""
    left, right = axes.get_xlim()
    width = (9.0 - 1.02) * 0.47 * 72
    lines = [(marks.spend, "plan", PLAN)]
    if marks.budget - marks.spend > _LEFT_OVER * marks.budget:
        lines.append((marks.budget, "budget", INK))
    if marks.break_even is not None:
        lines.append((marks.break_even, "break_even", INK))
    if marks.plateau is not None:
        lines.append((marks.plateau, "plateau", GREY))
    for level, (budget, name, colour) in enumerate(sorted(line for line in lines if line[0] <= right)):
        axes.axvline(budget, color=colour, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0.9)
        if not named:
            continue
        text = on.words.say(f"charts.mark_{name}", amount=on.words.short_money(float(f"{budget:.3g}")))
        fits = (budget - left) / (right - left) * width + text_width(text, 8) + 4 < width
        axes.annotate(
            text,
            (budget, 0.03 + 0.105 * level),
            (3 if fits else -3, 0),
            ("data", "axes fraction"),
            "offset points",
            fontsize=8,
            color=colour,
            ha="left" if fits else "right",
            bbox=_BEHIND,
        )


def _name(on: Sheet, axes: Axes, key: str) -> None:
    """Write above a panel what it shows."""
    text = on.words.say(key, unit=on.words.unit, one=on.words.money(1, 0))
    axes.annotate(text, (0, 1), (0, 4), "axes fraction", "offset points", fontsize=8, color=GREY, va="bottom")


def _axes_of_money(on: Sheet, axes: Axes, *, both: bool) -> None:
    """Write amounts under the panel, and beside it too."""
    money = FuncFormatter(lambda value, _: on.words.short_money(value))
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(money)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    if both:
        axes.yaxis.set_major_formatter(money)
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_color(FAINT)
