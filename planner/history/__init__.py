"""History: what happened, read from whatever files the seller has into one tidy table."""

from __future__ import annotations

from planner.history.loading import load_history, read_history
from planner.history.settings import ReadingSettings, settings_of
from planner.history.tidy import History, SourceFile

__all__ = ["History", "ReadingSettings", "SourceFile", "load_history", "read_history", "settings_of"]
