"""A million customers: read, put into segments, listed for sends to all of them, and written; time and memory.

    python benchmarks/customers.py [--people 1000000] [--write]

The file is simulated from a seed. Each run is a process of its own, since memory is the most that a process ever held.
With ``--write`` the table goes to ``benchmarks/results/customers.md``.
"""

from __future__ import annotations

import argparse
import itertools
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RESULTS = Path(__file__).parent / "results" / "customers.md"
RUNS = 3


def make_file(path: Path, people: int) -> None:
    """Write a customer file of a shop with this many buyers."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(0)
    days = pd.to_timedelta(rng.integers(0, 900 * 24 * 60, people), unit="min")
    frame = pd.DataFrame(
        {
            "手机号": 13_000_000_000 + rng.permutation(people),
            "最近购买时间": (pd.Timestamp("2026-11-01") - days).strftime("%Y-%m-%d %H:%M:%S"),
            "购买次数": rng.geometric(0.5, people),
            "消费金额": rng.gamma(2, 80, people).round(2),
            "是否退订": np.where(rng.random(people) < 0.03, "是", "否"),
            "上次短信时间": np.where(rng.random(people) < 0.1, "2026-11-09", ""),
        }
    )
    frame.to_csv(path, index=False)


def measure(path: Path) -> dict[str, float]:
    """Do the whole job once in this process and return seconds by stage, and the most memory in megabytes."""
    import pandas as pd

    from planner.brief import parse_brief
    from planner.brief.toml_input import TomlSource
    from planner.messages.customers import read_customers, recipient_lists, with_customers
    from planner.outputs.plan_folder import write_files
    from planner.outputs.recipients import recipient_files

    tables = {
        "promotion": {"date": "2026-11-11"},
        "budget": {"total": 1_000_000},
        "shop": {"margin": 0.3, "order_value": 100},
        "sms": {"price": 0.05},
    }
    brief = parse_brief(TomlSource("brief.toml", tables, {}))
    laps = [time.perf_counter()]
    customers = read_customers(path)
    laps.append(time.perf_counter())
    brief = with_customers(brief, customers)
    laps.append(time.perf_counter())
    # Everybody who may be written to gets a message: the most that there can be to list.
    sends = pd.DataFrame(
        {
            "send_at": pd.Timestamp("2026-11-10 19:00", tz="Asia/Shanghai"),
            "segment": [segment.name for segment in brief.sms.segments],
            "messages": [segment.people for segment in brief.sms.segments],
        }
    )
    lists = recipient_lists(brief, sends, customers)
    laps.append(time.perf_counter())
    with tempfile.TemporaryDirectory() as folder:
        write_files(recipient_files(brief, lists), Path(folder), overwrite=True)
    laps.append(time.perf_counter())
    stages = dict(zip(("read", "segment", "list", "write"), (b - a for a, b in itertools.pairwise(laps)), strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return stages | {"all": laps[-1] - laps[0], "megabytes": peak, "listed": float(lists.sends["listed"].sum())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.once:
        print(json.dumps(measure(chosen.once)))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.csv"
        make_file(path, chosen.people)
        command = [sys.executable, __file__, "--once", str(path)]
        runs = [
            json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout) for _ in range(RUNS)
        ]
        size = path.stat().st_size / 1e6
    table = report(runs, chosen.people, size)
    print(table)
    if chosen.write:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(table, encoding="utf-8")


def report(runs: list[dict[str, float]], people: int, size: float) -> str:
    """Return the measurements as a page."""
    lines = [
        "# Customers",
        "",
        f"{people:,} customers ({size:.0f} MB of CSV, simulated), every one who may be written to listed and written;"
        f" {len(runs)} runs, each in a new process. Made by `python benchmarks/customers.py --write`.",
        "",
        f"Python {platform.python_version()}, {platform.machine()}. Goal: at most 20 s and 1,000 MB.",
        "",
        "| run | read s | segment s | list s | write s | all s | most memory MB | listed |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for number, run in enumerate(runs, start=1):
        stages = " | ".join(f"{run[name]:.1f}" for name in ("read", "segment", "list", "write", "all"))
        lines.append(f"| {number} | {stages} | {run['megabytes']:.0f} | {run['listed']:,.0f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
