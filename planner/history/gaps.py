"""What a history lacks: hours without rows, and hours that look wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.wording import Message

__all__ = ["gap_notes"]

# A pause of more than this between two stretches is two histories (a past event and the last weeks), not a gap in one.
_TWO_STRETCHES = pd.Timedelta(days=14)
_HOUR = pd.Timedelta(hours=1)


def gap_notes(table: pd.DataFrame) -> list[Message]:
    """Return a note for each channel whose hours do not follow one another."""
    notes = []
    for channel, rows in table.groupby("channel", dropna=False, sort=True):
        hours = pd.DatetimeIndex(rows["hour"].drop_duplicates().sort_values())
        steps = hours[1:] - hours[:-1]
        holes = (steps > _HOUR) & (steps <= _TWO_STRETCHES)
        if holes.any():
            widest = int(np.where(holes, steps / _HOUR, 0).argmax())
            missing = int(np.sum(steps[holes] / _HOUR - 1))
            since, until = hours[widest] + _HOUR, hours[widest + 1]
            values = {
                "channel": channel if isinstance(channel, str) else Message("history.whole_shop", {}),
                "count": missing,
                "times": int(holes.sum()),
                "since": f"{since:%Y-%m-%d %H:%M}",
                "until": f"{until:%Y-%m-%d %H:%M}",
            }
            notes.append(Message("history.gap", values))
    return notes
