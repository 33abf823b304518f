"""What a day tells of the campaigns of a channel beside each other.

The channel's own change is known already. A campaign's part in its clicks, and its conversion against the channel's,
are ratios around 1 as far as they were unsure before (`Market.volume_spread`) and one day may differ from others; so a
campaign's counts of today are set against what its part of the channel's counts would be. A ratio of logs with its own
variance and a normal law around 0 give a normal law again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.market.draws import MOST_CONVERSION, Market
from planner.vocabulary.tables import unit_columns

__all__ = ["CampaignCounts", "with_campaigns"]

Floats = NDArray[np.float64]
# Log standard deviation of a campaign on one day beyond what was unsure (a page that breaks, goods that catch on), the
# variance of its hours beyond chance, and what keeps a logarithm of nothing finite.
_DAY, _OWN, _HALF = 0.2, 0.02, 0.5


@dataclass(frozen=True, eq=False)
class CampaignCounts:
    """By channel and campaign: clicks and orders that came today, and the clicks that were to be expected.

    All are Series indexed by channel and campaign; expected ones at the bids that were in force, in the hours seen.
    """

    clicks: pd.Series
    orders: pd.Series
    expected: pd.Series


def with_campaigns(market: Market, counts: CampaignCounts) -> Market:
    """Return the market with what today tells of its campaigns; the same one where channels are planned as wholes.

    Parameters
    ----------
    market
        With the channels' own change in it already.
    counts
        What came and what was expected.
    """
    if market.volume_spread is None or market.conversion_spread is None:
        return market
    table = market.table
    units = unit_columns(table)
    first = pd.MultiIndex.from_frame(table[units].iloc[: len(market.volume_spread)])
    rate = (table["clicks"] * table["conversion"]).groupby([table[name] for name in units], dropna=False).sum()
    rate = rate / table["clicks"].groupby([table[name] for name in units], dropna=False).sum().clip(lower=1e-9)
    clicks, expected = (part.reindex(first).fillna(0.0) for part in (counts.clicks, counts.expected))
    orders, wanted = counts.orders.reindex(first).fillna(0.0), clicks * rate.reindex(first).fillna(0.0)
    volume, volume_spread = _ratio(clicks, expected, market.volume_spread)
    chance, conversion_spread = _ratio(orders, wanted, market.conversion_spread)
    places = first.get_indexer(pd.MultiIndex.from_frame(table[units]))
    more, better = volume[places], chance[places]
    conversion = np.minimum(table["conversion"] * better, MOST_CONVERSION)
    scaled = {name: table[name] * more for name in ("clicks", "clicks_low", "clicks_high", "reach")}
    scaled |= {name: table[name] * better for name in ("conversion_low", "conversion_ratio")}
    table = table.assign(
        **scaled,
        conversion=conversion,
        conversion_high=np.minimum(table["conversion_high"] * better, 1.0),
        click_value=table["click_value"] * (conversion / table["conversion"]).fillna(1.0),
    )
    return replace(market, table=table, volume_spread=volume_spread, conversion_spread=conversion_spread)


def _ratio(counts: pd.Series, expected: pd.Series, spread: Floats) -> tuple[Floats, Floats]:
    """Return each campaign's ratio to its part of the channel, and what is left of its spread. [campaigns]"""
    channel = counts.index.get_level_values(0)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = expected * (counts.groupby(channel).transform("sum") / expected.groupby(channel).transform("sum"))
    known = part.fillna(0.0).to_numpy()
    log = np.log((counts.to_numpy() + _HALF) / (known + _HALF))
    variance = 1 / (known + _HALF) + _OWN
    before = spread**2 + _DAY**2
    weight = np.where(known > 0, before / (before + variance), 0.0)
    return np.exp(weight * log), np.sqrt(before * (1 - weight))
