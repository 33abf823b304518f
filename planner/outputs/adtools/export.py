"""A plan as an ad tool's own files: schedules, what puts the old ones back, budgets, losses, and what to do when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief.toml_input import suggestion
from planner.outputs.adtools.bases import settle_base
from planner.outputs.adtools.budgets import tool_budgets
from planner.outputs.adtools.bundle import NotReadBackError, bundle_files
from planner.outputs.adtools.cautions import first_notes, unsure_notes
from planner.outputs.adtools.fit import fit_percent
from planner.outputs.adtools.grid import Period, Pieces, cut_pieces, make_periods, usual_percent
from planner.outputs.adtools.handover import handover_actions
from planner.outputs.adtools.losses import Loss, loss_table, sum_losses
from planner.outputs.adtools.registry import load_tool, target_names
from planner.outputs.adtools.series import Series, choose_series
from planner.outputs.adtools.tool import UNCHANGED, Sheet, Tool
from planner.plan import Plan
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.tables import unit_columns
from planner.vocabulary.wording import Lang, Message

__all__ = ["Export", "export_plan", "find_tool"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Export:
    """What an export is made of.

    Attributes
    ----------
    tool
        The target, with what the brief overrules.
    schedules
        By file name, the schedules in the tool's own form, the usual form first.
    restore
        By file name, what puts the schedules back that there were.
    sheets
        By campaign and period label (or ``restore``), what the files say.
    periods
        The dates each sheet serves.
    bases
        By campaign, what 100 % stands for. [currency]
    table
        What each cell loses, from `losses.loss_table`.
    losses
        What each campaign loses.
    budgets
        From `budgets.tool_budgets`.
    actions
        `tables.ACTIONS` and ``step``: what to do in the tool and when.
    notes
        What a person has to know: bases to set, what is not confirmed, where limits bind.
    """

    tool: Tool
    schedules: Mapping[str, str]
    restore: Mapping[str, str]
    sheets: Mapping[tuple[str, str], Sheet]
    periods: tuple[Period, ...]
    bases: Mapping[str, float]
    table: pd.DataFrame
    losses: tuple[Loss, ...]
    budgets: pd.DataFrame
    actions: pd.DataFrame
    notes: tuple[Message, ...]

    def loss_rows(self) -> pd.DataFrame:
        """Return `table` with amounts to a hundredth of a cent."""
        numbers = self.table.select_dtypes("number").columns
        return self.table.assign(**{name: self.table[name].round(4) for name in numbers})


def find_tool(name: str) -> Tool:
    """Return a target.

    Raises
    ------
    InputError
        No such target; the nearest one is named.
    """
    try:
        return load_tool(name)
    except KeyError:
        advice = suggestion(name, target_names())
        raise InputError([Problem(Message("adtools.no_target", {"found": name, "advice": advice}))]) from None


def export_plan(
    plan: Plan,
    target: str,
    *,
    channels: Sequence[str] = (),
    campaigns: Sequence[str] = (),
    allow_off: bool = False,
    restore: Mapping[str, Sheet] | None = None,
    columns: Sequence[str] = (),
    lang: Lang | None = None,
) -> Export:
    """Return a plan as an ad tool's own files.

    Parameters
    ----------
    plan
        What was planned.
    target
        One of `registry.target_names`.
    channels, campaigns
        Which to export; all if empty.
    allow_off
        Whether hours may be off that would stand at the tool's lowest number.
    restore
        By campaign, the schedule that is in the tool now; the key "" is for all. None is 100 % at all times, which
        then replaces whatever is in the tool: the notes say so.
    columns
        Columns of the plan's schedule that the csv target shows; more than the target itself needs.
    lang
        Language of actions and reasons; by default the plan's.

    Raises
    ------
    InputError
        Unknown target, channel or campaign, or a schedule that the tool would read as the opposite.
    """
    lang = lang or plan.lang
    tool = find_tool(target).with_limits(plan.brief.adtools.get(target))
    chosen = choose_series(plan, channels, campaigns)
    series = _that_buy(chosen)
    pieces = [cut_pieces(one, tool) for one in series]
    periods = make_periods(series, pieces, tool)
    old = restore or {}
    bases: dict[str, float] = {}
    sheets: dict[tuple[str, str], Sheet] = {}
    tables: list[pd.DataFrame] = []
    notes: list[Message] = []
    for one, cut in zip(series, pieces, strict=True):
        bases[one.name], told = settle_base(tool, one, cut, plan.summary.currency, allow_off=allow_off)
        notes += told
        before = _old_sheet(old, one.name)
        mine = [_sheet(plan, tool, one, cut, period, before, bases[one.name], allow_off, columns) for period in periods]
        sheets |= {(one.name, period.label): sheet for period, sheet in zip(periods, mine, strict=True)}
        if tool.rows != "dated":
            sheets[one.name, "restore"] = replace(mine[0], percent=_before(tool, before), table=None)
        tables.append(loss_table(one, tool, cut, periods, mine, bases[one.name]))
    _check_on(tool, sheets)
    try:
        schedules, put_back, names = bundle_files(tool, series, periods, sheets)
    except NotReadBackError:
        # With the tool's own limits this is a fault of ours; what the brief overrules may not fit into its form.
        if target not in plan.brief.adtools:
            raise
        raise InputError([Problem(Message("adtools.cannot_say", {"target": target, "tool": tool.title}))]) from None
    table = pd.concat(tables, ignore_index=True)
    budgets = tool_budgets(plan, tool, chosen, lang)
    return Export(
        tool=tool,
        schedules=schedules,
        restore=put_back,
        sheets=sheets,
        periods=tuple(periods),
        bases=bases,
        table=table,
        losses=tuple(sum_losses(table)),
        budgets=budgets,
        actions=handover_actions(
            plan,
            tool,
            series,
            periods=periods,
            bases=bases,
            budgets=budgets,
            names=names,
            table=table,
            kept=bool(old),
            lang=lang,
        ),
        notes=(
            *first_notes(tool, chosen, series, budgets, plan.summary.currency, kept=bool(old)),
            *notes,
            *unsure_notes(tool),
        ),
    )


def _that_buy(series: Sequence[Series]) -> list[Series]:
    """Return the series without campaigns for which the plan buys nothing at all; every one where none buys."""
    buying = [one for one in series if not one.campaign or (one.cells["spend"] > 0).any()]
    return buying or list(series)


def _sheet(
    plan: Plan,
    tool: Tool,
    series: Series,
    pieces: Pieces,
    period: Period,
    before: Sheet | None,
    base: float,
    allow_off: bool,
    columns: Sequence[str],
) -> Sheet:
    """Return one sheet of one campaign."""
    usual = usual_percent(tool, period, before)
    percent = fit_percent(series, tool, pieces, period, usual, base=base, allow_off=allow_off)
    return Sheet(
        series.name,
        period.rows,
        percent.round(4),
        base,
        plan.brief.promotion.timezone,
        _shown(plan, series, base, columns) if tool.exact else None,
    )


def _shown(plan: Plan, series: Series, base: float, columns: Sequence[str]) -> pd.DataFrame:
    """Return a campaign's rows of the plan's schedule in the columns a person chose."""
    known = [name for name in plan.schedule.columns if name != "reason"]
    problems = [
        Problem(Message("adtools.no_column", {"found": name, "advice": suggestion(name, known)}))
        for name in columns
        if name not in plan.schedule.columns
    ]
    if problems:
        raise InputError(problems)
    rows = plan.schedule[plan.schedule["channel"] == series.channel]
    if "campaign" in rows:
        rows = rows[rows["campaign"].fillna("") == series.unit[1]]
        # All others are called what their file is: a tool's file has no empty names.
        rows = rows.assign(campaign=series.campaign or None)
    rows = rows.assign(bid_percent=(100 * rows["bid"] / base).round(4))
    usual = ["start", "end", *unit_columns(rows), "bid", "bid_percent"]
    return rows[list(columns) or usual]


def _old_sheet(old: Mapping[str, Sheet], name: str) -> Sheet | None:
    """Return the schedule that a campaign has now; None where none was given."""
    if not old:
        return None
    found = old.get(name, old.get(""))
    if found is None:
        values = {"name": name, "names": ", ".join(sorted(old))}
        raise InputError([Problem(Message("adtools.restore_names", values))])
    return found


def _before(tool: Tool, before: Sheet | None) -> Floats:
    """Return the schedule to put back."""
    return before.percent if before is not None else np.full((len(tool.row_names), tool.slots), UNCHANGED)


def _check_on(tool: Tool, sheets: Mapping[tuple[str, str], Sheet]) -> None:
    """Refuse a sheet that is off at all times: tools read it as always on, or not at all."""
    dark = [name for (name, _), sheet in sheets.items() if not tool.exact and not sheet.percent.any()]
    if dark:
        raise InputError(
            [Problem(Message("adtools.all_off", {"name": name, "tool": tool.title})) for name in dict.fromkeys(dark)]
        )
