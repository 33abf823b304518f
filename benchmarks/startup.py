"""How long a whole command takes, beside importing the libraries it cannot do without.

    python benchmarks/startup.py [--runs 9] [--out benchmarks/results/startup.md]

Commands run in turn with their yardstick (A B A B ...), so that a slow spell of the machine hits both; the ratio is
taken pair by pair and its median is the figure. Times are processor time of the whole process, children included.
Both run from compiled modules, as an installed package does: the runs that are not counted compile them.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

PLANNER = [sys.executable, "-m", "planner"]
CASES = {
    "plan --tables-only on the example / import pandas": (["demo", "--tables-only"], "import pandas", 2.0),
    "demo with everything / import pandas and matplotlib": (["demo"], "import pandas, matplotlib.figure", 4.0),
    "--help / starting Python": (["--help"], "pass", None),
}


def seconds(command: list[str], compiled: Path) -> float:
    """Return the processor time of a command, in seconds; its compiled modules are kept in a folder."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, env={**variables, "PYTHONPYCACHEPREFIX": str(compiled)})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(arguments: list[str], yardstick: str, runs: int) -> list[tuple[float, float]]:
    """Return processor times of a command and its yardstick, run in turn, after one run of each that is not counted."""
    pairs = []
    with tempfile.TemporaryDirectory() as folder:
        for run in range(runs + 1):
            target = [] if "--help" in arguments else ["-o", str(Path(folder) / str(run))]
            compiled = Path(folder) / "compiled"
            pair = (
                seconds([*PLANNER, *arguments, *target], compiled),
                seconds([sys.executable, "-c", yardstick], compiled),
            )
            if run:
                pairs.append(pair)
    return pairs


def main() -> None:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "startup.md")
    options = parser.parse_args()
    lines = [
        "# Start-up",
        "",
        f"`python benchmarks/startup.py --runs {options.runs}`; Python {platform.python_version()}, pandas "
        f"{version('pandas')}, processor time of whole",
        "processes on a shared machine, run in turn, modules compiled before; the ratio is the median over the pairs.",
        "",
        "| what | ratio | target | lowest to highest | command, s | yardstick, s |",
        "|---|---|---|---|---|---|",
    ]
    for name, (arguments, yardstick, target) in CASES.items():
        pairs = measure(arguments, yardstick, options.runs)
        ratios = sorted(ours / theirs for ours, theirs in pairs)
        ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
        aim = f"at most {target:g}" if target else "-"
        lines.append(
            f"| {name} | {statistics.median(ratios):.2f} | {aim} | {ratios[0]:.2f} to {ratios[-1]:.2f} "
            f"| {ours:.2f} | {theirs:.2f} |"
        )
    text = "\n".join(lines) + "\n"
    print(text)
    options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
