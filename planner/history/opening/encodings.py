"""What a text file is written in: UTF-8 or GB18030, or UTF-16 by its mark or its nulls; settled by the whole file."""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass

from planner.history.opening.sources import Blob, Unreadable

__all__ = ["TextForm", "fingerprint", "text_form"]

_CHUNK = 2**20


@dataclass(frozen=True)
class TextForm:
    """What a text file is written in: its encoding, fingerprint and size, its delimiter and the cells of most rows."""

    encoding: str
    sha256: str
    size: int
    delimiter: str = ","
    width: int = 0


def text_form(blob: Blob, encoding: str | None = None) -> TextForm:
    """Return what a text file is written in, judged by the whole of it.

    Parameters
    ----------
    blob
        The file.
    encoding
        The encoding the user says it has; a byte order mark speaks for itself.

    Raises
    ------
    Unreadable
        It is no text in any encoding that is tried.
    """
    start = blob.start(2**16)
    marked = _by_mark(start)
    wide = not encoding and not marked and b"\0" in start
    if wide:
        marked = [_by_nulls(start)]
    digest, size = fingerprint(blob)
    for name in [*marked, encoding] if encoding else marked or ["utf-8", "gb18030"]:
        if _decodes(blob, name):
            return TextForm(name, digest, size)
    if encoding:
        raise Unreadable("wrong_encoding", encoding=encoding)
    raise Unreadable("binary" if wide else "no_encoding")


def fingerprint(blob: Blob) -> tuple[str, int]:
    """Return a file's SHA-256 and its size, unpacked."""
    digest, size = hashlib.sha256(), 0
    with blob.open() as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _decodes(blob: Blob, encoding: str) -> bool:
    """Tell whether the whole of a file is text in an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with blob.open() as stream:
        try:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeError:
            return False
    return True


def _by_nulls(start: bytes) -> str:
    """Return which UTF-16 a text without its mark is in: every second byte of plain text is 0."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if odd > 10 * even:
        return "utf-16-le"
    if even > 10 * odd:
        return "utf-16-be"
    raise Unreadable("binary")


def _by_mark(start: bytes) -> list[str]:
    """Return the encoding that a byte order mark names."""
    if start.startswith(codecs.BOM_UTF8):
        return ["utf-8-sig"]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    return []
