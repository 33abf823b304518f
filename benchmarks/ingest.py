"""Reading a large history: speed and memory of `planner history` and of reading for a plan, against plain pandas.

    python benchmarks/ingest.py                     20,160,000 rows, the record in results/ingest.md
    python benchmarks/ingest.py --campaigns 500     a smaller file
    python benchmarks/ingest.py --fuzz 2000         also throw spoilt files at the reader

The file is 28 days of hours, 3 channels and so many campaigns, a row each. Every contestant runs in a process of its
own; seconds are the wall clock's and, beside them, those of the processors; memory is the peak of the process. Plain
pandas reads the file and adds it up by hour and channel, and checks nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "benchmarks" / "results" / "ingest.md"

PEAK = "import json, resource, time; start = time.perf_counter()\n"
REPORT = (
    "\nprint(json.dumps({'seconds': time.perf_counter() - start, "
    "'processor': sum(resource.getrusage(resource.RUSAGE_SELF)[:2]), "
    "'megabytes': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 'rows': rows}))"
)
CONTESTANTS = {
    "plain pandas: read_csv, group by hour and channel, nothing checked": (
        "import pandas as pd\n"
        "table = pd.read_csv({file!r}, parse_dates=['hour'])\n"
        "rows = len(table.groupby(['hour', 'channel'])[['impressions', 'clicks', 'spend', 'orders', 'revenue']].sum())"
    ),
    "promo-planner: to a channel-level history for a plan": (
        "from planner.history import ReadingSettings, read_history\n"
        "rows = len(read_history([{file!r}], ReadingSettings()).table)"
    ),
    "promo-planner: to the campaigns that a plan by campaign carries through": (
        "from planner.history import ReadingSettings, read_history\n"
        "from planner.history.settings import CampaignChoice\n"
        "settings = ReadingSettings(campaigns=True, choice=CampaignChoice(everything=True))\n"
        "rows = len(read_history([{file!r}], settings).table)"
    ),
    "plain pandas: read_csv, sort, write CSV": (
        "import pandas as pd\n"
        "table = pd.read_csv({file!r}, parse_dates=['hour']).sort_values(['hour', 'channel', 'campaign'])\n"
        "table.to_csv({out!r} + '.csv', index=False); rows = len(table)"
    ),
    "promo-planner: to a tidy Parquet, every row checked": (
        "from pathlib import Path\n"
        "from planner.history import ReadingSettings, write_history\n"
        "rows = write_history([{file!r}], Path({out!r} + '.parquet'), ReadingSettings(campaigns=True)).rows"
    ),
}


def make_file(path: Path, campaigns: int) -> None:
    """Write the history of so many campaigns."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(
            f"""COPY (
                SELECT strftime(TIMESTAMP '2026-10-01' + INTERVAL 1 HOUR * h, '%Y-%m-%d %H:%M') AS hour,
                    ['search', 'feed', 'retarget'][1 + c] AS channel, 'c' || lpad(k::VARCHAR, 5, '0') AS campaign,
                    (hash(h, c, k) % 500)::INT AS impressions, (hash(h, c, k) % 23)::INT AS clicks,
                    round((hash(h, c, k) % 2300) / 100.0, 2) AS spend,
                    (hash(h, c, k) % 3)::INT AS orders, round((hash(h, c, k) % 3) * 99.9, 2) AS revenue
                FROM range(672) a(h), range(3) b(c), range({campaigns}) d(k)
            ) TO '{path}' (HEADER)"""
        )


def run(code: str, file: Path, out: Path) -> dict[str, float]:
    """Return what a contestant took."""
    script = PEAK + code.format(file=str(file), out=str(out)) + REPORT
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        sys.stderr.write(done.stderr)
        return {"seconds": float("nan"), "processor": float("nan"), "megabytes": float("nan"), "rows": 0}
    return json.loads(done.stdout.splitlines()[-1])


def throw_spoilt_files(count: int) -> str:
    """Return what became of so many spoilt files; a traceback ends the benchmark."""
    import resource

    from planner.history import read_history
    from planner.history.settings import ReadingSettings
    from planner.vocabulary.errors import InputError
    from tests.history_mutations import mutated_files
    from tests.make_corpus import SEARCH

    tables, start = 0, time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for name, content in mutated_files(count, 7):
            path = Path(folder, name)
            path.write_bytes(content)
            with contextlib.suppress(InputError):
                tables += len(read_history([path], ReadingSettings(channels=SEARCH)).table) > 0
            path.unlink()
    here, children = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return (
        f"{count:,} spoilt files: {tables:,} read, {count - tables:,} refused with a clear line, no traceback; "
        f"{time.perf_counter() - start:.0f} s, peak {max(here, children):.0f} MB."
    )


def _line(name: str, result: dict[str, float]) -> str:
    """Return a contestant's line of the table."""
    numbers = (
        f"{result['seconds']:.1f} | {result['processor']:.1f} | {result['megabytes']:,.0f} | {result['rows']:,.0f}"
    )
    return f"| {name} | {numbers} |"


def main() -> None:
    """Run the contestants in turn and write the record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--campaigns", type=int, default=10_000)
    parser.add_argument("--fuzz", type=int, default=0)
    parser.add_argument("--skip-pandas-write", action="store_true", help="leave the slowest contestant out")
    options = parser.parse_args()
    spoilt = throw_spoilt_files(options.fuzz) if options.fuzz else ""
    lines = ["# Reading a large history", ""]
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "history.csv")
        make_file(file, options.campaigns)
        size = file.stat().st_size / 2**20
        for name, code in CONTESTANTS.items():
            if options.skip_pandas_write and "write CSV" in name:
                continue
            results[name] = run(code, file, Path(folder, "out"))
    names = list(results)
    pandas, ours = results[names[0]], results[names[1]]
    time_ratio, memory_ratio = (ours[unit] / pandas[unit] for unit in ("seconds", "megabytes"))
    machine = f"{platform.system()}, Python {platform.python_version()}, {os.cpu_count()} processors, shared"
    lines += [
        f"**{time_ratio:.2f} x the time and {memory_ratio:.2f} x the memory of plain pandas** to a history by channel.",
        "",
        f"{672 * 3 * options.campaigns:,} rows, {size:,.0f} MB of CSV; {machine}.",
        "",
        "| what | seconds | processor seconds | peak MB | rows out |",
        "|---|---|---|---|---|",
        *(_line(name, result) for name, result in results.items()),
        "",
        "Ours settles the encoding by the whole file, takes its fingerprint, judges every cell and looks for double",
        "rows; pandas does none of it. Where other work shares the processors, half the processor seconds is what two",
        "free ones need at least, and the seconds are more.",
    ]
    if spoilt:
        lines += ["", spoilt]
    text = "\n".join(lines) + "\n"
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
