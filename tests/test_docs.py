"""The documents say what the program does."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

import planner
from planner.cli import planner as group
from planner.vocabulary.tables import TABLES, describe
from tests.conftest import ROOT


def test_documents_made_from_the_program_are_fresh() -> None:
    # In a process of its own: click remembers the help options a command was first asked with.
    command = [sys.executable, str(ROOT / "docs/update.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_readmes_point_at_files_that_are_there(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / target).exists(), target


def test_the_readmes_tell_the_same_commands() -> None:
    english, chinese = (
        set(re.findall(r"planner (\w+)", (ROOT / name).read_text(encoding="utf-8")))
        for name in ("README.md", "README.zh-CN.md")
    )
    assert english >= {"demo", "init", "check", "plan", "export"}
    assert english == chinese


def test_ci_runs_both_commands_of_the_readmes() -> None:
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    patterns = re.findall(r"grep -m 1 '(\^[^']+)' README.md", script)
    assert len(patterns) == 2
    for name in ("README.md", "README.zh-CN.md"):
        commands = [
            re.findall(f"{pattern}.*", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE) for pattern in patterns
        ]
        assert [len(found) for found in commands] == [1, 1]
        assert "planner demo -o out" in commands[0][0]


def test_every_command_has_help_and_an_example() -> None:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        assert command.help
        assert f"planner {name}" in command.help, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help or parameter.name == "help", f"{name} {parameter.name}"


def test_every_column_has_a_meaning_in_both_languages() -> None:
    for name in TABLES:
        for lang in ("zh", "en"):
            assert describe(name, lang)["meaning"].str.len().gt(0).all()  # type: ignore[arg-type]


def test_describe_of_no_table_lists_those_there_are() -> None:
    with pytest.raises(KeyError, match="schedule"):
        describe("scedule")


def test_the_public_names_are_there() -> None:
    for name in planner.__all__:
        assert getattr(planner, name) is not None
    assert set(dir(planner)) == {*planner.__all__, "__version__"}
    with pytest.raises(AttributeError, match="no attribute 'plam'"):
        _ = planner.plam


def _modules() -> list[str]:
    return [
        module.name
        for module in pkgutil.walk_packages(planner.__path__, "planner.")
        if module.name != "planner.__main__"
    ]


@pytest.mark.parametrize("name", ["planner", *_modules()])
def test_examples_in_docstrings_run(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    assert module.__doc__ or name.startswith("planner.cli"), f"{name} has no docstring"
    assert doctest.testmod(module).failed == 0
