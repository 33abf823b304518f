"""A week of 20 campaigns merged into at most six spans a day: time, and what merging by the best number saves.

    python benchmarks/adtools.py [--write]

Campaigns are simulated from a seed: 7 days of 24 hours, bids by the hour, whole percentages from 10 to 1000 as Google
Ads takes them. With ``--write`` the table goes to ``benchmarks/results/adtools.md``. Ends with 1 if it takes a second.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402  the thread limits above must be set first
import pandas as pd  # noqa: E402

from planner.outputs.adtools import load_tool  # noqa: E402
from planner.outputs.adtools.fit import fit_percent, outcome_at  # noqa: E402
from planner.outputs.adtools.grid import cut_pieces, make_periods, usual_percent  # noqa: E402
from planner.outputs.adtools.merge import best_spans, share_spans  # noqa: E402
from planner.outputs.adtools.series import Series  # noqa: E402

RESULTS = Path(__file__).parent / "results" / "adtools.md"
CAMPAIGNS, DAYS, RUNS, LIMIT = 20, 7, 5, 1.0


def campaign(number: int) -> Series:
    """Return a simulated campaign of a whole week, its bids the best at a money price of 0.2."""
    rng = np.random.default_rng(number)
    starts = pd.date_range("2026-11-09", periods=24 * DAYS, freq="h", tz="Asia/Shanghai")
    rhythm = 1.2 + np.sin((starts.hour.to_numpy() - 15) / 24 * 2 * np.pi)
    scale = 20 * rhythm * np.exp(rng.normal(0, 0.3, len(starts)))
    orders = 0.03 * np.exp(rng.normal(0, 0.4, len(starts)))
    eta, kappa, profit, price = 0.65, 1.15, 40.0, 0.2
    cells = pd.DataFrame(
        {
            "start": starts, "end": starts + pd.Timedelta(hours=1), "stance": "compete", "hours": 1.0,
            "bid": orders * profit / (1 + price) / kappa, "spend": 1.0, "clicks_scale": scale, "elasticity": eta,
            "max_clicks": 1e6, "kappa": kappa, "orders_per_click": orders, "revenue_per_order": 100.0,
            "profit_per_order": profit,
        }
    )  # fmt: skip
    return Series(
        f"campaign {number}", "", cells, np.ones(len(cells)), np.full(len(cells), price), 0.0, 0.0, 1.0, 0.01, np.inf
    )


def merge_alone(worth: list[np.ndarray]) -> None:
    """Merge every day of every campaign."""
    for days in worth:
        choices = [best_spans(day, np.full(24, -np.inf), 6) for day in np.split(days, DAYS)]
        for choice, share in zip(choices, share_spans(choices, None), strict=True):
            choice.pick(share)


def timed(run: object) -> float:
    """Return the fastest of a few runs, since others use the machine too. [s]"""
    assert callable(run)
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def main(write: bool) -> int:
    tool = load_tool("google-ads-editor")
    series = [campaign(number) for number in range(CAMPAIGNS)]
    pieces = [cut_pieces(one, tool) for one in series]
    period = make_periods(series, pieces, tool)[0]
    usual = usual_percent(tool, period, None)
    worth = [outcome_at(one, tool, tool.steps()[:, None], 1.0).worth.T for one in series]

    def whole() -> None:
        for one, cut in zip(series, pieces, strict=True):
            fit_percent(one, tool, cut, period, usual, base=1.0)

    alone, all_of_it = timed(lambda: merge_alone(worth)), timed(whole)
    lines = [
        "# Merging hours into spans",
        "",
        f"Made by `python benchmarks/adtools.py --write` on {platform.machine()}, {os.cpu_count()} cores, one thread, "
        f"Python {platform.python_version()}, numpy {np.__version__}; fastest of {RUNS}.",
        "",
        f"{CAMPAIGNS} campaigns, {DAYS} days x 24 hours, {len(tool.steps())} numbers, at most 6 spans a day:",
        "",
        "| what | seconds |",
        "|---|---|",
        f"| the span program alone | {alone:.2f} |",
        f"| curves, worth of every hour at every number, and the spans | {all_of_it:.2f} |",
        "",
    ]
    print("\n".join(lines))
    if write:
        RESULTS.write_text("\n".join(lines), encoding="utf-8")
    return int(all_of_it >= LIMIT)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    sys.exit(main(parser.parse_args().write))
