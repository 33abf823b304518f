"""History: what happened, read from whatever files the seller has into one tidy table."""

from __future__ import annotations

from planner.history.describing import describe_history
from planner.history.loading import load_history, read_history
from planner.history.settings import ReadingSettings, settings_of
from planner.history.tidy import OTHERS, History, SourceFile
from planner.history.writing import write_history

__all__ = [
    "OTHERS",
    "History",
    "ReadingSettings",
    "SourceFile",
    "describe_history",
    "load_history",
    "read_history",
    "settings_of",
    "write_history",
]
