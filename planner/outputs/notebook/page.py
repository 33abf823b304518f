"""A plan as four lines of text, and as a page of a notebook: headline numbers, window table, chart.

The page is one piece of HTML without scripts, at most `LARGEST` bytes: of the charts the first that fits is shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, Template
from markupsafe import Markup

from planner.charts.gains import gain_sentence, rivals
from planner.charts.windows import window_table
from planner.charts.words import Words

if TYPE_CHECKING:
    from planner.plan import Plan
    from planner.vocabulary.wording import Lang

__all__ = ["LARGEST", "headline", "inline_chart", "plan_html", "plan_lines", "window_rows"]

LARGEST = 150 * 1024
# In the order of what they say of a plan; a long promotion's timeline has too many strokes for a notebook.
_CHARTS = ("timeline", "pacing")


def plan_lines(plan: Plan, lang: Lang | None = None) -> list[str]:
    """Return a plan in four lines: what is planned, what it spends, what it is to earn, and beside what.

    Parameters
    ----------
    plan
        What to say.
    lang
        Language; the plan's by default.
    """
    words = Words.of(plan, lang)
    colon = "：" if words.lang == "zh" else ": "
    return [_title(plan, words), *(f"{label}{colon}{value}" for label, value in headline(plan, words).items())]


def _title(plan: Plan, words: Words) -> str:
    """Return what is planned."""
    return words.say(
        "notebook.title",
        name=plan.brief.promotion.name,
        first=words.moment(plan.slots["start"].iloc[0]),
        last=words.moment(plan.slots["end"].iloc[-1]),
        hours=plan.slots["hours"].sum(),
        channels=plan.schedule["channel"].nunique(),
    )


def headline(plan: Plan, words: Words) -> dict[str, str]:
    """Return the three numbers, each under what it is."""
    summary = plan.summary
    spend = words.say(
        "notebook.spend_value",
        spend=words.money(summary.spend + summary.sms_cost),
        ads=words.money(summary.spend),
        sms=words.money(summary.sms_cost),
        budget=words.money(summary.budget),
    )
    profit = words.say(
        "notebook.profit_value",
        profit=words.money(summary.profit),
        low=words.money(summary.profit_low),
        high=words.money(summary.profit_high),
    )
    return {
        words.say("notebook.spend"): spend,
        words.say("notebook.profit"): profit,
        words.say("notebook.against"): _against(plan, words),
    }


def _against(plan: Plan, words: Words) -> str:
    """Return what the plan earns more than the seller's usual bids would."""
    told = [gain_sentence(plan, row, words) for row in rivals(plan).itertuples()]
    return told[0] if told else words.say("notebook.against_none")


def plan_html(plan: Plan, lang: Lang | None = None) -> str:
    """Return a plan as a page of a notebook, at most `LARGEST` bytes.

    Parameters
    ----------
    plan
        What to show.
    lang
        Language; the plan's by default.
    """
    words = Words.of(plan, lang)

    def page(chart: str) -> str:
        return template("plan").render(
            say=words.say,
            title=_title(plan, words),
            numbers=headline(plan, words),
            rows=window_rows(plan, words),
            chart=Markup(chart),
        )

    for name in _CHARTS:
        whole = page(inline_chart(plan, name, words.lang))
        if len(whole.encode()) <= LARGEST:
            return whole
    return page("")


def window_rows(plan: Plan, words: Words) -> list[Mapping[str, str]]:
    """Return the window table as texts: ``when``, ``window``, ``stance``, ``spend``, ``share`` and the multiples."""
    return [
        {
            "when": words.span(row.start, row.end),
            "window": words.window(row.window),
            "stance": words.stance(row.stance),
            "spend": words.money(row.spend),
            "share": words.percent(row.share),
            "traffic": words.times(row.traffic),
            "price": words.times(row.price),
            "conversion": words.times(row.conversion),
        }
        for row in window_table(plan).itertuples()
    ]


def inline_chart(plan: Plan, name: str, lang: Lang) -> str:
    """Return one chart as SVG to put into a page."""
    from planner import charts
    from planner.charts.canvas import save

    axes = getattr(charts, f"plot_{name}")(plan, lang=lang)
    svg = save(axes.figure, "svg", salt=name).decode()
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "\n", svg)


@cache
def template(name: str) -> Template:
    """Return one of the templates beside this file."""
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string((files(__package__) / f"{name}.html.j2").read_text(encoding="utf-8"))
