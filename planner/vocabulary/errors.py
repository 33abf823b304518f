"""The two ways a plan can fail, each with every problem that was found.

A stage collects all problems before it raises. `InputError` means that a file has to be mended, `InfeasibleError`
that no plan fits the limits given. Anything else that leaves a stage is a bug of ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from planner.vocabulary.characters import visible
from planner.vocabulary.wording import Lang, Message

__all__ = ["InfeasibleError", "InputError", "PlannerError", "Problem"]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where it stands, and what to do about it."""

    message: Message
    source: str = ""
    line: int | None = None

    def text(self, lang: Lang) -> str:
        """Return ``source:line: sentence`` in one language."""
        source = visible(self.source)
        where = f"{source}:{self.line}" if self.line is not None else source
        sentence = self.message.text(lang)
        return f"{where}: {sentence}" if where else sentence


class PlannerError(Exception):
    """Base of what a user can cause; holds every problem found, sorted by place."""

    exit_code: ClassVar[int]

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.source, problem.line or 0)))
        super().__init__(self.text("en"))

    def text(self, lang: Lang) -> str:
        """Return all problems, a line each, in one language."""
        return "\n".join(problem.text(lang) for problem in self.problems)


class InputError(PlannerError):
    """A file the user gave has problems: mend the file."""

    exit_code: ClassVar[int] = 3


class InfeasibleError(PlannerError):
    """No plan fits the limits: loosen one of those named."""

    exit_code: ClassVar[int] = 4
