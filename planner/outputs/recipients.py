"""Recipient files: one for each send in the provider's upload format, the hold-out's keys apart, and a summary.

A provider's form says the file's kind, the heading of its one column and the most rows; a longer list is cut into
several files. The summary holds numbers only.
"""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief
from planner.brief.providers import Upload
from planner.messages.customers import RecipientLists
from planner.messages.sms_value import provider_of

__all__ = ["recipient_files"]


def recipient_files(brief: Brief, lists: RecipientLists) -> dict[str, bytes]:
    """Return the files by name.

    Parameters
    ----------
    brief
        Whose provider's form is used.
    lists
        As `customers.recipient_lists` returns them.
    """
    upload = provider_of(brief).upload
    files: dict[str, bytes] = {}
    names = []
    plain = _plain_names([*lists.sends["segment"], *lists.hold_out])
    for place, keys in enumerate(lists.recipients):
        send = lists.sends.iloc[place]
        stem = f"{send['send_at']:%Y%m%d-%H%M}-{plain[str(send['segment'])]}"
        parts = range(0, max(len(keys), 1), upload.rows)
        for number, begin in enumerate(parts, start=1):
            # No segment's name keeps a full stop, so that no part of one list is taken for another's.
            name = f"{stem}.{upload.form}" if len(parts) == 1 else f"{stem}.{number}.{upload.form}"
            files[name] = _file(keys[begin : begin + upload.rows], upload)
        names.append(f"{stem}.{upload.form}" if len(parts) == 1 else f"{stem}.1-{len(parts)}.{upload.form}")
    for segment, keys in lists.hold_out.items():
        files[f"hold-out-{plain[segment]}.csv"] = _file(keys, Upload(heading=upload.heading))
    summary = lists.sends.assign(file=names) if names else lists.sends
    summary = summary.assign(send_at=[moment.isoformat() for moment in summary["send_at"]])
    files["summary.csv"] = str(summary.to_csv(index=False, lineterminator="\n")).encode()
    return files


def _plain_names(segments: Iterable[object]) -> dict[str, str]:
    """Return every segment's name as part of a file name, numbered where two would have the same file."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for segment in sorted(set(map(str, segments))):
        stem = re.sub(r"[^\w-]+", "-", segment).strip("-") or "segment"
        numbered = (stem if number == 1 else f"{stem}-{number}" for number in itertools.count(1))
        # Windows tells no capitals from small letters.
        names[segment] = next(name for name in numbered if name.casefold() not in taken)
        taken.add(names[segment].casefold())
    return names


def _file(keys: NDArray[np.object_], upload: Upload) -> bytes:
    """Return one upload file."""
    if upload.form == "csv":
        lines = ([upload.heading] if upload.heading else []) + keys.tolist()
        return ("\n".join(lines) + "\n").encode() if lines else b""
    content = io.BytesIO()
    frame = pd.DataFrame({upload.heading or "phone": keys.astype(object)})
    frame.to_excel(content, index=False, header=bool(upload.heading), engine="xlsxwriter")
    return content.getvalue()
