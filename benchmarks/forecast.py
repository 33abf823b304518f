"""The event forecast beside what a forecaster would reach for: WAPE and pinball loss on event hours.

Histories are simulated (a rhythm of the day and week, a growing shop, an event a year that differs from the last in
level and in shape; nothing in the simulation is the planner's own) with two past events each. Rivals: the same hour a
week before; the last event's hours at this year's level; Prophet with the event's days as holidays; MSTL and AutoETS of
statsforecast, which know no events. `--real` adds a real hourly series: usual days of a shop's orders, where there is
no event and only the planner's usual day stands against the rivals.

    python benchmarks/forecast.py --record [--real FILE]
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from planner.backtest import score_draws
from planner.brief import Brief, parse_brief
from planner.brief.slots import make_slots
from planner.brief.toml_input import TomlSource
from planner.history import History
from planner.market import forecast_market
from planner.market.evidence import gather
from planner.market.usual_day import usual_day

RESULTS = Path(__file__).parent / "results" / "forecast.md"
ZONE = "Asia/Shanghai"
YEARS = (2024, 2025, 2026)
DAYS = 42
DRAWS = 400
OUT_80 = 1.2815515655446004
Quantiles = np.ndarray  # [10 %, mean or median, 90 %] x hours


def simulate(seed: int) -> pd.DataFrame:
    """Return an hourly history of two channels: usual weeks before each year's event, and the events."""
    rng = np.random.default_rng(seed)
    hour = np.arange(24)
    rhythm = 1 + 0.7 * np.sin((hour - 13) / 24 * 2 * np.pi) + 0.5 * np.exp(-(((hour - 21) / 2.0) ** 2))
    since = np.arange(28) - 4
    base = np.log(2.0) + 0.9 * np.exp(-(((since - 0.5) / 1.5) ** 2)) + 0.4 * np.exp(-(((since - 21) / 3.0) ** 2))
    base = base + 0.25 * smooth(rng, 28)
    frames = []
    for year, level in zip(YEARS, 1.1 ** np.arange(3), strict=True):
        usual = pd.date_range(f"{year}-11-10 20:00", periods=24 * DAYS, freq="h", tz=ZONE) - pd.Timedelta(days=DAYS)
        event = pd.date_range(f"{year}-11-10 20:00", periods=28, freq="h", tz=ZONE)
        days = np.repeat(np.exp(0.1 * rng.standard_normal(DAYS)), 24)
        week = np.where(usual.dayofweek >= 5, 1.15, 1.0)
        lift = np.exp(base + 0.2 * rng.standard_normal() + 0.15 * smooth(rng, 28))
        for channel, size in (("words", 40.0), ("pages", 90.0)):
            own = np.exp(0.1 * rng.standard_normal())
            rates = [size * level * rhythm[usual.hour] * days * week, size * level * own * rhythm[event.hour] * lift]
            stamps = usual.append(event)
            clicks = rng.poisson(np.concatenate(rates))
            frames.append(pd.DataFrame({"hour": stamps, "channel": channel, "clicks": clicks}))
    table = pd.concat(frames, ignore_index=True)
    rate = np.where(table["hour"].dt.month == 11, 0.04, 0.02)
    orders = rng.binomial(table["clicks"], rate)
    return table.assign(spend=0.5 * table["clicks"], orders=orders, revenue=100.0 * orders, bid=0.65)


def smooth(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return a smooth random curve of about unit spread."""
    return np.convolve(rng.standard_normal(count + 4), np.ones(5) / np.sqrt(5), "valid")


def brief_of() -> Brief:
    """Return the brief of this year's event."""
    data = {
        "promotion": {"date": dt.date(2026, 11, 11)},
        "budget": {"total": 5000.0},
        "shop": {"margin": 0.4, "order_value": 100.0},
        "channels": [{"name": "words"}, {"name": "pages"}],
        "past_events": [{"date": dt.date(2024, 11, 11)}, {"date": dt.date(2025, 11, 11)}],
    }
    return parse_brief(TomlSource("brief.toml", data, {}))


def ours(table: pd.DataFrame, channel: str, times: pd.DatetimeIndex) -> Quantiles:
    """Return the planner's forecast of an event's clicks."""
    brief = brief_of()
    market = forecast_market(brief, make_slots(brief.timetable), History(table[table["hour"] < times[0]]))
    worlds = market.draw(DRAWS, 0).traffic * market.table["clicks"].to_numpy()
    # The bid of the event is the usual one.
    eta, bid = market.table["elasticity"], market.table["reference_bid"]
    worlds = worlds * ((0.65 / bid) ** (eta / (1 - eta))).to_numpy()
    rows = (market.table["channel"] == channel).to_numpy()
    hours = (
        np.searchsorted(times.asi8, pd.DatetimeIndex(market.table["start"][rows]).as_unit(times.unit).asi8, "right") - 1
    )
    total = np.zeros((DRAWS, len(times)))
    np.add.at(total.T, hours, worlds[:, rows].T)
    return quantiles(np.random.default_rng(1).poisson(total))


def quantiles(draws: np.ndarray) -> Quantiles:
    """Return the 10 % point, the mean and the 90 % point."""
    low, high = np.quantile(draws, (0.1, 0.9), axis=0)
    return np.stack([low, draws.mean(axis=0), high])


def known_series(table: pd.DataFrame, channel: str, before: pd.Timestamp) -> pd.Series:
    """Return one channel's clicks before a moment."""
    rows = table[(table["channel"] == channel) & (table["hour"] < before)]
    return rows.set_index("hour")["clicks"].astype(float)


def week_before(known: pd.Series, times: pd.DatetimeIndex) -> Quantiles:
    """Return the same hours a week before, with the spread of a week's change."""
    point = known.reindex(times - pd.Timedelta(days=7)).to_numpy()
    change = np.log((known + 1) / (known.shift(freq="7D").reindex(known.index) + 1)).dropna().std()
    return np.stack([point * np.exp(-OUT_80 * change), point, point * np.exp(OUT_80 * change)])


def last_event(known: pd.Series, times: pd.DatetimeIndex) -> Quantiles:
    """Return the last event's hours at the level of the fortnight before, spread as the two past events differ."""
    past = [known.reindex(times - pd.DateOffset(years=back)).to_numpy() for back in (1, 2)]
    level = [known[known.index < (times[0] - pd.DateOffset(years=back))].iloc[-336:].mean() for back in (0, 1, 2)]
    point = past[0] * level[0] / level[1]
    spread = max(float(np.std(np.log((past[0] / level[1] + 0.01) / (past[1] / level[2] + 0.01)))), 0.1)
    return np.stack([point * np.exp(-OUT_80 * spread), point, point * np.exp(OUT_80 * spread)])


def prophet(known: pd.Series, times: pd.DatetimeIndex) -> Quantiles:
    """Return Prophet's forecast with the event's two days as holidays, multiplicative."""
    from prophet import Prophet

    logging.getLogger("cmdstanpy").setLevel(logging.ERROR)
    years = sorted({*known.index.year, times[0].year})
    days = [(f"{year}-11-{day}", name) for year in years for day, name in ((10, "eve"), (11, "event"))]
    holidays = pd.DataFrame({"ds": pd.to_datetime([day for day, _ in days]), "holiday": [name for _, name in days]})
    model = Prophet(holidays=holidays, interval_width=0.8, seasonality_mode="multiplicative", yearly_seasonality=False)
    model.fit(pd.DataFrame({"ds": known.index.tz_localize(None), "y": known.to_numpy()}))
    found = model.predict(pd.DataFrame({"ds": times.tz_localize(None)}))
    return np.maximum(found[["yhat_lower", "yhat", "yhat_upper"]].to_numpy().T, 0)


def statsforecast(name: str) -> Callable[[pd.Series, pd.DatetimeIndex], Quantiles]:
    """Return a forecaster of statsforecast on the last weeks before the event."""

    def forecast(known: pd.Series, times: pd.DatetimeIndex) -> Quantiles:
        from statsforecast.models import MSTL, AutoETS

        model = MSTL(season_length=[24, 168]) if name == "MSTL" else AutoETS(season_length=24)
        found = model.forecast(known.iloc[-24 * DAYS :].to_numpy(), h=len(times), level=[80])
        return np.maximum(np.stack([found["lo-80"], found["mean"], found["hi-80"]]), 0)

    return forecast


RIVALS: dict[str, Callable[[pd.Series, pd.DatetimeIndex], Quantiles]] = {
    "same hour a week before": week_before,
    "last event at this year's level": last_event,
    "Prophet, event as holiday": prophet,
    "statsforecast MSTL": statsforecast("MSTL"),
    "statsforecast AutoETS": statsforecast("AutoETS"),
}


def scored(actual: np.ndarray, found: Quantiles) -> dict[str, float]:
    """Return WAPE, shape error, pinball loss and coverage of quantiles."""
    low, point, high = found
    as_draws = np.tile(point, (2, 1))
    scores = score_draws(actual, as_draws)
    levels = np.array([[0.1], [0.5], [0.9]])
    below = actual - found
    loss = np.maximum(levels * below, (levels - 1) * below).mean() / actual.mean()
    held = ((actual >= low) & (actual <= high)).mean()
    return {"wape": scores["wape"], "shape": scores["shape"], "pinball": loss, "held": held}


def events(seeds: range) -> pd.DataFrame:
    """Return every forecaster's mean scores over simulated histories."""
    rows = []
    times = pd.date_range("2026-11-10 20:00", periods=28, freq="h", tz=ZONE)
    for seed in seeds:
        table = simulate(seed)
        for channel in ("words", "pages"):
            truth = table[(table["channel"] == channel) & (table["hour"] >= times[0])]["clicks"].to_numpy(float)
            rows.append({"forecaster": "planner", **scored(truth, ours(table, channel, times))})
            known = known_series(table, channel, times[0])
            rows += [{"forecaster": name, **scored(truth, rival(known, times))} for name, rival in RIVALS.items()]
    return pd.DataFrame(rows).groupby("forecaster", sort=False).mean()


def usual_days(path: Path, origins: int) -> pd.DataFrame:
    """Return mean scores of a day's orders by three-hour blocks on a real series, from what was known before it."""
    series = pd.read_csv(path, index_col="hour", parse_dates=True)["orders"].tz_convert(ZONE).asfreq("h").fillna(0.0)
    rows = []
    for back in range(1, origins + 1):
        first = series.index[-1].normalize() - pd.Timedelta(days=7 * back - back % 7)
        times = pd.date_range(first, periods=24, freq="h")
        known, truth = series[series.index < first], blocks(series.reindex(times).to_numpy()[None])[0]
        found = {"planner's usual day": _usual_day(known, times)}
        names = ("same hour a week before", "statsforecast MSTL", "statsforecast AutoETS")
        found |= {name: RIVALS[name](known, times) for name in names}
        rows += [{"forecaster": name, **scored(truth, blocks(values))} for name, values in found.items()]
    return pd.DataFrame(rows).groupby("forecaster", sort=False).mean()


def _usual_day(known: pd.Series, times: pd.DatetimeIndex) -> Quantiles:
    """Return the planner's usual day for one channel whose clicks are this series."""
    brief = brief_of().with_(past_events=[], channels=[{"name": "shop"}])
    table = pd.DataFrame({"hour": known.index, "channel": "shop", "clicks": known.to_numpy()})
    usual = usual_day(gather(brief, History(table), ("shop",)).usual)
    rate = usual.clicks[times.hour, 0] * usual.weekday[times.dayofweek]
    rng = np.random.default_rng(0)
    return quantiles(rng.poisson(rate * np.exp(0.25 * rng.standard_normal((DRAWS, 1)))))


def blocks(values: np.ndarray) -> np.ndarray:
    """Return sums over three hours."""
    return values.reshape(len(values), -1, 3).sum(axis=2)


def as_lines(title: str, table: pd.DataFrame) -> list[str]:
    """Return a table in Markdown."""
    head = ["forecaster", "WAPE", "WAPE at the true total", "pinball", "80 % holds"]
    lines = [f"## {title}", "", "| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for name, row in table.iterrows():
        lines.append(f"| {name} | {row['wape']:.3f} | {row['shape']:.3f} | {row['pinball']:.3f} | {row['held']:.0%} |")
    return [*lines, ""]


def main() -> None:
    """Run the histories asked for and print, or record, the tables."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--histories", type=int, default=8)
    arguments.add_argument("--real", type=Path, help="an hourly series of a shop's orders: hour, orders")
    arguments.add_argument("--origins", type=int, default=12)
    arguments.add_argument("--record", action="store_true")
    options = arguments.parse_args()
    warnings.simplefilter("ignore")
    title = f"Clicks by hour of an event, {options.histories} simulated histories with two past events"
    lines = ["# Forecast", "", *as_lines(title, events(range(options.histories)))]
    if options.real:
        title = f"Orders of a real shop by three hours, {options.origins} days, each from what was known before"
        lines += as_lines(title, usual_days(options.real, options.origins))
    print("\n".join(lines))
    if options.record:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
