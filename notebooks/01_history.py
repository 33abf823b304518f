# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 1. What the shop's own history says
#
# A plan believes a playbook until the shop's own numbers say otherwise. This notebook reads a history, finds the rhythm of
# a usual day, and sets last year's event beside the playbook. The shop is the bundled example; it is simulated. For your
# own, put the path of your brief and of your exports into the third cell.

# %%
# %matplotlib inline
import pandas as pd

import planner

# %%
shop = planner.example_folder()
brief = planner.load_brief(shop / "brief.toml")
history = planner.load_history([shop / "history.csv"], brief)
history.table.head()

# %% [markdown]
# One row is one hour of one channel. What each column means:

# %%
planner.describe("history").loc[history.table.columns]

# %% [markdown]
# What was read, what it was taken for, and whether any row was left out:

# %%
pd.DataFrame(
    [(source.taken_for, source.rows_read, source.rows_used) for source in history.sources],
    columns=["taken for", "rows read", "rows used"],
)

# %%
hours = history.table["hour"]
print(f"{hours.nunique()} hours between {hours.min():%Y-%m-%d %H:%M} and {hours.max():%Y-%m-%d %H:%M},")
print(f"{history.table['channel'].nunique()} channels, {history.table['orders'].sum():,.0f} orders.")

# %% [markdown]
# ## The rhythm of a usual day
#
# Last year's event is kept apart: an event says little of usual days.

# %%
event = pd.Timestamp(brief.past_events[0].date, tz=brief.zone)
usual = history.table[(history.table["hour"] - event).abs() > pd.Timedelta(days=2)]
hour_of_day = usual["hour"].dt.hour.rename("hour of day")
clicks = usual.pivot_table(index=hour_of_day, columns="channel", values="clicks")
clicks.plot(drawstyle="steps-post", ylabel="clicks an hour", title="Clicks on a usual day")
# %%
sums = usual.groupby(hour_of_day)[["clicks", "spend", "orders", "revenue"]].sum()
rhythm = pd.DataFrame(
    {"conversion": sums["orders"] / sums["clicks"], "price of a click": sums["spend"] / sums["clicks"]}
)
rhythm["earned per yuan"] = brief.shop.margin * sums["revenue"] / sums["spend"]
rhythm.style.format({"conversion": "{:.1%}", "price of a click": "{:.2f}", "earned per yuan": "{:.2f}"})

# %%
busiest, quietest = sums["clicks"].idxmax(), sums["clicks"].idxmin()
best = rhythm["earned per yuan"].idxmax()
print(f"Most clicks come at {busiest}:00, fewest at {quietest}:00.")
print(f"A yuan earned most margin at {best}:00: {rhythm['earned per yuan'][best]:.2f} yuan.")
print(f"That is {'the busiest hour' if best == busiest else 'not the busiest hour'}: clicks alone say little.")

# %% [markdown]
# ## Channels beside hours
#
# Hours differ, and so do channels: what is a click of each worth, and which of the two differ more?

# %%
channels = usual.groupby("channel")[["clicks", "spend", "orders", "revenue"]].sum()
channels["price of a click"] = channels["spend"] / channels["clicks"]
channels["margin of a click"] = brief.shop.margin * channels["revenue"] / channels["clicks"]
channels["earned per yuan"] = channels["margin of a click"] / channels["price of a click"]
channels.round(2)

# %%
good, poor = channels["earned per yuan"].idxmax(), channels["earned per yuan"].idxmin()
between_channels = channels.loc[good, "earned per yuan"] / channels.loc[poor, "earned per yuan"]
between_hours = rhythm["earned per yuan"].max() / rhythm["earned per yuan"].min()
more = "hours" if between_hours > between_channels else "channels"
print(f"On usual days a yuan on {good} earned {between_channels:.1f} times what one on {poor} did.")
print(f"Between its best and its worst hour a yuan differed {between_hours:.1f}-fold: here {more} differ more.")
print("That is the average yuan; the plan asks what the next one earns.")

# %% [markdown]
# ## The playbook against the data
#
# The playbook gives every window of the event multiples of a usual day. Last year's event says how it was here. The
# forecast holds both, each with its weight.

# %%
plan = planner.make_plan(brief, history)
planner.charts.plot_evidence(plan).figure

# %%
evidence = planner.charts.evidence_table(plan)
overruled = evidence[evidence["overruled"]]
overruled[["window", "measure", "prior", "value", "low", "high", "evidence"]].round(2)

# %%
print(f"{len(overruled)} of the playbook's {len(evidence)} numbers are overruled by the shop's own event.")
for row in overruled.itertuples():
    print(f"  {row.window}: {row.measure} {row.value:.1f} times the usual, where the playbook says {row.prior:.1f}.")
rest = evidence[~evidence["overruled"]]
ratio = rest["value"] / rest["prior"]
moved = ratio.where(ratio >= 1, 1 / ratio).median() - 1
print(f"The other {len(rest)} are still the playbook's word, moved by {moved:.0%} at the median.")
