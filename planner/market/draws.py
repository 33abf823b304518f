"""The market and the markets that may come instead of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.wording import Message

__all__ = ["Draws", "Market"]

Floats = NDArray[np.float64]


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
        `tables.MARKET`, sorted by start and then by the channels' order, numbered from 0.
    notes
        What was decided or guessed.
    channels
        The paid channels in order.
    volume_cov, conversion_cov
        Covariance of the logs of clicks at a fixed bid and of conversion: slots, then channels.
    volume_alone, conversion_alone
        Log standard deviation of a single cell beyond that.
    """

    table: pd.DataFrame
    notes: tuple[Message, ...]
    channels: tuple[str, ...]
    volume_cov: Floats
    conversion_cov: Floats
    volume_alone: float
    conversion_alone: float

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
        return Draws(traffic, np.ones_like(traffic), value)

    def _factors(self, rng: np.random.Generator, count: int, cov: Floats, alone: float) -> Floats:
        """Return factors of the logs' covariance."""
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
