"""The limits beside the budget that keep a plan from earning more, in words, for charts, report and terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from planner.charts.words import Words

__all__ = ["holding_limits"]

# What one more unit of a limit earns is nothing to speak of below this. [currency]
_NOTHING = 0.005
# Limits that have a name of their own.
_LIMITS = ("channel", "campaign", "window", "stock", "shipping", "min_return")


def holding_limits(multipliers: pd.Series, words: Words) -> str:
    """Return in words the limits that keep a plan from earning more, the budget apart; empty where none does.

    Parameters
    ----------
    multipliers
        A plan's `multipliers`: by limit, what one more unit on it earns.
    words
        Names of channels and windows.
    """
    named = []
    for name, earns in multipliers.items():
        kind, _, label = str(name).partition(":")
        if earns <= _NOTHING or kind == "total":
            continue
        entry = f"charts.limit_{kind}" if kind in _LIMITS else "charts.limit_other"
        named.append(words.say(entry, label=words.window(label) if kind == "window" else words.channel(label)))
    return words.say("charts.limits_join").join(dict.fromkeys(named))
