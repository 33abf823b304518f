"""A bar on a terminal while something large is read; nothing where nobody looks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from planner.vocabulary.wording import Lang, say

if TYPE_CHECKING:
    from planner.history.progress import Progress

__all__ = ["progress_bar"]


@contextmanager
def progress_bar(lang: Lang) -> Iterator[Progress | None]:
    """Give a function to tell steps and shares to, which draws a bar on stderr; None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    bar = Bar(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("", total=1.0)

    def tell(step: str, share: float) -> None:
        # The bar comes with the first step, so that small files show none.
        bar.start()
        bar.update(task, description=say(f"history.step_{step}", lang), completed=share)

    try:
        yield tell
    finally:
        bar.stop()
