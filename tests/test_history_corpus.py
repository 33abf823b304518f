"""Every file of the corpus reads to its rows, or is refused with its words."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from planner.history import ReadingSettings, read_history
from planner.vocabulary.errors import InputError
from tests.make_corpus import NUMBERS, Case, corpus

CASES = corpus()


def test_corpus_is_large_and_its_names_are_unlike():
    assert len(CASES) >= 40
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", [case for case in CASES if not case.error], ids=lambda case: case.name)
def test_read_file_of_the_corpus_gives_the_expected_rows(case: Case, tmp_path: Path):
    settings = ReadingSettings(**case.settings)
    history = read_history(case.write(tmp_path), settings)
    wanted = pd.DataFrame(list(case.rows))
    wanted["hour"] = [_instant(text, settings) for text in wanted["hour"]]
    key = [name for name in ("hour", "channel", "campaign") if name in wanted]
    got = history.table.sort_values(key, na_position="first").reset_index(drop=True)
    wanted = wanted.sort_values(key, na_position="first").reset_index(drop=True)
    assert got["hour"].tolist() == wanted["hour"].tolist()
    for name in wanted.columns.drop("hour"):
        if name in ("channel", "campaign"):
            assert got[name].fillna("").tolist() == wanted[name].fillna("").tolist()
        elif wanted[name].isna().all():
            assert name not in got or got[name].isna().all()
        else:
            assert got[name].tolist() == pytest.approx(wanted[name].tolist(), abs=1e-6, nan_ok=True), name
    assert not [name for name in NUMBERS if name in got and name not in wanted and got[name].notna().any()]
    for source in history.sources:
        assert source.refused >= 0
        assert source.rows_read == source.rows_used + sum(source.dropped.values()) + source.refused
    if case.note:
        said = [note.text("en") for note in history.notes]
        assert any(case.note in text for text in said), said


def _instant(text: str, settings: ReadingSettings) -> pd.Timestamp:
    moment = pd.Timestamp(text)
    return moment.tz_localize(settings.zone) if moment.tzinfo is None else moment


@pytest.mark.parametrize("case", [case for case in CASES if case.error], ids=lambda case: case.name)
def test_read_file_of_the_corpus_is_refused_with_one_clear_line(case: Case, tmp_path: Path):
    with pytest.raises(InputError) as caught:
        read_history(case.write(tmp_path), ReadingSettings(**case.settings))
    assert any(case.error in problem.text("en") for problem in caught.value.problems), caught.value.text("en")
    assert all(problem.text("zh") for problem in caught.value.problems)
