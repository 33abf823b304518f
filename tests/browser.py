"""The browser that the tests of the page drive: the machine's own, or one that Playwright downloaded.

python -m tests.browser          say what to install where there is none, and fail
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

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
_ITS_PLACE = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


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
    # In a process of its own: a second Playwright does not start beside one that drives a browser.
    done = subprocess.run([sys.executable, "-c", _ITS_PLACE], capture_output=True, text=True, check=False)
    path = done.stdout.strip()
    return path if Path(path).is_file() and _starts(path) else None


if __name__ == "__main__":
    if find_browser() is None:
        print(ADVICE)
        sys.exit(1)
