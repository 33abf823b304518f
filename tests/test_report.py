"""The report page: complete, self-contained, harmless, readable; its numbers are the plan's."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from html import unescape
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise

import pandas as pd
import pytest

from planner.charts import chart_names, draw_all, evidence_table, window_table
from planner.charts.timeline import timeline_finding
from planner.charts.words import Words
from planner.cli.rests_on import foundations
from planner.history import load_history
from planner.outputs.adtools import export_messages, export_plan
from planner.outputs.basis import certificate
from planner.outputs.calendar import render_calendar
from planner.outputs.pictures import inline_figures
from planner.outputs.report import render_report
from planner.plan import Plan, make_plan
from planner.vocabulary.wording import LANGUAGES, Lang, say
from tests.conftest import brief_from
from tests.plans_to_look_at import DATA, example, odd, odd_brief
from tests.test_words import contrast


@cache
def page(lang: Lang) -> str:
    plan = example(lang)
    return render_report(plan, draw_all(plan, None, lang, forms=("svg",)), lang)


class Reader(HTMLParser):
    """What a page holds: its tags in order, its texts, and how far its tags are balanced."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "input", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def attributes(self, name: str) -> list[str]:
        return [attributes[name] or "" for _, attributes in self.tags if name in attributes]


def visible(text: str) -> str:
    """Return the words of a page without its style."""
    return re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_well_formed_and_asks_for_nothing_from_elsewhere(lang: Lang) -> None:
    text = page(lang)
    reader = Reader(text)
    assert reader.open == []
    assert not [tag for tag, _ in reader.tags if tag in ("script", "link", "img", "iframe", "object")]
    references = reader.attributes("src") + reader.attributes("href")
    assert references
    assert all(reference.startswith("#") for reference in references)
    assert "url(http" not in text
    assert "@import" not in text
    assert len(text.encode()) <= 1_000_000


def test_every_reference_within_the_page_is_answered_and_every_name_unique() -> None:
    reader = Reader(page("zh"))
    names = reader.attributes("id")
    assert len(names) == len(set(names))
    wanted = {reference[1:] for reference in reader.attributes("href")} | set(
        re.findall(r"url\(#([^)]+)\)", page("zh"))
    )
    assert wanted <= set(names)


def test_headings_go_down_one_step_at_a_time_and_sections_are_named() -> None:
    reader = Reader(page("en"))
    levels = [int(tag[1]) for tag, _ in reader.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - sooner <= 1 for sooner, later in pairwise(levels))
    names = set(reader.attributes("id"))
    assert {attributes["aria-labelledby"] for tag, attributes in reader.tags if tag == "section"} <= names


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_picture_tells_its_finding_to_who_cannot_see_it(lang: Lang) -> None:
    pictures = [attributes for tag, attributes in Reader(page(lang)).tags if tag == "svg"]
    assert len(pictures) == len(chart_names(example(lang)))
    assert all(attributes["role"] == "img" and len(attributes["aria-label"] or "") > 12 for attributes in pictures)
    assert "“" not in "".join(str(attributes["aria-label"]) for attributes in pictures) or lang == "zh"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_total_on_the_page_is_the_schedules(lang: Lang) -> None:
    plan = example(lang)
    total = f"{plan.schedule['spend'].sum():.2f}"
    assert f'data-amount="{total}"' in page(lang)
    assert f"{float(total):,.2f}" in visible(page(lang))


def test_the_headline_has_the_three_numbers_with_ranges_and_both_rivals() -> None:
    summary = example("en").summary
    text = visible(page("en"))
    for amount in (summary.profit, summary.profit_low, summary.profit_high, summary.spend + summary.sms_cost):
        assert f"¥{amount:,.0f}" in text
    gains = example("en").comparison.set_index("name")["gain"]
    for name in ("your usual bids", "even pacing"):
        assert re.search(rf"¥[\d,.]+ (more|less) than {name}", text)
    assert f"¥{abs(gains['even']):,.0f} more than even pacing" in text


def test_every_action_stands_on_the_run_sheet_and_each_moment_has_a_box() -> None:
    plan = example("en")
    text = page("en")
    boxes = [attributes for tag, attributes in Reader(text).tags if tag == "input"]
    labels = [attributes["for"] for tag, attributes in Reader(text).tags if tag == "label"]
    assert len(boxes) == plan.actions.groupby(["at", "kind"]).ngroups
    assert [attributes["id"] for attributes in boxes] == labels
    words = " ".join(visible(text).split())
    assert all(" ".join(what.split()) in unescape(words) for what in plan.actions["what"])


def test_notes_certificate_assumptions_and_brief_are_there() -> None:
    plan, text = example("en"), page("en")
    words = unescape(visible(text))
    assert all(note.text("en") in words for note in plan.notes)
    assert "Every limit is kept." in words
    assert "history.csv" in words
    assert "total = 8000" in words
    assert plan.brief.playbook.title.en in words


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_placeholder_or_machine_word_is_left_over(lang: Lang) -> None:
    text = visible(page(lang)).split(say("report.brief", lang))[0:-1]
    words = " ".join(text)
    assert "{" not in words
    for machine in ("low_bid", "flash_deal", "last_year", "after_sale", "None", "nan", "NaT"):
        assert machine not in words


def hostile(name: str) -> Plan:
    text = odd_brief(2, "2026-11-11T00:00:00", "2026-11-12T00:00:00", "en")
    return make_plan(
        brief_from(text.replace('name = "Double 11"', f"name = '{name}'").replace("channel 1", "<b>bold</b> & co"))
    )


def test_a_shop_named_like_a_script_is_harmless() -> None:
    plan = hostile('<script>alert("x")</script>{{ 7 * 7 }}')
    text = render_report(plan, draw_all(plan, forms=("svg",)))
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "<b>bold" not in text
    assert "{{ 7 * 7 }}" in text
    assert Reader(text).open == []


def test_a_large_plan_stays_below_a_megabyte() -> None:
    plan = odd(8, 7, "zh")
    assert len(render_report(plan, draw_all(plan, forms=("svg",))).encode()) <= 1_000_000


@pytest.mark.parametrize("most", [400_000, 150_000])
def test_a_page_too_large_leaves_out_hours_then_pictures(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = odd(8, 7, "zh")
    monkeypatch.setattr("planner.outputs.report._MOST_BYTES", most)
    charts = draw_all(plan, forms=("svg",))
    text = render_report(plan, charts)
    shown = [f"chart-{name.removesuffix('.svg')}" in text for name in charts]
    assert len(text.encode()) <= most
    assert say("report.hours_elsewhere", "zh") in text
    sizes = {
        kept: [len(charts[name]) for name, here in zip(charts, shown, strict=True) if here is kept]
        for kept in (True, False)
    }
    assert max(sizes[True], default=0) <= min(sizes[False])
    assert all(name in text for name, here in zip(charts, shown, strict=True) if not here)
    assert f'data-amount="{plan.schedule["spend"].sum():.2f}"' in text
    assert Reader(text).open == []


def test_bids_of_a_day_are_folded_but_printed() -> None:
    folded = re.findall(r"<details>.*?</details>", page("en"), flags=re.DOTALL)
    acts = example("en").actions
    assert sum(part.count("<input") for part in folded) == acts[acts["kind"] == "bid"]["at"].nunique()
    assert "details::details-content { content-visibility: visible" in page("en").split("@media print")[1]


def test_data_files_are_named_without_their_folders() -> None:
    plan = example("en")
    source = dict(plan.sources[0]) | {"name": r"C:\Users\me\history.csv"}
    moved = replace(plan, foundation=replace(plan.foundation, sources=(source,)))
    text = unescape(visible(render_report(moved)))
    assert "history.csv" in text
    assert "Users" not in text


def test_titles_keep_their_spaces_for_who_cannot_see_the_picture() -> None:
    plan = example("zh")
    labels = " ".join(figure["title"] for figure in inline_figures(draw_all(plan, forms=("svg",))))
    words = Words.of(plan)
    assert timeline_finding(window_table(plan), words) in labels


def test_a_page_without_pictures_says_so() -> None:
    assert "No pictures were drawn." in render_report(odd(1, 7, "en"))


def test_outlines_of_letters_stand_on_the_page_once() -> None:
    plan = odd(1, 1, "zh")
    charts = draw_all(plan, forms=("svg",))
    figures = inline_figures(charts)
    inlined = "".join(figure["svg"] for figure in figures)
    letters = re.findall(r'<path id="((?:DejaVuSans|PromoSansSC)[^"]*)"', inlined)
    assert letters
    assert len(letters) == len(set(letters))
    used = set(re.findall(r'href="#((?:DejaVuSans|PromoSansSC)[^"]*)"', inlined))
    assert used <= set(letters)


def test_overruled_windows_are_listed_with_what_they_rest_on() -> None:
    plan = example("en")
    table = evidence_table(plan)
    section = page("en").split('id="overruled"')[2 if page("en").count('id="overruled"') > 1 else 1]
    rows = section.split("</section>")[0].count("<tr>")
    assert rows == (table["overruled"].sum() + 1 if table["overruled"].any() else 0)


def _colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z_]+): (#[0-9a-f]{6})", block))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_colours_can_be_read(scheme: str) -> None:
    style = files("planner.outputs").joinpath("report.css").read_text(encoding="utf-8")
    blocks = style.split(":root {")[1:]
    colours = _colours(blocks[0 if scheme == "light" else 1].split("}")[0])
    for ground in ("ground", "card"):
        assert contrast(colours["ink"], colours[ground]) >= 7
        assert contrast(colours["soft"], colours[ground]) >= 4.5
        assert contrast(colours["strong"], colours[ground]) >= 4.5
    for stance in ("compete", "hold", "low_bid", "notify", "flash_deal", "neutral"):
        assert contrast(colours["ink"], colours[stance]) >= 4.5


def test_hours_table_sums_to_each_channels_spend() -> None:
    plan = example("en")
    foot = page("en").split("<tfoot>")[1].split("</tfoot>")[0]
    amounts = [float(found.replace(",", "")) for found in re.findall(r"¥([\d,.]+)", foot)]
    by_channel = plan.schedule.groupby("channel", sort=False)["spend"].sum().round(2)
    assert amounts == pytest.approx([*by_channel, plan.schedule["spend"].sum()])
    assert isinstance(by_channel, pd.Series)


def lines_of(gap: float, violation: float, spend: float, money_price: float) -> str:
    plan = example("en")
    found = {"gap": gap, "violation": violation, "bound": 100.0 * (1 + gap), "profit": 100.0}
    summary = replace(plan.summary, spend=spend, money_price=money_price)
    return " ".join(certificate(replace(plan, certificate=found, summary=summary), Words.of(plan)))


@pytest.mark.parametrize(
    ("gap", "violation", "spend", "money_price", "words"),
    [
        (
            1e-12,
            0.0,
            7780.0,
            0.3,
            ["Proven best", "Every limit is kept", "Another ¥1 of budget is expected to earn ¥0.30"],
        ),
        (0.02, 0.0, 7780.0, 0.0, ["at most ¥2.00 more (2%)", "More budget would earn nothing"]),
        (
            0.0,
            0.01,
            4000.0,
            0.3,
            ["A limit is exceeded by 1%", "is not planned: over the drawn markets each further ¥1 would earn less"],
        ),
    ],
)
def test_the_certificate_says_what_was_proven(
    gap: float, violation: float, spend: float, money_price: float, words: list[str]
) -> None:
    text = lines_of(gap, violation, spend, money_price)
    assert all(word in text for word in words), text


@pytest.mark.parametrize(
    ("gain", "low", "high", "words"),
    [
        (500, 100, 900, ", +¥100 to +¥900"),
        (500, -100, 900, "within the noise"),
        (-50, -90, 5, "¥50 less"),
    ],
)
def test_the_headline_admits_noise_and_loss(gain: float, low: float, high: float, words: str) -> None:
    plan = example("en")
    table = plan.comparison.copy()
    table.loc[table["name"] == "flat", ["gain", "gain_low", "gain_high"]] = [float(gain), float(low), float(high)]
    assert words in visible(render_report(replace(plan, comparison=table)))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_amount_has_one_form_on_page_run_sheet_calendar_and_in_reasons(lang: Lang) -> None:
    plan = example(lang)
    words = Words.of(plan)
    page = visible(render_report(plan))
    calendar = render_calendar(plan).decode().replace("\r\n ", "").replace("\\,", ",")
    for cost in plan.sms["cost"]:
        shown = words.money(cost, 2)
        assert plan.actions["what"].str.contains(shown, regex=False).any()
        assert shown in page
        assert shown in calendar
    told = [*plan.actions["what"], *plan.actions["why"].dropna(), *plan.sms["reason"], *plan.schedule["reason"]]
    told += [note.text(lang) for note in plan.notes]
    told += [message.text(lang) for message in export_messages(export_plan(plan, "taobao", lang=lang), "CNY")]
    told += [*export_plan(plan, "taobao", lang=lang).actions["what"], calendar]
    told += foundations(plan.brief, load_history([DATA / "history.csv"], plan.brief), lang)
    assert not [line for line in told if "CNY" in line]
    assert "CNY" not in page.rpartition(words.say("report.brief"))[0]
