"""History: what happened, read from whatever files the seller has into one tidy table."""

from __future__ import annotations

from planner.history.tidy import History, SourceFile

__all__ = ["History", "SourceFile"]
