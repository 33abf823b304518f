"""What a tool's limits cost: the sheets played under the plan's own curves, hour by hour, beside the plan itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.outputs.adtools.fit import outcome_at
from planner.outputs.adtools.grid import Period, Pieces
from planner.outputs.adtools.series import Series
from planner.outputs.adtools.tool import Sheet, Tool

__all__ = ["Loss", "loss_table", "sum_losses", "worst_hours"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Loss:
    """What one campaign loses.

    Attributes
    ----------
    name
        The campaign or channel.
    profit
        Profit that the plan's bids bring by forecast. [currency]
    loss
        Of that, what the sheets lose, every unit of money at the plan's price. [currency]
    spend, spend_planned
        What the sheets and the plan's bids spend by forecast. [currency]
    """

    name: str
    profit: float
    loss: float
    spend: float
    spend_planned: float

    @property
    def percent(self) -> float:
        """The loss in per cent of the profit; 0 where there is none to lose."""
        return 100 * self.loss / self.profit if self.profit > 0 else 0.0


def loss_table(
    series: Series, tool: Tool, pieces: Pieces, periods: Sequence[Period], sheets: Sequence[Sheet], base: float
) -> pd.DataFrame:
    """Return what every cell of a series does under the plan and under the sheets.

    Returns
    -------
    pandas.DataFrame
        ``start``, ``end``, ``channel``, ``campaign``, ``stance``, ``percent_planned``, ``percent`` (of the base, means
        over the cell's time), ``spend_planned``, ``spend``, ``profit_planned``, ``profit``, ``loss``. [currency]
    """
    cells, planned = series.cells, series.planned()
    percent, spend, profit, worth = (np.zeros(len(cells)) for _ in range(4))
    for period, sheet in zip(periods, sheets, strict=True):
        mine = pieces.on(np.isin(pieces.day, period.days))
        rows = [period.row_of(int(day), tool.rows) for day in mine.day]
        numbers = sheet.percent[rows, mine.slot]
        # A cell at several numbers is, number by number, a part of the cell that stands at it all the time.
        for number in np.unique(numbers):
            share = np.bincount(
                mine.cell[numbers == number], weights=mine.share[numbers == number], minlength=len(cells)
            )
            outcome = outcome_at(series, tool, np.full(len(cells), number), base)
            percent += share * number
            spend += share * outcome.spend
            profit += share * outcome.profit
            worth += share * outcome.worth
    return pd.DataFrame(
        {
            "start": cells["start"],
            "end": cells["end"],
            "channel": series.channel,
            "campaign": series.campaign,
            "stance": cells["stance"],
            "percent_planned": (100 * series.amounts(tool.steers) / base).round(1),
            "percent": percent.round(1),
            "spend_planned": planned.spend,
            "spend": spend,
            "profit_planned": planned.profit,
            "profit": profit,
            "loss": planned.worth - worth,
        }
    )


def name_of(table: pd.DataFrame) -> pd.Series:
    """Return the campaign of each row, or the channel where there are none."""
    return table["campaign"].where(table["campaign"] != "", table["channel"])


def sum_losses(table: pd.DataFrame) -> list[Loss]:
    """Return the loss of each campaign, in the order of the table."""
    return [
        Loss(
            str(campaign or channel),
            float(rows["profit_planned"].sum()),
            float(rows["loss"].sum()),
            float(rows["spend"].sum()),
            float(rows["spend_planned"].sum()),
        )
        for (channel, campaign), rows in table.groupby(["channel", "campaign"], sort=False)
    ]


def worst_hours(table: pd.DataFrame, count: int = 3) -> pd.DataFrame:
    """Return the cells that lose most, the worst first; those that lose nothing to speak of are left out."""
    return table[table["loss"] >= 0.005].nlargest(count, "loss")
