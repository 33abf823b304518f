"""Spend to clicks, cell by cell: increasing, concave, with its inverse and its margin.

``clicks(s) = clicks_scale * s**elasticity`` up to ``max_clicks``; the next click costs ``s / (elasticity * clicks)``
and the bid that stops there is that over ``kappa``. Money is in the brief's currency, bids are per click.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from planner.vocabulary.tables import unit_columns

__all__ = ["bid_at_spend", "clicks_at_spend", "full_spend", "response_cells", "spend_at_bid"]

Floats = NDArray[np.float64]


def response_cells(market: pd.DataFrame) -> pd.DataFrame:
    """Return what the optimiser has to know of every cell.

    Parameters
    ----------
    market
        `tables.MARKET`.

    Returns
    -------
    pandas.DataFrame
        Index as in `market`: ``start``, ``date`` (local, ISO), ``channel``, ``campaign`` where the market has it,
        ``window``, ``stance``; ``clicks_scale``
        [clicks per currency**elasticity], ``elasticity``, ``max_clicks`` [clicks], ``kappa``, ``orders_per_click``,
        ``revenue_per_order`` and ``profit_per_order`` (margin after refunds, incremental share only) [currency].
    """
    clicks, eta = market["clicks"], market["elasticity"]
    spend = clicks * market["price"]
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(spend > 0, clicks / spend**eta, 0.0)
        profit = np.where(market["conversion"] > 0, market["click_value"] / market["conversion"], 0.0)
    return pd.DataFrame(
        {
            "start": market["start"],
            "date": market["start"].dt.strftime("%Y-%m-%d"),
            **{name: market[name] for name in unit_columns(market)},
            "window": market["window"],
            "stance": market["stance"],
            "clicks_scale": scale,
            "elasticity": eta,
            "max_clicks": market["reach"],
            "kappa": market["kappa"],
            "orders_per_click": market["conversion"],
            "revenue_per_order": market["order_value"],
            "profit_per_order": profit,
        },
        index=market.index,
    )


def full_spend(cells: pd.DataFrame) -> Floats:
    """Return the spend at which a cell has every click that can be had. [currency]"""
    scale, eta, most = (cells[name].to_numpy(dtype=float) for name in ("clicks_scale", "elasticity", "max_clicks"))
    with np.errstate(divide="ignore", over="ignore"):
        return np.where(scale > 0, (most / np.where(scale > 0, scale, 1.0)) ** (1 / eta), 0.0)


def clicks_at_spend(cells: pd.DataFrame, spend: ArrayLike) -> Floats:
    """Return the clicks that spends buy. [clicks]"""
    money: Floats = np.minimum(np.asarray(spend, dtype=float), full_spend(cells))
    clicks: Floats = cells["clicks_scale"].to_numpy(dtype=float) * money ** cells["elasticity"].to_numpy(dtype=float)
    return clicks


def bid_at_spend(cells: pd.DataFrame, spend: ArrayLike) -> Floats:
    """Return the bid at which a cell spends so much; 0 for nothing. [currency/click]"""
    scale, eta, kappa = (cells[name].to_numpy(dtype=float) for name in ("clicks_scale", "elasticity", "kappa"))
    money: Floats = np.minimum(np.asarray(spend, dtype=float), full_spend(cells))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((money > 0) & (scale > 0), money ** (1 - eta) / (eta * scale * kappa), 0.0)


def spend_at_bid(cells: pd.DataFrame, bid: ArrayLike) -> Floats:
    """Return what a cell spends at a bid, unless something else stops it. [currency]"""
    scale, eta, kappa = (cells[name].to_numpy(dtype=float) for name in ("clicks_scale", "elasticity", "kappa"))
    offered: Floats = np.maximum(np.asarray(bid, dtype=float), 0.0)
    spend: Floats = np.minimum((offered * kappa * eta * scale) ** (1 / (1 - eta)), full_spend(cells))
    return spend
