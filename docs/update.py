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
from planner.brief.example import example_paths
from planner.charts import draw_all
from planner.cli import planner
from planner.history import load_history
from planner.outputs.adtools import Tool, load_tool, target_names
from planner.outputs.adtools.tool import ASPECTS
from planner.plan import make_plan
from planner.vocabulary.tables import TABLES
from planner.vocabulary.wording import Lang, say

ROOT = Path(__file__).parents[1]
PAGES: dict[Lang, tuple[str, ...]] = {
    "en": ("README.md", "docs/adtools.md", "docs/model.md"),
    "zh": ("README.zh-CN.md", "docs/adtools.zh-CN.md", "docs/model.zh-CN.md"),
}
EXPORTS: dict[Lang, str] = {"en": "docs/exports.md", "zh": "docs/exports.zh-CN.md"}
HEADS: dict[Lang, tuple[str, str, str]] = {"en": ("column", "unit", "meaning"), "zh": ("列", "单位", "含义")}


def dictionary(table: str, lang: Lang) -> str:
    """Return a table's columns as Markdown."""
    lines = ["| " + " | ".join(HEADS[lang]) + " |", "|---|---|---|"]
    lines += [
        f"| `{column.name}` | {column.unit} | {say(f'glossary.{column.name}', lang)} |"
        for column in TABLES[table].columns
    ]
    return "\n".join(lines)


TARGET_WORDS: dict[Lang, dict[str, str]] = {
    "en": {
        "heads": "target|tool|numbers, % of the base bid|off|slots|spans|knows|file|least daily budget|may spend|sure",
        "any": "any, to the plan's own bid", "on_off": "on or off", "step": "step", "yes": "yes", "no": "no",
        "day": "a day", "all": "in all", "free": "any number", "weekly": "weekdays", "dated": "dates",
        "daily": "hours only", "workweek": "workday, weekend", "times": "x the daily budget",
        "together": "one for all campaigns", "each": "one a campaign",
        "documented": "documented", "third_party": "third party", "assumed": "assumed",
    },
    "zh": {
        "heads": "目标|工具|数值（基础出价的 %）|关闭|粒度|时段数|认得|文件|最低日预算|最多花|把握",
        "any": "任意，同计划出价", "on_off": "开/关", "step": "步长", "yes": "能", "no": "不能",
        "day": "每天", "all": "共", "free": "不限", "weekly": "星期", "dated": "日期", "daily": "只有小时",
        "workweek": "工作日、周末", "times": "倍日预算", "together": "所有推广计划一个", "each": "每个推广计划一个",
        "documented": "有文档", "third_party": "第三方", "assumed": "假定",
    },
}  # fmt: skip


def targets(lang: Lang) -> str:
    """Return the ad tools and what they take as Markdown."""
    heads = TARGET_WORDS[lang]["heads"].split("|")
    rows = [target_row(load_tool(name), lang) for name in target_names()]
    lines = [" | ".join(row) for row in (heads, ["---"] * len(heads), *rows)]
    return "\n".join(f"| {line} |" for line in lines)


def target_row(tool: Tool, lang: Lang) -> list[str]:
    """Return the cells of one ad tool."""
    words = TARGET_WORDS[lang]
    numbers = f"{tool.minimum:g}-{tool.maximum:g}, {words['step']} {tool.step:g}"
    spans = ((tool.spans_per_day, words["day"]), (tool.spans_total, words["all"]))
    sure = [
        f"{words[how]}: {', '.join(say(f'adtools.aspect_{aspect}', lang) for aspect in aspects)}"
        for how in ("documented", "third_party", "assumed")
        if (aspects := [aspect for aspect in ASPECTS if tool.sure.get(aspect) == how])
    ]
    return [
        f"`{tool.name}`",
        tool.title.text(lang),
        words["any"] if tool.exact else words["on_off"] if tool.on_off else numbers,
        words["yes"] if tool.off else words["no"],
        f"{tool.slot_minutes} min",
        ", ".join(f"{most} {word}" for most, word in spans if most) or words["free"],
        words[tool.rows],
        f"{'/'.join(form.extension for form in tool.forms)}, {words['together' if tool.together else 'each']}",
        f"{tool.least_budget:g}" if tool.least_budget else "",
        f"{tool.overspend:g} {words['times']}" if tool.overspend > 1 else "",
        "; ".join(sure),
    ]


def exports(lang: Lang) -> str:
    """Return the table of where each platform keeps its export, as the page on exports has it."""
    lines = (ROOT / EXPORTS[lang]).read_text(encoding="utf-8").split("\n")
    return "\n".join(line for line in lines if line.startswith("|"))


def page(name: str, lang: Lang) -> str:
    """Return a page with everything in it that the program knows better: tables between marks, values of constants."""
    text = (ROOT / name).read_text(encoding="utf-8")
    makers = {
        "dictionary": dictionary,
        "targets": lambda _, lang: targets(lang),
        "exports": lambda _, lang: exports(lang),
    }

    def fill(match: re.Match[str]) -> str:
        return f"{match[1]}\n{makers[match[2]](match[3], lang)}\n<!-- end -->"

    def value(match: re.Match[str]) -> str:
        module, _, constant = match[1].rpartition(".")
        found = getattr(importlib.import_module(f"planner.{module}"), constant)
        return (
            f"| `{match[1]}` | {', '.join(f'{part:g}' for part in (found if isinstance(found, tuple) else (found,)))} |"
        )

    text = re.sub(r"(<!-- (\w+):?(\w*) -->)\n.*?<!-- end -->", fill, text, flags=re.DOTALL)
    return re.sub(r"^\| `([a-z_.]+\.[A-Z_]+)` \|[^|]*\|", value, text, flags=re.MULTILINE)


def reference() -> str:
    """Return the command line's reference: the help of every command."""
    parts = ["# The command line", "", "Made from the program by `python docs/update.py`.", ""]
    for name, command in _commands(planner, "planner"):
        # As the program itself calls it: what a command caches of its options must not depend on who asked first.
        context = click.Context(
            command, info_name=name, max_content_width=100, terminal_width=100, help_option_names=["-h", "--help"]
        )
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
    made = {ROOT / name: page(name, lang) for lang, names in PAGES.items() for name in names}
    made[ROOT / "docs/cli.md"] = reference()
    scripts = sorted((ROOT / "notebooks").glob("*.py"))
    return made | {script.with_suffix(".ipynb"): notebook(script) for script in scripts}


def pictures() -> None:
    """Draw the READMEs' pictures from the example shop."""
    for lang in PAGES:
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
