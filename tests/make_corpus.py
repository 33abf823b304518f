"""A corpus of small exports, one quirk each and some combinations, with the rows each must be read to.

Nearly every case is the same two hours written another way, so that what is expected stands here once. Run by the
tests into a temporary folder; nothing of it is kept in the repository.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import xlsxwriter
import xlwt

from planner.history.settings import KnownChannel

DAY = "2026-11-02"
NUMBERS = ("impressions", "clicks", "spend", "orders", "revenue")
HOURS: dict[int, tuple[float, ...]] = {20: (2044, 103, 116.59, 2, 138.63), 21: (7001, 120, 35000.10, 0, 0)}
SEARCH = (KnownChannel("search", "直通车", "search"), KnownChannel("feed", "超级推荐", "feed"))


def expected(channel: str | None = "search", **changes: Any) -> list[dict[str, Any]]:
    """Return the two hours as the tidy table has them; a changed number is the same in both, None is missing."""
    rows = []
    for hour, numbers in HOURS.items():
        row: dict[str, Any] = {
            "hour": f"{DAY} {hour}:00",
            "channel": channel,
            **dict(zip(NUMBERS, numbers, strict=True)),
        }
        rows.append({**row, **changes})
    return rows


@dataclass
class Case:
    """Files to write, how to read them, and what comes out: rows, words of a note, or words of the error."""

    name: str
    files: Mapping[str, bytes]
    rows: Sequence[Mapping[str, Any]] = ()
    error: str = ""
    note: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    read: str = ""

    def write(self, folder: Path) -> list[str]:
        """Write the files and return what to read."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return [str(folder / self.read)] if self.read else [str(folder / name) for name in self.files]


def table(header: Sequence[str], rows: Sequence[Sequence[object]], mark: str = ",") -> str:
    """Return a text table; cells that hold the delimiter are quoted."""
    lines = [[*header], *[[str(cell) for cell in row] for row in rows]]
    return "".join(mark.join(f'"{c}"' if mark in c or "\n" in c else c for c in line) + "\n" for line in lines)


def tidy(mark: str = ",", channel: str = "search") -> str:
    """Return the two hours in the tidy form."""
    rows = [(f"{DAY} {hour}:00", channel, *numbers) for hour, numbers in HOURS.items()]
    return table(["hour", "channel", *NUMBERS], rows, mark)


ALIMAMA = ["日期", "小时", "场景", "展现量", "点击量", "花费", "总成交笔数", "总成交金额", "投入产出比", "点击率"]


def alimama(
    label: Callable[[int], str] = str,
    day: str = DAY,
    number: Callable[[float], str] = "{:g}".format,
    before: str = "",
    after: str = "",
) -> str:
    """Return the two hours as an Alimama report, with labels, days and numbers written another way."""
    rows = []
    for hour, numbers in HOURS.items():
        rows.append([day, label(hour), "直通车", *[number(value) for value in numbers], "1.19", "5.04%"])
    return before + table(ALIMAMA, rows) + after


def workbook(
    sheets: Mapping[str, Sequence[Sequence[object]]], *, formats: bool = False, hidden: Sequence[str] = ()
) -> bytes:
    """Return an xlsx file; some of its sheets may be hidden."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm" if formats else ""})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        if name in hidden:
            sheet.hide()
        for at, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write(at, place, cell)
    book.close()
    return out.getvalue()


def without_results(content: bytes) -> bytes:
    """Return an xlsx file without the results of its formulas, as programs write it that do not calculate."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bare:
        for entry in archive.infolist():
            bare.writestr(entry.filename, archive.read(entry).replace(b"</f><v>0</v>", b"</f><v></v>"))
    return out.getvalue()


def old_workbook(rows: Sequence[Sequence[object]]) -> bytes:
    """Return an xls file."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for at, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write(at, place, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def packed(members: Mapping[str, bytes], *, gbk_names: bool = False) -> bytes:
    """Return a zip file; names as Chinese Windows writes them where asked for."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    data = out.getvalue()
    if gbk_names:
        for name in members:
            plain = name.encode("gbk").decode("cp437")
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                info = zipfile.ZipInfo("x" * len(name.encode("gbk")))
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, members[name])
            data = out.getvalue().replace(b"x" * len(name.encode("gbk")), plain.encode("cp437"))
    return data


def parquet(frame: pd.DataFrame) -> bytes:
    """Return a parquet file."""
    out = io.BytesIO()
    frame.to_parquet(out)
    return out.getvalue()


def _alimama_rows() -> list[list[object]]:
    return [[DAY, hour, "直通车", *numbers, 1.19, 0.05] for hour, numbers in HOURS.items()]


def _google(day: str = DAY) -> str:
    header = ["Day", "Hour of the day", "Campaign", "Impr.", "Clicks", "Cost", "Conversions", "Conv. value", "Avg. CPC"]
    rows = [[day, hour, "brand", f"{n[0]:,.0f}", n[1], f"{n[2]:,.2f}", n[3], n[4], "--"] for hour, n in HOURS.items()]
    total = [["Total: Campaigns", "--", "--", "9,045", "223", "35,116.69", "2", "138.63", "--"]]
    return "Hourly report\nNovember 2, 2026 - November 2, 2026\n" + table(header, rows + total)


_SHOP: dict[str, Any] = {"impressions": None, "clicks": None, "spend": None}


def _by_campaign(extra: str = "计划名称") -> str:
    header = ["日期", "小时", extra, "展现量", "点击量", "花费", "总成交笔数", "总成交金额"]
    rows = []
    for hour, numbers in HOURS.items():
        rows.append([DAY, hour, "A", *[value - 1 if value else 0 for value in numbers]])
        rows.append([DAY, hour, "B", *[1 if value else 0 for value in numbers]])
    return table(header, rows)


def _orders(extra_header: Sequence[str] = (), extra: Sequence[Sequence[str]] = ((), (), ())) -> str:
    header = [
        "订单编号",
        "买家会员名",
        "联系手机",
        "收货地址",
        "买家实际支付金额",
        "订单付款时间",
        "订单状态",
        *extra_header,
    ]
    person = ["张三", "13800000000", "某省某市某路 1 号"]
    rows = [
        ["1001", *person, "100.00", f"{DAY} 20:03:11", "交易成功", *extra[0]],
        ["1002", *person, "38.63", f"{DAY} 20:59:59", "交易成功", *extra[1]],
        ["1003", *person, "0.00", "", "交易关闭", *extra[2]],
    ]
    return table(header, rows)


def encodings() -> list[Case]:
    """Return the same file in every encoding and with every delimiter."""
    text = tidy().replace("search", "直通车")
    rows = expected("直通车")
    quoted = "".join('"' + line.replace(",", '","') + '"\n' for line in tidy().splitlines())
    utf16 = [("utf16_le", b"\xff\xfe" + text.encode("utf-16-le")), ("utf16_be", b"\xfe\xff" + text.encode("utf-16-be"))]
    return [
        Case("utf8", {"a.csv": text.encode()}, rows),
        Case("utf8_bom", {"a.csv": text.encode("utf-8-sig")}, rows),
        Case("gb18030", {"a.csv": text.encode("gb18030")}, rows, note="read as GB18030"),
        *[Case(name, {"a.csv": content}, rows, note="read as UTF-16") for name, content in utf16],
        Case("utf16_no_mark", {"a.csv": text.encode("utf-16-be")}, rows),
        Case(
            "encoding_named",
            {"a.csv": tidy(channel="é").encode("cp1252")},
            expected("é"),
            settings={"encoding": "cp1252"},
        ),
        Case("mark_beside_encoding_named", {"a.csv": text.encode("utf-8-sig")}, rows, settings={"encoding": "gb18030"}),
        Case("tabs", {"a.tsv": tidy("\t").encode()}, expected()),
        Case("semicolons", {"a.csv": tidy(";").encode()}, expected()),
        Case("windows_lines", {"a.csv": tidy().replace("\n", "\r\n").encode()}, expected()),
        Case("old_mac_lines", {"a.csv": tidy().replace("\n", "\r").encode()}, expected()),
        Case("tabs_and_thousands", {"a.tsv": table(["日期", "小时", *ALIMAMA[3:8]], [
            [DAY, hour, *[f"¥{number:,.2f}" for number in numbers]] for hour, numbers in HOURS.items()], "\t").encode()},
            expected(), settings={"channels": SEARCH[:1]}),
        Case("own_headers_with_tabs_and_thousands", {"a.tsv": table(["wann", "x1"], [
            [f"{DAY} {hour}:00", "1,234,567"] for hour in HOURS], "\t").encode()},
            [{"hour": f"{DAY} {hour}:00", "channel": "search", "clicks": 1_234_567} for hour in HOURS],
            settings={"channels": SEARCH[:1], "columns": {"hour": "wann", "clicks": "x1"}}),
        Case("long_preamble", {"a.csv": ("".join(f"# 第 {at} 行说明\n" for at in range(90)) + tidy()).encode()}, expected()),
        Case("text_named_xls", {"a.xls": tidy("\t").encode("utf-16")}, expected()),
        Case("quoted_everything", {"a.csv": quoted.encode()}, expected()),
    ]  # fmt: skip


LABELS: dict[str, Callable[[int], str]] = {
    "number": str,
    "two_digits": lambda h: f"{h:02d}",
    "shi": lambda h: f"{h}时",
    "dian": lambda h: f"{h}点",
    "clock": lambda h: f"{h:02d}:00",
    "clock_seconds": lambda h: f"{h:02d}:00:00",
    "to_59": lambda h: f"{h:02d}:00-{h:02d}:59",
    "to_next": lambda h: f"{h:02d}:00-{h + 1:02d}:00",
    "tilde": lambda h: f"{h:02d}:00~{h:02d}:59",
    "wide_tilde": lambda h: f"{h:02d}:00～{h:02d}:59",
    "with_day": lambda h: f"{DAY} {h:02d}:00",
    "seconds_span": lambda h: f"{h:02d}:00:00 - {h:02d}:59:59",
    "twelve_hours": lambda h: f"{h - 12} PM",
    "full_width": lambda h: f"{h}".translate({48 + i: 0xFF10 + i for i in range(10)}),
    "excel_text": lambda h: f'="{h}"',
}
DAYS = {
    "compact": "20261102", "chinese": "2026年11月2日", "slashes": "2026/11/2", "dots": "2026.11.02", "serial": "46328",
    "midnight": "2026-11-02 00:00:00", "named": "Nov 2, 2026", "named_dashes": "2-Nov-2026", "weekday": "2026-11-02 周一",
}  # fmt: skip
WRITTEN: dict[str, Callable[[float], str]] = {
    "thousands": "{:,}".format,
    "yuan_sign": "¥{:,}".format,
    "wide_yuan_sign": "￥{}".format,
    "yuan_word": "{}元".format,
    "full_width": lambda v: f"{v}".translate({48 + i: 0xFF10 + i for i in range(10)} | {46: 0xFF0E}),
    "ten_thousands": lambda v: f"{v / 10000:.10g}万" if v >= 10000 else f"{v}",
    "blanks": " {} ".format,
    "excel_text": '="{}"'.format,
    "tab_led": "\t{}".format,
}


def cells() -> list[Case]:
    """Return every way of writing an hour, a day, a number and nothing."""
    known = {"channels": SEARCH}
    cases = [Case(f"hour_{n}", {"a.csv": alimama(f).encode()}, expected(), settings=known) for n, f in LABELS.items()]
    cases += [Case(f"day_{n}", {"a.csv": alimama(day=d).encode()}, expected(), settings=known) for n, d in DAYS.items()]
    for name, number in WRITTEN.items():
        cases.append(Case(f"number_{name}", {"a.csv": alimama(number=number).encode()}, expected(), settings=known))
    for name, nothing in {"dash": "-", "dashes": "--", "blank": "", "nan": "nan", "wu": "无"}.items():
        text = alimama().replace(",103,", f",{nothing},").replace(",120,", f",{nothing},")
        cases.append(Case(f"missing_{name}", {"a.csv": text.encode()}, expected(clicks=None), settings=known))
    for name, nothing in {"dash": "-", "dashes": "--"}.items():
        # The second hour has clicks and no order; the first has an order without its revenue.
        text = alimama().replace(",0,0,1.19", f",{nothing},{nothing},1.19").replace(",2,138.63,", f",2,{nothing},")
        rows = [{**expected()[0], "revenue": None}, {**expected()[1], "revenue": None}]
        cases.append(
            Case(
                f"none_{name}_of_revenue", {"a.csv": text.encode()}, rows, settings=known, note="总成交笔数 has 1 dash"
            )
        )
        text = alimama().replace(",0,0,1.19", f",{nothing},{nothing},1.19")
        cases.append(Case(f"none_{name}", {"a.csv": text.encode()}, expected(), settings=known, note="taken for 0"))
        idle = text.replace(",7001,120,", ",0,0,")
        rows = [expected()[0], {**expected(impressions=0, clicks=0, orders=None, revenue=None)[1]}]
        cases.append(Case(f"none_{name}_without_clicks", {"a.csv": idle.encode()}, rows, settings=known))
        unmeasured = text.replace(",2,138.63,", f",{nothing},{nothing},")
        rows = expected(orders=None, revenue=None)
        cases.append(Case(f"none_{name}_measured", {"a.csv": unmeasured.encode()}, rows, settings=known))
    text = alimama().replace(",0,0,1.19", ",,,1.19")
    rows = [expected()[0], {**expected()[1], "orders": None, "revenue": None}]
    cases.append(Case("blank_orders_are_missing", {"a.csv": text.encode()}, rows, settings=known))
    own = table(
        ["datetime", "channel", "clicks", "orders"],
        [[f"{DAY} 20:00", "search", 5, 1], [f"{DAY} 21:00", "search", 5, "-"]],
    )
    rows = [
        {"hour": f"{DAY} {hour}:00", "channel": "search", "clicks": 5, "orders": sold}
        for hour, sold in ((20, 1), (21, None))
    ]
    cases.append(Case("dash_of_no_known_platform", {"a.csv": own.encode()}, rows, settings=known))
    apart = alimama().replace("日期,小时", "统计时间,小时")
    cases.append(Case("days_under_a_name_of_the_hour", {"a.csv": apart.encode()}, expected(), settings=known))
    words = table(
        ["datetime", "channel", "关键词", "clicks"], [[f"{DAY} {hour}:00", "search", "连衣裙", 5] for hour in HOURS]
    )
    rows = [{"hour": f"{DAY} {hour}:00", "channel": "search", "clicks": 5} for hour in HOURS]
    cases.append(Case("keyword_is_no_bid", {"a.csv": words.encode()}, rows, settings=known))
    moment = table(
        ["时间", "场景", "点击量", "花费"],
        [[f"{DAY} 20:00:00", "直通车", 103, 116.59], [f"{DAY} 21:00:00", "直通车", 120, "35000.1"]],
    )
    rows = expected(impressions=None, orders=None, revenue=None)
    cases.append(Case("moment_in_one_column", {"a.csv": moment.encode()}, rows, settings=known))
    compact = moment.replace(f"{DAY} 20:00:00", "2026110220").replace(f"{DAY} 21:00:00", "2026110221")
    cases.append(Case("moment_compact", {"a.csv": compact.encode()}, rows, settings=known))
    return cases


def rows_and_titles() -> list[Case]:
    """Return preambles, totals, blank rows and repeated headers."""
    known = {"channels": SEARCH}
    head = ",".join(ALIMAMA) + "\n"
    titles = "报表名称,直通车分时报表\n导出时间,2026-11-03 09:00\n\n"
    total = "合计,--,--,9045,223,35116.69,2,138.63,--,--\n"
    baidu_head = ["日期", "小时", "账户", "推广计划", "推广单元", "展现", "点击", "消费", "点击率", "平均点击价格"]
    baidu_rows = [[DAY, h, "店", "计划一", "单元一", n[0], n[1], n[2], "5.0%", "1.13"] for h, n in HOURS.items()]
    baidu = "".join(f"百度推广报告第{i}行\n" for i in range(7)) + table(baidu_head, baidu_rows)
    ads = expected(orders=None, revenue=None)
    one = {"channels": SEARCH[:1]}
    unnamed = [name for name in ALIMAMA[:8] if name != "场景"]
    hours = [[DAY, h, *n] for h, n in HOURS.items()]
    desktop = (1000, 20, 10.5, 0, 0)
    devices = [
        [DAY, h, *numbers, name]
        for h, n in HOURS.items()
        for name, numbers in (
            ("所有终端", n),
            ("PC", desktop),
            ("无线", [round(one - other, 2) for one, other in zip(n, desktop, strict=True)]),
        )
    ]
    microsoft = (
        '"Report Name: hourly"\n"Time zone: (GMT-08:00) Pacific Time"\n'
        + table(
            [
                "Gregorian date",
                "Hour of day",
                "Campaign name",
                "Impressions",
                "Clicks",
                "Spend",
                "Conversions",
                "Revenue",
            ],
            [["11/2/2026", h - 16, "brand", *n] for h, n in HOURS.items()],
        )
        + '"©2026 Microsoft Corporation. All rights reserved. "\n'
    )
    amazon = table(
        [
            "Start Date",
            "Start Time",
            "Campaign Name",
            "Impressions",
            "Clicks",
            "Spend",
            "14 Day Total Orders (#)",
            "14 Day Total Sales",
        ],
        [
            ["Nov 2, 2026", f"{h}:00", "auto", f"{n[0]:,.0f}", n[1], f"${n[2]:,.2f}", n[3], f"${n[4]:,.2f}"]
            for h, n in HOURS.items()
        ],
    )
    meta = table(
        ["Reporting starts", "Time of day (ad account time zone)", "Campaign name", "Impressions", "Link clicks",
         "Amount spent (CNY)", "Purchases", "Purchases conversion value"],
        [[DAY, f"{h}:00:00 - {h}:59:59", "broad", *n] for h, n in HOURS.items()],
    )  # fmt: skip
    return [
        Case("alimama_gb18030", {"计划报表.csv": alimama().encode("gb18030")}, expected(), settings=known),
        Case("titles_above", {"a.csv": alimama(before=titles).encode()}, expected(), settings=known),
        Case(
            "totals_below",
            {"a.csv": alimama(after=total).encode()},
            expected(),
            settings=known,
            note="1 row(s) of totals",
        ),
        *[
            Case(
                f"total_named_{name}",
                {"a.csv": (alimama() + alimama().replace("直通车", word).split("\n", 1)[1]).encode()},
                expected(),
                settings=known,
                note="2 row(s) of totals",
            )
            for name, word in {
                "whole": "整体",
                "every": "全部",
                "shop": "全店",
                "sum": "汇总数据",
                "channels": "全部渠道",
                "all": "All",
            }.items()
        ],
        Case("every_alone", {"a.csv": alimama().replace("直通车", "全部").encode()}, expected("全部"), settings=known),
        Case("totals_above", {"a.csv": alimama().replace(head, head + total).encode()}, expected(), settings=known),
        Case(
            "header_again",
            {"a.csv": alimama(after=head).encode()},
            expected(),
            settings=known,
            note="1 repeated header",
        ),
        Case(
            "blank_rows",
            {"a.csv": alimama(after=",,,,,,,,,\n\n").encode()},
            expected(),
            settings=known,
            note="blank row",
        ),
        Case("baidu_preamble", {"baidu.csv": baidu.encode("gbk")}, ads, settings=one),
        Case("google", {"google.csv": _google().encode()}, expected(), settings=one, note="row(s) of totals"),
        Case("microsoft_zone", {"bing.csv": microsoft.encode()}, expected(), settings=one, note="own zone"),
        Case("amazon", {"amazon.csv": amazon.encode()}, expected(), settings=one),
        Case("meta", {"ads.csv": meta.encode()}, expected(), settings=one),
        Case("meta_beside_search", {"meta.csv": meta.encode()}, expected("meta"), settings=one),
        Case("other_tool", {"引力魔方.csv": table(unnamed, hours).encode()}, expected("引力魔方"), settings=one),
        Case("tool_of_channel", {"直通车.csv": table(unnamed, hours).encode()}, expected(), settings=one),
        Case(
            "every_device",
            {"a.csv": table([*unnamed, "终端"], devices).encode()},
            expected(),
            settings=one,
            note="2 row(s) of totals",
        ),
        Case(
            "every_device_is_none",
            {"a.csv": table([*unnamed, "终端"], [[*row, "所有终端"] for row in hours]).encode()},
            expected(),
            settings=one,
        ),
    ]


def uneven_rows() -> list[Case]:
    """Return rows that a quote left open, a line cut off or a comma too many put out of step with their header."""
    twelve = [(f"{DAY} {hour:02d}:00", "茶", *HOURS[20]) for hour in range(8, 20)]
    day = table(["hour", "计划", *NUMBERS], twelve)
    each = [{"hour": row[0], "channel": "search", **dict(zip(NUMBERS, HOURS[20], strict=True))} for row in twelve]
    lines = day.splitlines(keepends=True)
    settings = {"channels": SEARCH[:1]}

    def changed(old: str, new: str) -> str:
        return "".join([*lines[:4], lines[4].replace(old, new), *lines[5:]])

    open_quote = changed("茶", '"茶')
    second = open_quote.replace("15:00,茶", '15:00,"茶"')
    without_fourth = [*each[:3], *each[4:]]
    sold_once = day.replace(",2,138.63", "", 11)
    unsold = [*[{**row, "orders": None, "revenue": None} for row in each[:-1]], each[-1]]
    ends = day.replace("\n", ",\n")
    ends_below = ends.replace("revenue,\n", "revenue\n")
    return [
        Case(name, {"a.csv": text.encode()}, rows, settings=settings, note=note)
        for name, text, rows, note in (
            ("quote_left_open", open_quote, without_fourth, 'a.csv:5: row left out; 计划 = ": a quote is probably'),
            ("quote_left_open_before_another", second, without_fourth, 'a.csv:5: row left out; 计划 = "'),
            ("quote_left_open_at_the_end", day.replace("19:00,茶", '19:00,"茶'), each[:-1], "a.csv:13: row left out"),
            ("line_ends_in_quotes", day.replace("茶", '"茶\n特价, 春"'), each, ""),
            ("line_cut_off", changed(",2,138.63", ""), without_fourth, "revenue = 5 < 7: fewer cells than headers"),
            ("blank_ends_left_out", sold_once, unsold, ""),
            ("comma_at_every_end", ends_below, each, ""),
            ("comma_at_one_end", changed("\n", ",\n"), without_fourth, "8 > 7: more cells"),
            ("thousands_and_ends", ends_below.replace("2044", "2,044", 1), each[1:], "9 > 7: more cells"),
            ("thousands_and_ends_headed", ends.replace("2044", "2,044", 1), each[1:], "9 > 8: more cells"),
            ("thousands_and_no_revenue", changed("2044,103,116.59,2,138.63", "2,044,103,116.59,2,"), without_fourth,
             "8 > 7: more cells"),
        )
    ]  # fmt: skip


def containers() -> list[Case]:
    """Return workbooks, archives, parquet, folders and globs."""
    known = {"channels": SEARCH}
    sheet = [ALIMAMA, *_alimama_rows()]
    titled = [["生意参谋"], ["导出时间 2026-11-03"], [], ["说明：按小时"], *sheet]
    import datetime as dt

    dates = [ALIMAMA, *[[dt.datetime(2026, 11, 2), dt.time(row[1]), *row[2:]] for row in _alimama_rows()]]  # type: ignore[arg-type]
    frame = pd.DataFrame(
        [(pd.Timestamp(f"{DAY} {hour}:00", tz="Asia/Shanghai"), "search", *numbers) for hour, numbers in HOURS.items()],
        columns=["hour", "channel", *NUMBERS],
    )
    remark = {"说明": [["这张表没有数字"]], "数据": sheet}
    unnamed = [[*row[:2], *row[3:]] for row in sheet]
    undated = [row[1:] for row in sheet]
    blocks: dict[str, list[int]] = {DAY: [20, 21, 22, 23], "2026-11-03": [0, 1, 2, 3]}
    merged = [
        ["日期", "小时", "点击量"],
        *[[day if hour == hours[0] else "", hour, 5] for day, hours in blocks.items() for hour in hours],
        ["合计", "", 40],
    ]
    days = [
        {"hour": f"{day} {hour:02d}:00", "channel": "search", "clicks": 5}
        for day, hours in blocks.items()
        for hour in hours
    ]
    data = alimama().encode("gb18030")
    folder = {"f/a.csv": tidy().encode(), "f/deep/b.csv": tidy(channel="feed").encode(), "f/readme.md": b"# no table\n"}
    both = [*expected("feed"), *expected()]
    return [
        Case("xlsx", {"a.xlsx": workbook({"a": sheet})}, expected(), settings=known),
        Case("xlsx_dates", {"a.xlsx": workbook({"a": dates}, formats=True)}, expected(), settings=known),
        Case("xlsx_titles", {"a.xlsx": workbook({"a": titled})}, expected(), settings=known),
        Case("xlsx_remark_sheet", {"a.xlsx": workbook(remark)}, expected(), settings=known, note="passed over"),
        Case("xlsx_sheet_a_channel", {"推广.xlsx": workbook({"直通车": unnamed, "超级推荐": unnamed})}, both, settings=known,
             note="taken for feed by the name of the file or sheet"),
        Case("xlsx_sheet_a_role", {"推广.xlsx": workbook({"直通车": unnamed, "引力魔方": unnamed})},
             [*expected("直通车"), *expected("引力魔方")], note="called 引力魔方"),
        Case("xlsx_sheet_without_a_name", {"a.xlsx": workbook({"Sheet1": unnamed, "工作表2": []})}, expected("alimama")),
        Case("xlsx_sheet_a_day", {"推广.xlsx": workbook({DAY: undated, "2026-11-03": undated})},
             [*expected(), *[{**row, "hour": row["hour"].replace("-02 ", "-03 ")} for row in expected()]], settings=known,
             note="taken as 2026-11-03 from the file's name, or its sheet's"),
        Case("xlsx_hidden_sheet", {"a.xlsx": workbook({"b": [["x"]], "旧": sheet}, hidden=["旧"])}, expected(),
             settings=known, note="sheet 旧 is hidden in the workbook"),
        Case("xlsx_merged_days", {"a.xlsx": workbook({"a": merged})}, days, settings={"channels": SEARCH[:1]},
             note="6 row(s) without a 日期 take that of the row above"),
        Case("xlsx_formulas", {"a.xlsx": without_results(workbook({"a": [[*row[:5], "=1+1" if at else row[5], *row[6:]]
             for at, row in enumerate(sheet)]}))}, expected(spend=None), settings=known,
             note="2 cell(s) of 花费 hold a formula without its result"),
        Case("day_after_brackets", {f"[生意参谋]店铺_{DAY}.csv": table(["小时", "访客数"], [[20, 5]]).encode()},
             [{"hour": f"{DAY} 20:00", "channel": None, "visits": 5}], note=f"taken as {DAY}"),
        Case("xls", {"a.xls": old_workbook(sheet)}, expected(), settings=known),
        Case("xls_titles", {"【生意参谋平台】.xls": old_workbook(titled)}, expected(), settings=known),
        Case("xlsx_named_csv", {"a.csv": workbook({"a": sheet})}, expected(), settings=known),
        Case("zip", {"计划报表_20260619_110330.zip": packed({"a.csv": data})}, expected(), settings=known),
        Case(
            "zip_gbk_names",
            {"a.zip": packed({"报表.csv": data}, gbk_names=True)},
            expected(),
            settings=known,
            note="报表.csv",
        ),
        Case(
            "zip_of_two", {"a.zip": packed({"a.csv": tidy().encode(), "b/b.csv": tidy(channel="feed").encode()})}, both
        ),
        Case("zip_of_xlsx", {"a.zip": packed({"a.xlsx": workbook({"a": sheet})})}, expected(), settings=known),
        Case("gz", {"a.csv.gz": gzip.compress(data)}, expected(), settings=known),
        Case("parquet", {"a.parquet": parquet(frame)}, expected()),
        Case("folder", folder, both, read="f"),
        Case("glob", folder, both, read="f/**/*.csv"),
        Case("folder_with_a_strange_file", {**folder, "f/z.csv": b"a,b\n1,2\n"}, both, read="f", note="passed over"),
    ]  # fmt: skip


def joins() -> list[Case]:
    """Return what several columns and files have to become together."""
    known = {"channels": SEARCH}
    no_day = table(ALIMAMA[1:], [row[1:] for row in _alimama_rows()])
    shop = table(
        ["统计日期", "统计小时", "访客数", "支付金额", "支付买家数"], [[DAY, 20, 500, 140, 3], [DAY, 21, 400, 0, 0]]
    )
    sold = [
        {"hour": f"{DAY} 20:00", "channel": None, "orders": 2, "revenue": 138.63},
    ]
    both_shops = [
        {"hour": f"{DAY} 20:00", "channel": None, "orders": 2, "revenue": 138.63, "visits": 500},
        {"hour": f"{DAY} 21:00", "channel": None, "orders": 0, "revenue": 0, "visits": 400},
    ]
    paid_hours = table(
        ["支付时间", "支付订单数", "支付金额", "访客数"], [[f"{DAY} 20:00", 3, 140, 500], [f"{DAY} 21:00", 0, 0, 400]]
    )
    halves = table(
        ["日期", "时段", "场景", *ALIMAMA[3:8]],
        [
            [DAY, f"{h}:{m}-{e}", "直通车", *[v / 2 for v in n]]
            for h, n in HOURS.items()
            for m, e in (("00", f"{h}:30"), ("30", f"{h + 1}:00"))
        ],
    )
    product = _by_campaign("商品ID").replace(",A,", ",11,").replace(",B,", ",12,")
    first, second = alimama().splitlines(keepends=True), alimama().splitlines(keepends=True)
    other = alimama(day="2026-11-03").splitlines(keepends=True)
    later = [{**row, "hour": row["hour"].replace("11-02", "11-03")} for row in expected()]
    own = table(["when", "wer", "c1", "c2"], [[f"{DAY} {h}:00", "search", n[1], n[2]] for h, n in HOURS.items()])
    items = _orders(["商品标题"], [["tea"], ["pot"], ["tea"]]).replace("1002", "1001").replace("20:59:59", "20:03:11")
    local = table(["hour", "channel", "clicks"], [["2026-03-29 01:00", "a", 1], ["2026-03-29 03:00", "a", 3]])
    utc = [
        {"hour": "2026-03-29 00:00Z", "channel": "a", "clicks": 1},
        {"hour": "2026-03-29 01:00Z", "channel": "a", "clicks": 3},
    ]
    campaigns = [
        {
            **row,
            "campaign": name,
            **{k: (v - 1 if name == "A" and v else 1 if v else 0) for k, v in row.items() if k in NUMBERS},
        }
        for row in expected()
        for name in "AB"
    ]
    one = {"channels": SEARCH[:1]}
    return [
        Case("day_in_the_name", {"直通车_2026-11-02_2026-11-02.csv": no_day.encode()}, expected(), settings=known, note="file's name"),
        Case("day_of_download", {"商品报表_20261102_230000.csv": no_day.encode()}, expected(), settings=known, note="rename the file"),
        Case("day_in_the_zipped_name", {"a.zip": packed({"报表_20261102.csv": no_day.encode()})}, expected(), settings=known),
        Case("half_hours", {"a.csv": halves.encode()}, expected(), settings=known),
        Case("campaigns_summed", {"直通车.csv": _by_campaign().encode()}, expected(), settings=known),
        Case("campaigns_carried", {"直通车.csv": _by_campaign().encode()}, campaigns, settings={**known, "campaigns": True}),
        Case("items_summed", {"直通车.csv": product.encode()}, expected(), settings=known),
        Case("two_sides_of_one_money", {"直通车1.csv": _by_campaign().encode(), "直通车2.csv": product.encode()}, expected(), settings=known),
        Case("overlapping_files", {"a.csv": "".join(first).encode(), "b.csv": "".join(second + other[1:]).encode()}, [*expected(), *later], settings=known, note="identical"),
        Case("identical_rows", {"a.csv": "".join(first + first[1:]).encode()}, expected(), settings=known, note="2 identical"),
        Case("order_list", {"订单.csv": _orders().encode("gb18030")}, sold, note="1 unpaid"),
        Case("order_list_of_items", {"订单.csv": items.encode()}, [{**sold[0], "orders": 1}], note="2 lines put together to 1 order"),
        Case("order_list_twice", {"a.csv": _orders().encode(), "b.csv": _orders().encode()}, sold, note="identical"),
        Case("shop_report", {"生意参谋.csv": shop.encode()}, [
            {"hour": f"{DAY} 20:00", "channel": None, "orders": 3, "revenue": 140, "visits": 500}, both_shops[1]]),
        Case("shop_report_with_refunds", {"生意参谋.csv": shop.replace("140", "-140").encode()}, [
            {"hour": f"{DAY} 20:00", "channel": None, "orders": 3, "revenue": None, "visits": 500}, both_shops[1]],
             note="1 hour(s) with a negative 支付金额"),
        Case("orders_summed_by_hour", {"a.csv": paid_hours.encode()}, [
            {"hour": f"{DAY} 20:00", "channel": None, "orders": 3, "revenue": 140, "visits": 500}, both_shops[1]]),
        Case("orders_and_shop_report", {"订单.csv": _orders().encode(), "生意参谋.csv": shop.encode()}, both_shops, note="not added"),
        Case("shop_and_ads", {"订单.csv": _orders().encode(), "a.csv": alimama().encode()}, [*sold, *expected()], settings=known),
        Case("own_headers", {"a.csv": own.encode()}, expected(impressions=None, orders=None, revenue=None),
             settings={"columns": {"hour": "when", "channel": "wer", "clicks": "c1", "spend": "c2"}}),
        Case("channel_by_label", {"a.csv": tidy(channel="直通车").encode()}, expected(), settings=known),
        Case("channel_by_role", {"a.csv": tidy(channel="关键词推广").encode()}, expected(), settings=known, note="a guess"),
        Case("spring_forward", {"a.csv": local.encode()}, utc, settings={"zone": ZoneInfo("Europe/Zurich")}),
        Case("only_one_channel", {"a.csv": _by_campaign().encode()}, expected(), settings=one, note="only paid channel"),
        Case("columns_in_another_order", {"a.csv": table([*NUMBERS, "channel", "hour"], [[*n, "search", f"{DAY} {h}:00"] for h, n in HOURS.items()]).encode()}, expected()),
        Case("combined", {"计划报表_20261103_090000.zip": packed({"报表.csv": alimama(
            LABELS["to_59"], DAYS["chinese"], "¥{:,}".format, "标题\n\n", "合计,,,1,1,1,1,1,,\n").encode("gb18030")}, gbk_names=True)},
            expected(), settings=known),
    ]  # fmt: skip


def times() -> list[Case]:
    """Return hours that only their whole column tells apart from something else."""
    header = ["时间", "场景", "点击量"]

    def one_column(cells: Mapping[str, int]) -> bytes:
        return table(header, [[cell, "直通车", clicks] for cell, clicks in cells.items()]).encode()

    def of_hours(hours: Sequence[int], day: str = DAY) -> list[dict[str, Any]]:
        return [{"hour": f"{day} {hour:02d}:00", "channel": "search", "clicks": 100 + hour} for hour in hours]

    def spans(day: str, hours: Sequence[int] = (0, 8, 23)) -> dict[str, int]:
        return {f"{day}{hour:02d}:00-{(hour + 1) % 24:02d}:00": 100 + hour for hour in hours}

    import datetime as dt

    known = {"channels": SEARCH}
    moments = [[dt.datetime(2026, 11, 2, hour), "直通车", 100 + hour] for hour in (0, 8, 23)]
    written = {
        "iso": spans(f"{DAY} "), "slashes": spans("2026/11/02 "), "chinese": spans("2026年11月2日"), "t": spans(f"{DAY}T"),
        "to_59": {f"{DAY} {hour:02d}:00-{hour:02d}:59": 100 + hour for hour in (0, 8, 23)},
    }  # fmt: skip
    offset = {f"{DAY}T08:00-09:00": 5, f"{DAY}T09:00-09:00": 6}
    west = {f"{DAY} 08:00-09:00": 5, f"{DAY} 09:00-09:00": 6}
    utc = [{"hour": f"{DAY} {hour}:00Z", "channel": "search", "clicks": hour - 12} for hour in (17, 18)]
    return [
        Case("midnight_of_a_workbook", {"a.xlsx": workbook({"a": [header, *moments]}, formats=True)},
             of_hours((0, 8, 23)), settings=known),
        Case("midnight_beside_clocks", {"a.csv": one_column({DAY: 100, f"{DAY} 08:00": 108})}, of_hours((0, 8)), settings=known),
        Case("midnight_of_serial_numbers", {"a.csv": one_column({"46328": 100, repr(46328 + 8 / 24): 108})},
             of_hours((0, 8)), settings=known),
        *[Case(f"span_after_a_day_{name}", {"a.csv": one_column(cells)}, of_hours((0, 8, 23)), settings=known)
          for name, cells in written.items()],
        Case("span_after_a_day_once", {"a.csv": one_column(spans(f"{DAY} ", [8]))}, of_hours([8]), settings=known,
             note="not as an offset"),
        Case("offset_after_t", {"a.csv": one_column(offset)}, utc, settings=known),
        Case("offset_after_a_blank", {"a.csv": one_column(west)}, utc, settings=known),
    ]  # fmt: skip


def days_for_hours() -> list[Case]:
    """Return tables of days whose header or labels speak of hours."""
    known = {"channels": SEARCH}
    days = [f"2026-11-{day:02d}" for day in range(1, 29)]
    bare = table(["时间", "场景", "点击量"], [[day, "直通车", 5] for day in days])
    clocks = table(["时间", "场景", "点击量"], [[f"{day} 00:00:00", "直通车", 5] for day in days])
    hours = table(["日期", "小时", "场景", "点击量"], [[day, 0, "直通车", 5] for day in days])
    zero = [{"hour": f"{DAY} 00:00", "channel": "search", "clicks": 5}]
    return [
        Case("days_headed_as_hours", {"a.csv": bare.encode()}, error="not by hour", settings=known),
        Case("one_day_headed_as_hour", {"a.csv": "".join(bare.splitlines(keepends=True)[:2]).encode()},
             error="not by hour", settings=known),
        Case("days_at_midnight", {"a.csv": clocks.encode()}, error="not by hour", settings=known),
        Case("days_of_hour_0", {"a.csv": hours.encode()}, error="not by hour", settings=known),
        Case("one_hour_0", {"a.csv": table(["日期", "小时", "场景", "点击量"], [[DAY, 0, "直通车", 5]]).encode()}, zero,
             settings=known),
        Case("one_midnight", {"a.csv": table(["时间", "场景", "点击量"], [[f"{DAY} 00:00", "直通车", 5]]).encode()}, zero,
             settings=known),
    ]  # fmt: skip


def spells() -> list[Case]:
    """Return tables whose rows are of several days, by an end beside their start or by the title."""
    known, one = {"channels": SEARCH}, {"channels": SEARCH[:1]}

    def meta(last: str) -> bytes:
        header = [
            "Reporting starts",
            "Reporting ends",
            "Time of day (ad account time zone)",
            "Campaign name",
            "Link clicks",
        ]
        label = "{0:02d}:00:00 - {0:02d}:59:59".format
        return table(header, [[DAY, last, label(hour), "Tea", 100 + hour] for hour in (20, 21)]).encode()

    def from_to(*ends: str) -> bytes:
        rows = [[f"{DAY} {hour}:00", end, "直通车", 100 + hour] for hour, end in zip((20, 21), ends, strict=True)]
        return table(["开始时间", "结束时间", "场景", "点击量"], rows).encode()

    def titled(title: str) -> bytes:
        return (title + "\n" + table(["小时", "场景", "点击量"], [[h, "直通车", 100 + h] for h in (20, 21)])).encode()

    rows = [{"hour": f"{DAY} {hour}:00", "channel": "search", "clicks": 100 + hour} for hour in (20, 21)]
    own = table(
        ["日期", "小时", "结束日期", "场景", "点击量"], [[DAY, h, "2026-12-31", "直通车", 100 + h] for h in (20, 21)]
    )
    whole = table(
        ["开始日期", "结束日期", "小时", "点击量"], [[DAY, "2026-11-03 00:00:00", h, 100 + h] for h in (20, 21)]
    )
    head = ["日期", "小时", "场景", "展现量", "点击量"]
    first = table(head, [[DAY, 20, "直通车", 5000, 120]])
    turned = {
        "numbers": table([*head[:3], "点击量", "展现量"], [[DAY, 21, "直通车", 121, 5000]]),
        "everything": table(["点击量", "日期", "小时", "展现量", "场景"], [[121, DAY, 21, 5000, "直通车"]]),
    }
    return [
        Case("end_on_the_same_day", {"a.csv": meta(DAY)}, rows, settings=one),
        Case("end_after_a_month", {"a.csv": meta("2026-11-30")}, error="adds several up", settings=one),
        Case("end_after_an_hour", {"a.csv": from_to(f"{DAY} 21:00", f"{DAY} 21:59:59")}, rows, settings=known),
        Case("end_after_a_day", {"a.csv": from_to("2026-11-03 20:00", "2026-11-03 21:00")}, error="adds several up", settings=known),
        Case("end_at_the_next_midnight", {"a.csv": whole.encode()}, rows, settings=one),
        Case("end_of_the_campaign", {"a.csv": own.encode()}, rows, settings=known),
        Case("title_of_a_day", {"a_20261103_090000.csv": titled(f"统计时间：{DAY} ～ {DAY}")}, rows, settings=known, note="from the title"),
        *[Case(f"title_of_a_month_{name}", {"a_20261202_090000.csv": titled(title)}, error="adds up 2026-11-01 to 2026-11-30",
               settings=known)
          for name, title in {"iso": "统计时间：2026-11-01 ~ 2026-11-30", "clocks": "2026/11/1 00:00 至 2026/11/30 23:59",
                              "named": '"November 1, 2026 - November 30, 2026"', "american": "11/1/2026 - 11/30/2026"}.items()],
        *[Case(f"header_in_another_order_{name}", {"a.csv": (first + second).encode()},
               error="row 3 repeats the header of row 1", settings=known) for name, second in turned.items()],
    ]  # fmt: skip


def numerals() -> list[Case]:
    """Return units in headers and decimal commas."""
    known = {"channels": SEARCH}
    both = expected(orders=None, revenue=None)
    money = [{**row, "spend": spend} for row, spend in zip(both, (12.5, 1234.25), strict=True)]

    def report(
        spend: Sequence[object], header: str = "花费", mark: str = ",", seen: Sequence[object] = (2044, 7001)
    ) -> bytes:
        rows = [[DAY, hour, "直通车", seen[at], (103, 120)[at], spend[at]] for at, hour in enumerate(HOURS)]
        return table(["日期", "小时", "场景", "展现量", "点击量", header], rows, mark).encode()

    units: dict[str, tuple[str, Sequence[object]]] = {
        "ten_thousand": ("花费(万元)", (0.00125, 0.123425)), "thousand": ("花费（千元）", ("0.0125", "¥1.23425")),
        "fen": ("花费(分)", (1250, "123,425")), "micros": ("Cost (micros)", (12500000, 1234250000)),
        "k": ("Spend (USD k)", (0.0125, 1.23425)), "thousands": ("Cost (in thousands)", (0.0125, 1.23425)),
    }  # fmt: skip
    views = table(
        ["日期", "小时", "场景", "展现量(万次)", "点击量(次)", "花费(元)"],
        [[DAY, 20, "直通车", 0.2044, 103, 12.5], [DAY, 21, "直通车", 0.7001, 120, 1234.25]],
    )
    commas: dict[str, tuple[Sequence[object], Sequence[object], str]] = {
        "semicolons": (("12,50", "1.234,25"), ("2.044", "7.001"), ";"),
        "quoted": (("12,5", "€1.234,25"), ("2.044", "7001"), ","),
        "tabs": (("12,50 €", "1234,25"), (2044, "7.001"), "\t"),
    }
    thousands = report(("12.50", "1,234.25"), seen=("2,044", "7,001"))
    return [
        *[Case(f"unit_{name}", {"a.csv": report(cells, header)}, money, settings=known, note="the unit in the header")
          for name, (header, cells) in units.items()],
        Case("unit_of_views", {"a.csv": views.encode()}, money, settings=known, note="multiplied by 10000"),
        *[Case(f"decimal_comma_{name}", {"a.csv": report(spend, mark=mark, seen=seen)}, money, settings=known, note="decimal comma")
          for name, (spend, seen, mark) in commas.items()],
        Case("thousands_comma", {"a.csv": thousands}, money, settings=known),
        Case("semicolons_with_points", {"a.csv": report((12.5, "1234.25"), mark=";", seen=("2,044", "7,001"))}, money, settings=known),
        Case("semicolons_either_way", {"a.csv": report((12, 1234), mark=";", seen=("2.044", "7.001"))},
             error="展现量 = 2.044: the mark in it could part thousands", settings=known),
        Case("unit_named_twice", {"a.csv": report(("1.2万", "3万"), "花费(万元)")}, error="beside the unit in the header", settings=known),
        Case("one_slip_among_thousands", {"a.csv": report(("1,234", "20,50"))}, error="20,50: should be a number", settings=known),
    ]  # fmt: skip


def zones() -> list[Case]:
    """Return tables that name their time zone: in a header, or above the table."""
    known = {"channels": SEARCH}
    new_york = {"channels": SEARCH, "zone": ZoneInfo("America/New_York")}

    def in_july(shift: str) -> list[dict[str, Any]]:
        return [{"hour": f"2026-07-02 {h}:00{shift}", "channel": "search", "clicks": 100 + h} for h in HOURS]

    def report(title: str = "", hour: str = "小时") -> bytes:
        rows = [["2026-07-02", h, "直通车", 100 + h] for h in HOURS]
        return ((title + "\n" if title else "") + table(["日期", hour, "场景", "点击量"], rows)).encode()

    headers = {"小时(UTC+0)": "Z", "Hour (UTC)": "Z", "Time (GMT+8)": "+08:00", "时间(北京时间)": "+08:00"}
    titles = {
        "eastern": ('"Time Zone: (GMT-05:00) Eastern Time (U.S. & Canada), New York"', "-04:00"),
        "berlin": ('"时区：(GMT+01:00) Amsterdam, Berlin, Bern"', "+02:00"),
        "london": ("Time zone: (GMT) Greenwich Mean Time : London", "+01:00"),
        "beijing": ("Time zone: (GMT+08:00) Beijing", "+08:00"),
        "arizona": ("Time zone: (GMT-07:00) Arizona", "-07:00"),
        "utc": ("Time zone: UTC", "Z"),
        "after_making": ("Report generated 2026-08-01 03:00 GMT+8\nTime zone: (GMT-08:00) Pacific Time", "-07:00"),
    }
    making = ["Generated at 2026-08-01 03:00 GMT+8", "下载时间：2026-08-01 03:00 (UTC+8)"]
    return [
        *[Case(f"zone_in_header_{at}", {"a.csv": report(hour=header)}, in_july(shift), settings=new_york, note="own zone")
          for at, (header, shift) in enumerate(headers.items())],
        *[Case(f"zone_in_title_{name}", {"a.csv": report(title)}, in_july(shift), settings=known, note="own zone")
          for name, (title, shift) in titles.items()],
        *[Case(f"zone_of_making_{at}", {"a.csv": report(title)}, in_july("-04:00"), settings=new_york)
          for at, title in enumerate(making)],
    ]  # fmt: skip


def plain_labels() -> list[Case]:
    """Return hours, days and headers that people write plainly."""
    known = {"channels": SEARCH}
    labels: dict[str, Callable[[int], str]] = {
        "to_next_number": lambda h: f"{h}-{h + 1}", "to_next_spaced": lambda h: f"{h} - {h + 1}",
        "to_next_dian": lambda h: f"{h}点-{h + 1}点", "shi_fen": lambda h: f"{h:02d}时00分",
    }  # fmt: skip
    in_utc = table(["时间", "场景", "点击量"], [[f"{DAY} {h - 8}:00 UTC", "直通车", 100 + h] for h in HOURS])
    rows = [{"hour": f"{DAY} {h}:00", "channel": "search", "clicks": 100 + h} for h in HOURS]
    late = table(["日期", "小时", "场景", "点击量"], [[DAY, f"{h} - {h + 1}", "直通车", 100 + h] for h in (22, 23)])
    apart, together = ["日期", "小时", "场景", "点击量"], ["时间", "场景", "点击量"]
    ends: dict[str, tuple[list[str], list[str], list[str]]] = {
        "number": (apart, [DAY], [str(h) for h in range(1, 25)]),
        "clock": (apart, [DAY], [f"{h:02d}:00" for h in range(1, 25)]),
        "moment": (together, [], [f"{DAY} {h:02d}:00" for h in range(1, 25)]),
    }
    meta = table(["Day", "Hour of the day", "Clicks (all)", "Link clicks"], [[DAY, h, 900, 100 + h] for h in HOURS])
    whole = table(["Day", "Hour of the day", "Clicks (all)"], [[DAY, h, 100 + h] for h in HOURS])
    return [
        *[Case(f"hour_{name}", {"a.csv": alimama(label).encode()}, expected(), settings=known) for name, label in labels.items()],
        Case("hours_to_the_last", {"a.csv": late.encode()},
             [{"hour": f"{DAY} {h}:00", "channel": "search", "clicks": 100 + h} for h in (22, 23)], settings=known),
        Case("day_with_points", {"a.csv": alimama(day="02.11.2026").encode()}, expected(), settings=known),
        Case("moment_in_utc", {"a.csv": in_utc.encode()}, rows, settings=known),
        *[Case(f"hours_1_to_24_{name}", {"a.csv": table(header, [[*day, cell, "直通车", 5] for cell in cells]).encode()},
               error="labelled 1 to 24", settings=known) for name, (header, day, cells) in ends.items()],
        Case("link_clicks_before_all_clicks", {"a.csv": meta.encode()}, rows, settings={"channels": SEARCH[:1]}),
        Case("all_clicks_alone", {"a.csv": whole.encode()}, rows, settings={"channels": SEARCH[:1]}),
    ]  # fmt: skip


def errors() -> list[Case]:
    """Return files that are not what they claim, and tables that no plan can be made from."""
    known = {"channels": SEARCH}
    bomb = packed({"a.csv": b"0" * 64 * 2**20})
    encrypted = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    locked = bytearray(packed({"a.csv": tidy().encode()}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[bytes(locked).index(mark) + place] |= 1
    either = alimama(day="11/10/2026")
    daily = table(["统计日期", "访客数", "支付金额"], [["2026-11-01", 500, 140], [DAY, 400, 9]])
    contradicting = alimama() + alimama(number=lambda v: f"{v + 1:g}").split("\n", 1)[1]
    text = tidy().encode()
    return [
        Case("web_page", {"a.xls": b"<html><table><tr><td>1</td></tr></table></html>"}, error="web page"),
        Case("web_page_utf16", {"a.xls": "<html><body>1</body></html>".encode("utf-16")}, error="web page"),
        Case("web_page_of_a_div", {"a.xls": b" <div><table><tr><td>1</td></tr></table></div>"}, error="web page"),
        Case("old_excel_xml", {"a.xls": b'<?xml version="1.0"?><Workbook/>'}, error="web page"),
        Case("password", {"a.xlsx": encrypted}, error="password"),
        Case("zip_password", {"a.zip": bytes(locked)}, error="password"),
        Case("zip_bomb", {"a.zip": bomb}, error="out of proportion"),
        Case("gz_bomb", {"a.gz": gzip.compress(b"hour,clicks\n" + b"0" * 64 * 2**20)}, error="out of proportion"),
        Case("truncated_gz", {"a.csv.gz": gzip.compress(text)[:-20]}, error="cut short"),
        Case("truncated_zip", {"a.zip": packed({"a.csv": text})[:-30]}, error="broken"),
        Case("broken_xlsx", {"a.xlsx": workbook({"a": [ALIMAMA]})[:-200]}, error="broken"),
        Case("broken_xls", {"a.xls": old_workbook([ALIMAMA])[:1000]}, error="cannot be read"),
        Case("zip_in_zip", {"a.zip": packed({"b.zip": packed({"a.csv": text})})}, error="inside a zip"),
        Case("zip_without_tables", {"a.zip": packed({"a.docx": b"x"})}, error="no CSV or Excel"),
        Case("binary", {"a.csv": bytes(range(256)) * 20}, error="no table"),
        Case("picture", {"a.csv": b"\x89PNG\r\n" + bytes(500)}, error="no table"),
        Case("no_encoding", {"a.csv": text + b"\xff\xff\xff\n"}, error="neither UTF-8 nor GB18030"),
        Case(
            "wrong_encoding_named",
            {"a.csv": "渠道".encode("gbk") + text},
            error="is not in utf-8",
            settings={"encoding": "utf-8"},
        ),
        Case("utf16_named_without_mark", {"a.csv": text}, error="is not in utf-16", settings={"encoding": "utf-16"}),
        Case("empty", {"a.csv": b""}, error="empty"),
        Case("only_blanks", {"a.csv": b"\n \n"}, error="empty"),
        Case("header_only", {"a.csv": text.splitlines()[0]}, error="no rows"),
        Case("days_only", {"a.csv": daily.encode()}, error="not by hour"),
        Case("dates_either_way", {"a.csv": either.encode()}, error="either way round", settings=known),
        Case("contradicting_rows", {"a.csv": contradicting.encode()}, error="contradict each other", settings=known),
        Case("unknown_headers", {"a.csv": b"x,y,z\n1,2,3\n"}, error="no header is known"),
        Case(
            "quote_never_closed",
            {"a.csv": text + b'"2026-11-02 22:00,' + b"x" * 200_000},
            error="quote is probably not closed",
        ),
        Case(
            "bad_hour_label",
            {"a.csv": alimama(lambda h: f"第{h}段").encode()},
            error="第20段: is no hour",
            settings=known,
        ),
        Case("hour_24", {"a.csv": alimama(lambda h: "24").encode()}, error="is no hour", settings=known),
        Case("six_hours", {"a.csv": alimama(lambda h: "00:00-06:00").encode()}, error="is no hour", settings=known),
        Case(
            "split_thousands",
            {"a.csv": (tidy() + f"{DAY} 22:00,search,7,001,1,1,1,1\n").encode()},
            error="more cells than headers",
        ),
        Case("no_such_file", {}, error="no such file", read="nowhere.csv"),
        Case("nothing_matches", {}, error="no file matches", read="*.csv"),
        Case("empty_folder", {"f/readme.md": b"x"}, error="no table", read="f"),
        Case("truncated_parquet", {"a.parquet": b"PAR1" + b"x" * 100}, error="parquet file is broken"),
    ]


def corpus() -> list[Case]:
    """Return every case."""
    return [
        *encodings(),
        *cells(),
        *rows_and_titles(),
        *uneven_rows(),
        *containers(),
        *joins(),
        *times(),
        *days_for_hours(),
        *spells(),
        *numerals(),
        *zones(),
        *plain_labels(),
        *errors(),
    ]
