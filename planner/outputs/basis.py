"""What a plan rests on, in sentences: assumptions, how close to the best it provably is, and the brief as run."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.charts.limits import holding_limits
from planner.charts.words import Words
from planner.vocabulary.version import __version__

if TYPE_CHECKING:
    from planner.plan import Plan

__all__ = ["assumptions", "brief_text", "certificate"]

# Where the multipliers prove a plan this close to the optimum, the digits beyond are noise.
_EXACT = 1e-6
# A plan that leaves more than this share of its budget means to; a return below this is nothing to speak of.
_LEFT_OVER = 0.02
_NOTHING = 0.005


def certificate(plan: Plan, words: Words) -> list[str]:
    """Return in words how good the allocation provably is."""
    found = plan.certificate
    if not found:
        return []
    gap, violation = float(found["gap"]), float(found["violation"])
    room = max(float(found["bound"]) - float(found["profit"]), 0.0)
    lines = [
        words.say("report.certificate_exact")
        if gap <= _EXACT
        else words.say("report.certificate_gap", gap=f"{100 * gap:.2g}%", amount=words.money(room, 2)),
        words.say("report.certificate_kept")
        if violation <= _EXACT
        else words.say("report.certificate_broken", share=f"{100 * violation:.2g}%"),
    ]
    return [*lines, _more_money(plan, words)]


def _more_money(plan: Plan, words: Words) -> str:
    """Return what more budget would earn, or why some of it is kept."""
    summary = plan.summary
    limits = holding_limits(plan.multipliers, words)
    if summary.unspent > _LEFT_OVER * summary.budget:
        if limits:
            return words.say("report.price_left_held", amount=words.money(summary.unspent), limits=limits)
        asked = {"one": words.money(1, 0), "least": words.money(plan.brief.budget.least_gain, 2)}
        return words.say("report.price_left", amount=words.money(summary.unspent), **asked)
    if summary.money_price > _NOTHING:
        return words.say("report.price_positive", one=words.money(1, 0), price=words.money(summary.money_price, 2))
    return words.say("report.price_zero_held", limits=limits) if limits else words.say("report.price_zero")


def assumptions(plan: Plan, words: Words) -> list[str]:
    """Return what the plan rests on."""
    shop, promotion = plan.brief.shop, plan.brief.promotion
    lines = [
        words.say("report.assume_profit", margin=words.percent(shop.margin), refunds=words.percent(shop.refund_rate)),
        words.say(
            "report.assume_playbook",
            playbook=plan.brief.playbook.title.text(words.lang),
            opening=words.moment(pd.Timestamp(plan.brief.timetable.opening)),
        ),
        words.say("report.assume_bands"),
    ]
    evidence = float(plan.market["evidence_clicks"].sum())
    lines.append(
        words.say(
            "report.assume_evidence", clicks=f"{evidence:,.0f}", orders=f"{plan.market['evidence_orders'].sum():,.0f}"
        )
        if evidence > 0
        else words.say("report.assume_no_evidence")
    )
    lines += [
        words.say(
            "report.assume_source",
            # Where a file lay on this machine is nobody's business.
            name=re.split(r"[/\\]", str(source["name"]))[-1],
            rows=f"{source['rows_used']:,}",
            fingerprint=str(source["sha256"])[:12],
        )
        for source in plan.sources
    ]
    lines.append(words.say("report.assume_run", seed=plan.seed, zone=promotion.timezone, version=__version__))
    return lines


def brief_text(plan: Plan) -> str:
    """Return the brief as run, in TOML's manner."""
    lines: list[str] = []

    def add(table: Mapping[str, Any], path: str) -> None:
        plain = {key: value for key, value in table.items() if not _is_table(value)}
        lines.extend(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in plain.items())
        for key, value in table.items():
            for item in value if isinstance(value, list) else [value]:
                if _is_table(value):
                    name = f"{path}.{key}".lstrip(".")
                    lines.extend(["", f"[[{name}]]" if isinstance(value, list) else f"[{name}]"])
                    add(item, name)

    add(plan.brief.model_dump(mode="json", exclude_unset=True, exclude_none=True), "")
    return "\n".join(lines).strip()


def _is_table(value: Any) -> bool:
    """Return whether a value is a table or a list of tables."""
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))
