"""A sign of life while something takes a while: on a terminal only, gone when it is done."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from planner.cli.options import language
from planner.vocabulary.wording import say

__all__ = ["waiting"]


@contextmanager
def waiting(key: str) -> Iterator[None]:
    """Show a sentence of the catalogue with a turning sign while the body runs.

    Parameters
    ----------
    key
        Entry of the catalogue, without values.
    """
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    console = Console(file=sys.stderr, highlight=False, markup=False, emoji=False)
    # This one turns in ASCII, which every code page has.
    with console.status(say(key, language()), spinner="line"):
        yield
