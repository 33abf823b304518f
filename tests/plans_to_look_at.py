"""Plans that the tests of what people look at share: the example in both languages, and odd ones; each is made once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from planner.brief import load_brief
from planner.history import load_history
from planner.plan import Plan, make_plan
from planner.vocabulary.wording import Lang
from tests.conftest import brief_from

DATA = Path(__file__).parent / "tea_shop"
CHANNELS = ("search", "display", "feed", "retarget", "kol", "video", "live", "outside")


@cache
def example(lang: Lang) -> Plan:
    """Return the plan of the example shop."""
    brief = load_brief(DATA / ("brief.zh.toml" if lang == "zh" else "brief.toml"))
    return make_plan(brief, load_history([DATA / "history.csv"], brief), lang=lang)


def odd_brief(channels: int, first: str, last: str, lang: str, more: str = "", zone: str = "Asia/Shanghai") -> str:
    """Return the text of a brief without history."""
    label = "渠道" if lang == "zh" else "channel "
    tables = "".join(
        f'[[channels]]\nname = "{name}"\nlabel = "{label}{number + 1}"\nprice = {0.6 + 0.2 * number}\n'
        f"conversion = 0.03\nclicks_per_day = {900 + 100 * number}\n"
        for number, name in enumerate(CHANNELS[:channels])
    )
    return (
        f'[promotion]\nname = "{"双11喆𠮷" if lang == "zh" else "Double 11"}"\ndate = 2026-11-11\nlang = "{lang}"\n'
        f'starts = {first}\nends = {last}\ntimezone = "{zone}"\n[budget]\ntotal = 9000\n'
        f"[shop]\nmargin = 0.4\norder_value = 110\n{tables}{more}"
    )


@cache
def odd(channels: int, days: int, lang: Lang) -> Plan:
    """Return a plan with some channels and days, from the playbook alone."""
    first = "2026-11-11T00:00:00" if days == 1 else "2026-11-07T00:00:00"
    last = "2026-11-12T00:00:00" if days == 1 else "2026-11-14T00:00:00"
    return make_plan(brief_from(odd_brief(channels, first, last, lang)), lang=lang)


def plans() -> dict[str, tuple[int, int, Lang]]:
    """Return the odd plans that every chart is drawn for."""
    return {
        "one channel, one day": (1, 1, "zh"),
        "one channel, seven days": (1, 7, "en"),
        "eight channels, one day": (8, 1, "en"),
        "eight channels, seven days": (8, 7, "zh"),
    }
