"""One set of colours for charts, report page and workbook.

The stances differ for colour-blind readers (smallest difference between any two, normal sight and the three kinds of
colour blindness: about 30 in CIE 1976 units). Two of them are close in grey print, so a stance is always written too.
"""

from __future__ import annotations

__all__ = [
    "ACTUAL",
    "ACTUAL_INK",
    "FAINT",
    "GREY",
    "HEAT",
    "INK",
    "PLAN",
    "RULE",
    "SERIES",
    "STANCES",
    "STANCE_INK",
    "TINTS",
]

INK = "#222222"
GREY = "#5F5F5F"
FAINT = "#757575"
RULE = "#DDDDDD"
PLAN = "#0072B2"
ACTUAL = "#D55E00"
# The same, dark enough for small words on white.
ACTUAL_INK = "#B04E00"

STANCES = {
    "compete": "#D55E00",
    "hold": "#0072B2",
    "low_bid": "#F0C808",
    "notify": "#9E9E9E",
    "flash_deal": "#882255",
    "neutral": "#E6E6E6",
}
# What can be read on each of them: at least 3.9 to 1, so 8 points or more on the first.
STANCE_INK = {
    "compete": "#FFFFFF",
    "hold": "#FFFFFF",
    "low_bid": "#222222",
    "notify": "#222222",
    "flash_deal": "#FFFFFF",
    "neutral": "#222222",
}
# The same stances as a pale ground under dark text: pages and workbooks.
TINTS = {
    "compete": "#F6CDB4",
    "hold": "#CFE4F5",
    "low_bid": "#FBF0BE",
    "notify": "#E3E3E3",
    "flash_deal": "#E9CFDC",
    "neutral": "#F4F4F4",
}
# Channels, in the order of the plan: hues of Okabe and Ito with lightness that changes from one to the next.
SERIES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#882255", "#999933", "#444444")
# Light to dark, from nothing to most; ends where white text is still easy to read.
HEAT = ("#FFFFFF", "#EDF6F7", "#C7E3E8", "#8CC3D0", "#4C98B4", "#256B93", "#123F66")
