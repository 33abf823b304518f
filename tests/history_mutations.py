"""Files spoilt at random, for the reader to read or to refuse with a clear line; the same ones for the same seed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tests.make_corpus import corpus

_BITS = (
    b"",
    b",",
    b'"',
    b"\n",
    b"\t",
    b"\0",
    b"-",
    b"nan",
    b"1e400",
    "合计".encode(),
    "，".encode("gbk"),
    b"\xff",
    b"=1+1",
    b"24:00",
    b"2026-02-30",
)


def mutated_files(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of files, each one of the corpus spoilt in one to four ways."""
    rng = np.random.default_rng(seed)
    files = [
        (name.replace("/", "_"), content)
        for case in corpus()
        for name, content in case.files.items()
        if 0 < len(content) < 20_000
    ]
    for number in range(count):
        name, content = files[int(rng.integers(len(files)))]
        for _ in range(int(rng.integers(1, 5))):
            content = _spoilt(content, files, rng)
        # Sometimes under the name of another kind of file.
        suffix = rng.choice([".csv", ".xls", ".xlsx", ".zip", ".gz", ".parquet"]) if rng.random() < 0.2 else ""
        yield f"{number}_{name}{suffix}", content


def _spoilt(content: bytes, files: list[tuple[str, bytes]], rng: np.random.Generator) -> bytes:
    """Return bytes cut, doubled, shuffled, mixed with another file's, or with a stranger put in."""
    size = len(content)
    if size < 2:
        return content + b"x"
    low, high = sorted(int(place) for place in rng.integers(0, size, 2))
    kind = int(rng.integers(7))
    if kind == 0:
        return content[:high]
    if kind == 1:
        return content[:low] + content[high:]
    if kind == 2:
        return content[:high] + content[low:]
    if kind == 3:
        other = files[int(rng.integers(len(files)))][1]
        return content[:low] + other[: size - low]
    if kind == 4:
        lines = content.split(b"\n")
        rng.shuffle(lines)
        return b"\n".join(lines)
    if kind == 5:
        flipped = bytearray(content)
        for place in rng.integers(0, size, 1 + size // 200):
            flipped[int(place)] = int(rng.integers(256))
        return bytes(flipped)
    return content[:low] + _BITS[int(rng.integers(len(_BITS)))] + content[low:]
