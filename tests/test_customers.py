"""Customers: read as shops' tools write them, segmented in their own quantiles, listed without breaking a promise."""

import datetime as dt
import io
import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.brief import parse_brief
from planner.brief.providers import load_provider
from planner.brief.toml_input import TomlSource
from planner.messages.customers import (
    SEGMENTS,
    Customers,
    read_customers,
    recipient_lists,
    rfm_scores,
    segment_customers,
    with_customers,
)
from planner.outputs.recipients import recipient_files
from planner.vocabulary.errors import InputError


def make_brief(**sms):
    data = {
        "promotion": {"date": "2026-11-11"},
        "budget": {"total": 1000},
        "shop": {"margin": 0.4, "order_value": 100},
        "sms": sms,
    }
    return parse_brief(TomlSource("brief.toml", data, {}))


def make_customers(count=1000, seed=0, segment=None):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "last_order": pd.Timestamp("2026-11-01") - pd.to_timedelta(rng.integers(0, 700, count), unit="D"),
            "orders": rng.geometric(0.5, count).astype(float),
            "spent": rng.gamma(2, 80, count).round(2),
            "opted_out": rng.random(count) < 0.1,
            "last_sms": pd.Series(
                np.where(rng.random(count) < 0.1, np.datetime64("2026-11-09T10:00"), np.datetime64("NaT")),
                dtype="datetime64[ns]",
            ).to_numpy(),
        },
        index=pd.Index([f"138{number:08d}" for number in range(count)], name="key"),
    )
    if segment is not None:
        table["segment"] = segment
    return Customers(table, ())


def make_sends(*sends):
    return pd.DataFrame(
        {
            "send_at": pd.DatetimeIndex([at for at, _, _ in sends]).tz_localize("Asia/Shanghai"),
            "segment": [segment for _, segment, _ in sends],
            "messages": [messages for _, _, messages in sends],
        }
    )


ENGLISH = """phone,last order,orders,spent,opted out,last sms
138 0000-0001,2026-10-01,3,300.5,no,
+8613800000002,2026/9/5 12:30,1,"1,080",yes,2026-11-01
13800000003,2025-01-02 03:04:05,2,0,,
not a number,2026-10-01,3,300,no,
"""
CHINESE = """手机号码,最近购买时间,购买次数,消费金额（元）,是否退订,备注
13800000001,2026年10月1日,3,￥300.5,否,甲
13800000002,2026-09-05 12:30,1,1080元,是,乙
13800000003,2025-01-02,2,0,,丙
"""


def test_read_customers_reads_english_headings_and_mends_numbers(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text(ENGLISH, encoding="utf-8-sig")
    customers = read_customers(path)
    table = customers.table
    assert list(table.index) == ["13800000001", "13800000002", "13800000003"]
    assert list(table["spent"]) == [300.5, 1080, 0]
    assert list(table["opted_out"]) == [False, True, False]
    assert table["last_order"].iloc[1] == pd.Timestamp("2026-09-05 12:30")
    assert table["last_sms"].notna().tolist() == [False, True, False]
    assert [note.key for note in customers.notes] == ["customers.no_key"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_read_customers_reads_chinese_headings_in_either_encoding(tmp_path, encoding):
    path = tmp_path / "客户.csv"
    path.write_text(CHINESE, encoding=encoding)
    table = read_customers(path).table
    assert list(table["spent"]) == [300.5, 1080, 0]
    assert table["last_order"].iloc[0] == pd.Timestamp("2026-10-01")
    assert list(table["opted_out"]) == [False, True, False]


def test_read_customers_reads_a_workbook(tmp_path):
    path = tmp_path / "customers.xlsx"
    frame = pd.DataFrame(
        {"手机": ["13800000001"], "最近购买时间": ["2026-10-01"], "订单数": ["2"], "消费金额": ["99.5"]}
    )
    frame.to_excel(path, index=False, engine="xlsxwriter")
    customers = read_customers(path)
    assert customers.table.loc["13800000001", "spent"] == 99.5
    assert [note.key for note in customers.notes] == ["customers.no_opt_outs"]


def test_read_customers_merges_doubles_and_an_opt_out_stands(tmp_path):
    path = tmp_path / "customers.csv"
    rows = ["13800000001,2026-10-01,3,300,no", "13800000001,2026-10-02,1,10,yes", "13800000002,2026-10-02,1,10,no"]
    path.write_text("phone,last order,orders,spent,opted out\n" + "\n".join(rows), encoding="utf-8")
    customers = read_customers(path)
    assert customers.table.loc["13800000001", "opted_out"]
    assert customers.table.loc["13800000001", "last_order"] == pd.Timestamp("2026-10-02")
    assert len(customers.table) == 2
    assert "2 rows share" in customers.notes[0].text("en")


def test_read_customers_lists_every_wrong_column_by_row_and_nobodys_data(tmp_path):
    path = tmp_path / "customers.csv"
    rows = ["13812345678,yesterday,3,300,no", "13887654321,2026-10-01,-1,much,perhaps"]
    path.write_text("phone,last order,orders,spent,opted out\n" + "\n".join(rows), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_customers(path)
    keys = {problem.message.key for problem in caught.value.problems}
    assert keys == {"customers.bad_date", "customers.bad_number", "customers.bad_flag"}
    assert len(caught.value.problems) == 4
    for lang in ("zh", "en"):
        text = caught.value.text(lang)
        assert not any(secret in text for secret in ("138", "yesterday", "much", "perhaps"))
    assert "rows 3" in caught.value.text("en")


def test_read_customers_names_the_columns_that_are_missing(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text("name,orders\nx,1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"phone / .*; last_order / .*; spent / "):
        read_customers(path)


def test_read_customers_of_a_broken_file_says_so_without_quoting_it(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text('phone,orders\n13812345678,1\n"13812345679,2,3,4\n1,2,3\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_customers(path)
    assert "1381" not in caught.value.text("en")
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("name", "content"), [("c.xlsx", b"13812345678"), ("c.csv", b""), ("c.csv", bytes(range(256)))]
)
def test_read_customers_of_what_is_no_table_is_refused(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match="cannot be read"):
        read_customers(tmp_path / name)


def test_rfm_scores_are_fifths_of_the_shop():
    scores = rfm_scores(make_customers(10_000).table)
    for name in ("recency", "money"):
        assert scores[name].value_counts().to_numpy() == pytest.approx(2000, rel=0.02)
    assert set(scores.to_numpy().ravel()) <= {1, 2, 3, 4, 5}


def test_rfm_scores_of_people_who_are_alike_are_the_same():
    table = make_customers(500).table.assign(orders=1.0)
    assert set(rfm_scores(table)["frequency"]) == {3}


def test_segment_customers_puts_the_best_first_and_the_gone_last():
    table = make_customers(1000).table
    table.loc["13800000000", ["orders", "spent"]] = [99.0, 99_999.0]
    table.loc["13800000000", "last_order"] = pd.Timestamp("2026-11-10")
    table.loc["13800000001", ["orders", "spent"]] = [1.0, 0.0]
    table.loc["13800000001", "last_order"] = pd.Timestamp("2020-01-01")
    segment = segment_customers(Customers(table, ()))
    assert segment["13800000000"] == "champions"
    assert segment["13800000001"] == "hibernating"
    assert set(segment) <= set(SEGMENTS)
    assert set(segment) == set(SEGMENTS)


def test_segment_customers_takes_the_files_own_segments():
    customers = make_customers(10, segment=["a", "b"] * 5)
    assert list(segment_customers(customers)) == ["a", "b"] * 5


def test_with_customers_counts_who_may_be_written_to_and_keeps_what_is_stated():
    brief = make_brief(segments=[{"name": "champions", "people": 5, "response": 0.2}])
    customers = make_customers(2000)
    planned = with_customers(brief, customers)
    table = customers.table
    may = ~table["opted_out"] & ~(table["last_sms"] > pd.Timestamp("2026-11-07"))
    assert sum(segment.people for segment in planned.sms.segments) == may.sum()
    champions = next(segment for segment in planned.sms.segments if segment.name == "champions")
    assert champions.response == 0.2
    assert champions.people == (segment_customers(customers)[may] == "champions").sum()


sends_strategy = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from(["a", "b"]), st.integers(1, 400)),
    min_size=1,
    max_size=6,
    unique_by=lambda send: send[:2],
)


@settings(derandomize=True, max_examples=40, deadline=None)
@given(
    sends=sends_strategy, seed=st.integers(0, 99), most=st.integers(1, 3), hold_out=st.sampled_from([0.0, 0.05, 0.3])
)
def test_recipient_lists_keep_every_promise(sends, seed, most, hold_out):
    customers = make_customers(600, segment=["a", "b", "b"] * 200)
    segments = [{"name": name, "people": 600, "max_messages": most} for name in "ab"]
    brief = make_brief(hold_out=hold_out, gap_hours=12, segments=segments)
    start = dt.datetime(2026, 11, 10, 8)
    planned = make_sends(*((start + dt.timedelta(hours=hour), name, count) for hour, name, count in sends))
    lists = recipient_lists(brief, planned, customers, seed=seed)
    table, segment = customers.table, segment_customers(customers)
    times: dict[str, list[pd.Timestamp]] = {}
    for place, keys in enumerate(lists.recipients):
        send = lists.sends.iloc[place]
        assert len(set(keys)) == len(keys) == send["listed"] <= send["planned"]
        assert (segment[keys] == send["segment"]).all()
        assert not table.loc[keys, "opted_out"].any()
        assert table.loc[keys, "last_sms"].isna().all()
        for key in keys:
            times.setdefault(key, []).append(send["send_at"])
    apart = {key for keys in lists.hold_out.values() for key in keys}
    assert not apart & times.keys()
    assert all(len(got) <= most for got in times.values())
    assert all(b - a >= pd.Timedelta(hours=12) for got in times.values() for a, b in itertools.pairwise(got))
    for name, keys in lists.hold_out.items():
        people = ((segment == name) & ~table["opted_out"] & table["last_sms"].isna()).sum()
        assert len(keys) >= hold_out * people - 1e-9


def test_recipient_lists_do_not_depend_on_the_order_of_the_rows_but_on_the_seed():
    customers = make_customers(600, segment="a")
    shuffled = Customers(customers.table.sample(frac=1, random_state=3), ())
    brief = make_brief(segments=[{"name": "a", "people": 600}])
    planned = make_sends((dt.datetime(2026, 11, 10, 19), "a", 200))
    first, again = (recipient_lists(brief, planned, each, seed=1) for each in (customers, shuffled))
    other = recipient_lists(brief, planned, customers, seed=2)
    assert list(first.recipients[0]) == list(again.recipients[0])
    assert set(first.recipients[0]) != set(other.recipients[0])


def test_recipient_lists_say_when_the_file_has_fewer_people_than_planned():
    lists = recipient_lists(
        make_brief(hold_out=0.0, segments=[{"name": "a", "people": 600}]),
        make_sends((dt.datetime(2026, 11, 10, 19), "a", 5000)),
        make_customers(600, segment="a"),
    )
    assert [note.key for note in lists.notes] == ["customers.left_out", "customers.short"]
    assert not any("138" in note.text("en") for note in lists.notes)


def test_recipient_lists_of_a_segment_that_is_not_there_are_refused():
    with pytest.raises(InputError, match="writes to vip, which the customer file does not have"):
        recipient_lists(make_brief(), make_sends((dt.datetime(2026, 11, 10, 19), "vip", 5)), make_customers(50))


def test_recipient_lists_of_a_segment_that_is_not_there_show_nothing_of_the_file():
    segments = [f"1381234{number:04d}" for number in range(50)]
    with pytest.raises(InputError, match="it has 50 different ones") as caught:
        recipient_lists(
            make_brief(), make_sends((dt.datetime(2026, 11, 10, 19), "vip", 5)), make_customers(50, segment=segments)
        )
    assert "1381234" not in str(caught.value)


@pytest.mark.parametrize(
    ("provider", "phones", "odd"), [("aliyun", True, 3), ("aliyun", False, 0), ("twilio", True, 0)]
)
def test_recipient_lists_count_numbers_that_are_no_mobile_ones(provider, phones, odd):
    keys = [f"1380000{number:04d}" for number in range(20)] + ["1380000000", "12800000000", "+85291234567"]
    table = make_customers(23, segment="a").table.set_axis(pd.Index(keys, name="key")).assign(opted_out=False)
    customers = Customers(table.assign(last_sms=pd.NaT), (), phones)
    brief = make_brief(provider=provider, hold_out=0.0, segments=[{"name": "a", "people": 23}])
    lists = recipient_lists(brief, make_sends((dt.datetime(2026, 11, 10, 19), "a", 23)), customers)
    told = [note.text("en") for note in lists.notes if note.key == "customers.odd_numbers"]
    assert [text.split()[0] for text in told] == ([str(odd)] if odd else [])
    assert not any(key in note.text("zh") for note in lists.notes for key in keys)


def test_recipient_files_of_segments_with_names_that_look_alike_are_apart():
    names = ["vip A", "vip-A", "VIP-a", "vip-A-2", "！"]
    at = dt.datetime(2026, 11, 10, 19)
    customers = make_customers(500, segment=[names[place % 5] for place in range(500)])
    brief = make_brief(provider="aliyun", segments=[{"name": name, "people": 100} for name in names])
    lists = recipient_lists(brief, make_sends(*[(at, name, 10) for name in names]), customers)
    files = recipient_files(brief, lists)
    assert len({name.casefold() for name in files}) == 2 * len(names) + 1
    summary = pd.read_csv(io.BytesIO(files["summary.csv"]))
    for file, keys in zip(summary["file"], lists.recipients, strict=True):
        assert files[file].decode().splitlines()[1:] == list(keys)


def test_recipient_files_are_cut_where_a_provider_takes_only_so_many_rows(monkeypatch):
    form = load_provider("aliyun")
    form = form.model_copy(update={"upload": form.upload.model_copy(update={"rows": 8})})
    monkeypatch.setattr("planner.outputs.recipients.provider_of", lambda brief: form)
    brief = make_brief(provider="aliyun", segments=[{"name": "a", "people": 100}, {"name": "a-1", "people": 100}])
    at = dt.datetime(2026, 11, 10, 19)
    customers = make_customers(200, segment=["a", "a-1"] * 100)
    files = recipient_files(brief, recipient_lists(brief, make_sends((at, "a", 20), (at, "a-1", 5)), customers))
    lengths = {name: len(content.decode().splitlines()) - 1 for name, content in files.items() if name[0] == "2"}
    stem = "20261110-1900-a"
    assert lengths == {f"{stem}.1.csv": 8, f"{stem}.2.csv": 8, f"{stem}.3.csv": 4, f"{stem}-1.csv": 5}


def test_recipient_files_follow_the_providers_form():
    customers = make_customers(50, segment="老客 A/B")
    planned = make_sends((dt.datetime(2026, 11, 10, 19), "老客 A/B", 20))
    for provider, name in (("aliyun", "20261110-1900-老客-A-B.csv"), ("huawei", "20261110-1900-老客-A-B.xlsx")):
        brief = make_brief(provider=provider, segments=[{"name": "老客 A/B", "people": 50}])
        files = recipient_files(brief, recipient_lists(brief, planned, customers))
        assert set(files) == {name, "hold-out-老客-A-B.csv", "summary.csv"}
        assert b"138" not in files["summary.csv"]
        if provider == "aliyun":
            lines = files[name].decode().splitlines()
            assert lines[0] == "phone_number"
            assert len(lines) == 21
        else:
            assert files[name][:2] == b"PK"
