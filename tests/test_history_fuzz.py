"""Two thousand spoilt files give a table or a clear error, never a traceback."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from planner.history import ReadingSettings, read_history
from planner.history import all_files as gathering
from planner.vocabulary.errors import InputError
from tests.history_mutations import mutated_files
from tests.make_corpus import SEARCH


@pytest.mark.parametrize(("count", "seed", "engine"), [(1_900, 1, False), (100, 2, True)], ids=["small", "engine"])
def test_read_spoilt_file_gives_a_table_or_a_clear_error(tmp_path: Path, monkeypatch, count, seed, engine):
    if engine:
        monkeypatch.setattr(gathering, "LARGE_BYTES", 0)
    tables = 0
    for name, content in mutated_files(count, seed):
        path = tmp_path / name
        path.write_bytes(content)
        try:
            table = read_history([path], ReadingSettings(channels=SEARCH)).table
        except InputError as error:
            assert all(len(problem.text(lang)) < 1_000 for problem in error.problems for lang in ("zh", "en"))
            continue
        tables += 1
        numbers = table.select_dtypes("number").to_numpy(dtype=float)
        assert len(table)
        assert not (numbers < 0).any()
        assert not np.isinf(numbers).any()
    assert 0 < tables < count
