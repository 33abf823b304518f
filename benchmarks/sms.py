"""What the planned messages earn in a simulated market with a known truth, beside the market's own best.

The market is no part of this project: `--market` names the folder that holds it, a module `market` (worlds that play
sends) and a module `score` (the files a seller of that world would have). The planned sends are those of a whole plan,
in one budget with the ads; the figure is their profit as a share of that of the market's own best sends.

    python benchmarks/sms.py --market FOLDER --worlds 11-30 --record
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner import load_brief, load_history
from planner.plan import make_plan

RESULTS = Path(__file__).parent / "results" / "sms.md"
TARGETS = {"playbook": 90, "half": 90, "myth": 90, "crowded": 90, "surprise": 65}


def profits(market: Any, score: Any, seed: int, scenario: str) -> tuple[float, float]:
    """Return the profit of the planned sends and of the best ones, both as the market plays them."""
    world = market.World(seed=seed, scenario=scenario)
    with tempfile.TemporaryDirectory() as folder:
        score.write_world(world, folder, sms=True)
        brief = load_brief(Path(folder) / "brief.toml")
        history = load_history([Path(folder) / "history.csv"], brief)
    sends = make_plan(brief, history, lang="en").sms
    midnight = pd.Timestamp(score.DAY, tz=brief.zone)
    hours = np.floor((sends["send_at"] - midnight) / pd.Timedelta(hours=1)).astype(int)
    rows = [
        {"hour": hour, "segment": segment, "n": float(count)}
        for hour, segment, count in zip(hours, sends["segment"], sends["messages"], strict=True)
    ]
    planned = world.evaluate_sms(rows)["profit"] if rows else 0.0
    return planned, world.sms_oracle()["result"]["profit"]


def main() -> None:
    """Measure, print and, if asked, record."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--market", required=True, help="folder that holds the market's modules")
    parser.add_argument("--worlds", default="11-30", help="first-last")
    parser.add_argument("--record", action="store_true", help="write the table to the results")
    options = parser.parse_args()
    sys.path.insert(0, options.market)
    import market
    import score

    first, last = map(int, options.worlds.split("-"))
    lines = [
        "# Messages on simulated markets",
        "",
        f"`python benchmarks/sms.py --market FOLDER --worlds {options.worlds}`; profit of the planned sends as a share",
        "of that of the market's own best, in per cent of its sum over the worlds; a twentieth is held out.",
        "",
        "| scenario | planned | target | worst world |",
        "|---|---|---|---|",
    ]
    for scenario, target in TARGETS.items():
        pairs = np.array([profits(market, score, seed, scenario) for seed in range(first, last + 1)])
        share, worst = 100 * pairs[:, 0].sum() / pairs[:, 1].sum(), 100 * (pairs[:, 0] / pairs[:, 1]).min()
        lines.append(f"| {scenario} | {share:.1f} | {target} | {worst:.0f} |")
        print(lines[-1], flush=True)
    if options.record:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
