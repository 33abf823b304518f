"""Fonts: Chinese is written after a plain install, and nothing is ever drawn as a box."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path

import matplotlib as mpl
import pytest
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure

from planner.charts import typefaces as faces
from planner.charts.typefaces import BUNDLED, choose_faces
from planner.vocabulary.wording import catalogue

ROOT = Path(__file__).parents[1]
FONT = ROOT / "planner" / "charts" / "fonts" / "PromoSansSC-Regular.otf"


def _characters_of_the_script() -> set[str]:
    spec = importlib.util.spec_from_file_location("cut_font", ROOT / "planner" / "charts" / "fonts" / "cut_font.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return set(module.characters())


def test_the_font_is_what_the_script_cuts() -> None:
    with TTFont(FONT) as font:
        there = {chr(code) for code in font.getBestCmap()}
    wanted = _characters_of_the_script()
    assert wanted <= there
    # Characters that share an outline with a wanted one come along.
    assert len(there - wanted) < 10


def test_the_font_has_all_of_gb2312() -> None:
    hanzi = {
        bytes((high, low)).decode("gb2312", errors="ignore") for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)
    }
    with TTFont(FONT) as font:
        assert not {letter for letter in hanzi if letter and ord(letter) not in font.getBestCmap()}


def test_the_font_has_a_name_of_its_own_a_regular_weight_and_its_licence() -> None:
    with TTFont(FONT) as font:
        names = {record.nameID: str(record) for record in font["name"].names}
        assert names[1] == BUNDLED
        assert "Noto" not in names[1] + names[4] + names[6]
        assert font["OS/2"].usWeightClass == 400
        assert "Open Font License" in names[13]
    licence = (FONT.parent / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Copyright" in licence


@pytest.mark.parametrize("area", ["charts", "labels"])
def test_every_label_can_be_drawn_in_both_languages(area: str) -> None:
    text = "".join(entry[lang] for entry in catalogue(area).values() for lang in ("zh", "en"))
    assert choose_faces(text, system=False).missing == frozenset()


def test_a_character_nobody_has_is_replaced_not_boxed() -> None:
    chosen = choose_faces("茶\U00020bb7铺", system=False)
    assert chosen.missing == {"\U00020bb7"}
    assert chosen.drawable("茶\U00020bb7铺") == "茶?铺"


def test_a_system_font_is_chosen_by_what_it_covers(monkeypatch: pytest.MonkeyPatch) -> None:
    latin_only = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSerif.ttf"
    monkeypatch.setattr(faces, "_system_fonts", lambda: [("Poor", str(latin_only)), ("Rich", str(FONT))])
    faces._choose.cache_clear()
    try:
        assert choose_faces("计划花费").families[1:] == ("Rich", BUNDLED)
        assert choose_faces("计划花费", system=False).families == ("DejaVu Sans", BUNDLED)
        assert choose_faces("plain text").families == ("DejaVu Sans", BUNDLED)
    finally:
        faces._choose.cache_clear()


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_chinese_is_drawn_without_a_warning(form: str) -> None:
    text = "预算 ¥30,000 − 销售“双11”：竞争、等待 ×2.4 喆"
    with mpl.rc_context({"font.family": list(choose_faces(text, system=False).families)}):
        figure = Figure()
        figure.text(0.1, 0.5, text)
        figure.savefig(buffer := io.BytesIO(), format=form)
    assert len(buffer.getvalue()) > 1000
