"""The golden schedules and the plan they are made from; run as ``python -m tests.golden.make [--plan]``."""

from __future__ import annotations

import json
import sys
from dataclasses import fields
from pathlib import Path

import pandas as pd

from planner.brief import load_brief
from planner.outputs.adtools import export_plan, target_names
from planner.plan import Plan, Summary, make_plan

HERE = Path(__file__).parent
DATA = HERE.parent / "tea_shop"
MARKET = (
    "start", "end", "channel", "window", "stance", "reference_bid", "clicks", "price", "click_through", "conversion",
    "order_value", "click_value", "elasticity", "kappa", "reach",
)  # fmt: skip
SCHEDULE = ("start", "end", "channel", "window", "stance", "bid", "bid_percent", "spend", "profit")


def frozen_plan() -> Plan:
    """Return what an export reads of the example's plan, as it was when it was taken."""
    brief = load_brief(DATA / "brief.toml")
    told = json.loads((HERE / "example" / "plan.json").read_text(encoding="utf-8"))

    def table(name: str) -> pd.DataFrame:
        frame = pd.read_csv(HERE / "example" / f"{name}.csv")
        for column in {"start", "end"} & set(frame.columns):
            frame[column] = pd.to_datetime(frame[column], utc=True).dt.tz_convert(brief.zone)
        return frame

    schedule = table("schedule")
    told |= {"market": table("market"), "schedule": schedule, "limits": table("limits"), "brief": brief}
    told["slots"] = schedule[["start", "end"]].drop_duplicates(ignore_index=True)
    told |= {"multipliers": pd.Series(told["multipliers"], dtype=float), "summary": Summary(**told["summary"])}
    # An export reads no more than this of a plan: whatever else one has is left empty.
    rest = {field.name: None for field in fields(Plan) if field.name not in told}
    return Plan(**(rest | {"lang": "en", "seed": 0} | told))


def take_plan() -> None:
    """Write what an export reads of the example's plan."""
    from planner.history import load_history
    from planner.outputs.plan_folder import csv_text

    brief = load_brief(DATA / "brief.toml")
    plan = make_plan(brief, load_history([DATA / "history.csv"], brief), lang="en")
    folder = HERE / "example"
    for name, frame in (("market", plan.market[list(MARKET)]), ("schedule", plan.schedule[list(SCHEDULE)])):
        rounded = frame.assign(**{column: frame[column].round(8) for column in frame.select_dtypes("number")})
        (folder / f"{name}.csv").write_text(csv_text(rounded), encoding="utf-8")
    (folder / "limits.csv").write_text(csv_text(plan.limits), encoding="utf-8")
    names = ("budget", "reserve", "spend", "sms_cost", "orders", "revenue", "profit", "profit_low", "profit_high")
    summary = {name: round(getattr(plan.summary, name), 2) for name in names}
    summary |= {"profit_at_forecast": round(plan.summary.profit_at_forecast, 2), "currency": plan.summary.currency}
    summary["money_price"] = plan.summary.money_price
    told = {"summary": summary, "multipliers": plan.multipliers.to_dict()}
    (folder / "plan.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def golden_files() -> dict[str, str]:
    """Return every golden file by its path below ``adtools``."""
    plan = frozen_plan()
    files = {}
    for target in target_names():
        made = export_plan(plan, target, channels=("search",), lang="en")
        files |= {f"{target}/{name}": text for name, text in {**made.schedules, **made.restore}.items()}
    return files


if __name__ == "__main__":
    if "--plan" in sys.argv:
        take_plan()
    for name, text in golden_files().items():
        path = HERE / "adtools" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
