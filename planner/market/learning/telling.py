"""What a learnt playbook rests on, in words: said to the person who learns, and kept in the file as comments."""

from __future__ import annotations

import numpy as np

from planner.brief.playbook import Playbook, Window
from planner.market.learning.learnt import Learnt
from planner.vocabulary.wording import Lang, say

__all__ = ["by_window", "in_general", "of_shops"]


def in_general(learnt: Learnt, before: Playbook, lang: Lang, *, least_shops: int) -> list[str]:
    """Return what holds for the whole playbook."""
    if learnt.playbook == before:
        return [say("playbook.learnt_nothing", lang, least=least_shops, shops=learnt.shops, playbook=before.name)]
    clicks, chance = learnt.clicks.spreads, learnt.conversion.spreads
    guessed = "" if learnt.clicks.pairs else say("playbook.learnt_guessed", lang)
    return [
        say(
            "playbook.learnt_from",
            lang,
            shops=learnt.shops,
            events=learnt.events,
            playbook=before.name,
            least=least_shops,
        ),
        say(
            "playbook.learnt_spreads",
            lang,
            level=clicks.level,
            curve=clicks.curve,
            chance_level=chance.level,
            chance_curve=chance.curve,
            lasting=clicks.lasting,
            guessed=guessed,
        ),
    ]


def by_window(learnt: Learnt, before: Playbook, lang: Lang, *, least_shops: int, changed: bool) -> dict[str, list[str]]:
    """Return what is behind each window's numbers, and stances that events speak against, by the windows' ids."""
    if learnt.playbook == before:
        return {}
    told = {window.id: [_window(learnt, window, lang, least_shops)] for window in before.windows}
    names = {window.id: window.name.text(lang) for window in before.windows}
    for each in learnt.objections:
        told[each.window].append(
            say(
                "playbook.learnt_stance_changed" if changed else "playbook.learnt_objection",
                lang,
                window=names[each.window],
                stance=say(f"labels.stance_{each.stance}", lang),
                instead=say(f"labels.stance_{each.instead}", lang),
                against=each.against,
                events=each.events,
                how=say("playbook.learnt_less" if each.stance == "compete" else "playbook.learnt_more", lang),
            )
        )
    return told


def of_shops(learnt: Learnt, lang: Lang) -> list[str]:
    """Return what concerns single shops: for the terminal alone, never for the file."""
    lines = [
        say("playbook.learnt_unlike", lang, shop=shop, weight=weight) for shop, weight in sorted(learnt.unlike.items())
    ]
    if learnt.repeated:
        lines.append(say("playbook.learnt_repeated", lang, count=learnt.repeated))
    return lines


def _window(learnt: Learnt, window: Window, lang: Lang, least_shops: int) -> str:
    """Return what is behind a window's numbers; counts are rounded, for nobody's own may be read from them."""
    rows = learnt.evidence[learnt.evidence["window"] == window.id]
    enough = rows[rows["shops"] >= least_shops]
    if enough.empty:
        return say("playbook.learnt_too_few", lang, window=window.name.text(lang), shops=int(rows["shops"].max()))
    return say(
        "playbook.learnt_window",
        lang,
        window=window.name.text(lang),
        clicks=float(np.exp(np.log(enough["clicks_factor"]).mean()) - 1),
        conversion=float(np.exp(np.log(enough["conversion_factor"]).mean()) - 1),
        clicks_sd=float(enough["clicks_sd"].mean()),
        conversion_sd=float(enough["conversion_sd"].mean()),
        events=float(enough["events"].max()),
        shops=int(enough["shops"].min()),
        count_clicks=_rough(float(enough["clicks"].sum())),
        count_orders=_rough(float(enough["orders"].sum())),
    )


def _rough(count: float) -> str:
    """Return a count to two figures."""
    return f"{float(f'{count:.2g}'):,.0f}"
