"""Provider files: complete, sourced, and refused when they are unknown."""

import datetime as dt

import pytest

from planner.brief.providers import builtin_providers, default_provider, load_provider, parse_hours
from planner.vocabulary.errors import InputError


@pytest.mark.parametrize("name", builtin_providers())
def test_every_provider_file_loads_and_names_the_sources_of_its_hours_and_lead_time(name):
    provider = load_provider(name)
    assert provider.name == name
    assert {"hours", "lead_days"} <= provider.sources.keys()
    assert 0 <= provider.hours[0] < provider.hours[1] <= 1440
    assert provider.joined <= provider.single <= provider.longest
    assert provider.title.zh and provider.title.en


def test_default_provider_of_china_is_the_strictest():
    default = load_provider(default_provider("CNY"))
    chinese = [provider for name in builtin_providers() if (provider := load_provider(name)).currency == "CNY"]
    assert default.hours == (8 * 60, 20 * 60)
    assert default.opens == dt.time(8)
    assert all(provider.hours[0] <= default.hours[0] and provider.hours[1] >= default.hours[1] for provider in chinese)
    assert all(provider.opt_out.zh for provider in chinese)


def test_default_provider_elsewhere_counts_gsm_parts_and_has_no_price():
    provider = load_provider(default_provider("USD"))
    assert (provider.counting, provider.single, provider.joined, provider.price) == ("gsm", 160, 153, None)


def test_unknown_provider_is_answered_with_the_nearest_name():
    with pytest.raises(InputError, match=r"no SMS provider aliyum; .*aliyun"):
        load_provider("aliyum")


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("08:00-20:00", (480, 1200)),
        ("8:30 ~ 18:00", (510, 1080)),
        ("00:00-24:00", (0, 1440)),
        ("20:00-08:00", None),
        ("08:60-20:00", None),
        ("08:00-24:30", None),
        ("all day", None),
    ],
)
def test_parse_hours_reads_a_span_within_one_day(text, span):
    assert parse_hours(text) == span
