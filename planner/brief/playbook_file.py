"""A playbook as the text of a file: what `load_playbook` reads back to an equal one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from planner.brief.playbook import Playbook, Window
from planner.brief.profile import Profile
from planner.vocabulary.wording import Text

__all__ = ["playbook_file"]


def playbook_file(playbook: Playbook, *, head: Iterable[str] = (), notes: Mapping[str, Sequence[str]] = {}) -> str:
    """Return the file of a playbook.

    Parameters
    ----------
    playbook
        What to write.
    head
        Comments at its head, a line each.
    notes
        Comments on windows, by their ids.
    """
    lines = [f"# {line}" for line in head]
    lines += [
        f"name = {_quoted(playbook.name)}",
        f"opening = {_quoted(str(playbook.opening))}",
        f"usual_day = [{', '.join(f'{each:g}' for each in playbook.usual_day)}]",
        f"usual_day_sd = {playbook.usual_day_sd:g}",
        "",
        "[trust]",
        *(f"{name} = {value:g}" for name, value in playbook.trust.model_dump().items()),
        "",
        *_both("title", playbook.title),
        *_both("about", playbook.about),
    ]
    for window in playbook.windows:
        lines += ["", *(f"# {line}" for line in notes.get(window.id, ())), *_window(window)]
    return "\n".join(lines) + "\n"


def _window(window: Window) -> list[str]:
    """Return the lines of a window."""
    lines = [
        "[[windows]]",
        f"id = {_quoted(window.id)}",
        f"number = {window.number}",
        f"tied_to = {_quoted(window.tied_to)}",
        f"start = {_quoted(str(window.start))}",
        f"end = {_quoted(str(window.end))}",
        f"stance = {_quoted(window.stance)}",
    ]
    for name in ("channels", "flash_deals", "sms", "posts"):
        if found := getattr(window, name):
            lines.append(f"{name} = [{', '.join(_quoted(str(each)) for each in found)}]")
    prior = ", ".join(f"{name} = {value:g}" for name, value in window.prior.model_dump().items())
    lines += [f"prior = {{ {prior} }}", *_both("windows.name", window.name), *_both("windows.reason", window.reason)]
    if window.by_hour != Profile():
        lines.append("[windows.by_hour]")
        told = window.by_hour.model_dump().items()
        lines += [f"{name} = [{', '.join(f'{each:g}' for each in factors)}]" for name, factors in told if factors]
    return lines


def _both(table: str, text: Text) -> list[str]:
    """Return a text in both languages as a table."""
    return [f"[{table}]", f"zh = {_quoted(text.zh)}", f"en = {_quoted(text.en)}"]


def _quoted(text: str) -> str:
    """Return a TOML basic string; what JSON escapes, TOML escapes alike."""
    return json.dumps(text, ensure_ascii=False)
