"""From paths to readable streams: files, folders, globs, and what is packed in zip and gz.

What a file is, its first bytes decide, never its name. Nothing is unpacked to disk here, and nothing is unpacked at all
that grows out of proportion. What the bytes mean is for others.
"""

from __future__ import annotations

import glob
import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO, cast

from planner.vocabulary.tables import PLAN_TABLES
from planner.vocabulary.wording import Message

__all__ = ["PLAN_FILES", "Blob", "Unreadable", "collect", "unpack", "without_plans"]

SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".txt", ".xls", ".xlsx", ".xlsm", ".zip", ".gz", ".parquet", ".pq"})
# Text compresses ten- or fifty-fold; what claims more, and is large, was made to fill a disk.
_MOST_RATIO = 200
_HARMLESS = 32 * 2**20
_MOST_BYTES = 16 * 2**30
_MOST_MEMBERS = 1_000
# The tables that a plan is written as, and in how many bytes its plan.json says what it is.
PLAN_FILES = frozenset({*(f"{name}.csv" for name in PLAN_TABLES), "schedule-excel.csv", "plan.xlsx"})
_PLAN_START = 200


class Unreadable(Exception):
    """A file that is not what it claims, with the one line to say about it."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.message = Message(f"history.{key}", values)


@dataclass(frozen=True)
class Blob:
    """A file's bytes: its name as the user knows it, how to open it, and whether she named it herself.

    `path` is where it lies on disk as it is; None for what is packed in another file. `size` is packed for gz.
    """

    name: str
    open: Callable[[], IO[bytes]]
    size: int
    asked_for: bool = True
    path: Path | None = None

    def start(self, count: int = 4096) -> bytes:
        """Return its first bytes."""
        with self.open() as stream:
            return stream.read(count)


def collect(paths: Iterable[str | Path]) -> tuple[list[Blob], list[tuple[str, Message]]]:
    """Return the files that paths, folders and globs name, each once, and what cannot be found or is passed over."""
    blobs: dict[Path, Blob] = {}
    faults: list[tuple[str, Message]] = []
    for given in paths:
        found, asked_for = _expand(str(given))
        if not found:
            key = "empty_folder" if Path(given).is_dir() else "nothing_matches" if _is_glob(str(given)) else "no_file"
            faults.append((str(given), Message(f"history.{key}", {"suffixes": " ".join(sorted(SUFFIXES))})))
        for path in found:
            blob = Blob(str(path), partial(_opened, path), path.stat().st_size, asked_for, path)
            blobs.setdefault(path.resolve(), blob)
    return list(blobs.values()), faults


def without_plans(blobs: Iterable[Blob], notes: list[Message]) -> list[Blob]:
    """Return the files without the tables of plans of ours that were found on the way, each plan noted.

    A schedule has hours, channels and spend like a history, but of what is meant to come. Other files beside a plan are
    the seller's.
    """
    plans: dict[Path, bool] = {}
    kept = []
    for blob in blobs:
        if not blob.asked_for and blob.path is not None and blob.path.name in PLAN_FILES:
            folder = blob.path.parent
            if folder not in plans:
                plans[folder] = _holds_plan(folder)
                if plans[folder]:
                    what = Message("history.folder_of_plan", {})
                    notes.append(Message("history.file_left_out", {"where": str(folder), "what": what}))
            if plans[folder]:
                continue
        kept.append(blob)
    return kept


def _holds_plan(folder: Path) -> bool:
    """Tell whether a folder holds a plan of ours."""
    try:
        with (folder / "plan.json").open("rb") as file:
            return b'"schema": "promo-plan/' in file.read(_PLAN_START)
    except OSError:
        return False


def _opened(path: Path) -> IO[bytes]:
    """Return a file on disk as a stream."""
    return path.open("rb")


def _is_glob(text: str) -> bool:
    """Tell whether a path holds a wildcard."""
    return any(mark in text for mark in "*?[")


def _expand(given: str) -> tuple[list[Path], bool]:
    """Return the files one argument names, in order, and whether it named them one by one."""
    path = Path(given)
    if path.is_file():
        return [path], True
    if path.is_dir():
        found = [inner for inner in path.rglob("*") if inner.is_file()]
    elif _is_glob(given):
        found = [match for text in glob.glob(given, recursive=True) if (match := Path(text)).is_file()]  # noqa: PTH207
    else:
        return [], True
    # Files whose names begin with a dot or ~$ are leftovers of an editor.
    kept = [inner for inner in found if inner.suffix.lower() in SUFFIXES and not inner.name.startswith((".", "~$"))]
    return sorted(kept), False


def unpack(blob: Blob) -> Iterator[Blob | tuple[str, Message]]:
    """Yield what a file holds: itself, or the files packed in it; and a message for each that has to be left out.

    Raises
    ------
    Unreadable
        The archive as a whole is broken, or grows out of proportion.
    """
    start = blob.start(8)
    if start.startswith(b"\x1f\x8b"):
        yield replace(blob, open=partial(_gunzipped, blob), path=None)
    elif start.startswith(b"PK\x03\x04") and not _is_workbook(blob):
        yield from _members(blob)
    else:
        yield blob


def _is_workbook(blob: Blob) -> bool:
    """Tell whether a zip file is an Excel workbook; a workbook that grows out of proportion is refused."""
    try:
        with blob.open() as stream, zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable("broken_zip") from error
    if not any(entry.filename == "[Content_Types].xml" or entry.filename.startswith("xl/") for entry in entries):
        return False
    total, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if total > 400 * 2**20 or (total > _HARMLESS and total > _MOST_RATIO * max(packed, 1)):
        raise Unreadable("grows", size=total / 2**20)
    return True


def _members(blob: Blob) -> Iterator[Blob | tuple[str, Message]]:
    """Yield the tables in a zip file."""
    with blob.open() as stream, zipfile.ZipFile(stream) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > _MOST_MEMBERS or sum(entry.file_size for entry in entries) > _MOST_BYTES:
        raise Unreadable("grows", size=sum(entry.file_size for entry in entries) / 2**20)
    tables = [
        entry
        for entry in entries
        if Path(entry.filename).suffix.lower() in SUFFIXES and "__MACOSX" not in entry.filename
    ]
    if not tables:
        raise Unreadable("zip_without_tables")
    for entry in tables:
        name = f"{blob.name}/{_decoded_name(entry)}"
        if entry.flag_bits & 1:
            yield name, Message("history.password", {})
        elif entry.filename.lower().endswith(".zip"):
            yield name, Message("history.zip_in_zip", {})
        elif entry.file_size > _HARMLESS and entry.file_size > _MOST_RATIO * max(entry.compress_size, 1):
            yield name, Message("history.grows", {"size": entry.file_size / 2**20})
        else:
            member = Blob(name, partial(_member_stream, blob, entry), entry.file_size, False)
            if entry.filename.lower().endswith(".gz"):
                yield from unpack(member)
            else:
                yield member


def _decoded_name(entry: zipfile.ZipInfo) -> str:
    """Return a member's name; Chinese Windows writes it in GBK without saying so."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


def _member_stream(blob: Blob, entry: zipfile.ZipInfo) -> IO[bytes]:
    """Return a stream of one member; the archive closes with it."""
    try:
        # The archive's own file stays open until the stream is closed.
        with zipfile.ZipFile(blob.path or blob.open()) as archive:
            return archive.open(entry)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise Unreadable("broken_zip") from error


def _gunzipped(blob: Blob) -> IO[bytes]:
    """Return a gz file's content as a stream."""
    return cast("IO[bytes]", _Gunzip(blob))


class _Gunzip(gzip.GzipFile):
    """A gz stream that stops where its content grows out of proportion to the file."""

    def __init__(self, blob: Blob) -> None:
        self._packed, self._given = max(blob.size, 1), 0
        self._under = blob.open()
        super().__init__(fileobj=self._under, mode="rb")

    def close(self) -> None:
        """Close the stream and the file below it."""
        super().close()
        self._under.close()

    def read(self, size: int | None = -1) -> bytes:
        """Return the next bytes, unpacked."""
        try:
            data = super().read(size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise Unreadable("broken_gz") from error
        self._given += len(data)
        if self._given > _HARMLESS and self._given > _MOST_RATIO * self._packed:
            raise Unreadable("grows", size=self._given / 2**20)
        return data
