"""The bundled example shop: simulated, shipped with the package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from planner.vocabulary.wording import Lang

__all__ = ["example_folder", "example_paths"]


def example_folder() -> Path:
    """Return the folder of the example: inside the installed package, or ``data`` beside it in a checkout.

    Examples
    --------
    >>> import planner
    >>> sorted(path.name for path in planner.example_folder().glob("brief*.toml"))
    ['brief.toml', 'brief.zh.toml']
    """
    package = Path(str(files("planner")))
    shipped = package / "brief" / "example"
    return shipped if shipped.is_dir() else package.parent / "data"


def example_paths(lang: Lang) -> tuple[Path, Path]:
    """Return the example's brief in a language, and its history."""
    folder = example_folder()
    return folder / ("brief.zh.toml" if lang == "zh" else "brief.toml"), folder / "history.csv"
