"""Cut the font that the charts write Chinese with: a subset of Noto Sans SC under a name of its own.

    pip install fonttools pylopdf-fonts-zh-cn
    python planner/charts/fonts/cut_font.py

What comes out is `PromoSansSC-Regular.otf` beside it: printable ASCII, all of GB 2312, and the signs below. The
family is renamed because "Noto" is a trademark, and because a variable Noto Sans SC on the reader's machine would
otherwise be taken for it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "Promo Sans SC"
FONT = Path(__file__).parent / "PromoSansSC-Regular.otf"

# Signs of our labels that GB 2312 does not have, and characters of names and shops that came after it.
SIGNS = "¥€£°·±×÷–—‘’“”•…→←↑↓−≈≤≥≠∞▁▂▃▄▅▆▇█■□▲△▼●○◆✓"
NAMES = "喆堃玥琨珺彧翀赟昇晞晗祎祺禛婳嫄媖偲劼勍烜焜煊熠炘珩珈琤璟瑄瑀玟玹铄锜钰锳淼垚犇骉囍嗨啰哋嘅喺嚟咗啲噻啵"


def characters() -> set[str]:
    """Return every character the subset is to have."""
    gb2312 = (
        bytes((high, low)).decode("gb2312", errors="ignore") for high in range(0xA1, 0xF8) for low in range(0xA1, 0xFF)
    )
    return {chr(code) for code in range(0x20, 0x7F)} | set("".join(gb2312)) | set(SIGNS) | set(NAMES)


def cut(source: Path, target: Path) -> None:
    """Write the subset of one font, under our family name."""
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(sorted(characters())))
    cutter.subset(font)
    _rename(font)
    # The same input gives the same bytes: no time of writing.
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    font.save(target)


def _rename(font: TTFont) -> None:
    """Put our family in the place of the source's; copyright and licence stay."""
    postscript = f"{FAMILY.replace(' ', '')}-Regular"
    for record in list(font["name"].names):
        if record.langID not in (0, 0x409):
            font["name"].removeNames(record.nameID, record.platformID, record.platEncID, record.langID)
    for number, text in ((1, FAMILY), (3, f"{postscript};cut from Noto Sans SC"), (4, FAMILY), (6, postscript)):
        font["name"].setName(text, number, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = [postscript]
    cff.topDictIndex[0].FullName = FAMILY
    cff.topDictIndex[0].FamilyName = FAMILY


def main() -> None:
    """Cut the font that the package `pylopdf_fonts_zh_cn` brings, or the one named."""
    if len(sys.argv) > 1:
        source = Path(sys.argv[1])
    else:
        from pylopdf_fonts_zh_cn import sans_path

        source = sans_path()
    cut(source, FONT)
    print(f"{FONT}: {len(characters())} characters, {FONT.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
