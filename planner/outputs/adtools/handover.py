"""What a person does with the files: what to set, when to apply a schedule and take it off, as a list and a calendar.

A plan has dates and most tools have weeks, so a schedule that is left in place goes on repeating: taking it off is an
action of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import icalendar
import pandas as pd

from planner.outputs.adtools.grid import Period
from planner.outputs.adtools.losses import name_of
from planner.outputs.adtools.series import Series
from planner.outputs.adtools.tool import Tool
from planner.plan import Plan
from planner.vocabulary.tables import ACTIONS
from planner.vocabulary.wording import Lang, Message

__all__ = ["actions_calendar", "handover_actions"]

_LOGIN = pd.Timedelta(minutes=30)
_LENGTH = pd.Timedelta(minutes=15)
_AHEAD = pd.Timedelta(minutes=10)
# In which order acts of one moment are done.
_ORDER = ("budget", "base", "resume", "apply", "pause", "restore", "back")


@dataclass(frozen=True)
class _Act:
    """One thing to do in the tool; `step` says which, channel is empty for what concerns all."""

    at: pd.Timestamp
    step: str
    channel: str
    what: Message
    why: Message

    @property
    def kind(self) -> str:
        """The kind of action, as the plan's own run sheet calls it."""
        return {"budget": "limit", "restore": "close", "back": "close"}.get(self.step, "bid")


def handover_actions(
    plan: Plan,
    tool: Tool,
    series: Sequence[Series],
    *,
    periods: Sequence[Period],
    bases: Mapping[str, float],
    budgets: pd.DataFrame,
    names: Mapping[tuple[str, str], str],
    table: pd.DataFrame,
    kept: bool,
    lang: Lang,
) -> pd.DataFrame:
    """Return what to do in the tool, `tables.ACTIONS` and the ``step`` of the handover it is, in order of time.

    Parameters
    ----------
    plan, tool, series
        What was planned, where it goes, and which campaigns.
    periods
        The sheets of each campaign.
    bases
        By campaign, what 100 % stands for. [currency]
    budgets
        From `budgets.tool_budgets`.
    names
        By campaign and period label, the file; the label ``restore`` is what goes back.
    table
        From `losses.loss_table`: where a window that should be off runs all the same, it is paused by hand.
    kept
        Whether the schedule that is in the tool now was given, so that it stays around the promotion and goes back.
    lang
        Language of the sentences.
    """
    told = {"tool": tool.title, "currency": plan.summary.currency}
    acts = [_base(tool, one, periods, {**told, "name": one.name, "base": bases[one.name]}) for one in series]
    for one in series[:1] if tool.together else series:
        files = {label: file for (name, label), file in names.items() if name == one.name}
        acts += _schedules(
            tool, "" if tool.together else one.name, periods, files, told, kept=kept or tool.rows == "dated"
        )
    acts += [*_pauses(_with_budget(table, budgets), told), *_budgets(plan, tool, budgets)]
    end, back = periods[-1].end, "act_back_money" if tool.steers == "money" else "act_back"
    acts += [_act(end, "back", one.name, back, {**told, "name": one.name}, "act_back_why") for one in series]
    rows = [(act.at, _ORDER.index(act.step), act.channel, act.what.text(lang), act) for act in acts]
    rows.sort(key=lambda row: row[:4])
    frame = pd.DataFrame(
        [(act.kind, channel or None, what, act.why.text(lang)) for _, _, channel, what, act in rows],
        columns=["kind", "channel", "what", "why"],
    )
    moments = pd.to_datetime([at for at, *_ in rows], utc=True).tz_convert(plan.brief.zone)
    frame.insert(0, "at", moments)
    frame["channel"] = frame["channel"].astype(object)
    return ACTIONS.check(frame).assign(step=[act.step for *_, act in rows])


def _base(tool: Tool, series: Series, periods: Sequence[Period], values: Mapping[str, object]) -> _Act:
    """Return the setting of what 100 % stands for."""
    entry = "money" if tool.steers == "money" else "bid" if tool.on_off else "base"
    at = periods[0].start - pd.Timedelta(hours=tool.lead_hours)
    return _act(at, "base", series.name, f"act_{entry}", values, "act_base_why")


def _schedules(
    tool: Tool,
    channel: str,
    periods: Sequence[Period],
    files: Mapping[str, str],
    values: Mapping[str, object],
    *,
    kept: bool,
) -> list[_Act]:
    """Return the applying, swapping and taking off of sheets."""
    ready = periods[0].start - pd.Timedelta(hours=tool.lead_hours)
    acts = []
    for place, period in enumerate(periods):
        told = {**values, "file": files[period.label]}
        entry, at = ("act_swap", period.start) if place else ("act_apply", ready)
        why = "act_replace_why" if entry == "act_apply" and not kept else f"{entry}_why"
        acts.append(_act(at, "apply", channel, entry, told, why))
    if "restore" in files:
        told, entry = {**values, "file": files["restore"]}, "act_restore" if kept else "act_restore_full"
        acts.append(_act(periods[-1].end, "restore", channel, entry, told, "act_restore_why"))
    return acts


def _with_budget(table: pd.DataFrame, budgets: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of days that have a budget: those without are paused as a whole."""
    none = budgets[budgets["tool_budget"] == 0]
    paused = {(str(date), str(name)) for date, name in zip(none["date"], none["channel"], strict=True)}
    days = [f"{start:%Y-%m-%d}" for start in table["start"]]
    kept = [not {(day, name), ("total", name)} & paused for day, name in zip(days, name_of(table), strict=True)]
    return table[kept]


def _pauses(table: pd.DataFrame, values: Mapping[str, object]) -> list[_Act]:
    """Return the pauses by hand around windows that are to be off and that the schedule leaves on."""
    acts = []
    runs_on = table[(table["stance"] == "notify") & (table["percent_planned"] == 0) & (table["percent"] > 0)]
    for (channel, campaign), rows in runs_on.groupby(["channel", "campaign"], sort=False):
        name = str(campaign or channel)
        told = {**values, "name": name}
        starts, ends = set(rows["start"]), set(rows["end"])
        acts += [_act(at, "pause", name, "act_pause", told, "act_pause_why") for at in starts - ends]
        acts += [_act(at, "resume", name, "act_resume", told, "act_resume_why") for at in ends - starts]
    return acts


def _act(at: pd.Timestamp, step: str, channel: str, entry: str, values: Mapping[str, object], why: str) -> _Act:
    return _Act(at, step, channel, Message(f"adtools.{entry}", values), Message(f"adtools.{why}"))


def _budgets(plan: Plan, tool: Tool, budgets: pd.DataFrame) -> list[_Act]:
    """Return the setting of every budget: before the promotion begins, later days' when their day does.

    A budget of 0 is a pause, until the channel's next budget or the promotion's end.
    """
    start, end = (pd.Timestamp(plan.slots[name].iloc[place]) for name, place in (("start", 0), ("end", -1)))
    acts = []
    for name, rows in budgets.groupby("channel", sort=False):
        paused = False
        for row in rows.sort_values("date").to_dict("records"):
            values = {
                "name": name,
                "budget": row["tool_budget"],
                "date": str(row["date"]),
                "currency": plan.summary.currency,
                "part": 1 / tool.overspend,
            }
            entry, at = _setting(plan, str(row["date"]), start)
            why = Message("adtools.told", {"text": row["why"]})
            if row["tool_budget"]:
                acts.append(_Act(at, "budget", str(name), Message(f"adtools.{entry}", values), why))
                if paused:
                    acts.append(_act(at, "resume", str(name), "act_budget_resume", values, "act_budget_resume_why"))
            else:
                acts.append(_Act(at, "pause", str(name), Message("adtools.act_budget_none", values), why))
            paused = not row["tool_budget"]
        if paused:
            acts.append(_act(end, "resume", str(name), "act_budget_resume", {"name": name}, "act_budget_end_why"))
    return acts


def _setting(plan: Plan, date: str, start: pd.Timestamp) -> tuple[str, pd.Timestamp]:
    """Return how and when a budget is set."""
    if date == "total":
        return "act_spending_limit", start - _LOGIN
    day = pd.Timestamp(date, tz=plan.brief.zone)
    # A day that has begun has spent some of its budget; one that has not must not lend its own to the day before.
    return ("act_budget_rest", start - _LOGIN) if day < start else ("act_budget", day)


def actions_calendar(actions: pd.DataFrame, title: str, promotion: str) -> bytes:
    """Return actions as an iCalendar file, with an alarm ten minutes before each; times are UTC.

    Parameters
    ----------
    actions
        From `handover_actions`.
    title, promotion
        The tool and the promotion, which keep the events of one export apart from those of another. An action keeps
        its identity when the plan is exported again, whatever comes before it.
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//promo-planner//ad tools//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    # The file depends on the plan alone, so its stamp is a moment of the plan.
    stamp = actions["at"].min().tz_convert("UTC").to_pydatetime() if len(actions) else None
    seen: dict[str, int] = {}
    for row in actions.to_dict("records"):
        start = row["at"].tz_convert("UTC").to_pydatetime()
        identity = f"{promotion}|{title}|{start.isoformat()}|{row['step']}|{row['channel'] or ''}"
        seen[identity] = seen.get(identity, 0) + 1
        digest = hashlib.sha256(f"{identity}|{seen[identity]}".encode()).hexdigest()[:24]
        event, alarm = icalendar.Event(), icalendar.Alarm()
        event.add("uid", f"{digest}@promo-planner")
        event.add("dtstamp", stamp)
        event.add("dtstart", start)
        event.add("dtend", start + _LENGTH)
        event.add("summary", f"{row['channel']}: {row['what']}" if row["channel"] else row["what"])
        event.add("description", row["why"])
        alarm.add("action", "DISPLAY")
        alarm.add("description", row["what"])
        alarm.add("trigger", -_AHEAD.to_pytimedelta())
        event.add_component(alarm)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
