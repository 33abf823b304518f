"""What Google's two targets share: one tool, whose schedule is written in two ways."""

from __future__ import annotations

from typing import Literal

from planner.outputs.adtools.tool import Form, Tool
from planner.vocabulary.wording import Text

__all__ = ["SLOT", "google_tool"]

SLOT = 15


def google_tool(name: str, title: Text, form: Form, unit: Literal["percent", "delta"]) -> Tool:
    """Return the declaration of Google's ad schedule in one of its forms."""
    return Tool(
        name=name,
        title=title,
        rows="weekly",
        slot_minutes=SLOT,
        minimum=10,
        maximum=1000,
        step=1,
        gap="off",
        spans_per_day=6,
        together=True,
        forms=(form,),
        unit=unit,
        sure={
            "range": "third_party",
            "slots": "documented",
            "off": "documented",
            "form": "documented",
            "budget": "third_party",
        },
        overspend=2.0,
        warnings=("manual_bids", "account_zone", "campaign_names"),
    )
