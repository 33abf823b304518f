"""The languages that everything a person reads is written in."""

from __future__ import annotations

from typing import Literal

__all__ = ["Lang"]

Lang = Literal["zh", "en"]
