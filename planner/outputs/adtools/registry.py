"""Which targets there are: a file each in ``targets``, loaded when it is asked for."""

from __future__ import annotations

import importlib
from importlib.resources import files

from planner.outputs.adtools.tool import Tool

__all__ = ["load_tool", "target_names"]


def target_names() -> tuple[str, ...]:
    """Return the names of all targets, without loading any."""
    found = (path.name.removesuffix(".py") for path in files(__package__).joinpath("targets").iterdir())
    return tuple(sorted(name.replace("_", "-") for name in found if not name.startswith("_")))


def load_tool(name: str) -> Tool:
    """Return a target's declaration.

    Raises
    ------
    KeyError
        No such target.
    """
    if name not in target_names():
        raise KeyError(name)
    tool = importlib.import_module(f"{__package__}.targets.{name.replace('-', '_')}").TOOL
    assert isinstance(tool, Tool)
    return tool
