"""What `planner doctor` looks at, a function a part of the machine; it changes nothing that outlasts it."""

from __future__ import annotations

import datetime as dt
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from planner.brief import Brief, load_brief
from planner.brief.toml_input import decode
from planner.vocabulary.wording import Lang, Message

__all__ = ["Finding", "examine"]

_LIBRARIES = (
    "click", "duckdb", "icalendar", "Jinja2", "matplotlib", "numpy", "pandas", "pydantic", "python-calamine", "rich",
    "XlsxWriter",
)  # fmt: skip
# What our summary may write on a console.
_LETTERS = "预算¥−–×▁█"


@dataclass(frozen=True)
class Finding:
    """One line: a heading, a fact, or something to see to."""

    message: Message
    heading: bool = False
    bad: bool = False

    def text(self, lang: Lang) -> str:
        """Return the line in one language."""
        lead = "" if self.heading else "  ! " if self.bad else "  "
        return lead + self.message.text(lang)


def examine(brief: Path | None = None) -> list[Finding]:
    """Return what was found on this machine, and in a brief if one is given.

    Raises
    ------
    InputError
        The brief has problems.
    """
    loaded = load_brief(brief) if brief else None
    findings: list[Finding] = []
    for heading, part in (
        ("doctor.versions", _versions()),
        ("doctor.fonts", _fonts(brief)),
        ("doctor.encodings", _encodings()),
        ("doctor.folder", _folder(Path.cwd())),
        ("doctor.zones", _zones(loaded)),
    ):
        findings += [Finding(Message(heading), heading=True), *part]
    bad = sum(finding.bad for finding in findings)
    last = Message("doctor.trouble", {"count": bad}) if bad else Message("doctor.all_well")
    return [*findings, Finding(last, heading=True)]


def _plain(text: str) -> Message:
    """Return a line that is the same in both languages."""
    return Message("doctor.plain", {"text": text})


def _versions() -> Iterator[Finding]:
    """Return the versions of the program, of Python and of the libraries."""
    from importlib.metadata import PackageNotFoundError, version

    from planner.vocabulary.version import __version__

    yield Finding(_plain(f"promo-planner {__version__}, Python {platform.python_version()}, {platform.system()}"))
    found = []
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            yield Finding(Message("doctor.absent", {"name": name}), bad=True)
    for start in range(0, len(found), 5):
        yield Finding(_plain(", ".join(found[start : start + 5])))


def _fonts(brief: Path | None) -> Iterator[Finding]:
    """Return which face the charts write Chinese with, and what of a brief it lacks."""
    from planner.charts.typefaces import BUNDLED, choose_faces, system_faces

    text = decode(brief.read_bytes()) if brief else "预算时段渠道利润"
    faces, found = choose_faces(text), system_faces()
    chosen = faces.families[1]
    key = "doctor.fonts_bundled" if chosen == BUNDLED else "doctor.fonts_chosen"
    yield Finding(Message(key, {"face": chosen}))
    yield Finding(Message("doctor.fonts_found", {"names": ", ".join(found)}) if found else Message("doctor.fonts_none"))
    if faces.missing:
        letters = " ".join(f"{letter} (U+{ord(letter):04X})" for letter in sorted(faces.missing))
        yield Finding(Message("doctor.undrawable", {"letters": letters}))
    elif brief:
        yield Finding(Message("doctor.drawable"))


def _encodings() -> Iterator[Finding]:
    """Return what the console can write."""
    streams: tuple[tuple[str, IO[str]], ...] = (("stdout", sys.stdout), ("stderr", sys.stderr))
    for name, stream in streams:
        encoding = getattr(stream, "encoding", None) or "utf-8"
        lacking = " ".join(letter for letter in _LETTERS if not _writes(letter, encoding))
        values = {"name": name, "encoding": encoding}
        yield Finding(
            Message("doctor.stream_lacks", values | {"letters": lacking})
            if lacking
            else Message("doctor.stream", values)
        )
    yield Finding(Message("doctor.files_utf8"))


def _writes(letter: str, encoding: str) -> bool:
    """Return whether an encoding has a character."""
    try:
        letter.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _folder(folder: Path) -> Iterator[Finding]:
    """Return whether files can be written here."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        yield Finding(Message("doctor.folder_bad", {"folder": folder, "why": error.strerror}), bad=True)
    else:
        yield Finding(Message("doctor.folder_ok", {"folder": folder}))


def _zones(brief: Brief | None) -> Iterator[Finding]:
    """Return whether the zones are known, and the offset of the one that matters."""
    name, day = "Asia/Shanghai", dt.date(2026, 11, 11)
    if brief:
        name, day = brief.promotion.timezone, brief.promotion.date
    try:
        offset = dt.datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(name)).strftime("%z")
    except ZoneInfoNotFoundError:
        yield Finding(Message("doctor.zone_bad", {"zone": name}), bad=True)
    else:
        values = {"zone": name, "moment": day.isoformat(), "offset": f"{offset[:3]}:{offset[3:]}"}
        yield Finding(Message("doctor.zone_ok", values))
        yield Finding(Message("doctor.zone_count", {"count": len(available_timezones())}))
