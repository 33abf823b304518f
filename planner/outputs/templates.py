"""The pages' templates and their style, files of this room."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

__all__ = ["style", "template"]


@cache
def template(name: str) -> Template:
    """Return a page's template: text from outside is escaped, and a name that is missing is an error."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_file(name))


@cache
def style() -> Markup:
    """Return the style that all pages share."""
    return Markup(_file("report.css"))


def _file(name: str) -> str:
    return files("planner.outputs").joinpath(name).read_text(encoding="utf-8")
