"""What a file's rows are called: its channel, in the brief's words.

A file has a column for the channel, or it is the report of one channel. A name is matched to the brief's by itself, by
the label, or by the role its words speak of if only one of the brief's channels has that role; the last is a guess, and
said.
"""

from __future__ import annotations

import re
from pathlib import PurePath

import pandas as pd

from planner.history.judging.refusals import Remarks
from planner.history.recognising.dialects import role_of, role_word
from planner.history.recognising.layouts import Layout
from planner.history.settings import KnownChannel, ReadingSettings
from planner.vocabulary.wording import Message

__all__ = ["matched_channel", "named_channels"]

# What a spreadsheet calls a sheet that nobody has named.
_NO_NAME = re.compile(r"(?:sheet|工作表|表)\s*\d*$", re.IGNORECASE)
_AD_NUMBERS = ("impressions", "clicks", "spend", "bid", "cpc", "cpm")


def matched_channel(found: str, settings: ReadingSettings) -> tuple[KnownChannel | None, bool]:
    """Return the brief's channel that a name means, and whether that is a guess; None where it means none."""
    bare = found.strip().casefold()
    for channel in settings.channels:
        if bare in (channel.name.casefold(), channel.label.casefold()):
            return channel, False
    role = role_of(found)
    fitting = [channel for channel in settings.channels if channel.role == role and channel.paid]
    return (fitting[0], True) if role and len(fitting) == 1 else (None, False)


def named_channels(rows: pd.DataFrame, layout: Layout, settings: ReadingSettings, remarks: Remarks) -> pd.DataFrame:
    """Return rows whose ``channel`` is the brief's word for it, or None for the whole shop's."""
    if "channel" in layout.columns:
        names = {name: _settled(name, settings, remarks) for name in rows["channel"].dropna().unique()}
        return rows.assign(channel=rows["channel"].map(names).astype(object).where(rows["channel"].notna(), None))
    about_ads = layout.dialect.kind == "ads" or (layout.strict and any(name in layout.columns for name in _AD_NUMBERS))
    return rows.assign(
        channel=pd.Series([_of_file(layout, settings, remarks) if about_ads else None] * len(rows), dtype=object)
    )


def _settled(name: str, settings: ReadingSettings, remarks: Remarks) -> str:
    """Return the brief's word for a name in a column, or the name as it is."""
    channel, guessed = matched_channel(name, settings)
    if channel is None:
        return name
    if guessed:
        values = {"where": remarks.source, "found": name, "channel": channel.name}
        remarks.notes.append(Message("history.channel_guessed", values))
    return channel.name


def _of_file(layout: Layout, settings: ReadingSettings, remarks: Remarks) -> str | None:
    """Return the channel of a report without a column for it."""
    # A folder's name is no part of what the file says.
    file = remarks.source.removesuffix(f"[{remarks.sheet}]") if remarks.sheet else remarks.source
    stem = PurePath(file.replace("\\", "/")).name.removesuffix(".gz").rsplit(".", 1)[0]
    sheet = "" if _NO_NAME.match(remarks.sheet) else remarks.sheet
    paid = [channel for channel in settings.channels if channel.paid]
    for said in (sheet, stem, layout.titles):
        inside = [
            channel
            for channel in paid
            if channel.name.casefold() in said.casefold() or (channel.label and channel.label in said)
        ]
        channel = inside[0] if len(inside) == 1 else matched_channel(said, settings)[0] if said else None
        if channel is not None:
            return _guess(channel.name, "history.channel_of_name", remarks)
    # What is named for one kind of ads is no report of the shop's only channel, which is of another.
    other = next((said for said in (sheet, stem) if role_of(said)), "")
    if len(paid) == 1 and not (other and paid[0].role not in (role_of(other), "other")):
        return _guess(paid[0].name, "history.channel_only", remarks)
    if layout.strict:
        return None
    if role_of(sheet):
        return _guess(sheet, "history.channel_of_file", remarks)
    if other and layout.dialect.channel:
        # One platform's tools have one form of report: by its name alone they can be told apart.
        return _guess(role_word(other), "history.channel_of_file", remarks)
    known, _ = matched_channel(layout.dialect.channel, settings) if layout.dialect.channel else (None, False)
    return _guess(known.name if known else layout.dialect.channel or stem, "history.channel_of_file", remarks)


def _guess(channel: str, key: str, remarks: Remarks) -> str:
    """Return a channel and note how it was found."""
    remarks.notes.append(Message(key, {"where": remarks.source, "channel": channel}))
    return channel
