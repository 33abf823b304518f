"""What a history lacks and what looks wrong in it: hours without rows, hours whose numbers cannot be believed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from planner.vocabulary.wording import Message

__all__ = ["channel_word", "gap_notes", "odd_hours"]

# A pause of more than this between two stretches is two histories (a past event and the last weeks), not a gap in one.
_TWO_STRETCHES = pd.Timedelta(days=14)
_HOUR = pd.Timedelta(hours=1)
_SILENT_HOURS = 6
_OUTLIER = 30.0
_SHOWN = 3


def channel_word(channel: object) -> str | Message:
    """Return a channel's name, or the words for the whole shop."""
    return channel if isinstance(channel, str) else Message("history.whole_shop", {})


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
                "channel": channel_word(channel),
                "count": missing,
                "times": int(holes.sum()),
                "since": f"{since:%Y-%m-%d %H:%M}",
                "until": f"{until:%Y-%m-%d %H:%M}",
            }
            notes.append(Message("history.gap", values))
    return notes


def odd_hours(table: pd.DataFrame) -> Iterator[Message]:
    """Yield what looks wrong, a line for each channel and kind, with the first hours where it does."""
    key = [name for name in ("hour", "channel") if name in table]
    numbers = [name for name in ("impressions", "clicks", "spend", "orders", "revenue") if name in table]
    summed = table.groupby(key, dropna=False, sort=True)[numbers].sum(min_count=1).reset_index()
    for channel, rows in summed.groupby("channel", dropna=False, sort=True):
        for kind, wrong in _wrong(rows.reset_index(drop=True)):
            if wrong.any():
                shown = [f"{hour:%Y-%m-%d %H:%M}" for hour in pd.DatetimeIndex(rows["hour"])[wrong][:_SHOWN]]
                more = ["..."] if wrong.sum() > _SHOWN else []
                values = {
                    "channel": channel_word(channel),
                    "count": int(wrong.sum()),
                    "hours": ", ".join([*shown, *more]),
                }
                yield Message(f"history.odd_{kind}", values)


def _wrong(rows: pd.DataFrame) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each kind of oddness with the rows that show it."""

    def of(name: str) -> np.ndarray:
        return rows[name].to_numpy(dtype=float) if name in rows else np.full(len(rows), np.nan)

    impressions, clicks, spend, orders, revenue = map(of, ("impressions", "clicks", "spend", "orders", "revenue"))
    yield "clicks", clicks > impressions
    yield "free", (spend > 0) & (clicks == 0) & ~(impressions > 0)
    yield "orders", orders > clicks
    yield "worthless", (orders > 0) & (revenue == 0)
    traffic = clicks if np.isfinite(clicks).any() else orders
    yield "midnight", _midnights_alone(rows["hour"])
    yield "silent", _silent(rows["hour"], traffic)
    usual = np.nanmedian(traffic[traffic > 0]) if (traffic > 0).any() else np.nan
    hour = pd.DatetimeIndex(rows["hour"]).hour
    by_clock = pd.Series(traffic).groupby(np.asarray(hour)).transform("median").to_numpy()
    # Of few events a burst is chance: only what is many times the hour's usual and the shop's is told.
    yield "burst", (traffic > _OUTLIER * np.fmax(by_clock, 1.0)) & (traffic > _OUTLIER * np.fmax(usual, 1.0))


def _midnights_alone(hours: pd.Series) -> np.ndarray:
    """Tell midnights that are all there is of their days beside days of many hours: maybe whole days' totals."""
    days = hours.dt.normalize()
    count = hours.groupby(days).transform("size").to_numpy()
    alone = (count == 1) & (hours.dt.hour == 0).to_numpy()
    return alone if alone.sum() >= 2 and (count >= 12).any() else np.zeros(len(hours), dtype=bool)


def _silent(hours: pd.Series, traffic: np.ndarray) -> np.ndarray:
    """Tell the hours of long stretches without any traffic where there usually is some."""
    zero = traffic == 0
    clock = np.asarray(pd.DatetimeIndex(hours).hour)
    busy = pd.Series(traffic).groupby(clock).transform("median").to_numpy() >= 1
    stretch = pd.Series(~zero).cumsum()
    length = pd.Series(zero & busy).groupby(stretch).transform("sum").to_numpy()
    return np.asarray(zero & (length >= _SILENT_HOURS))
