"""The browser that the tests of the page drive: the machine's own, or one that Playwright downloaded.

python -m tests.browser          say what to install where there is none, and fail
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

__all__ = ["ADVICE", "NO_BROWSER", "find_browser"]

NO_BROWSER = "no browser that starts"
ADVICE = (
    f"{NO_BROWSER}, and tests of the page need one: install Chromium or Chrome "
    "(Debian: apt-get install chromium; elsewhere: python -m playwright install chromium)"
)
_NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def find_browser() -> str | None:
    """Return the path of a browser that starts; None where there is none."""
    places = [path for name in _NAMES if (path := shutil.which(name))]
    return next((path for path in places if _starts(path)), None) or _downloaded()


def _starts(path: str) -> bool:
    """Return whether a browser can say its version: a name may only stand for advice to install another package."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _downloaded() -> str | None:
    """Return the path of the browser that Playwright keeps for itself, where it has one."""
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() and _starts(path) else None


if __name__ == "__main__":
    if find_browser() is None:
        print(ADVICE)
        sys.exit(1)
