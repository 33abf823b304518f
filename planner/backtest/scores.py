"""How good a forecast was: its point, its distribution, its level and its shape apart.

All scores are of drawn values against what happened; hours whose truth is not known are left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEVELS", "SCORES", "pinball", "score_draws"]

Floats = NDArray[np.float64]
LEVELS = (0.1, 0.5, 0.9)
SCORES = ("actual", "forecast", "wape", "level", "shape", "mase", "pinball", "covered", "pit_low", "pit_high")


def score_draws(actual: Floats, draws: Floats, usual: Floats | None = None) -> dict[str, float]:
    """Return the scores of a forecast.

    Parameters
    ----------
    actual
        What happened; NaN where it is not known. [cells]
    draws
        What was forecast, drawn. [draws x cells]
    usual
        What a usual day's same hour brings, the forecast that MASE measures against. [cells]

    Returns
    -------
    dict
        ``actual`` and ``forecast`` totals; ``wape``, the sum of errors over the sum of truth; ``level``, the
        forecast's total over the truth less 1; ``shape``, the WAPE left when the forecast is brought to the true
        total; ``mase``; ``pinball``, mean loss at the 10, 50 and 90 % points over the mean truth; ``covered``, the
        share within the 80 % interval; ``pit_low`` and ``pit_high``, the shares below and above it.
    """
    known = np.isfinite(actual)
    truth, drawn = actual[known], draws[:, known]
    total, mean = float(truth.sum()), drawn.mean(axis=0)
    if not len(truth) or total <= 0:
        return dict.fromkeys(SCORES, np.nan)
    low, middle, high = np.quantile(drawn, LEVELS, axis=0)
    whole = float(mean.sum())
    error = float(np.abs(mean - truth).sum())
    naive = np.nan if usual is None else float(np.abs(usual[known] - truth).sum())
    return {
        "actual": total,
        "forecast": whole,
        "wape": error / total,
        "level": whole / total - 1,
        "shape": float(np.abs(mean * total / whole - truth).sum()) / total if whole > 0 else np.nan,
        "mase": error / naive if naive > 0 else np.nan,
        "pinball": pinball(truth, np.stack([low, middle, high])) / float(truth.mean()),
        "covered": float(((truth >= low) & (truth <= high)).mean()),
        "pit_low": float((truth < low).mean()),
        "pit_high": float((truth > high).mean()),
    }


def pinball(actual: Floats, quantiles: Floats, levels: tuple[float, ...] = LEVELS) -> float:
    """Return the mean pinball loss of quantiles. [levels x cells]"""
    below = actual[None, :] - quantiles
    level = np.array(levels)[:, None]
    return float(np.maximum(level * below, (level - 1) * below).mean())
