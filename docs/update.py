"""Write what the documents take from the program: data dictionaries, the command line's reference, the pictures.

The notebooks are made here too, from the scripts beside them.

python docs/update.py            rewrite what changed
python docs/update.py --check    say what would change, and fail if anything would
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import jupytext
import nbformat

from planner.brief import load_brief
from planner.charts import draw_all
from planner.cli import planner
from planner.example import example_paths
from planner.history import load_history
from planner.plan import make_plan
from planner.tables import TABLES
from planner.wording import Lang, say

ROOT = Path(__file__).parents[1]
READMES: dict[Lang, str] = {"en": "README.md", "zh": "README.zh-CN.md"}
HEADS: dict[Lang, tuple[str, str, str]] = {"en": ("column", "unit", "meaning"), "zh": ("列", "单位", "含义")}


def dictionary(table: str, lang: Lang) -> str:
    """Return a table's columns as Markdown."""
    lines = ["| " + " | ".join(HEADS[lang]) + " |", "|---|---|---|"]
    lines += [
        f"| `{column.name}` | {column.unit} | {say(f'glossary.{column.name}', lang)} |"
        for column in TABLES[table].columns
    ]
    return "\n".join(lines)


def readme(lang: Lang) -> str:
    """Return a README with its dictionaries as the program has them."""
    text = (ROOT / READMES[lang]).read_text(encoding="utf-8")

    def fill(match: re.Match[str]) -> str:
        return f"<!-- dictionary:{match[1]} -->\n{dictionary(match[1], lang)}\n<!-- end -->"

    return re.sub(r"<!-- dictionary:(\w+) -->\n.*?<!-- end -->", fill, text, flags=re.DOTALL)


def model() -> str:
    """Return the page on the model with the values of the constants it names."""
    text = (ROOT / "docs/model.md").read_text(encoding="utf-8")

    def fill(match: re.Match[str]) -> str:
        module, _, name = match[1].rpartition(".")
        value = getattr(importlib.import_module(f"planner.{module}"), name)
        return f"| `{match[1]}` | {value:g} |"

    return re.sub(r"^\| `([\w.]+)` \|[^|]*\|", fill, text, flags=re.MULTILINE)


def reference() -> str:
    """Return the command line's reference: the help of every command."""
    parts = ["# The command line", "", "Made from the program by `python docs/update.py`.", ""]
    for name, command in _commands(planner, "planner"):
        context = click.Context(command, info_name=name, max_content_width=100, terminal_width=100)
        parts += [f"## `{name}`", "", "```", command.get_help(context), "```", ""]
    return "\n".join(parts)


def _commands(group: click.Group, prefix: str) -> Iterator[tuple[str, click.Command]]:
    """Yield a group and every command below it, with its full name."""
    yield prefix, group
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, f"{prefix} {name}")
        elif command is not None:
            yield f"{prefix} {name}", command


def notebook(script: Path) -> str:
    """Return the notebook that a py:percent script holds, without outputs; its cells are numbered."""
    book = jupytext.read(script, fmt="py:percent")
    for number, cell in enumerate(book.cells, 1):
        cell["id"] = f"cell-{number:02}"
    return nbformat.writes(book) + "\n"


def documents() -> dict[Path, str]:
    """Return every document that is made from the program, as it should be."""
    made = {ROOT / READMES[lang]: readme(lang) for lang in READMES} | {
        ROOT / "docs/cli.md": reference(),
        ROOT / "docs/model.md": model(),
    }
    scripts = sorted((ROOT / "notebooks").glob("*.py"))
    return made | {script.with_suffix(".ipynb"): notebook(script) for script in scripts}


def pictures() -> None:
    """Draw the READMEs' pictures from the example shop."""
    for lang in READMES:
        brief_path, history_path = example_paths(lang)
        brief = load_brief(brief_path)
        plan = make_plan(brief, load_history([history_path], brief), lang=lang)
        (ROOT / f"docs/timeline.{lang}.png").write_bytes(draw_all(plan, forms=("png",))["timeline.png"])


def main(check: bool) -> int:
    """Write the documents, or only say which are stale."""
    stale = [
        path for path, text in documents().items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        print(f"{path.relative_to(ROOT)} {'is stale' if check else 'written'}")
        if not check:
            path.write_text(documents()[path], encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    if "--pictures" in sys.argv:
        pictures()
    sys.exit(main("--check" in sys.argv))
