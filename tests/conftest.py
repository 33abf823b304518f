"""What many tests start from: the example shop, a small brief, and hypothesis without chance or clock."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from playwright import sync_api

from planner.brief import Brief, load_brief, parse_brief
from planner.brief.toml_input import read_toml
from planner.history import History, load_history
from planner.plan import Plan, make_plan
from tests.browser import ADVICE, NO_BROWSER, find_browser

settings.register_profile("fixed", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("fixed")

ROOT = Path(__file__).parents[1]

BROWSER_ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

SMALL_BRIEF = """
[promotion]
name = "small"
date = 2026-11-11
[budget]
total = 3000
[shop]
margin = 0.4
order_value = 100
[[channels]]
name = "search"
role = "search"
price = 1.0
conversion = 0.04
clicks_per_day = 1200
[[channels]]
name = "feed"
role = "feed"
price = 0.5
conversion = 0.015
clicks_per_day = 2000
"""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what the tests that were left out for want of a browser need."""
    if any(NO_BROWSER in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(ADVICE)


def brief_from(text: str) -> Brief:
    """Return the brief that a text holds."""
    return parse_brief(read_toml("brief.toml", text=text))


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    return ROOT / "tests" / "tea_shop"


@pytest.fixture(scope="session")
def example_brief(data_folder: Path) -> Brief:
    return load_brief(data_folder / "brief.toml")


@pytest.fixture(scope="session")
def example_history(data_folder: Path, example_brief: Brief) -> History:
    return load_history([data_folder / "history.csv"], example_brief)


@pytest.fixture(scope="session")
def example_plan(example_brief: Brief, example_history: History) -> Plan:
    return make_plan(example_brief, example_history, lang="en")


@pytest.fixture
def small_brief() -> Brief:
    return brief_from(SMALL_BRIEF)


@pytest.fixture(scope="session")
def browser() -> Iterator[sync_api.Browser]:
    path = find_browser()
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_BROWSER)
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=BROWSER_ARGUMENTS)
        yield opened
        opened.close()
