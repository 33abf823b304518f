"""How far reading has come, for somebody who waits."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Progress"]

# Told the step and the share of it that is done, between 0 and 1.
Progress = Callable[[str, float], None]
