"""The forecast of a channel divided among its campaigns.

What a campaign has of its channel's clicks, what its clicks cost and what they are worth are ratios to the channel
(`parts`), and the campaigns of a channel answer money as the channel does. Together they are the channel: at the
reference bids their clicks and orders add up to its own in every slot, their spend and what they earn over the
promotion. Campaigns that do not differ are planned as the channel would be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from planner.brief import Brief
from planner.brief.toml_input import suggestion
from planner.history import OTHERS, History
from planner.market.campaign_shares import Parts, learn_parts, whole_channel
from planner.market.channels import source_of
from planner.market.draws import LEAST_CLICKS, MOST_CONVERSION, OUT_80, Market
from planner.market.evidence import HOUR, SETTLED_ORDERS, Evidence, Panel, gather
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.tables import MARKET
from planner.vocabulary.wording import Message, first_of

__all__ = ["split_campaigns"]

# A campaign without traffic in so many days before the promotion is taken to have ended.
_ALIVE_DAYS = 14
_TRAFFIC = ("clicks", "impressions", "spend")


def split_campaigns(market: Market, brief: Brief, slots: pd.DataFrame, history: History | None) -> Market:
    """Return the market with a row a campaign where the brief plans by campaign; the same one where it does not.

    Parameters
    ----------
    market
        The forecast by channel.
    brief
        Which channels are planned by campaign, and which of their campaigns it names.
    slots
        `tables.SLOTS` of the promotion.
    history
        What happened, campaigns carried through.

    Raises
    ------
    InputError
        The history was read with its campaigns added up.
    """
    if not brief.plans_campaigns:
        return market
    if _added_up(history):
        raise InputError([Problem(Message("market.campaigns_added_up"), source_of(brief))])
    notes: list[Message] = []
    splits: dict[str, Parts] = {}
    for name in market.channels:
        gamma = _gamma(market.table, name)
        if (parts := _parts(brief, slots, history, name, gamma, notes)) is not None:
            splits[name] = parts
    notes = [*market.notes, *notes]
    if not splits:
        return replace(market, notes=tuple(notes))
    every = [splits.get(name) or whole_channel(OTHERS, len(slots)) for name in market.channels]
    frames = [
        _rows(market.table[market.table["channel"] == name], parts)
        for name, parts in zip(market.channels, every, strict=True)
    ]
    # Slot by slot, channels in their order, campaigns in theirs.
    table = pd.concat(frames, ignore_index=True)
    slot = np.concatenate([np.repeat(np.arange(len(slots)), len(parts.names)) for parts in every])
    table = table.iloc[np.argsort(slot, kind="stable")].reset_index(drop=True)
    return replace(
        market,
        table=MARKET.check(table),
        notes=tuple(notes),
        volume_spread=np.concatenate([parts.volume_sd for parts in every]),
        conversion_spread=np.concatenate([parts.conversion_sd for parts in every]),
    )


def _added_up(history: History | None) -> bool:
    """Tell whether the files of a history had campaigns, and it has none."""
    if history is None or "campaign" in history.table:
        return False
    return any("campaign" in source.columns for source in history.sources)


def _gamma(table: pd.DataFrame, channel: str) -> float:
    """Return a channel's elasticity of clicks to the bid."""
    eta = float(table.loc[table["channel"] == channel, "elasticity"].iloc[0])
    return eta / (1 - eta)


def _parts(
    brief: Brief, slots: pd.DataFrame, history: History | None, channel: str, gamma: float, notes: list[Message]
) -> Parts | None:
    """Return how a channel falls into campaigns; None where it is planned as a whole."""
    described = brief.channel(channel)
    listed = tuple(campaign.name for campaign in described.campaigns) if described else ()
    everything = brief.promotion.plan_by == "campaign"
    if not listed and not everything:
        return None
    table = _divided(history, channel)
    found = tuple(sorted({str(name) for name in table["campaign"].dropna()} - {OTHERS}))
    if not listed and not found:
        notes.append(Message("market.no_campaigns", {"channel": channel}))
        return None
    alive = _alive(brief, history, table, found)
    notes += _said(channel, listed, found, alive)
    own = sorted({*listed, *(alive if everything else ())})
    names = table["campaign"]
    others = bool((names.isna() | (names == OTHERS)).any()) or bool(set(alive) - set(own))
    kept = table[names.isna() | names.isin([OTHERS, *own, *alive])]
    evidence = _evidence(brief, history, kept, (*own, *([OTHERS] if others else [])))
    return learn_parts(evidence, slots, gamma, brief.history.orders_at, _growing(brief, history, evidence.usual))


def _said(channel: str, listed: tuple[str, ...], found: tuple[str, ...], alive: tuple[str, ...]) -> list[Message]:
    """Return what is to be said of campaigns that have ended, and of those that nothing is known of."""
    notes, kept = [], {*alive, *listed}
    if ended := [name for name in found if name not in kept]:
        values = {"channel": channel, "count": len(ended), "days": _ALIVE_DAYS, "names": first_of(ended, 5)}
        notes.append(Message("market.campaigns_ended", values))
    known = set(found)
    unknown = [name for name in listed if name not in known]
    if unknown and not found:
        values = {"channel": channel, "names": first_of(unknown, 5)}
        return [*notes, Message("market.campaigns_assumed", values)]
    for name in unknown:
        near = suggestion(name, found)
        others = Message("market.campaigns_are", {"names": first_of(found, 5)})
        advice = near if near.key == "input.did_you_mean" else others
        notes.append(Message("market.campaign_unknown", {"channel": channel, "name": name, "advice": advice}))
    return notes


def _divided(history: History | None, channel: str) -> pd.DataFrame:
    """Return a channel's rows in the hours that show campaigns; none where the history shows none."""
    if history is None or "campaign" not in history.table:
        return pd.DataFrame(columns=["hour", "channel", "campaign"])
    rows = history.table[history.table["channel"] == channel]
    return rows[rows["hour"].isin(rows.loc[rows["campaign"].notna(), "hour"])]


def _alive(brief: Brief, history: History | None, table: pd.DataFrame, found: tuple[str, ...]) -> tuple[str, ...]:
    """Return the campaigns that still had traffic of late; those of the latest hours known where no usual day is."""
    if not found:
        return ()
    usual = _evidence(brief, history, table, found).usual
    before = table[table["hour"] < pd.Timestamp(brief.timetable.starts)]
    last = pd.Timestamp(int(usual.instant[-1]), unit="s", tz="UTC") if len(usual.instant) else before["hour"].max()
    # What began with the promotion is alive as well.
    lately = (before["hour"] <= last) | (before["hour"] >= pd.Timestamp(brief.timetable.whole[0]))
    late = before[lately & (before["hour"] > last - pd.Timedelta(days=_ALIVE_DAYS))]
    measured = [name for name in _TRAFFIC if name in late and late[name].notna().any()]
    if measured:
        late = late[(late[measured] > 0).any(axis=1)]
    seen = set(late["campaign"])
    return tuple(name for name in found if name in seen)


def _growing(brief: Brief, history: History | None, usual: Panel) -> float | None:
    """Return from when on orders may still grow; None where they do not, or where too few others are there."""
    since = history.growing_since if history is not None else None
    if since is None or brief.history.orders_at == "order":
        return None
    settled = usual.instant + HOUR <= since.timestamp()
    return since.timestamp() - HOUR + 1 if np.nansum(usual.orders[settled]) >= SETTLED_ORDERS else None


def _evidence(brief: Brief, history: History | None, table: pd.DataFrame, labels: Sequence[str]) -> Evidence:
    """Return what campaigns did as `gather` returns it for channels; what is none of the labels goes to the others.

    Orders that are not all in are left in, for `_growing` to tell.
    """
    names = table["campaign"].astype(object)
    relabelled = table.assign(channel=names.where(names.isin(list(labels)), OTHERS)).drop(columns="campaign")
    described = brief.channel(str(table["channel"].iloc[0])) if len(table) else None
    if described is not None and described.kind == "cpm":
        # By the thousand impressions bids say nothing of a click's price.
        relabelled = relabelled.drop(columns="bid", errors="ignore")
    # No campaign is to be taken for a channel of its name.
    without = brief.by_channel().model_copy(update={"channels": ()})
    rest = None if history is None else replace(history, table=relabelled, growing_since=None)
    evidence = gather(without, rest, tuple(labels))
    events = tuple(replace(past, panel=_filled(past.panel)) for past in evidence.events)
    return replace(evidence, usual=_filled(evidence.usual), events=events)


def _filled(panel: Panel) -> Panel:
    """Return a panel in which a campaign without a row beside others that have one counted nothing.

    Reports leave such rows out. Before its first row a campaign was not there.
    """
    changed = {}
    for name in ("impressions", "clicks", "spend", "orders", "revenue"):
        values = getattr(panel, name)
        known = np.isfinite(values)
        there = np.maximum.accumulate(known, axis=0) & known.any(axis=1, keepdims=True)
        changed[name] = np.where(there & ~known, 0.0, values)
    return replace(panel, **changed)


def _rows(rows: pd.DataFrame, parts: Parts) -> pd.DataFrame:
    """Return a channel's rows of `tables.MARKET`, one a slot and campaign.

    Ratios to a usual day and how sure they are stay the channel's: campaigns share them.
    """
    size, slots = len(parts.names), len(rows)
    table = rows.iloc[np.repeat(np.arange(slots), size)].reset_index(drop=True)
    names = [None if name == OTHERS else name for name in parts.names]
    table.insert(3, "campaign", np.tile(np.array(names, dtype=object), slots))
    if size == 1:
        return table
    conversion = parts.conversion / (parts.share @ parts.conversion)[:, None]
    # The promotion's clicks and orders by campaign, over which prices and values are those of the channel.
    clicked = parts.share * rows["clicks"].to_numpy()[:, None]
    ordered = clicked * conversion * rows["conversion"].to_numpy()[:, None]
    price = np.tile(parts.price * clicked.sum() / max((clicked @ parts.price).sum(), 1e-12), slots)
    value = np.tile(parts.value * ordered.sum() / max((ordered @ parts.value).sum(), 1e-12), slots)
    share, whole = parts.share.ravel(), table["clicks"].to_numpy()
    clicks, volume_sd, conversion_sd = (
        whole * share,
        np.tile(parts.volume_sd, slots),
        np.tile(parts.conversion_sd, slots),
    )
    # The count of a few clicks varies more than that of many: the channel's own chance is taken out, the campaign's in.
    chance = 1 / np.maximum(clicks, LEAST_CLICKS) - 1 / np.maximum(whole, LEAST_CLICKS)
    traffic_sd = np.sqrt(table["traffic_sd"] ** 2 + volume_sd**2 + chance)
    order_sd = np.hypot(table["conversion_sd"], conversion_sd)
    rate = np.minimum(table["conversion"] * conversion.ravel(), MOST_CONVERSION)
    changed = rate / table["conversion"].where(table["conversion"] > 0, 1.0)
    return table.assign(
        reference_bid=table["reference_bid"] * price,
        clicks=clicks,
        clicks_low=clicks * np.exp(-OUT_80 * traffic_sd),
        clicks_high=clicks * np.exp(OUT_80 * traffic_sd),
        price=table["price"] * price,
        conversion=rate,
        conversion_low=rate * np.exp(-OUT_80 * order_sd),
        conversion_high=np.minimum(rate * np.exp(OUT_80 * order_sd), 1.0),
        order_value=table["order_value"] * value,
        click_value=table["click_value"] * changed * value,
        reach=table["reach"] * share,
        evidence_clicks=table["evidence_clicks"] * share,
        evidence_orders=table["evidence_orders"] * share,
    )
