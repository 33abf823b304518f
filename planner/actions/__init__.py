"""The run sheet: every act of the promotion in order of time, one line each, before, during and after it.

Kinds are fixed (`KINDS`), what to do and why are sentences. Only what a person does is an action: what stands in the
schedule but does not change from one slot to the next makes no line.
"""

from __future__ import annotations

import pandas as pd

from planner.actions.after import after_actions
from planner.actions.before import before_actions, registration_note
from planner.actions.during import during_actions
from planner.actions.sheet import KINDS, Action
from planner.brief import Brief
from planner.brief.timetable import Timetable
from planner.messages.offers import Offers
from planner.vocabulary.tables import ACTIONS
from planner.vocabulary.wording import Lang

__all__ = ["KINDS", "Action", "plan_actions", "registration_note"]


def plan_actions(
    brief: Brief,
    timetable: Timetable,
    schedule: pd.DataFrame,
    limits: pd.DataFrame,
    sms: pd.DataFrame,
    offers: Offers,
    lang: Lang = "en",
    *,
    price: float | None = None,
) -> pd.DataFrame:
    """Return the run sheet.

    Parameters
    ----------
    brief, timetable
        The promotion.
    schedule, limits, sms
        `tables.SCHEDULE`, `tables.LIMITS` and `tables.SMS` of the plan.
    offers
        The flash deals; only those kept are switched on.
    lang
        Language of the sentences.
    price
        What a buyer pays for an order, for what late ones cost; the brief's word if not given. [currency/order]

    Returns
    -------
    pandas.DataFrame
        `tables.ACTIONS`, in order of time.
    """
    actions = [
        *before_actions(brief, timetable, limits, sms),
        *during_actions(brief, timetable, schedule, sms, offers),
        *after_actions(brief, timetable, schedule, sms, price=price),
    ]
    rows = {
        (action.at.tz_convert(brief.zone), action.kind, action.channel, action.what.text(lang)): action.why.text(lang)
        for action in actions
    }
    made = sorted(
        ((*key, why) for key, why in rows.items()),
        key=lambda row: (row[0], KINDS.index(row[1]), row[2] or "", row[3]),
    )
    frame = pd.DataFrame(made, columns=["at", "kind", "channel", "what", "why"])
    frame["at"] = pd.DatetimeIndex(frame["at"]).tz_convert(brief.zone) if made else pd.DatetimeIndex([], tz=brief.zone)
    frame["channel"] = frame["channel"].astype(object)
    return ACTIONS.check(frame)
