"""The script that runs every check: what it judges, and what it says where it cannot begin."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.browser import ADVICE, find_browser
from tests.conftest import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the script, and nothing on the path but what a test puts there."""
    folder = tmp_path / "a checkout 茶"
    (folder / "tests").mkdir(parents=True)
    shutil.copy(ROOT / "tests/run", folder / "tests/run")
    (tmp_path / "bin").mkdir()
    for name in ("bash", "dirname", "id"):
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    return folder


def _run(checkout: Path, python: str | None) -> subprocess.CompletedProcess[str]:
    programs = checkout.parent / "bin"
    if python is not None:
        # By way of a shell: what a script names as its interpreter may not hold a space.
        (programs / "python3.py").write_text(python, encoding="utf-8")
        called = f'exec "{sys.executable}" "{programs}/python3.py" "$@"'
        (programs / "python3").write_text(f"#!/bin/sh\n{called}\n", encoding="utf-8")
        (programs / "python3").chmod(0o755)
    command = ["bash", str(checkout / "tests/run")]
    return subprocess.run(
        command, capture_output=True, text=True, cwd="/", env={"PATH": str(programs)}, check=False, timeout=60
    )


@pytest.mark.parametrize(
    ("python", "said"),
    [
        (None, "python3 is not there: install Python 3.11 or newer\n"),
        (
            "import platform, sys\n"
            "sys.version_info = (3, 10, 13)\n"
            "platform.python_version = lambda: '3.10.13'\n"
            "exec(sys.argv[2])\n",
            "Python 3.11 or newer is needed, and python3 is 3.10.13\n",
        ),
        (
            "import sys\nsys.modules['ensurepip'] = None\nexec(sys.argv[2])\n",
            "python3 cannot make environments: install its venv (on Debian and Ubuntu: apt-get install python3-venv)\n",
        ),
    ],
    ids=["none", "old", "without venv"],
)
def test_a_python_that_will_not_do_is_one_plain_line(checkout: Path, python: str | None, said: str) -> None:
    done = _run(checkout, python)
    assert (done.returncode, done.stdout, done.stderr) == (1, "\n== environment: .venv-test\n", said)
    assert not (checkout / ".venv-test").exists()


def test_an_installer_that_fails_is_heard_in_full(checkout: Path) -> None:
    done = _run(
        checkout,
        "import sys\n"
        "if sys.argv[1] == '-c':\n"
        "    exec(sys.argv[2])\n"
        "else:\n"
        "    print('one line', flush=True); print('another line', file=sys.stderr); sys.exit(7)\n",
    )
    assert done.returncode == 1
    assert done.stderr == "one line\nanother line\n"


def test_only_what_is_ours_is_judged(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    ours = ("planner/cli/a.py", "tests/a.py", "data/a.py", "docs/a.py", "benchmarks/a.py", "notebooks/a.ipynb")
    others = (".venv/lib/a.py", "env/site-packages/planner/a.py", "my env/tests/a.py", "out/a.py", "build/planner/a.py")
    for name in (*ours, *others, "a.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "check", "--show-files", "--no-cache"]
    shown = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True).stdout.splitlines()
    assert {os.path.relpath(path, tmp_path.resolve()) for path in shown} == {*ours, "pyproject.toml"}
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    # Without the stroke a source archive takes every folder of that name, one in an environment too.
    assert all(name.startswith("/") for name in tools["hatch"]["build"]["targets"]["sdist"]["include"])
    assert tools["mypy"]["packages"] == ["planner"]
    assert tools["pytest"]["ini_options"]["testpaths"] == ["tests"]


def test_a_name_that_only_stands_for_advice_is_no_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    advice = tmp_path / "chromium-browser"
    advice.write_text("#!/bin/sh\necho install the snap >&2\nexit 1\n", encoding="utf-8")
    advice.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "none"))
    assert find_browser() is None
    advice.write_text("#!/bin/sh\necho Chromium 130\n", encoding="utf-8")
    assert find_browser() == str(advice)
    assert "install" in ADVICE
