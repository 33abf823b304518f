"""The market and the markets that may come instead of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.vocabulary.wording import Message

__all__ = ["LEAST_CLICKS", "MOST_CONVERSION", "OUT_80", "Draws", "Market"]

Floats = NDArray[np.float64]
# The 10 % and 90 % points of the normal law lie so many standard deviations out.
OUT_80 = 1.2815515655446004
# A count's own chance is reckoned from at least so many clicks; and no more than this share of clicks orders.
LEAST_CLICKS, MOST_CONVERSION = 0.3, 0.9


@dataclass(frozen=True, eq=False)
class Draws:
    """Markets that may come: factors on the table's clicks at a fixed bid, on prices, on conversion. [draws x rows]

    A factor on prices moves the clicks that a bid buys, not what each of them costs.
    """

    traffic: Floats
    price: Floats
    value: Floats


@dataclass(frozen=True, eq=False)
class Market:
    """The forecast of every slot and paid channel.

    Attributes
    ----------
    table
        `tables.MARKET`, sorted by start and then by the channels' order and their campaigns', numbered from 0.
    notes
        What was decided or guessed.
    channels
        The paid channels in order.
    volume_cov, conversion_cov
        Covariance of the logs of clicks at a fixed bid and of conversion: slots, then channels.
    volume_alone, conversion_alone
        Log standard deviation of a single cell of a channel beyond that.
    volume_spread, conversion_spread
        Log standard deviation of each campaign's part in its channel, in the order of a slot's rows; None where
        channels are planned as wholes.
    """

    table: pd.DataFrame
    notes: tuple[Message, ...]
    channels: tuple[str, ...]
    volume_cov: Floats
    conversion_cov: Floats
    volume_alone: float
    conversion_alone: float
    volume_spread: Floats | None = None
    conversion_spread: Floats | None = None

    def draw(self, count: int, seed: int) -> Draws:
        """Return markets drawn from the posterior; the table is their mean.

        Parameters
        ----------
        count
            How many.
        seed
            Same seed, same draws.
        """
        rng = np.random.default_rng(seed)
        traffic = self._factors(rng, count, self.volume_cov, self.volume_alone)
        value = self._factors(rng, count, self.conversion_cov, self.conversion_alone)
        if self.volume_spread is not None and self.conversion_spread is not None:
            traffic = self._divided(rng, traffic, self.volume_spread)
            value = self._divided(rng, value, self.conversion_spread)
        return Draws(traffic, np.ones_like(traffic), value)

    def _divided(self, rng: np.random.Generator, factors: Floats, spread: Floats) -> Floats:
        """Return the channels' factors for their campaigns, each moved by its own part. [draws x rows]"""
        count, units = len(factors), len(spread)
        first = self.table.iloc[:units]
        place = pd.Index(self.channels).get_indexer(first["channel"])
        # As with channels, numbers are drawn by name.
        by_name = np.lexsort((first["campaign"].fillna("").to_numpy(dtype=str), first["channel"].to_numpy(dtype=str)))
        log = np.empty((count, units))
        log[:, by_name] = rng.standard_normal((count, units))
        own = np.exp(spread * log - spread**2 / 2)
        rows = factors.reshape(count, -1, len(self.channels))[:, :, place] * own[:, None, :]
        return rows.reshape(count, -1)

    def _factors(self, rng: np.random.Generator, count: int, cov: Floats, alone: float) -> Floats:
        """Return factors of the logs' covariance. [draws x slots and channels]"""
        slots, count_channels = len(cov) - len(self.channels), len(self.channels)
        # Numbers are drawn for channels by name, so that the order they are listed in changes nothing.
        by_name = np.argsort(np.array(self.channels))
        at = np.concatenate([np.arange(slots), slots + by_name])
        root = np.linalg.cholesky(cov[np.ix_(at, at)] + 1e-10 * np.eye(len(cov)))
        log = rng.standard_normal((count, len(cov))) @ root.T
        rows = log[:, :slots, None] + log[:, None, slots:] + alone * rng.standard_normal((count, slots, count_channels))
        own = np.diag(cov)
        variance = own[:slots, None] + own[None, slots:] + 2 * cov[:slots, slots:] + alone**2
        factors: Floats = np.exp(rows[:, :, np.argsort(by_name)] - variance / 2).reshape(count, -1)
        return factors
