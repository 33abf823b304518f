"""The commands charts and doctor, as a person calls them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from planner.charts import chart_names
from planner.charts.typefaces import choose_faces
from planner.cli import planner
from planner.cli.machine import examine
from planner.outputs.plan_folder import write_plan
from planner.vocabulary.errors import InputError
from tests.plans_to_look_at import DATA, odd

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("plan") / "out"
    write_plan(odd(1, 1, "zh"), made, tables_only=True)
    return made


def run(*arguments: str) -> Result:
    return CliRunner().invoke(planner, list(arguments), catch_exceptions=False)


def test_charts_draws_a_plan_again_in_the_language_and_forms_asked_for(folder: Path) -> None:
    done = run("charts", str(folder), "--lang", "en", "--form", "svg")
    assert done.exit_code == 0
    drawn = {path.name for path in (folder / "charts").iterdir()}
    assert drawn == {f"{name}.svg" for name in chart_names(odd(1, 1, "zh"))}
    assert "No past event in the data" in (folder / "charts" / "evidence.svg").read_text(encoding="utf-8")
    assert done.stdout == ""


def test_charts_of_a_folder_without_a_plan_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"plan\.json"):
        run("charts", str(tmp_path))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_doctor_names_versions_face_encodings_folder_and_zone(lang: str) -> None:
    done = run("doctor", str(DATA / "brief.zh.toml"), "--lang", lang)
    assert done.exit_code == 0
    for word in (
        "matplotlib",
        # the bundled face where the machine has none of its own for Chinese
        choose_faces((DATA / "brief.zh.toml").read_text(encoding="utf-8")).families[1],
        "stdout",
        "Asia/Shanghai",
        "+08:00",
    ):
        assert word in done.stdout
    assert ("一切正常" if lang == "zh" else "All is well") in done.stdout


def test_doctor_names_the_characters_of_a_brief_that_cannot_be_drawn(tmp_path: Path) -> None:
    text = (DATA / "brief.toml").read_text(encoding="utf-8").replace("Double 11 at the tea shop", "茶\U00020bb7")
    (tmp_path / "brief.toml").write_text(text, encoding="utf-8")
    found = " ".join(finding.text("en") for finding in examine(tmp_path / "brief.toml"))
    assert "cannot be drawn" in found
    assert "U+20BB7" in found


def test_doctor_reads_a_brief_in_gb18030(tmp_path: Path) -> None:
    text = (DATA / "brief.zh.toml").read_text(encoding="utf-8")
    (tmp_path / "brief.toml").write_bytes(text.encode("gb18030"))
    assert "every character of the brief can be drawn" in " ".join(
        finding.text("en") for finding in examine(tmp_path / "brief.toml")
    )


def test_doctor_says_when_a_folder_cannot_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("planner.cli.machine.tempfile.TemporaryFile", refuse)
    monkeypatch.chdir(tmp_path)
    done = run("doctor", "--lang", "en")
    assert done.exit_code == 3
    assert "cannot be written to: Permission denied" in done.stdout
    assert "1 thing(s) to see to" in done.stdout


@pytest.mark.parametrize("encoding", ["gbk", "cp1252"])
def test_doctor_survives_a_console_of_another_code_page(encoding: str) -> None:
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    done = subprocess.run(
        [sys.executable, "-m", "planner", "doctor", "--lang", "zh"],
        capture_output=True,
        cwd=ROOT,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    assert encoding.encode() in done.stdout


def test_a_plan_of_tables_loads_no_matplotlib(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom planner.cli import main\n"
        f"try: main(['demo', '-o', {str(tmp_path / 'out')!r}, '--tables-only'])\nexcept SystemExit: pass\n"
        "print(sorted({'matplotlib', 'jinja2', 'xlsxwriter', 'icalendar'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
