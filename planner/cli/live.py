"""``planner live``: on the day, the rest of a promotion planned again from what has happened so far."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.options import force_plan_option, lang_option, note, set_language
from planner.vocabulary.wording import Lang, say

if TYPE_CHECKING:
    import pandas as pd

    from planner.brief import Brief
    from planner.plan import Plan

__all__ = ["live"]


@click.command()
@click.argument("plan", type=click.Path(path_type=Path), help="A folder that `planner plan` or `live` wrote.")
@click.option(
    "--actuals", multiple=True, metavar="PATH", help="Hourly reports of the day: a file, a folder or a quoted glob."
)
@click.option("--so-far", metavar="FILE|TEXT", help='Sums since midnight: a CSV, or "search 1204.50 433 21; feed ...".')
@click.option("--now", metavar="TIME", help="The moment; by default the end of the last complete hour reported.")
@click.option("--stock", type=click.FloatRange(min=0), help="Units left, if somebody counted them.")
@click.option("-o", "--out", "folder", type=click.Path(path_type=Path), required=True, help="Folder to write to.")
@click.option("--watch", type=click.FloatRange(min=0.05), metavar="MINUTES", help="Look again every so many minutes.")
@lang_option
@force_plan_option
def live(
    plan: Path,
    actuals: Sequence[str],
    so_far: str | None,
    now: str | None,
    stock: float | None,
    folder: Path,
    watch: float | None,
    lang: Lang | None,
    force: bool,
) -> None:
    """Plan the rest of a promotion from what has happened: what to change now, where the day stands.

    Nothing is sent anywhere and nothing changes by itself: it says what to set in the tools.

    \b
    planner live out --actuals exports/ -o tonight
    planner live out --so-far "search 1204.50 433 21; feed 310 290 4" --now 21:30 -o tonight
    planner live out --actuals exports/ -o tonight --watch 10
    """
    from planner.outputs.plan_folder import read_plan

    first = _going_on(read_plan(plan), folder)
    spoken = set_language(lang or first.lang)
    if not actuals and so_far is None:
        raise click.UsageError(say("live.nothing_given", spoken))
    # What the watch itself wrote may be replaced, and so may an earlier outcome of the same day.
    force = force or watch is not None or (folder / "now.html").exists()
    if not force and (folder / "plan.json").exists():
        raise click.UsageError(say("cli.holds_a_plan", spoken, folder=folder))
    given = _Given(first, actuals, so_far, now, stock)
    if watch is None:
        _write(given.planned(), folder, spoken)
        return
    try:
        _watch(given, folder, spoken, watch)
    except KeyboardInterrupt:
        return


def _going_on(first: Plan, folder: Path) -> Plan:
    """Return the last outcome in the folder if it is of the same day: what it said is what is set in the tools now."""
    from planner.outputs.plan_folder import read_plan
    from planner.vocabulary.errors import InputError

    if not (folder / "plan.json").exists():
        return first
    try:
        last = read_plan(folder)
    except InputError:
        return first
    whole: Plan = first.day.first if first.day is not None else first
    later = last.day is not None and (first.day is None or last.day.now >= first.day.now)
    same = last.day is not None and last.day.first.schedule.equals(whole.schedule)
    return last if same and later else first


class _Given:
    """What was given on the command line, read anew at each look."""

    def __init__(
        self, first: Plan, actuals: Sequence[str], so_far: str | None, now: str | None, stock: float | None
    ) -> None:
        self.first, self.actuals, self.so_far, self.now, self.stock = first, actuals, so_far, now, stock

    @property
    def brief(self) -> Brief:
        """The brief of the whole promotion."""
        whole: Plan = self.first.day.first if self.first.day is not None else self.first
        return whole.brief

    def planned(self) -> Plan:
        """Return the plan of the rest."""
        from planner.history import load_history
        from planner.plan.live.typed import read_moment, read_so_far

        now = None if self.now is None else read_moment(self.now, self.brief)
        history = load_history(list(self.actuals), self.brief) if self.actuals else None
        sums = None if self.so_far is None else read_so_far(self.so_far, self.brief)
        return self.first.live(history, now=now, so_far=sums, stock=self.stock)


def _write(planned: Plan, folder: Path, lang: Lang) -> None:
    """Write the outcome, all of it or nothing, and say it."""
    from planner.charts.words import Words
    from planner.cli.nearest import fit
    from planner.outputs.now import now_lines

    for path in _files(planned, lang), _hour_file(planned):
        _put(path, folder)
    for line in now_lines(planned, Words.of(planned, lang)):
        click.echo(fit(line, "utf-8"))
    note(say("live.files", lang, folder=folder))


def _files(planned: Plan, lang: Lang) -> dict[str, bytes]:
    """Return every file of the outcome."""
    import json

    from planner.outputs.now import render_now
    from planner.outputs.plan_folder import csv_text
    from planner.outputs.plan_json import plan_json
    from planner.vocabulary.tables import PLAN_TABLES

    whole = json.dumps(plan_json(planned), ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    tables = {f"{name}.csv": csv_text(getattr(planned, name)).encode() for name in PLAN_TABLES}
    return {**render_now(planned, lang), **tables, "plan.json": whole.encode()}


def _hour_file(planned: Plan) -> dict[str, bytes]:
    """Return the text of this hour, to be kept beside those of the hours before."""
    from planner.charts.words import Words
    from planner.outputs.now import now_lines

    assert planned.day is not None
    lines = now_lines(planned, Words.of(planned))
    return {f"hours/{planned.day.now:%m-%d-%H%M}.txt": ("\n".join(lines) + "\n").encode("utf-8-sig")}


def _put(files: dict[str, bytes], folder: Path) -> None:
    """Replace files, each at once."""
    from planner.outputs.plan_folder import write_files

    write_files(files, folder, overwrite=True)


def _watch(given: _Given, folder: Path, lang: Lang, minutes: float) -> None:
    """Look at the reports every so many minutes; plan again when a new hour is complete."""
    done: pd.Timestamp | None = None
    typed = [given.so_far] if given.so_far is not None and Path(given.so_far).is_file() else []
    for seen in _looks([*given.actuals, *typed], minutes):
        if not seen:
            continue
        done = _look(given, folder, lang, done)
        if done is not None and done >= given.brief.timetable.ends:
            return


def _looks(paths: Sequence[str], minutes: float) -> Iterator[bool]:
    """Yield, every so many minutes, whether any file has changed."""
    before: frozenset[tuple[str, int, int]] | None = None
    while True:
        found = frozenset(_states(paths))
        yield found != before
        before = found
        time.sleep(60 * minutes)


def _states(paths: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Yield name, size and time of every file that the paths mean."""
    from planner.history.opening.sources import collect

    for blob in collect(paths)[0]:
        if blob.path is not None and blob.path.is_file():
            state = blob.path.stat()
            yield str(blob.path), state.st_size, state.st_mtime_ns


def _look(given: _Given, folder: Path, lang: Lang, done: pd.Timestamp | None) -> pd.Timestamp | None:
    """Plan again if a new hour is complete, and say a line; a file that cannot be read changes nothing."""
    from planner.charts.words import Words
    from planner.outputs.now import now_lines
    from planner.vocabulary.errors import PlannerError

    clock = time.strftime("%H:%M")
    try:
        planned = given.planned()
    except (PlannerError, OSError) as error:
        told = "; ".join(problem.text(lang) for problem in getattr(error, "problems", ())) or str(error)
        note(say("live.watching", lang, now=clock, what=say("live.trouble", lang, what=told)))
        return done
    assert planned.day is not None
    if planned.day.now == done:
        note(say("live.watching", lang, now=clock, what=say("live.unchanged", lang)))
        return done
    _put({**_files(planned, lang), **_hour_file(planned)}, folder)
    given.first = planned
    note(say("live.watching", lang, now=clock, what=now_lines(planned, Words.of(planned, lang))[0]))
    return planned.day.now
