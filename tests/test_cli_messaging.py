"""The command sms-lists: files written, and nothing personal said."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from planner.brief import parse_brief
from planner.brief.toml_input import TomlSource
from planner.cli.sms_lists import sms_lists
from planner.outputs.plan_folder import write_plan

CUSTOMERS = "phone,last order,orders,spent,opted out\n" + "\n".join(
    f"138{number:08d},2026-{1 + number % 9:02d}-01,{1 + number % 4},{number % 300},{'yes' if number % 9 == 0 else 'no'}"
    for number in range(900)
)


@pytest.fixture(scope="module")
def plan_folder(tmp_path_factory):
    from planner.plan import make_plan

    segment = {
        "people": 200,
        "response": 0.3,
        "conversion": 0.3,
        "incrementality": 0.9,
        "opt_out": 0.001,
        "customer_value": 1,
    }
    data = {
        "promotion": {"date": "2026-11-11", "playbook": "flat"},
        "budget": {"total": 500},
        "shop": {"margin": 0.4, "order_value": 100},
        "channels": [{"name": "search", "price": 1.0, "conversion": 0.03, "clicks_per_day": 200}],
        "sms": {"segments": [{"name": "champions", **segment}, {"name": "at_risk", **segment}]},
    }
    folder = tmp_path_factory.mktemp("plan")
    write_plan(make_plan(parse_brief(TomlSource("brief.toml", data, {}))), folder, tables_only=True)
    return folder


def run(*arguments):
    command = [sys.executable, "-m", "planner", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", check=False, cwd=Path(__file__).parents[1]
    )


def test_sms_lists_writes_a_file_a_send_and_says_no_number(plan_folder, tmp_path):
    customers = tmp_path / "customers.csv"
    customers.write_text(CUSTOMERS, encoding="utf-8")
    done = run("sms-lists", plan_folder, "--customers", customers, "-o", tmp_path / "lists", "--lang", "en")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "138" not in done.stderr
    summary = pd.read_csv(tmp_path / "lists" / "summary.csv")
    assert len(summary) >= 2
    for row in summary.itertuples():
        numbers = (tmp_path / "lists" / row.file).read_text(encoding="utf-8").split()
        assert len(numbers) == row.listed
    assert {path.name for path in (tmp_path / "lists").glob("hold-out-*")} == {
        "hold-out-champions.csv",
        "hold-out-at_risk.csv",
    }
    again = run("sms-lists", plan_folder, "--customers", customers, "-o", tmp_path / "lists")
    assert again.returncode == 2
    assert "--force" in again.stderr
    assert run("sms-lists", plan_folder, "--customers", customers, "-o", tmp_path / "lists", "--force").returncode == 0


BRIEF = """
[promotion]
date = 2026-11-11
[budget]
total = 500
[shop]
margin = 0.4
order_value = 100
[[channels]]
name = "search"
price = 1.0
conversion = 0.03
[sms]
price = 0.01
"""


def test_plan_takes_its_segments_from_a_customer_file_and_keeps_no_number(tmp_path):
    (tmp_path / "brief.toml").write_text(BRIEF, encoding="utf-8")
    (tmp_path / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    arguments = [
        tmp_path / "brief.toml",
        "--customers",
        tmp_path / "customers.csv",
        "-o",
        tmp_path / "out",
        "--tables-only",
    ]
    done = run("plan", *arguments)
    assert done.returncode == 0, done.stderr
    sms = pd.read_csv(tmp_path / "out" / "sms.csv")
    assert "champions" in set(sms["segment"])
    assert all("1380000" not in path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir())
    lists = run("sms-lists", tmp_path / "out", "--customers", tmp_path / "customers.csv", "-o", tmp_path / "lists")
    assert lists.returncode == 0, lists.stderr
    summary = pd.read_csv(tmp_path / "lists" / "summary.csv")
    assert summary["listed"].tolist() == summary["planned"].tolist()


def test_sms_lists_of_a_file_with_faults_exits_3_and_writes_nothing(plan_folder, tmp_path):
    customers = tmp_path / "customers.csv"
    customers.write_text("phone,last order,orders,spent\n13812345678,never,1,2\n", encoding="utf-8")
    done = run("sms-lists", plan_folder, "--customers", customers, "-o", tmp_path / "lists", "--lang", "en")
    assert done.returncode == 3
    assert "cells are no date (rows 2" in done.stderr
    assert "1381" not in done.stderr
    assert not (tmp_path / "lists").exists()


def test_sms_lists_has_help_and_an_example():
    assert "planner sms-lists out --customers" in (sms_lists.help or "")
