"""Parts of a message, as providers count them: a table of texts whose parts were counted by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.brief import parse_brief
from planner.brief.providers import load_provider
from planner.brief.toml_input import TomlSource
from planner.messages.sms import compose, count_parts, text_remarks
from planner.messages.sms.clusters import split_clusters

CHINA, WORLD, TWILIO = (load_provider(name) for name in ("china", "international", "twilio"))

# text, parts in China (70, then 67 a part), parts elsewhere (160/153 in the GSM alphabet, else 70/67)
TABLE = [
    ("", 1, 1),
    ("a", 1, 1),
    ("字", 1, 1),
    ("a" * 69, 1, 1),
    ("a" * 70, 1, 1),
    ("a" * 71, 2, 1),
    ("a" * 134, 2, 1),
    ("a" * 135, 3, 1),
    ("a" * 160, 3, 1),
    ("a" * 161, 3, 2),
    ("a" * 201, 3, 2),
    ("a" * 202, 4, 2),
    ("a" * 306, 5, 2),
    ("a" * 307, 5, 3),
    ("a" * 459, 7, 3),
    ("a" * 460, 7, 4),
    ("字" * 69, 1, 1),
    ("字" * 70, 1, 1),
    ("字" * 71, 2, 2),
    ("字" * 134, 2, 2),
    ("字" * 135, 3, 3),
    ("字" * 160, 3, 3),
    ("字" * 201, 3, 3),
    ("字" * 202, 4, 4),
    ("字" * 500, 8, 8),
    ("a" * 70 + "字", 2, 2),
    ("a" * 69 + "字", 1, 1),
    ("a" * 159 + "é", 3, 1),
    ("a" * 159 + "ê", 3, 3),
    ("€" * 35, 1, 1),
    ("€" * 70, 1, 1),
    ("€" * 80, 2, 1),
    ("€" * 81, 2, 2),
    ("€" * 152, 3, 2),
    ("€" * 153, 3, 3),
    ("[" * 80, 2, 1),
    ("]" * 81, 2, 2),
    ("{}" * 40, 2, 1),
    ("^" * 79 + "ab", 2, 1),
    ("^" * 79 + "abc", 2, 2),
    ("~" * 76 + "a" * 2, 2, 1),
    ("|" * 35 + "\\" * 45, 2, 1),
    ("\n" * 160, 3, 1),
    ("ΔΦΓ" * 53, 3, 1),
    ("ЖЩ" * 35, 1, 1),
    ("ЖЩ" * 36, 2, 2),
    ("😀" * 35, 1, 1),
    ("😀" * 36, 2, 2),
    ("a" * 66 + "😀" * 3, 2, 2),
    ("`" * 70, 1, 1),
    ("`" * 71, 2, 2),
    ("\t" + "a" * 70, 2, 2),
]


@pytest.mark.parametrize(("text", "china", "world"), TABLE)
def test_count_parts_of_a_table_of_texts(text, china, world):
    assert (count_parts(text, CHINA).parts, count_parts(text, WORLD).parts) == (china, world)


def test_table_has_fifty_texts():
    assert len({text for text, _, _ in TABLE}) >= 50


def test_a_character_of_two_is_not_cut_in_half():
    # 152 + a double: the double does not fit into the first part's 153, so 306 places do not hold 306 septets.
    text = "a" * 152 + "€" + "a" * 152
    assert count_parts(text, WORLD).characters == 306
    assert count_parts(text, WORLD).parts == 3


FAMILY, FLAG = "👨‍👩‍👧‍👦", "🇨🇳"


# The parts are those that the provider's own counter gives.
@pytest.mark.parametrize(
    ("text", "whole", "cut"),
    [
        ("字" * 59 + FAMILY, 1, 1),
        ("字" * 60 + FAMILY, 2, 2),
        ("字" * 57 + FAMILY + "字" * 60, 3, 2),
        ("字" * 65 + FLAG + "字" * 65, 3, 2),
        ("字" * 66 + FLAG + "字" * 63, 2, 2),
        ("字" * 66 + "👍🏽" + "字" * 64, 3, 3),
        ("字" * 66 + "👍🏽" + "字" * 62, 2, 2),
        ("字" * 66 + "e\u0301" + "字" * 66, 3, 2),
        ("字" * 66 + "\r\n" + "字" * 66, 2, 2),
        (FAMILY * 12, 2, 2),
        (FAMILY * 13, 3, 3),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿" * 9, 3, 2),
        ("\u1100\u1161\u11a8" * 44, 2, 2),
        ("\u1100\u1161\u11a8" * 45, 3, 3),
        ("a\r\n" * 60, 2, 2),
    ],
)
def test_a_provider_that_keeps_clusters_whole_moves_them_to_the_next_part(text, whole, cut):
    assert TWILIO.keeps_whole == "clusters"
    assert WORLD.keeps_whole == "characters"
    assert (count_parts(text, TWILIO).parts, count_parts(text, WORLD).parts) == (whole, cut)


def test_a_cluster_that_no_part_can_hold_is_cut():
    assert count_parts("e" + "\u0301" * 200, TWILIO).parts == 3
    assert count_parts("字" * 60 + "e" + "\u0301" * 70 + "字" * 63, TWILIO).parts == 3
    assert count_parts("字" * 60 + "e" + "\u0301" * 70 + "字" * 64, TWILIO).parts == 4


@given(st.text(alphabet=st.sampled_from("a€字é\u0301\u200d👩🏽❤️👧🇨🇳한ᄀ\n\u0600नि\u094d"), max_size=200))
def test_clusters_are_the_text_and_need_no_fewer_parts(text):
    assert "".join(split_clusters(text)) == text
    assert all(split_clusters(text))
    assert count_parts(text, WORLD).parts <= count_parts(text, TWILIO).parts
    assert count_parts(text, WORLD).characters == count_parts(text, TWILIO).characters


@pytest.mark.parametrize(
    ("text", "clusters"),
    [
        ("", []),
        (FAMILY + FAMILY, [FAMILY, FAMILY]),
        ("🇨🇳🇺🇸🇩", ["🇨🇳", "🇺🇸", "🇩"]),
        ("a🇨🇳", ["a", "🇨🇳"]),
        ("👍🏽a🏽", ["👍🏽", "a", "🏽"]),
        ("\r\n\u0301", ["\r", "\n", "\u0301"]),
        ("각각", ["각", "각"]),
        ("각\u11a8ᄀ", ["각\u11a8", "ᄀ"]),
        ("가\u11a8\u1161", ["가\u11a8", "\u1161"]),
        ("\u0600a", ["\u0600a"]),
        ("🧑\u200d🦰", ["🧑\u200d", "🦰"]),
    ],
)
def test_clusters_are_what_a_reader_takes_for_one_character(text, clusters):
    assert split_clusters(text) == clusters


def make_brief(**sms):
    tables = {
        "promotion": {"date": "2026-11-11", "name": "小店"},
        "budget": {"total": 1000},
        "shop": {"margin": 0.3, "order_value": 100},
        "sms": sms,
    }
    return parse_brief(TomlSource("brief.toml", tables, {}))


@pytest.mark.parametrize(
    ("lang", "body"), [("zh", "11月11日0点起全店活动价，售完即止。"), ("en", "From 11 Nov 00:00: our best prices.")]
)
def test_compose_without_a_text_is_one_part_with_signature_and_opt_out(lang, body):
    text = compose(make_brief(), CHINA, lang)
    assert text == f"【小店】{body}拒收请回复R"
    assert count_parts(text, CHINA).parts == 1


def test_compose_fills_a_text_and_adds_nothing_twice():
    brief = make_brief(text="【老王家】{offer}，{link} 拒收请回复R", offer="满100减20", link="t.cn/a1")
    assert compose(brief, CHINA, "zh") == "【老王家】满100减20， t.cn/a1 拒收请回复R"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("点{link}抢", "【店】点 t.cn/a1 抢拒收请回复R"),
        ("{link}，抢{link}", "【店】 t.cn/a1 ，抢 t.cn/a1 拒收请回复R"),
        ("抢 {link} 吧", "【店】抢 t.cn/a1 吧拒收请回复R"),
    ],
)
def test_compose_keeps_links_apart_from_what_stands_beside_them(text, expected):
    assert compose(make_brief(text=text, link="t.cn/a1", signature="店"), CHINA, "zh") == expected


def test_compose_outside_china_separates_the_opt_out():
    text = compose(make_brief(text="Hello", signature="Shop"), WORLD, "en")
    assert text == "Shop: Hello Reply STOP to end"


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ("字" * 80, "sms.several_parts"),
        ("全网最低价", "sms.banned"),
        ("好【价】", "sms.brackets"),
        ("好价 {links}", "sms.placeholder"),
    ],
)
def test_text_remarks_warn_of_what_costs_or_may_be_refused(body, key):
    text = compose(make_brief(text=body), CHINA, "zh")
    assert key in [remark.key for remark in text_remarks(text, CHINA)]
    assert all(remark.text(lang) for remark in text_remarks(text, CHINA) for lang in ("zh", "en"))


def test_text_remarks_of_a_plain_text_are_none():
    assert text_remarks(compose(make_brief(), CHINA, "zh"), CHINA) == ()
