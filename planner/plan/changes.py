"""What moved between two plans, and why: by hour, by window or by channel, in total, and in the brief.

Rows are matched by their labels, never by their place. Text messages stand as a channel of their own, `MESSAGES`.
Profit by row is what the forecast expects; that in `figure_changes` is the mean over drawn markets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.brief import Brief
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.wording import Lang, Message

if TYPE_CHECKING:
    from planner.plan.plan import By, Plan

__all__ = ["MESSAGES", "brief_changes", "figure_changes", "plan_changes"]

MESSAGES = "sms"
# A multiple counts as moved beyond this, a price of money beyond that; less is no reason a person would look for.
_MOVED, _MONEY = 0.02, 0.005
_KEYS: dict[By, list[str]] = {
    "hour": ["start", "channel"],
    "window": ["window", "channel"],
    "channel": ["channel"],
}
_SUMS = ("spend", "profit", "bid_spend", "clicks", "worth", "paid")


def plan_changes(before: Plan, after: Plan, *, by: By = "window", lang: Lang | None = None) -> pd.DataFrame:
    """Return what moved from one plan to another.

    Parameters
    ----------
    before, after
        Two plans, of the same promotion or not.
    by
        A row for each ``hour``, ``window`` or whole promotion (``channel``), and each channel.
    lang
        Language of the reasons; by default that of `after`.

    Returns
    -------
    pandas.DataFrame
        Only rows that moved, in order of time: ``start``, ``end``, ``window``, ``channel``, ``stance_before``,
        ``stance_after``, and ``spend``, ``bid`` and ``profit`` each ``_before``, ``_after`` and ``_change`` [currency],
        and ``why``. A row that only one plan has is 0 in the other.

    Raises
    ------
    InputError
        The plans are in different currencies.
    """
    currencies = [plan.brief.promotion.currency for plan in (before, after)]
    if currencies[0] != currencies[1]:
        values = {"before": currencies[0], "after": currencies[1]}
        raise InputError([Problem(Message("compare.currencies", values))])
    keys = _KEYS[by]
    sides = [_grouped(_cells(plan), keys) for plan in (before, after)]
    table = sides[0].merge(sides[1], how="outer", on=keys, suffixes=("_before", "_after"), indicator="there")
    for name in ("start", "end", "window"):
        if name not in keys:
            table[name] = table[f"{name}_before"].where(table[f"{name}_before"].notna(), table[f"{name}_after"])
    numbers = [f"{name}_{side}" for name in ("spend", "bid", "profit") for side in ("before", "after")]
    table[numbers] = table[numbers].fillna(0.0)
    for name in ("spend", "bid", "profit"):
        table[f"{name}_change"] = table[f"{name}_after"] - table[f"{name}_before"]
    moved = (table["spend_change"].abs() > 0.004) | (table["bid_change"].abs() > 1e-6)
    moved |= (table["stance_before"] != table["stance_after"]) & (table["there"] == "both")
    table = table[moved].sort_values(["start", "channel"], ignore_index=True)
    reasons = _Reasons(before, after, lang or after.lang)
    table["why"] = [reasons.of(row) for row in table.to_dict("records")]
    amounts = [f"{name}_{side}" for name in ("spend", "bid", "profit") for side in ("before", "after", "change")]
    names = ["start", "end", "window", "channel", "stance_before", "stance_after", *amounts, "why"]
    return table[names].round(dict.fromkeys(amounts, 4))


def _cells(plan: Plan) -> pd.DataFrame:
    """Return a plan's schedule and messages with what the market says of each: a row a slot and channel."""
    schedule = plan.schedule.assign(bid_spend=plan.schedule["bid"] * plan.schedule["spend"])
    cells = schedule.groupby(["start", "channel"], as_index=False).agg(
        end=("end", "first"),
        window=("window", "first"),
        stance=("stance", "first"),
        **{name: (name, "sum") for name in ("spend", "profit", "bid_spend")},
    )
    market = plan.market[["start", "channel", "clicks"]].assign(
        worth=plan.market["clicks"] * plan.market["click_value"], paid=plan.market["clicks"] * plan.market["price"]
    )
    market = market.groupby(["start", "channel"], as_index=False).sum()
    cells = cells.merge(market, on=["start", "channel"], how="left")
    sends = plan.sms.groupby("send_at", as_index=False)[["cost", "profit"]].sum()
    if sends.empty:
        return cells
    slot = plan.slots.set_index("start")["window"].reindex(pd.DatetimeIndex(sends["send_at"]), method="ffill")
    messages = sends.rename(columns={"send_at": "start", "cost": "spend"}).assign(
        end=sends["send_at"], channel=MESSAGES, window=slot.fillna("outside").to_numpy(), stance=""
    )
    return pd.concat([cells, messages], ignore_index=True)


def _grouped(cells: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return cells added up over what the keys share; bid, worth and price of a click are means."""
    rest = {"start": "min", "end": "max", "window": "first", "stance": "first"}
    table = cells.groupby(keys, as_index=False, sort=False).agg(
        {**{name: how for name, how in rest.items() if name not in keys}, **dict.fromkeys(_SUMS, "sum")}
    )
    if "window" not in keys and "start" not in keys:
        table = table.assign(window="", stance="")
    for name, over in (("bid_spend", "spend"), ("worth", "clicks"), ("paid", "clicks")):
        table[name] = np.where(table[over] > 0, table[name] / table[over].where(table[over] > 0, 1.0), 0.0)
    return table.rename(columns={"bid_spend": "bid"})


class _Reasons:
    """Why rows moved from one plan to another."""

    def __init__(self, before: Plan, after: Plan, lang: Lang) -> None:
        self.lang = lang
        self.currency = after.summary.currency
        self.prices = (before.summary.money_price, after.summary.money_price)
        self.settings: dict[str, list[Message]] = {}
        for change in _changes(before, after):
            self.settings.setdefault(str(change["where"]), []).append(_setting(change))

    def of(self, row: dict[str, Any]) -> str:
        """Return why a row moved."""
        parts = list(self._parts(row)) or [Message("compare.follows")]
        return ("；" if self.lang == "zh" else "; ").join(part.text(self.lang) for part in parts)

    def _parts(self, row: dict[str, Any]) -> Iterator[Message]:
        if row["there"] != "both":
            yield Message("compare.only_before" if row["there"] == "left_only" else "compare.only_after")
            return
        stances = row["stance_before"], row["stance_after"]
        if stances[0] != stances[1]:
            shown = [Message(f"labels.stance_{stance}") for stance in stances]
            yield Message("compare.stance", {"before": shown[0], "after": shown[1]})
        yield from self.settings.get(str(row["channel"]), [])
        yield from self.settings.get(str(row["window"]), [])
        for name, up, down in (
            ("worth", "worth_up", "worth_down"),
            ("paid", "dearer_click", "cheaper_click"),
            ("clicks", "crowd", "crowd"),
        ):
            old, new = row[f"{name}_before"], row[f"{name}_after"]
            if abs(new - old) > _MOVED * old:
                values = {"before": old, "after": new, "currency": self.currency}
                yield Message(f"compare.{up if new > old else down}", values)
        if abs(self.prices[1] - self.prices[0]) > _MONEY:
            case = "money_dearer" if self.prices[1] > self.prices[0] else "money_cheaper"
            yield Message(f"compare.{case}", {"before": self.prices[0], "after": self.prices[1]})


def _setting(change: dict[str, Any]) -> Message:
    """Return the sentence for one change of the brief."""
    shown = {side: _shown(change[side]) for side in ("before", "after")}
    return Message("compare.setting", {"what": change["what"], **shown})


def _shown(value: Any) -> Any:
    """Return a value of a brief as a sentence takes it."""
    if value is None:
        return Message("compare.none")
    return int(value) if isinstance(value, float) and value.is_integer() else value


def figure_changes(before: Plan, after: Plan) -> pd.DataFrame:
    """Return the plans' main figures side by side.

    Returns
    -------
    pandas.DataFrame
        Indexed by figure (``budget``, ``spend``, ``sms_cost``, ``unspent``, ``hours`` in which ads are bought,
        ``orders``, ``revenue``, ``profit``, ``profit_low``, ``profit_high``, ``money_price``): ``before``, ``after``
        and ``change``.
    """
    columns = []
    for plan in (before, after):
        summary, bought = plan.summary, plan.schedule[plan.schedule["spend"] > 0].drop_duplicates("start")
        figures = asdict(summary) | {"unspent": summary.unspent}
        figures["hours"] = float(((bought["end"] - bought["start"]) / pd.Timedelta(hours=1)).sum())
        columns.append(figures)
    names = ["budget", "spend", "sms_cost", "unspent", "hours", "orders", "revenue"]
    names += ["profit", "profit_low", "profit_high", "money_price"]
    table = pd.DataFrame(
        {"before": [columns[0][name] for name in names], "after": [columns[1][name] for name in names]},
        index=pd.Index(names, name="figure"),
    ).astype(float)
    return table.assign(change=table["after"] - table["before"])


def brief_changes(before: Plan, after: Plan, lang: Lang | None = None) -> pd.DataFrame:
    """Return what differs between two plans' briefs, histories and seeds.

    Parameters
    ----------
    before, after
        Two plans.
    lang
        Language of what is not a value of the brief; by default that of `after`.

    Returns
    -------
    pandas.DataFrame
        ``what`` (``budget.total``, ``channels.search.max_bid``), ``before`` and ``after``; None where it is not set.
    """
    spoken = lang or after.lang
    rows = [
        [
            value.text(spoken) if isinstance(value, Message) else value
            for value in (row["what"], row["before"], row["after"])
        ]
        for row in _changes(before, after)
    ]
    return pd.DataFrame(rows, columns=["what", "before", "after"], dtype=object)


def _changes(before: Plan, after: Plan) -> Iterator[dict[str, Any]]:
    """Yield what differs: ``what``, ``where`` (a channel, a window, messages or nothing), ``before``, ``after``."""
    old, new = (dict(_settings(plan.brief)) for plan in (before, after))
    for key in {**old, **new}:
        if old.get(key) != new.get(key):
            yield {"what": ".".join(key[1:]), "where": key[0], "before": old.get(key), "after": new.get(key)}
    files = [sorted(str(source["sha256"]) for source in plan.sources) for plan in (before, after)]
    if files[0] != files[1]:
        counts = [Message("compare.history_files", {"count": len(names)}) for names in files]
        yield {"what": "history", "where": "", "before": counts[0], "after": counts[1]}
    if before.seed != after.seed:
        yield {"what": "seed", "where": "", "before": before.seed, "after": after.seed}


def _settings(brief: Brief) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every value of a brief under where it belongs and its path; rows of a list are known by their names."""
    for table, value in brief.model_dump(mode="json").items():
        if table in ("channels", "windows"):
            for row in value:
                name = str(row.pop("name", None) or row.pop("window", ""))
                window = brief.playbook.window(int(name) if name.isdigit() else name) if table == "windows" else None
                where = window.id if window else name
                yield from (((where, table, where, *path), item) for path, item in _leaves(row))
        else:
            where = MESSAGES if table == "sms" else ""
            yield from (((where, table, *path), item) for path, item in _leaves(value))


def _leaves(value: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the values inside a table that are set, with their paths."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from (((key, *path), leaf) for path, leaf in _leaves(inner))
    elif isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        for number, row in enumerate(value, 1):
            name = str(row.get("name") or number)
            yield from (((name, *path), leaf) for path, leaf in _leaves(row))
    elif value is not None and value != []:
        yield (), value
