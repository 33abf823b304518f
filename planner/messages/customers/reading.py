"""A customer file as a table: one row a person, numbers and dates read, doubles merged.

Read are CSV (UTF-8 or GB18030) and xlsx, with the headings that shops' tools write in Chinese and English. Problems
name rows and columns, never what stands in them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
from python_calamine import CalamineError

from planner.vocabulary.characters import cleaned
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.wording import Message

__all__ = ["Customers", "read_customers"]

_NEEDED = ("last_order", "orders", "spent")
_YES = frozenset(["1", "1.0", "true", "yes", "y", "t", "是", "已退订", "退订", "拒收", "黑名单", "有"])
_NO = frozenset(["0", "0.0", "false", "no", "n", "f", "否", "未退订", "正常", "无"])
_MOST_ROWS_NAMED = 5
_AROUND = " \t\r\n\u200b\ufeff\u00a0"


@dataclass(frozen=True, eq=False)
class Customers:
    """The people of a customer file.

    Attributes
    ----------
    table
        Indexed by ``key`` (a phone number or an id): ``last_order`` [local time], ``orders`` [orders], ``spent``
        [currency], ``opted_out`` [flag], ``last_sms`` [local time, may be empty], and ``segment`` if the file has it.
    notes
        What was merged or left out, in numbers only.
    phones
        Whether the keys are phone numbers.
    """

    table: pd.DataFrame
    notes: tuple[Message, ...]
    phones: bool = False


def read_customers(path: str | Path) -> Customers:
    """Read a customer file.

    Parameters
    ----------
    path
        CSV or xlsx with a heading row: phone number or id, last order, number of orders, money spent, and if known
        opted out, last SMS, segment.

    Raises
    ------
    InputError
        Columns that are missing, and cells that cannot be read, by row.
    """
    name = Path(path).name
    cells = _cells(Path(path), name)
    names = {word: column for column, words in _headings().items() for word in words}
    columns = {names[word]: heading for heading in cells.columns if (word := _plain(heading)) in names}
    key = next((column for column in ("phone", "id") if column in columns), None)
    missing = [column for column in _NEEDED if column not in columns]
    if missing or key is None:
        lacking = [*(["phone"] if key is None else []), *missing]
        words = "; ".join(" / ".join((column, _headings()[column][-1])) for column in lacking)
        raise InputError([Problem(Message("customers.no_column", {"columns": words}), name, 1)])
    problems: list[Problem] = []
    hidden = {column: _take_out_unseen(cells, heading) for column, heading in columns.items()}
    table = pd.DataFrame({"key": _keys(cells[columns[key]], phone=key == "phone")})
    for column in ("last_order", "last_sms"):
        table[column] = _dates(cells, columns.get(column), name, problems)
    for column in ("orders", "spent"):
        table[column] = _numbers(cells, columns[column], name, problems)
    table["opted_out"] = _flags(cells, columns.get("opted_out"), name, problems)
    if "segment" in columns:
        table["segment"] = cells[columns["segment"]].str.strip()
    if problems:
        raise InputError(problems)
    notes = [] if "opted_out" in columns else [Message("customers.no_opt_outs")]
    # A phone number is known by its digits whatever stands around them.
    if count := sum(hidden.get(column, 0) for column in ("id", "segment")):
        notes.append(Message("customers.unseen_taken_out", {"count": count}))
    return _merged(table, notes, phones=key == "phone")


@cache
def _headings() -> dict[str, list[str]]:
    return tomllib.loads((files(__package__) / "headings.toml").read_text(encoding="utf-8"))


def _take_out_unseen(cells: pd.DataFrame, heading: str) -> int:
    """Take the characters that nobody sees out of a column; return how many cells had one inside."""
    texts = cells[heading]
    odd = ~np.fromiter(map(str.isprintable, texts), dtype=bool, count=len(texts))
    if not odd.any():
        return 0
    mended = texts.where(~odd, texts[odd].map(cleaned))
    cells[heading] = mended
    return int((mended[odd] != texts[odd].str.strip(_AROUND)).sum())


def _keys(texts: pd.Series, *, phone: bool) -> pd.Series:
    """Return keys as providers take them; a phone number that is none becomes empty."""
    if not phone:
        return texts.str.strip()
    good = texts.str.fullmatch(r"1\d{10}")
    # Most numbers of a file are plain: only the others are worth the work.
    bare = texts[~good].str.replace(r"[\s\-()'\u202a-\u202e]|\.0$", "", regex=True)
    bare = bare.str.replace(r"^(?:\+?86)(?=1\d{10}$)", "", regex=True)
    mended = texts.copy()
    mended[~good] = bare.where(bare.str.fullmatch(r"\+?\d{5,15}"), "")
    return mended


def _plain(heading: object) -> str:
    return re.sub(r"[（(].*$|\s", "", cleaned(str(heading)).lower())


def _cells(path: Path, name: str) -> pd.DataFrame:
    """Return the file's cells as text, empty ones as empty text."""
    try:
        if path.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"):
            return pd.read_excel(path, dtype=str, engine="calamine", keep_default_na=False)
        try:
            return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        except UnicodeDecodeError:
            return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="gb18030")
    except FileNotFoundError as error:
        raise InputError([Problem(Message("input.no_file", {"why": error.strerror}), name)]) from error
    except (OSError, ValueError, CalamineError) as error:
        # The parsers quote the line they stumble over: say what kind of trouble it is, not what stands there.
        raise InputError([Problem(Message("customers.unreadable", {"why": type(error).__name__}), name)]) from None


def _report(wrong: pd.Series, heading: str, entry: str, name: str, problems: list[Problem]) -> None:
    """Add one problem for a column's wrong cells: how many, and the rows of the first."""
    if wrong.any():
        rows = [int(row) + 2 for row in np.flatnonzero(wrong.to_numpy())[:_MOST_ROWS_NAMED]]
        values = {"heading": heading, "count": int(wrong.sum()), "rows": ", ".join(map(str, rows))}
        problems.append(Problem(Message(f"customers.{entry}", values), name, rows[0]))


def _dates(cells: pd.DataFrame, heading: str | None, name: str, problems: list[Problem]) -> pd.Series:
    """Return a column of dates; each different text is read once."""
    if heading is None:
        return pd.Series(pd.NaT, index=cells.index, dtype="datetime64[ns]")
    codes, texts = pd.factorize(cells[heading])
    plain = pd.Series(texts, dtype=object)
    read = pd.to_datetime(plain.where(plain != ""), format="ISO8601", errors="coerce", utc=True)
    lost = (read.isna() & (plain != "")).to_numpy(dtype=bool, copy=True)
    if lost.any():
        mended = plain[lost].str.strip().str.replace(r"[年月/.](?=\d)", "-", regex=True).str.replace("日", "")
        again = pd.to_datetime(mended.where(mended != ""), format="mixed", errors="coerce", yearfirst=True, utc=True)
        read[lost] = again
        lost[lost] = (again.isna() & (mended != "")).to_numpy(dtype=bool)
    _report(pd.Series(lost[codes]), heading, "bad_date", name, problems)
    return pd.Series(read.dt.tz_localize(None).to_numpy()[codes], index=cells.index)


def _numbers(cells: pd.DataFrame, heading: str, name: str, problems: list[Problem]) -> pd.Series:
    numbers = pd.to_numeric(cells[heading], errors="coerce").astype(float)
    lost = numbers.isna()
    if lost.any():
        bare = cells.loc[lost, heading].str.replace(r"[,，¥￥元\s]", "", regex=True)
        numbers[lost] = pd.to_numeric(bare, errors="coerce").astype(float)
    _report(~(numbers >= 0) | np.isinf(numbers), heading, "bad_number", name, problems)
    return numbers


def _flags(cells: pd.DataFrame, heading: str | None, name: str, problems: list[Problem]) -> pd.Series:
    """Return who opted out; an empty cell means no."""
    if heading is None:
        return pd.Series(False, index=cells.index)
    codes, texts = pd.factorize(cells[heading])
    words = [str(text).strip().lower() for text in texts]
    yes, known = np.array([word in _YES for word in words]), np.array([word in _YES | _NO | {""} for word in words])
    _report(pd.Series(~known[codes]), heading, "bad_flag", name, problems)
    return pd.Series(yes[codes], index=cells.index)


def _merged(table: pd.DataFrame, notes: Iterable[Message], *, phones: bool) -> Customers:
    """Return one row a key; who opted out once has opted out."""
    notes = list(notes)
    empty = table["key"] == ""
    if empty.any():
        notes.append(Message("customers.no_key", {"count": int(empty.sum())}))
        table = table[~empty]
    doubles = table["key"].duplicated(keep=False)
    if doubles.any():
        rules = {"last_order": "max", "last_sms": "max", "orders": "max", "spent": "max", "opted_out": "any"}
        if "segment" in table:
            rules["segment"] = "first"
        merged = table[doubles].groupby("key", as_index=False).agg(rules)
        notes.append(Message("customers.doubles", {"count": int(doubles.sum()), "people": len(merged)}))
        table = pd.concat([table[~doubles], merged], ignore_index=True)
    return Customers(table.set_index("key"), tuple(notes), phones)
