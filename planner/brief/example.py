"""The bundled example shop: simulated, shipped with the package."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from pathlib import Path

from planner.vocabulary.wording import LANGUAGES, Lang

__all__ = ["example_folder", "example_paths", "holds_example_plan"]


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


def holds_example_plan(folder: Path) -> bool:
    """Return whether a folder holds a plan of the example as it is shipped, nothing of its brief or history changed."""
    from planner.brief import load_brief

    try:
        plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
        brief, read = plan["brief"], [source["sha256"] for source in plan["data"]]
    except (OSError, ValueError, LookupError, TypeError):
        return False
    for shipped, history in map(example_paths, LANGUAGES):
        same_data = read == [hashlib.sha256(history.read_bytes()).hexdigest()]
        if same_data and brief == load_brief(shipped).model_dump(mode="json", exclude_unset=True):
            return True
    return False
