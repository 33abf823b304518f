"""The summary on a terminal: fits, is complete, and survives every console."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from planner.cli.nearest import fit
from planner.cli.terminal import show_summary, sparkline
from planner.cli.waiting import waiting
from planner.vocabulary.wording import LANGUAGES, Lang
from tests.plans_to_look_at import example, odd, plans


def shown(plan_name: str, lang: Lang, encoding: str = "utf-8", files: tuple[Path, ...] = ()) -> str:
    plan = example(lang) if plan_name == "example" else odd(*plans()[plan_name])
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    show_summary(plan, files, lang, stream=stream)
    stream.flush()
    return stream.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("plan", ["example", *plans()])
def test_no_line_is_wider_than_eighty_columns(plan: str, lang: Lang) -> None:
    text = shown(plan, lang, files=(Path("out/report.html"), Path("out/charts/grid.svg")))
    assert max(cell_len(line) for line in text.splitlines()) <= 80


@pytest.mark.parametrize("lang", LANGUAGES)
def test_columns_line_up_with_wide_characters(lang: Lang) -> None:
    rows = [line for line in shown("example", lang).splitlines() if re.search(r"\d\d:\d\d–\d\d:\d\d", line)]
    assert 5 < len(rows) <= 10
    assert len({cell_len(line.rstrip()) for line in rows}) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_three_numbers_the_rivals_and_the_certificate_are_there(lang: Lang) -> None:
    summary, text = example(lang).summary, shown("example", lang)
    for amount in (
        f"{summary.spend:,.2f}",
        f"{summary.profit:,.0f}",
        f"{summary.profit_low:,.0f}",
        f"{summary.profit_high:,.0f}",
    ):
        assert amount in text
    rivals = (
        ("照平日出价", "平均花钱", "百万分之一") if lang == "zh" else ("your usual bids", "even pacing", "millionth")
    )
    assert all(rival in text for rival in rivals)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_comparison_adds_up_beside_what_the_ads_alone_earn(lang: Lang) -> None:
    table = example(lang).comparison.set_index("name")
    text = shown("example", lang)
    assert f"{table.loc['plan', 'profit']:,.0f}" in text
    flat = next(line for line in text.splitlines() if ("照平日出价" if lang == "zh" else "your usual bids") in line)
    assert f"{abs(table.loc['flat', 'gain']):,.0f}" in flat
    more = table.loc["plan", "spend"] - table.loc["flat", "spend"]
    assert f"{abs(more):,.0f}" in flat  # yuan for yuan
    assert ("只看广告" if lang == "zh" else "Ads alone") in text


def test_the_rows_are_the_windows_with_the_most_spend_in_order_of_time() -> None:
    from planner.charts import window_table

    windows = window_table(example("en"))
    wanted = windows.nlargest(10, "spend").sort_values("start")["spend"]
    rows = [line for line in shown("example", "en").splitlines() if re.search(r"\d\d:\d\d–\d\d:\d\d", line)]
    assert [re.search(r"¥([\d,]+)", row).group(1) for row in rows] == [f"{spend:,.0f}" for spend in wanted]  # type: ignore[union-attr]


@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "ascii"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_console_with_fewer_characters_gets_the_nearest(lang: Lang, encoding: str) -> None:
    text = shown("example", lang, encoding)
    if encoding == "gbk":
        assert "?" not in text
        assert "▁" in text or "▂" in text
    if encoding == "cp1252" and lang == "en":
        assert "?" not in text
        assert "#" in text or "@" in text


def test_fit_takes_the_nearest_character_there_is() -> None:
    assert fit("¥5 − 3 → 2×", "gbk") == "￥5 - 3 → 2×"
    assert fit("¥5 − 3 → 2×", "cp1252") == "¥5 - 3 -> 2×"
    assert fit("¥5 − 3 → 2× 茶", "ascii") == "CNY 5 - 3 -> 2x ?"
    assert fit("预算 ¥", "no-such-encoding") == "??? CNY " or fit("预算 ¥", "utf-8") == "预算 ¥"


def test_sparkline_is_blank_where_there_is_nothing_and_full_at_the_top() -> None:
    assert sparkline([None, 0, 1, 50, 100], 100) == " ▁▂▅█"
    assert sparkline([0, 0], 0) == "▁▁"
    assert len(sparkline([1.0] * 24, 2.0)) == 24


def test_no_colour_is_written_to_a_file_or_when_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" not in shown("example", "en")

    class Terminal(io.StringIO):
        encoding = "utf-8"

        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = Terminal()
    show_summary(example("en"), (), "en", stream=coloured)
    assert "\x1b[" in coloured.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    plain = Terminal()
    show_summary(example("en"), (), "en", stream=plain)
    assert not re.search(r"\x1b\[[\d;]*3\d", plain.getvalue())


def test_files_and_the_next_step_are_named(tmp_path: Path) -> None:
    folder = Path("my out")
    text = shown("example", "en", files=(folder / "report.html", folder / "plan.json", folder / "charts" / "grid.svg"))
    assert "3 files written to my out" in text
    assert "report.html  plan.json  charts/" in text
    assert "planner export 'my out' --to taobao" in " ".join(text.split())


def test_waiting_is_silent_unless_a_person_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with waiting("terminal.planning"):
        pass
    assert capsys.readouterr().err == ""


def test_waiting_shows_a_sign_on_a_terminal_and_wipes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        encoding = "gbk"

        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("sys.stderr", terminal)
    with waiting("terminal.writing"):
        pass
    assert "drawing and writing" in terminal.getvalue() or "正在画图" in terminal.getvalue()
    assert terminal.getvalue().encode("gbk")
    assert "\x1b[2K" in terminal.getvalue()
