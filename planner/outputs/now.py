"""What to do now, for a phone at one in the morning: a page, a text, and a table for programs.

The act comes first, and "change nothing" first where that is so; then alarms, where we stand, and what was learnt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.charts.words import Words
from planner.outputs.account import account_files
from planner.outputs.tabular import unit_names
from planner.outputs.templates import style, template

if TYPE_CHECKING:
    from planner.plan import Plan
    from planner.vocabulary.wording import Lang

__all__ = ["NOW_FILES", "now_lines", "render_now"]

NOW_FILES = ("now.html", "changes.txt", "changes.csv")
# Learnt factors nearer to 1 than this, or whose range holds 1, are no news.
_NEWS = 0.08
# Channels or campaigns, and hours, of the table of the next bids.
_MOST_UNITS, _NEXT_HOURS = 6, 6


def render_now(plan: Plan, lang: Lang | None = None) -> dict[str, bytes]:
    """Return the files that say what to do now: page, text and table, by name; at the close the account too.

    Parameters
    ----------
    plan
        A plan made on the day.
    lang
        Language; the plan's by default.
    """
    assert plan.day is not None
    words = Words.of(plan, lang)
    text = "\n".join(now_lines(plan, words)) + "\n"
    changes = plan.day.changes.copy()
    for name in ("start", "until"):
        changes[name] = [moment.isoformat() for moment in changes[name]]
    return {
        "now.html": _page(plan, words).encode(),
        "changes.txt": text.encode("utf-8-sig"),
        "changes.csv": changes.to_csv(index=False, lineterminator="\n").encode(),
        **(account_files(plan) if plan.schedule.empty else {}),
    }


def now_lines(plan: Plan, words: Words) -> list[str]:
    """Return what to do now and where the day stands, in few lines."""
    assert plan.day is not None
    lines = [_headline(plan, words)]
    lines += [f"  {number}. {act['what']}  {act['worth']}" for number, act in enumerate(_acts(plan, words), 1)]
    lines += [line for line in (_left_out(plan, words),) if line]
    lines += [f"! {alarm.text(words.lang)}" for alarm in plan.day.alarms]
    lines += [f"{card['label']} {card['number']} · {card['more']}" for card in _cards(plan, words)]
    lines += _learnt(plan, words)[:2]
    return [*lines, words.say("live.account")] if plan.schedule.empty else lines


def _headline(plan: Plan, words: Words) -> str:
    """Return the act in a line."""
    assert plan.day is not None
    if plan.schedule.empty:
        return words.say("live.over")
    count = len(plan.day.changes)
    return words.say("live.change_count", count=count) if count else words.say("live.change_nothing")


def _acts(plan: Plan, words: Words) -> list[dict[str, str]]:
    """Return each change as a sentence, and what it is worth."""
    assert plan.day is not None
    changes = plan.day.changes
    if changes.empty:
        return []
    named = changes if changes["campaign"].notna().any() else changes.drop(columns="campaign")
    acts = []
    for row, name in zip(changes.to_dict("records"), unit_names(named, words), strict=True):
        values = {
            "name": name,
            "percent": row["percent"],
            "start": words.clock(row["start"]),
            "until": words.clock(row["until"]),
        }
        if pd.notna(row["from_bid"]):
            values |= {"before": words.money(row["from_bid"], 2), "after": words.money(row["to_bid"], 2)}
        entry = f"live.act_{row['act']}" + ("_all" if pd.isna(row["from_bid"]) else "")
        worth = words.say("live.worth", gain=words.money(row["gain"]))
        acts.append({"what": words.say(entry, **values), "worth": worth})
    return acts


def _left_out(plan: Plan, words: Words) -> str:
    """Return what the changes that were left out would bring; nothing where that is not worth a line."""
    assert plan.day is not None
    gain = plan.day.standing["left_out"]
    return words.say("live.left_out", gain=words.money(gain)) if gain >= 1 else ""


def _cards(plan: Plan, words: Words) -> list[dict[str, str]]:
    """Return where the day stands, against the plan of before."""
    assert plan.day is not None
    told = plan.day.standing
    pending = words.say("live.pending", count=f"{told['pending']:.0f}") if told["pending"] >= 0.5 else ""
    planned = words.say("live.planned", amount=f"{told['planned_orders']:,.0f}")
    between = "；" if words.lang == "zh" else "; "
    return [
        {
            "label": words.say("live.stand_close"),
            "number": words.money(told["close"]),
            "more": words.say(
                "live.ranged",
                low=words.money(told["close_low"]),
                high=words.money(told["close_high"]),
                planned=words.money(told["planned_close"]),
            ),
        },
        _card(words, "profit", told["profit"], words.say("live.planned", amount=words.money(told["planned_profit"]))),
        _card(words, "spend", told["spend"], words.say("live.planned", amount=words.money(told["planned_spend"]))),
        {
            "label": words.say("live.stand_orders"),
            "number": f"{told['orders']:,.0f}",
            "more": between.join(part for part in (planned, pending) if part),
        },
        _card(words, "left", told["left"], words.say("live.to_spend", amount=words.money(plan.summary.spend))),
    ]


def _card(words: Words, name: str, amount: float, more: str) -> dict[str, str]:
    return {"label": words.say(f"live.stand_{name}"), "number": words.money(amount), "more": more}


def _learnt(plan: Plan, words: Words) -> list[str]:
    """Return what was learnt that can be told from the plan, the furthest first."""
    assert plan.day is not None
    rows = plan.day.learnt.assign(far=(plan.day.learnt["factor"] - 1).abs())
    sure = rows["low"].isna() | (rows["low"] > 1) | (rows["high"] < 1)
    lines = []
    for row in rows[(rows["far"] >= _NEWS) & sure].sort_values("far", ascending=False, kind="stable").itertuples():
        values = {
            "name": words.channel(row.channel) if row.channel else words.say("live.all_channels"),
            "what": words.say(f"live.what_{row.what}"),
            **{name: f"{getattr(row, name):.2f}" for name in ("factor", "low", "high")},
        }
        lines.append(words.say("live.learnt_point" if pd.isna(row.low) else "live.learnt_range", **values))
    return lines or [words.say("live.learnt_nothing")]


def _bids(plan: Plan, words: Words) -> dict[str, Any] | None:
    """Return the bids of the next hours of the channels or campaigns with the most money."""
    schedule = plan.schedule
    if schedule.empty:
        return None
    names = unit_names(schedule, words)
    largest = schedule["spend"].groupby(names, sort=False).sum().nlargest(_MOST_UNITS).index
    rows = []
    for (start, end), cells in schedule.assign(name=names).groupby(["start", "end"], sort=True):
        bids = cells.set_index("name")["bid"].reindex(largest)
        shown = ["–" if not bid > 0 else words.money(bid, 2) for bid in bids]
        rows.append({"span": f"{words.clock(start)}–{words.clock(end)}", "cells": shown})
    return {"names": list(largest), "rows": rows[:_NEXT_HOURS]}


def _hours(plan: Plan, words: Words) -> list[dict[str, Any]]:
    """Return every hour's spend as bars: planned before, and spent, or to come as planned now.

    Widths are per cent of the largest. A table of bars can be read on a phone, where a picture's figures shrink.
    """
    assert plan.day is not None
    first, rest, happened = plan.day.first.schedule, plan.schedule, plan.day.actuals
    planned = first.groupby(first["start"].dt.floor("h"))["spend"].sum()
    ahead = rest.groupby(rest["start"].dt.floor("h"))["spend"].sum()
    hourly = happened[happened["end"] - happened["start"] <= pd.Timedelta(hours=1)] if len(happened) else happened
    spent = hourly.groupby(hourly["start"].dt.floor("h"))["spend"].sum() if len(hourly) else planned.iloc[:0]
    top = max([1e-9, *planned, *ahead, *spent])
    rows: list[dict[str, Any]] = []
    for hour, before in planned.items():
        done = hour in spent.index and hour not in ahead.index
        amount = spent.get(hour) if done else ahead.get(hour)
        rows.append(
            {
                "clock": words.clock(hour),
                "day": words.day(hour)
                if not rows or words.day(hour) != words.day(planned.index[len(rows) - 1])
                else "",
                "kind": "spent" if done else "ahead",
                "width": 0.0 if amount is None else round(100 * float(amount) / top, 1),
                "planned": round(100 * float(before) / top, 1),
                "amount": "–" if amount is None else words.money(float(amount), 0),
            }
        )
    return rows


def _page(plan: Plan, words: Words) -> str:
    """Return the page."""
    assert plan.day is not None
    actuals = plan.day.actuals
    last = words.moment(actuals["end"].max()) if len(actuals) else "–"
    return template("now.html.j2").render(
        words=words,
        say=words.say,
        at=words.say("live.at", now=words.moment(plan.day.now), last=last),
        headline=_headline(plan, words),
        acts=_acts(plan, words),
        left_out=_left_out(plan, words),
        alarms=[alarm.text(words.lang) for alarm in plan.day.alarms],
        cards=_cards(plan, words),
        learnt=_learnt(plan, words),
        bids=_bids(plan, words),
        hours=_hours(plan, words),
        style=style(),
        page_lang="zh-CN" if words.lang == "zh" else "en",
    )
