"""The page in a real browser: nothing is fetched, nothing overflows, check boxes work, dark mode can be read."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from playwright import sync_api

from planner.charts import draw_all
from planner.charts.words import Words
from planner.history import History
from planner.outputs.now import now_lines, render_now
from planner.outputs.report import render_report
from planner.vocabulary.wording import Lang
from tests.plans_to_look_at import example, odd

WIDTHS = {"desktop": 1280, "phone": 360}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    made = {}
    for name, plan in (("en", example("en")), ("zh", example("zh")), ("large", odd(8, 7, "zh"))):
        made[name] = folder / f"{name}.html"
        made[name].write_text(render_report(plan, draw_all(plan, forms=("svg",))), encoding="utf-8")
    return made


def visit(browser: sync_api.Browser, path: Path, width: int, scheme: str = "light") -> tuple[sync_api.Page, list[str]]:
    """Return an open page and everything it said or asked for."""
    page = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("request", lambda request: heard.append(request.url) if not request.url.startswith("file:") else None)
    page.goto(path.as_uri())
    return page, heard


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("name", ["en", "zh", "large"])
def test_the_page_is_silent_fetches_nothing_and_fits(
    browser: sync_api.Browser, pages: dict[str, Path], name: str, width: int
) -> None:
    page, heard = visit(browser, pages[name], width)
    assert heard == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # What is wider than the page scrolls inside a box of its own, which the keyboard reaches.
    outside = page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter(part => {
            if (part.closest('.scroll, svg')) return false;
            const box = part.getBoundingClientRect();
            return box.width > 0 && (box.right > innerWidth + 1 || box.left < -1);
        }).map(part => part.outerHTML.slice(0, 80))"""
    )
    assert outside == []
    assert page.evaluate("[...document.querySelectorAll('.scroll')].every(box => box.tabIndex === 0)")
    page.context.close()


@pytest.mark.parametrize("name", ["en", "zh", "large"])
def test_on_a_phone_a_table_fits_or_shows_that_it_goes_on(
    browser: sync_api.Browser, pages: dict[str, Path], name: str
) -> None:
    page, _ = visit(browser, pages[name], 390)
    # The first table, and that of the messages, set each row's numbers below each other, each with its column's name.
    stacked = page.evaluate(
        """() => [...document.querySelectorAll('table.stack')].map(table => ({
            fits: table.parentElement.scrollWidth <= table.parentElement.clientWidth,
            names: [...table.querySelectorAll('td.n')].filter(cell => cell.innerText.trim())
                .map(cell => getComputedStyle(cell, '::before').content),
        }))"""
    )
    assert stacked
    assert all(table["fits"] for table in stacked)
    assert all(len(label) > 2 and label != "none" for table in stacked for label in table["names"])
    wide = page.evaluate(
        """() => [...document.querySelectorAll('.scroll:has(table)')].filter(box => box.scrollWidth > box.clientWidth)
            .map(box => ({
                shadows: getComputedStyle(box).backgroundAttachment,
                first: getComputedStyle(box.querySelector('tbody th')).position,
                hint: box.previousElementSibling.matches('.hint') && box.previousElementSibling.checkVisibility(),
            }))"""
    )
    assert wide == [{"shadows": "local, local, scroll, scroll", "first": "sticky", "hint": True}] * 2
    page.context.close()


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_every_picture_has_a_size_and_every_letter_its_outline(
    browser: sync_api.Browser, pages: dict[str, Path], width: int
) -> None:
    page, _ = visit(browser, pages["zh"], width)
    boxes = page.evaluate(
        "[...document.querySelectorAll('figure svg')].map(part => [part.clientWidth, part.clientHeight])"
    )
    assert len(boxes) == 6
    assert all(box[0] > 300 and box[1] > 120 for box in boxes)
    letters = page.evaluate(
        """() => [...document.querySelectorAll('figure use')].map(part => {
            const target = document.getElementById(part.getAttribute('href').slice(1));
            return target !== null && target.tagName === 'path';
        })"""
    )
    assert len(letters) > 500
    assert all(letters)
    # A letter whose outline stands in another picture is drawn as well.
    last = page.evaluate(
        """() => [...document.querySelectorAll('figure')].at(-1).querySelectorAll('use').length > 0 &&
            [...[...document.querySelectorAll('figure')].at(-1).querySelectorAll('g[id*=text] use')]
            .filter(part => part.getBoundingClientRect().width > 0).length"""
    )
    assert last > 50
    page.context.close()


def test_check_boxes_work_with_mouse_and_keyboard(browser: sync_api.Browser, pages: dict[str, Path]) -> None:
    page, _ = visit(browser, pages["en"], 1280)
    first = page.locator(".checks input").first
    page.locator(".checks label").first.click()
    assert first.is_checked()
    line = page.evaluate("getComputedStyle(document.querySelector('.checks input:checked + label')).textDecorationLine")
    assert line == "line-through"
    second = page.locator(".checks input").nth(1)
    second.focus()
    page.keyboard.press("Space")
    assert second.is_checked()
    page.context.close()


def _shade(colour: str) -> float:
    red, green, blue = (int(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3])
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_dark_mode_is_dark_with_light_words_and_charts_on_paper(
    browser: sync_api.Browser, pages: dict[str, Path]
) -> None:
    page, _ = visit(browser, pages["en"], 1280, "dark")
    ground, ink = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    assert _shade(ground) < 60
    assert _shade(ink) > 200
    paper = page.evaluate("getComputedStyle(document.querySelector('.paper')).backgroundColor")
    assert _shade(paper) > 240
    page.context.close()


def test_the_total_read_in_the_browser_is_the_schedules(browser: sync_api.Browser, pages: dict[str, Path]) -> None:
    page, _ = visit(browser, pages["en"], 1280)
    shown = page.locator("#total-spend").inner_text()
    assert float(shown.replace("¥", "").replace(",", "")) == pytest.approx(example("en").schedule["spend"].sum())
    page.context.close()


def test_printed_the_page_has_no_scroll_boxes_cut_off(
    browser: sync_api.Browser, pages: dict[str, Path], tmp_path: Path
) -> None:
    page, _ = visit(browser, pages["en"], 794)
    page.emulate_media(media="print")
    overflow = page.evaluate("[...document.querySelectorAll('.scroll')].map(box => getComputedStyle(box).overflowX)")
    assert set(overflow) == {"visible"}
    wide = page.evaluate("[...document.querySelectorAll('figure svg')].every(part => part.clientWidth <= innerWidth)")
    assert wide
    content = page.pdf(format="A4")
    assert content.startswith(b"%PDF")
    page.context.close()


def test_headings_can_be_walked_by_a_screen_reader(browser: sync_api.Browser, pages: dict[str, Path]) -> None:
    page, _ = visit(browser, pages["en"], 1280)
    names = page.evaluate(
        """() => [...document.querySelectorAll('[role=img], input, section, nav')].map(part =>
            part.getAttribute('aria-label') || part.getAttribute('aria-labelledby')
            || (part.labels && part.labels.length))"""
    )
    assert names
    assert all(names), json.dumps(names)
    assert page.evaluate("document.documentElement.lang") == "en"
    page.context.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("hour", [0, 5, 14, 28])
def test_the_page_of_the_night_fits_a_phone_and_begins_with_the_act(
    browser: sync_api.Browser, tmp_path: Path, hour: int, lang: Lang
) -> None:
    plan = example(lang)
    now = plan.slots["start"].iloc[0] + pd.Timedelta(hours=hour)
    night = plan.schedule.assign(hour=plan.schedule["start"].dt.floor("h"), orders=plan.schedule["orders"] * 0.4)
    sums = night.groupby(["hour", "channel"], as_index=False)[["clicks", "spend", "orders", "revenue"]].sum()
    live = plan.live(History(sums[sums["hour"] + pd.Timedelta(hours=1) <= now]) if hour else None, now=now)
    path = tmp_path / "now.html"
    path.write_bytes(render_now(live)["now.html"])
    page, heard = visit(browser, path, 390)
    assert heard == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("h2").first.inner_text() == now_lines(live, Words.of(live))[0]
    assert page.locator(".checks input").count() == len(live.day.changes)  # type: ignore[union-attr]
    bars = page.evaluate("[...document.querySelectorAll('.bars .bar')].map(bar => bar.clientWidth)")
    assert len(bars) == 28
    assert min(bars) > 120
    page.context.close()
