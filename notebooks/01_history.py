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
# a usual day, sets campaigns side by side, and sets two past events beside the playbook. The shop is the bundled example; it is simulated. For your
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
# One row is one hour of one campaign. What each column means:

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
print(
    f"{history.table['channel'].nunique()} channels, {history.table['campaign'].nunique()} campaigns, {history.table['orders'].sum():,.0f} orders."
)

# %% [markdown]
# ## The rhythm of a usual day
#
# Past events are kept apart: an event says little of usual days.

# %%
events = [pd.Timestamp(event.date, tz=brief.zone) for event in brief.past_events]
near = [(history.table["hour"] - event).abs() <= pd.Timedelta(days=2) for event in events]
usual = history.table[~pd.concat(near, axis=1).any(axis=1)]
hour_of_day = usual["hour"].dt.hour.rename("hour of day")
days = usual["hour"].dt.date.nunique()
clicks = usual.pivot_table(index=hour_of_day, columns="channel", values="clicks", aggfunc="sum") / days
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
# ## Campaigns beside hours
#
# Hours differ, and so do campaigns: all of a channel bid the same here, so what a yuan earned shows what each is worth.

# %%
campaigns = usual.groupby(["channel", "campaign"])[["clicks", "spend", "orders", "revenue"]].sum()
campaigns["price of a click"] = campaigns["spend"] / campaigns["clicks"]
campaigns["margin of a click"] = brief.shop.margin * campaigns["revenue"] / campaigns["clicks"]
campaigns["earned per yuan"] = campaigns["margin of a click"] / campaigns["price of a click"]
campaigns.round(2)

# %%
good, poor = campaigns["earned per yuan"].idxmax(), campaigns["earned per yuan"].idxmin()
between_campaigns = campaigns.loc[good, "earned per yuan"] / campaigns.loc[poor, "earned per yuan"]
between_hours = rhythm["earned per yuan"].max() / rhythm["earned per yuan"].min()
more = "hours" if between_hours > between_campaigns else "campaigns"
losing = campaigns.loc[campaigns["earned per yuan"] < 1, "spend"].sum() / campaigns["spend"].sum()
print(f"On usual days a yuan on {good[1]} earned {between_campaigns:.1f} times what one on {poor[1]} did;")
print(f"{losing:.0%} of the money went to campaigns that earned less than they cost.")
print(f"Between its best and its worst hour a yuan differed {between_hours:.1f}-fold: here {more} differ more.")
print("That is the average yuan; the plan asks what the next one earns.")

# %% [markdown]
# ## The playbook against the data
#
# The playbook gives every window of the event multiples of a usual day. Two past events say how it was here, each a year
# of its own: where they differ from each other, they say less together. The forecast holds all of it, each with its weight.

# %%
plan = planner.make_plan(brief, history)
planner.charts.plot_evidence(plan).figure

# %%
evidence = planner.charts.evidence_table(plan)
ratio = evidence["value"] / evidence["prior"]
evidence["moved"] = ratio.where(ratio >= 1, 1 / ratio) - 1
furthest = evidence.nlargest(6, "moved")
furthest[["window", "measure", "prior", "value", "low", "high", "evidence", "moved"]].round(2)

# %%
print(
    f"The shop's own events move the playbook's {len(evidence)} numbers by {evidence['moved'].median():.0%} at the median."
)
print(f"{evidence['overruled'].sum()} of them are overruled: their range no longer holds what the playbook says.")
row = furthest.iloc[0]
print(
    f"Furthest moved is {row['measure']} in {row['window']}: {row['value']:.1f} times the usual instead of {row['prior']:.1f},"
)
print(f"by {row['evidence']:,.0f} {'orders' if row['measure'] == 'conversion' else 'clicks'} of the past events.")
