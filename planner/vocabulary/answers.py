"""What a room asks for and a room above it answers, so that none has to look up.

A plan can be shown, compared and planned anew, by code that stands on plans. `planner` itself, which stands on all
rooms, says here where each answer is found; it is loaded when it is first asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

__all__ = ["answer", "give_answers"]

_HOMES: dict[str, str] = {}


def give_answers(homes: Mapping[str, str]) -> None:
    """Say where answers are found.

    Parameters
    ----------
    homes
        By question: module and function, ``planner.room.module:function``.
    """
    _HOMES.update(homes)


def answer(question: str) -> Any:
    """Return the function that answers a question.

    Raises
    ------
    LookupError
        Nobody has said where.
    """
    if question not in _HOMES:
        raise LookupError(f"nobody answers {question!r}")
    module, _, function = _HOMES[question].partition(":")
    return getattr(importlib.import_module(module), function)
