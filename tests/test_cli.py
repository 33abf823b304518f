"""The commands as a person or a script meets them: what they print where, what they write, how they exit."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from planner.brief.example import example_folder
from planner.cli import main
from tests.conftest import ROOT, SMALL_BRIEF
from tests.test_toml_input import TEN_MISTAKES


def run(*arguments: str | Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Return exit code, stdout and stderr of a command."""
    with pytest.raises(SystemExit) as done:
        main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    assert isinstance(done.value.code, int)
    return done.value.code, captured.out, captured.err


@pytest.fixture
def brief(tmp_path: Path) -> Path:
    path = tmp_path / "brief.toml"
    path.write_text(SMALL_BRIEF, encoding="utf-8")
    return path


def test_init_writes_a_brief_that_check_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for lang, word in (("zh", "总预算"), ("en", "ads and text messages together")):
        folder = tmp_path / lang
        code, out, err = run("init", folder, "--lang", lang, capsys=capsys)
        assert (code, out) == (0, "")
        assert word in (folder / "brief.toml").read_text(encoding="utf-8")
        assert "planner check" in err
        code, out, _ = run("check", folder / "brief.toml", capsys=capsys)
        assert code == 0
        assert ("没有问题" if lang == "zh" else "Nothing wrong") in out


def test_init_does_not_overwrite(brief: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run("init", brief.parent, capsys=capsys)
    assert code == 2
    assert "--force" in err
    assert brief.read_text(encoding="utf-8") == SMALL_BRIEF


def test_plan_writes_the_tables_and_keeps_a_plan_that_is_there(
    brief: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    code, _, _ = run("plan", brief, "-o", out, "--tables-only", "--lang", "en", capsys=capsys)
    assert code == 0
    assert (out / "schedule.csv").exists()
    code, _, err = run("plan", brief, "-o", out, "--tables-only", capsys=capsys)
    assert code == 2
    assert "--force" in err
    assert run("plan", brief, "-o", out, "--tables-only", "--force", capsys=capsys)[0] == 0


def test_plan_json_puts_the_plan_alone_on_stdout(
    brief: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(
        "plan", brief, "-o", tmp_path / "out", "--tables-only", "--json", "--budget", "1千", capsys=capsys
    )
    assert code == 0
    assert json.loads(out)["summary"]["budget"] == 1000


def test_a_brief_with_ten_mistakes_exits_3_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "brief.toml"
    path.write_text(TEN_MISTAKES, encoding="utf-8")
    code, out, err = run("plan", path, "-o", tmp_path / "out", "--lang", "en", capsys=capsys)
    assert (code, out) == (3, "")
    assert err.count("brief.toml:") == 11
    assert "11 problem(s); nothing was written." in err
    assert not (tmp_path / "out").exists()
    assert "Traceback" not in err
    code, _, err = run("check", path, "--lang", "zh", capsys=capsys)
    assert code == 3
    assert "共 11 处问题" in err


def test_no_plan_fits_exits_4(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "brief.toml"
    path.write_text(SMALL_BRIEF.replace("price = 1.0", "price = 1.0\ndaily_minimum = 2000"), encoding="utf-8")
    code, _, err = run("plan", path, "-o", tmp_path / "out", "--lang", "en", capsys=capsys)
    assert code == 4
    assert "4,000" in err
    assert not (tmp_path / "out").exists()


def test_a_budget_that_is_no_amount_exits_2(brief: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run("plan", brief, "-o", tmp_path / "out", "--budget", "lots", capsys=capsys)
    assert code == 2
    assert "3万" in err


@pytest.fixture
def gbk_history(brief: Path) -> Path:
    """Return a week of a channel whose name in GBK is a letter in UTF-8 as well."""
    brief.write_text(SMALL_BRIEF.replace('name = "search"', 'name = "双"'), encoding="utf-8")
    hours = [f"2026-10-{day:02d} {hour:02d}:00" for day in range(1, 8) for hour in range(24)]
    path = brief.parent / "history.csv"
    rows = ["hour,channel,clicks,spend,orders", *[f"{hour},双,90,70,9" for hour in hours]]
    path.write_text("\n".join(rows), encoding="gbk")
    assert "双" not in path.read_text(encoding="utf-8")
    return path


@pytest.mark.parametrize("command", ["check", "forecast"])
def test_the_encoding_is_the_options_else_the_briefs_else_the_one_found(
    command: str, brief: Path, gbk_history: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*options: str) -> str:
        code, out, _ = run(command, brief, "--history", gbk_history, "--lang", "en", *options, capsys=capsys)
        assert code == 0
        return out

    found, given = told(), told("--encoding", "gbk")
    brief.write_text(brief.read_text(encoding="utf-8") + '[history]\nencoding = "gbk"\n', encoding="utf-8")
    assert told() == given != found
    assert told("--encoding", "utf-8") == found


def test_a_plan_in_an_encoding_given_is_the_one_of_a_brief_that_names_it(
    brief: Path, gbk_history: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def planned(*options: str) -> str:
        arguments = ("--history", gbk_history, "-o", tmp_path / "out", "--tables-only", "--json", "--force", *options)
        code, out, _ = run("plan", brief, *arguments, capsys=capsys)
        assert code == 0
        return out

    found, given = planned(), planned("--encoding", "gbk")
    brief.write_text(brief.read_text(encoding="utf-8") + '[history]\nencoding = "gbk"\n', encoding="utf-8")
    assert planned() == given
    assert json.loads(given)["schedule"] != json.loads(found)["schedule"]
    assert json.loads(given)["brief"]["history"] == {"encoding": "gbk"}


@pytest.mark.parametrize("command", ["check", "plan", "forecast", "backtest", "history"])
@pytest.mark.parametrize("name", ["klingon", "base64", ""])
def test_an_encoding_that_is_none_exits_2_as_an_option(
    command: str, name: str, brief: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = () if command == "check" else ("-o", tmp_path / "out")
    code, _, err = run(command, brief, *out, "--encoding", name, capsys=capsys)
    assert code == 2
    assert "gb18030" in err


def test_an_encoding_that_is_none_exits_3_in_the_brief(brief: Path, capsys: pytest.CaptureFixture[str]) -> None:
    brief.write_text(SMALL_BRIEF + '[history]\nencoding = "klingon"\n', encoding="utf-8")
    line = len(SMALL_BRIEF.splitlines()) + 2
    code, _, err = run("check", brief, "--lang", "en", capsys=capsys)
    assert code == 3
    assert f'brief.toml:{line}: encoding = "klingon": no encoding of text; did you mean gb18030?' in err


def test_a_typo_is_answered_with_the_command_meant(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run("pln", capsys=capsys)
    assert code == 2
    assert "Did you mean 'plan'" in err


def test_playbooks_are_listed_shown_and_copied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run("playbook", "list", "--lang", "en", capsys=capsys)
    assert code == 0
    names = [line.split()[0] for line in out.splitlines()]
    assert names[0] == "double11"
    assert sorted(names) == sorted(path.stem for path in (ROOT / "planner/brief/playbooks").glob("*.toml"))
    _, out, _ = run("playbook", "show", "double11", "--lang", "zh", capsys=capsys)
    assert "开抢第二小时" in out
    mine = tmp_path / "mine.toml"
    assert run("playbook", "copy", "double11", mine, capsys=capsys)[0] == 0
    assert run("playbook", "show", mine, "--lang", "en", capsys=capsys)[1].startswith("double11: ")
    assert run("playbook", "show", "doubel11", capsys=capsys)[0] == 3


@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "ascii"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_console_of_another_code_page_is_no_crash(encoding: str, lang: str, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "COLUMNS": "80"}
    command = [sys.executable, "-m", "planner", "demo", "-o", str(tmp_path / "out"), "--tables-only", "--lang", lang]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr.decode(encoding, "replace")
    assert b"Traceback" not in done.stderr


def test_demo_runs_from_any_folder_and_is_the_same_every_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("one", "two"):
        assert run("demo", "-o", folder, "--tables-only", "--lang", "zh", capsys=capsys)[0] == 0
    names = sorted(path.name for path in Path("one").iterdir())
    assert names == ["actions.csv", "limits.csv", "plan.json", "schedule.csv", "sms.csv"]
    for name in names:
        assert Path("one", name).read_bytes() == Path("two", name).read_bytes()
    shutil.rmtree("one")


def test_demo_replaces_a_plan_of_the_example_and_no_other(
    brief: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    for lang in ("zh", "en", "en"):
        assert run("demo", "-o", out, "--tables-only", "--lang", lang, capsys=capsys)[0] == 0
    shop = example_folder()
    own = (shop / "brief.toml").read_text(encoding="utf-8").replace("total = 8000", "total = 7000")
    brief.write_text(own, encoding="utf-8")
    arguments = (brief, "--history", shop / "history.csv", "-o", out, "--tables-only")
    assert run("plan", *arguments, capsys=capsys)[0] == 2
    assert run("plan", *arguments, "--force", capsys=capsys)[0] == 0
    kept = (out / "plan.json").read_bytes()
    code, _, err = run("demo", "-o", out, "--tables-only", capsys=capsys)
    assert code == 2
    assert "--force" in err
    assert (out / "plan.json").read_bytes() == kept
    (out / "plan.json").write_text("[]", encoding="utf-8")
    assert run("demo", "-o", out, "--tables-only", capsys=capsys)[0] == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_file_or_folder_in_the_way_is_wrong_usage(
    lang: str, brief: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_bytes(b"mine")
    (tmp_path / "out" / "schedule.csv").mkdir(parents=True)
    for folder, words in (
        ("taken", ("是一个文件，", "is a file, not")),
        ("out", ("是一个文件夹，", "is a folder where")),
    ):
        code, _, err = run(
            "plan", brief, "-o", tmp_path / folder, "--tables-only", "--force", "--lang", lang, capsys=capsys
        )
        assert code == 2
        assert words[lang == "en"] in err
        assert folder in err
    assert (tmp_path / "taken").read_bytes() == b"mine"


def test_a_broken_brief_is_answered_in_its_own_language(
    brief: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planner.cli.options._chosen", [])
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    text = SMALL_BRIEF.replace("[promotion]", '[promotion]\nlang = "zh"\ndat = 1', 1)
    brief.write_text(text, encoding="utf-8")
    code, _, err = run("check", brief, capsys=capsys)
    assert code == 3
    assert "不认识的键 dat" in err


@pytest.mark.parametrize(("lang", "words"), [("zh", "全凭手册"), ("en", "rests on the playbook alone")])
def test_plan_tells_on_the_terminal_what_it_rests_on(
    lang: str, words: str, brief: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for extra in ((), ("--json",)):
        _, out, err = run(
            *("plan", brief, "-o", tmp_path / f"out{len(extra)}", "--tables-only", "--lang", lang, *extra),
            capsys=capsys,
        )
        assert words in err
        assert words not in out.split('"notes"')[0]
        assert "plan.json" in err.split(words)[1].splitlines()[-1]
        assert len(err.split(words)[1].splitlines()) <= 7


def test_a_budget_that_is_no_amount_is_refused_in_the_persons_language(
    brief: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planner.cli.options._chosen", [])
    for locale, words in (("zh_CN.UTF-8", "不是大于 0 的金额"), ("en_US.UTF-8", "is no amount above 0")):
        monkeypatch.setenv("LC_ALL", locale)
        code, _, err = run("plan", brief, "-o", tmp_path / "out", "--budget", "lots", capsys=capsys)
        assert code == 2
        assert words in err


def test_a_history_is_written_into_a_folder_that_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, out = tmp_path / "data.csv", tmp_path / "new" / "deep" / "tidy.csv"
    data.write_text("hour,channel,clicks\n2026-11-02 20:00,search,5\n", encoding="utf-8")
    assert run("history", data, "-o", out, capsys=capsys)[0] == 0
    assert out.exists()
    code, _, err = run("history", data, "-o", tmp_path / ("n" * 300 + ".csv"), capsys=capsys)
    assert code == 2
    assert "too long" in err
