"""Playbooks learnt from the past events of many shops."""

from __future__ import annotations

from planner.market.learning.learnt import LEAST_SHOPS, Learnt, learn_playbook
from planner.market.learning.lessons import Lesson, lessons_of
from planner.market.learning.telling import by_window, in_general, of_shops

__all__ = [
    "LEAST_SHOPS",
    "Learnt",
    "Lesson",
    "by_window",
    "in_general",
    "learn_playbook",
    "lessons_of",
    "of_shops",
]
