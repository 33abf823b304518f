"""What every plan promises, tried on thousands of random valid briefs.

    python benchmarks/briefs.py --count 20000 --workers 2 --state briefs.jsonl --record

A case is made from its number alone (tests/random_briefs.py). What was tried is added to the state file chunk by chunk,
so that a run that was cut off goes on where it was; the table counts what the file holds. Of every fifty cases one is
planned twice and written, byte for byte; of every infeasible one in ten a general solver is asked whether it is.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.random_briefs import outcome, random_case, solver_agrees

RESULTS = Path(__file__).parent / "results" / "briefs.md"
CHUNK, TWICE, ASKED, LARGE = 50, 50, 10, 5


def try_chunk(first: int) -> list[dict[str, object]]:
    """Return a line a case: its number, what became of it, and what is wrong with it."""
    lines = []
    for seed in range(first, first + CHUNK):
        small = seed % LARGE != 0
        what = outcome(random_case(seed, small=small), twice=seed % TWICE == 0)
        wrong = list(what.wrong) if what.kind != "refused" else []
        asked = what.kind == "infeasible" and seed % ASKED == 0
        if asked and not solver_agrees(random_case(seed, small=small)):
            wrong.append("a general solver finds a plan")
        lines.append({"seed": seed, "small": small, "kind": what.kind, "asked": asked, "wrong": wrong})
    return lines


def tried(state: Path) -> list[dict[str, object]]:
    """Return the lines of the state file."""
    return [json.loads(line) for line in state.read_text().splitlines()] if state.exists() else []


def table(lines: list[dict[str, object]]) -> str:
    """Return the recorded table."""
    kinds = Counter((line["kind"], line["small"]) for line in lines)
    wrong = [line for line in lines if line["wrong"]]
    names = ("planned", "infeasible", "refused", "failed")
    rows = "\n".join(f"| {kind} | {kinds[kind, True]} | {kinds[kind, False]} |" for kind in names)
    twice = sum(line["kind"] == "planned" and int(str(line["seed"])) % TWICE == 0 for line in lines)
    faults = "\n".join(f"- {line['seed']} ({'small' if line['small'] else 'full'}): {line['wrong']}" for line in wrong)
    asked = sum(bool(line["asked"]) for line in lines)
    return f"""# Random briefs

{len(wrong)} wrong of {len(lines)} tried. A plan is wrong if it overspends by a cent, holds a number that is none, bids
outside the brief's bounds, has a gap or a violation above 1e-9, differs when planned again ({twice} were), ends in an
error that is not ours, or is called infeasible where a general solver finds a plan ({asked} were asked about). Refused
are briefs that lack what their history does not show.

| | small | full size |
|---|---|---|
{rows}
{faults}
"""


def main() -> None:
    """Try what is not tried yet, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--state", type=Path, default=Path("briefs.jsonl"))
    parser.add_argument("--record", action="store_true", help="write benchmarks/results/briefs.md")
    options = parser.parse_args()
    done = {int(str(line["seed"])) // CHUNK for line in tried(options.state)}
    todo = [at * CHUNK for at in range(-(-options.count // CHUNK)) if at not in done]
    with ProcessPoolExecutor(options.workers) as pool, options.state.open("a") as state:
        for lines in pool.map(try_chunk, todo):
            state.write("".join(json.dumps(line) + "\n" for line in lines))
            state.flush()
    text = table(tried(options.state))
    print(text)
    if options.record:
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
