"""What has happened so far: hours of reports and sums since midnight, laid on the promotion; what is not believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from planner.brief import Brief
from planner.history import History
from planner.market.evidence import HOUR, own_hours
from planner.market.seen import Seen
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.wording import Message, first_of

__all__ = ["NUMBERS", "Facts", "last_complete_hour", "lay_facts", "require_usable"]

NUMBERS = ("impressions", "clicks", "spend", "orders", "revenue")
_STALE = pd.Timedelta(hours=2)


@dataclass(frozen=True, eq=False)
class Facts:
    """What is known of the day until now.

    Attributes
    ----------
    seen
        What is learnt from: spans that are complete, by channel.
    table
        All that was reported within the promotion, `Day.actuals`.
    now
        The moment that the rest begins at.
    alarms
        What is missing, stale or not believed.
    assumed
        What hours without any report are taken to have spent. [currency]
    """

    seen: Seen
    table: pd.DataFrame
    now: pd.Timestamp
    alarms: tuple[Message, ...]
    assumed: float = 0.0

    def filled(self, force: pd.DataFrame, brief: Brief) -> Facts:
        """Return the facts with hours of which there is no report at all taken to have spent what was planned.

        What is not known to be left must not be spent a second time.
        """
        past = force[force["start"] < self.now]
        start, end = past["start"], past["end"].where(past["end"] <= self.now, self.now)
        covered = np.zeros(len(past), dtype=bool)
        for begun, over in self.table[["start", "end"]].drop_duplicates().itertuples(index=False):
            covered |= ((start < over) & (end > begun)).to_numpy()
        share = ((end - start) / (past["end"] - past["start"])).to_numpy(dtype=float)
        unknown = past[~covered]
        money = round(float((past["spend"].to_numpy() * share)[~covered].sum()), 2)
        if money < 0.01:
            return self
        values = {"amount": money, "hours": _spans(unknown, brief), "currency": brief.promotion.currency}
        return replace(self, assumed=money, alarms=(*self.alarms, Message("live.assumed", values)))

    @property
    def spent(self) -> float:
        """Money of the ads so far, what is assumed of hours without a report included. [currency]"""
        return float(self.table["spend"].sum()) + self.assumed

    @property
    def orders(self) -> float:
        """Orders booked so far."""
        return float(self.table["orders"].sum())


def last_complete_hour(brief: Brief, history: History | None) -> pd.Timestamp | None:
    """Return the end of the last hour of the promotion that a history holds; None where it holds none."""
    if history is None or not len(history.table):
        return None
    hours = history.table["hour"]
    inside = hours[(hours >= brief.timetable.starts) & (hours < brief.timetable.ends)]
    if inside.empty:
        return None
    return pd.Timestamp(inside.max()).tz_convert(brief.zone) + pd.Timedelta(hours=1)


def lay_facts(
    brief: Brief,
    channels: tuple[str, ...],
    history: History | None,
    so_far: pd.DataFrame | None,
    now: pd.Timestamp | None,
) -> Facts:
    """Return what has happened until now.

    Parameters
    ----------
    brief
        The whole promotion's.
    channels
        Those that are planned.
    history
        Hours; of those that are not over by `now` nothing is used.
    so_far
        Sums since midnight: ``channel``, ``spend``, ``clicks``, ``orders``, ``revenue``, and ``at`` where the moment is
        not `now`.
    now
        By default the end of the last complete hour, or the moment of the sums.

    Raises
    ------
    InputError
        The sums name no channel that is planned.
    """
    now = _moment(brief, history, so_far, now)
    alarms: list[Message] = []
    rows = _hour_rows(brief, history, channels, now, alarms)
    seen = _seen(brief, history, channels, now)
    if so_far is not None and len(so_far):
        rest, added = _remainder(brief, channels, rows, so_far, now, alarms)
        rows = pd.concat([rows, added], ignore_index=True) if len(rows) else added
        seen = seen.and_then(rest)
    if not rows.empty:
        last = rows["end"].max()
        if now - last >= _STALE and last < brief.timetable.ends:
            alarms.append(
                Message("live.stale", {"hours": (now - last) / pd.Timedelta(hours=1), "last": f"{last:%H:%M}"})
            )
        if (spent := float(rows["spend"].sum())) > brief.budget.total:
            alarms.append(Message("live.overspent", {"spent": spent, "budget": brief.budget.total, **_money(brief)}))
    return Facts(seen, rows, now, tuple(alarms))


def _spans(rows: pd.DataFrame, brief: Brief) -> str:
    """Return the first and the last moment of some rows."""
    first, last = rows["start"].min().tz_convert(brief.zone), rows["end"].max().tz_convert(brief.zone)
    return f"{first:%m-%d %H:%M}–{last:%H:%M}"


def _money(brief: Brief) -> dict[str, str]:
    return {"currency": brief.promotion.currency}


def _moment(
    brief: Brief, history: History | None, so_far: pd.DataFrame | None, now: pd.Timestamp | None
) -> pd.Timestamp:
    """Return the moment of planning, within the promotion."""
    if now is None and so_far is not None and "at" in so_far and so_far["at"].notna().any():
        now = pd.Timestamp(so_far["at"].dropna().max())
    if now is None:
        now = last_complete_hour(brief, history)
    starts, ends = pd.Timestamp(brief.timetable.starts), pd.Timestamp(brief.timetable.ends)
    if now is None:
        now = starts
    if now.tzinfo is None:
        raise ValueError("`now` must say its zone")
    return min(max(now.tz_convert(brief.zone), starts.tz_convert(brief.zone)), ends.tz_convert(brief.zone))


def _hour_rows(
    brief: Brief, history: History | None, channels: Sequence[str], now: pd.Timestamp, alarms: list[Message]
) -> pd.DataFrame:
    """Return the rows of complete hours of the promotion, and say which were left out."""
    columns = ["start", "end", "channel", "campaign", *NUMBERS, "bid", "believed"]
    if history is None or not len(history.table):
        return pd.DataFrame(columns=columns)
    table = history.table
    inside = (table["hour"] >= brief.timetable.starts) & (table["hour"] < brief.timetable.ends)
    end = table["hour"] + pd.Timedelta(hours=1)
    future = inside & (end > now)
    if future.any():
        hours = sorted({f"{hour:%m-%d %H:%M}" for hour in table.loc[future, "hour"].dt.tz_convert(brief.zone)})
        alarms.append(Message("live.not_over", {"hours": first_of(hours, 4), "now": f"{now:%m-%d %H:%M}"}))
    known = table["channel"].isin(channels)
    if strangers := sorted({str(name) for name in table.loc[inside & ~known & table["channel"].notna(), "channel"]}):
        alarms.append(Message("live.strangers", {"found": first_of(strangers, 4), "planned": ", ".join(channels)}))
    rows = table[inside & ~future & known]
    found = pd.DataFrame({"start": rows["hour"].dt.tz_convert(brief.zone), "channel": rows["channel"]})
    found["end"] = found["start"] + pd.Timedelta(hours=1)
    found["campaign"] = rows.get("campaign")
    for name in (*NUMBERS, "bid"):
        found[name] = rows[name].astype(float) if name in rows else np.nan
    return found.assign(believed=True)[columns].reset_index(drop=True)


def require_usable(brief: Brief, history: History, channels: Sequence[str]) -> None:
    """Raise `InputError` where a report holds no hour of the promotion, or no channel that is planned."""
    table = history.table
    inside = (table["hour"] >= brief.timetable.starts) & (table["hour"] < brief.timetable.ends)
    if not (inside & table["channel"].isin(channels)).any():
        raise InputError([_nothing(brief, history, channels)])


def _nothing(brief: Brief, history: History, channels: Sequence[str]) -> Problem:
    """Say why nothing of the reports can be used."""
    hours = history.table["hour"]
    starts, ends = (pd.Timestamp(at).tz_convert(brief.zone) for at in (brief.timetable.starts, brief.timetable.ends))
    inside = (hours >= starts) & (hours < ends)
    if inside.any():
        found = sorted({str(name) for name in history.table.loc[inside, "channel"].dropna()})
        values = {"found": first_of(found, 6) if found else "–", "planned": ", ".join(channels)}
        return Problem(Message("live.no_channel", values), ", ".join(source.name for source in history.sources))
    span = (hours.min(), hours.max()) if len(hours) else (None, None)
    values = {
        "first": f"{span[0]:%Y-%m-%d %H:%M}" if len(hours) else "–",
        "last": f"{span[1]:%Y-%m-%d %H:%M}" if len(hours) else "–",
        "starts": f"{starts:%Y-%m-%d %H:%M}",
        "ends": f"{ends:%Y-%m-%d %H:%M}",
    }
    return Problem(Message("live.other_day", values), ", ".join(source.name for source in history.sources))


def _seen(brief: Brief, history: History | None, channels: tuple[str, ...], now: pd.Timestamp) -> Seen:
    """Return the complete hours as arrays."""
    empty = History(pd.DataFrame(columns=["hour", "channel"])) if history is None else history
    panel = own_hours(brief, empty, channels)
    return Seen.of(panel.pick(np.asarray(panel.instant + HOUR <= now.timestamp())))


def _remainder(
    brief: Brief,
    channels: tuple[str, ...],
    rows: pd.DataFrame,
    so_far: pd.DataFrame,
    now: pd.Timestamp,
    alarms: list[Message],
) -> tuple[Seen, pd.DataFrame]:
    """Return what sums since midnight tell beyond the hours that are known: one span, and its rows."""
    known = so_far[so_far["channel"].isin(channels)]
    if known.empty:
        values = {"found": first_of([str(name) for name in so_far["channel"]], 6), "planned": ", ".join(channels)}
        raise InputError([Problem(Message("live.no_channel", values), "--so-far")])
    midnight = max(now.normalize(), pd.Timestamp(brief.timetable.starts).tz_convert(brief.zone))
    today = rows[rows["start"] >= midnight] if len(rows) else rows
    begun = today["end"].max() if len(today) else midnight
    arrays = {name: np.full((1, len(channels)), np.nan) for name in (*NUMBERS, "bid")}
    lines = []
    for line in known.to_dict("records"):
        place = channels.index(str(line["channel"]))
        own = today[today["channel"] == line["channel"]] if len(today) else today
        numbers = {}
        for name in NUMBERS:
            total = line.get(name)
            if total is None or pd.isna(total):
                continue
            left = float(total) - float(own[name].sum() if len(own) else 0.0)
            if left < -0.005:
                told = {"channel": line["channel"], "what": Message(f"columns.{name}"), "sum": float(total)}
                alarms.append(Message("live.contradicted", told | {"hours": float(total) - left}))
            numbers[name] = max(left, 0.0)
            arrays[name][0, place] = numbers[name]
        lines.append({"start": begun, "end": now, "channel": line["channel"], "campaign": None, **numbers})
    frame = pd.DataFrame(lines).reindex(columns=["start", "end", "channel", "campaign", *NUMBERS, "bid"])
    some = slice(None) if begun < now else slice(0)  # nothing may be left between the last hour and the sums
    seen = Seen(
        start=np.array([begun.timestamp()], dtype=np.int64)[some],
        end=np.array([now.timestamp()], dtype=np.int64)[some],
        spent=np.zeros((1, len(channels)), dtype=bool)[some],
        **{name: array[some] for name, array in arrays.items()},
    )
    return seen, (frame if begun < now else frame[:0]).assign(believed=True)
