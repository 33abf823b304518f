"""The report: one page that needs no network and no script, in the order in which a seller asks.

What it earns, what to do when, the pictures, where the data disagree with the playbook, what it all rests on. Every
number comes from the plan's tables; text from outside is escaped by Jinja2, and pictures are put into the page as they
are, with names of their own inside so that two of them never share a clip path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.charts.evidence import evidence_table
from planner.charts.gains import gain_sentence, rivals, signed
from planner.charts.windows import window_table
from planner.charts.words import Words
from planner.outputs.basis import assumptions, brief_text, certificate
from planner.outputs.hours import hours_shown
from planner.outputs.pictures import inline_figures
from planner.outputs.templates import style, template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.plan import Plan
    from planner.vocabulary.wording import Lang

__all__ = ["render_report"]

# A page that any mail and any phone takes.
_MOST_BYTES = 1_000_000


def render_report(plan: Plan, charts: Mapping[str, bytes] | None = None, lang: Lang | None = None) -> str:
    """Return the report page of a plan.

    Parameters
    ----------
    plan
        What was planned.
    charts
        As `planner.charts.draw_all` returns them; the SVGs among them are put into the page.
    lang
        Language; the plan's by default.

    Returns
    -------
    str
        HTML of at most a megabyte where the run sheet leaves it that: a long plan's table of hours is left out, then
        its pictures, the largest first. Reasons and actions are in the language the plan was made in.
    """
    words = Words.of(plan, lang)
    pictures = {name: content for name, content in (charts or {}).items() if name.endswith(".svg")}
    left_out: list[str] = []
    page = _page(plan, words, pictures, left_out, hours=hours_shown(plan, words))
    if len(page.encode()) > _MOST_BYTES:
        page = _page(plan, words, pictures, left_out)
    while pictures and len(page.encode()) > _MOST_BYTES:
        largest = max(pictures, key=lambda name: len(pictures[name]))
        left_out.append(largest)
        del pictures[largest]
        page = _page(plan, words, pictures, left_out)
    return page


def _page(
    plan: Plan,
    words: Words,
    pictures: Mapping[str, bytes],
    left_out: list[str],
    *,
    hours: dict[str, Any] | None = None,
) -> str:
    """Return the page with some pictures, with the names of those left out, and with the hours where they are given."""
    return template("report.html.j2").render(
        words=words,
        say=words.say,
        plan=plan,
        summary=plan.summary,
        headline=_headline(plan, words),
        comparison=_comparison(plan, words),
        actions=_actions(plan, words),
        figures=inline_figures(pictures),
        left_out=left_out,
        windows=_windows(plan, words),
        overruled=_overruled(plan, words),
        sends=_sends(plan, words),
        hours=hours,
        certificate=certificate(plan, words),
        notes=[note.text(words.lang) for note in plan.notes],
        assumptions=assumptions(plan, words),
        brief=brief_text(plan),
        style=style(),
        page_lang="zh-CN" if words.lang == "zh" else "en",
    )


def _headline(plan: Plan, words: Words) -> list[dict[str, str]]:
    """Return the three numbers: what is spent, what it earns, and what that is more than without the planner."""
    summary = plan.summary
    spend = {
        "label": words.say("report.spend"),
        "number": words.money(summary.spend + summary.sms_cost),
        "range": words.say(
            "report.spend_detail",
            ads=words.money(summary.spend, 2),
            sms=words.money(summary.sms_cost, 2),
            budget=words.money(summary.budget, 2),
        ),
        "more": words.say("report.held_back", amount=words.money(summary.reserve + summary.unspent, 2))
        if summary.reserve + summary.unspent >= 0.01
        else words.say("report.all_planned"),
    }
    profit = {
        "label": words.say("report.profit"),
        "number": words.money(summary.profit),
        "range": words.say("report.range", low=words.money(summary.profit_low), high=words.money(summary.profit_high)),
        "more": words.say("report.orders", orders=f"{summary.orders:,.0f}", revenue=words.money(summary.revenue)),
    }
    told = rivals(plan)
    lines = [gain_sentence(plan, row, words, ranged=True) for row in told.itertuples()]
    more = {
        "label": words.say("report.gain"),
        "number": signed(float(told["gain"].iloc[0]), words) if len(told) else "–",
        "range": lines[0] if lines else "",
        "more": lines[1] if len(lines) > 1 else "",
    }
    return [spend, profit, more]


def _comparison(plan: Plan, words: Words) -> list[dict[str, str]]:
    """Return a row for this plan and each naive one."""
    return [
        {
            "name": words.label("compared", row.name),
            "spend": words.money(row.spend),
            "orders": f"{row.orders:,.0f}",
            "profit": words.money(row.profit),
            "range": f"{words.money(row.profit_low)} – {words.money(row.profit_high)}",
            "gain": "" if row.name == "plan" else signed(row.gain, words),
        }
        for row in plan.comparison.itertuples()
    ]


def _actions(plan: Plan, words: Words) -> list[dict[str, Any]]:
    """Return the run sheet: what comes before the promotion, each of its days, what comes after.

    Acts of one kind at one moment share a check box, a line each; the many bids of a day stand apart, to be folded.
    """
    first, last = words.local(plan.slots["start"].min()).normalize(), plan.slots["end"].max()
    groups: dict[str, list[dict[str, Any]]] = {}
    ordered = plan.actions.sort_values("at", kind="stable")
    for (moment, kind), rows in ordered.groupby(["at", "kind"], sort=False):
        inside = first <= moment <= last
        heading = words.day(moment) if inside else words.say("report.before" if moment < first else "report.after")
        reasons = list(dict.fromkeys(rows["why"]))
        groups.setdefault(heading, []).append(
            {
                "clock": words.clock(moment) if inside else words.moment(moment),
                "iso": moment.isoformat(),
                "folded": kind == "bid",
                "kind": words.label("kind", str(kind)),
                "lines": [
                    _line(row, words, with_reason=len(reasons) > 1)
                    for row in rows[["channel", "what", "why"]].itertuples()
                ],
                "why": reasons[0] if len(reasons) == 1 else "",
            }
        )
    return [
        {
            "day": heading,
            "rows": [row for row in rows if not row["folded"]],
            "bids": [row for row in rows if row["folded"]],
        }
        for heading, rows in groups.items()
    ]


def _line(row: Any, words: Words, *, with_reason: bool) -> dict[str, str]:
    """Return one act of the run sheet."""
    channel = "" if pd.isna(row.channel) else words.channel(str(row.channel))
    return {"channel": channel, "what": row.what, "why": row.why if with_reason else ""}


def _windows(plan: Plan, words: Words) -> list[dict[str, str]]:
    """Return the windows with what they get and the market in them."""
    about = {window.id: window.reason.text(words.lang) for window in plan.brief.playbook.windows}
    return [
        {
            "span": words.span(row.start, row.end),
            "name": words.window(row.window),
            "stance": row.stance,
            "label": words.stance(row.stance),
            "spend": words.money(row.spend),
            "share": words.percent(row.share),
            "traffic": words.times(row.traffic),
            "price": words.times(row.price),
            "conversion": words.times(row.conversion),
            "why": about.get(row.window, ""),
        }
        for row in window_table(plan).itertuples()
    ]


def _overruled(plan: Plan, words: Words) -> list[dict[str, str]]:
    """Return where the data overrule the playbook, a row a window and measure."""
    table = evidence_table(plan)
    return [
        {
            "window": words.window(row.window),
            "measure": words.say(f"report.measure_{row.measure}"),
            "playbook": words.times(row.prior),
            "data": words.say(
                "report.with_range", value=words.times(row.value), low=words.times(row.low), high=words.times(row.high)
            ),
            "counts": f"{row.evidence:,.0f}",
        }
        for row in table[table["overruled"]].itertuples()
    ]


def _sends(plan: Plan, words: Words) -> list[dict[str, str]]:
    """Return the text messages."""
    return [
        {
            "at": words.moment(row.send_at),
            "segment": row.segment,
            "messages": f"{row.messages:,.0f}",
            "cost": words.money(row.cost, 2),
            "orders": f"{row.orders:,.1f}",
            "profit": words.money(row.profit),
            "text": row.text,
            "reason": row.reason,
        }
        for row in plan.sms.itertuples()
    ]
