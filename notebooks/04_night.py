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
# # 4. The night itself
#
# A plan bets on a forecast; when the year differs, it has to hear of it. Here a night is played in which every click comes
# as forecast and only half of the orders do. The shop is the bundled example, the night is made up.

# %%
# %matplotlib inline
import pandas as pd

import planner

# %%
shop = planner.example_folder()
brief = planner.load_brief(shop / "brief.toml")
plan = planner.make_plan(brief, planner.load_history([shop / "history.csv"], brief))
plan

# %% [markdown]
# ## What the tools would report
#
# One row an hour and campaign, as an hourly report has them; half of the orders that were planned.

# %%
numbers = ["impressions", "clicks", "spend", "orders", "revenue"]
night = plan.schedule.assign(hour=plan.schedule["start"].dt.floor("h"))
night[["orders", "revenue"]] = night[["orders", "revenue"]] / 2
night = night.groupby(["hour", "channel", "campaign"], as_index=False)[numbers].sum()
night[numbers] = night[numbers].round(2)
night.head()

# %% [markdown]
# ## Every three hours
#
# The reports until then go in, the plan of the rest comes out. What is set in the tools is what the last one said.

# %%
told = []
live = plan
for now in pd.date_range(plan.slots["start"].iloc[0] + pd.Timedelta(hours=4), periods=7, freq="3h"):
    night[night["hour"] + pd.Timedelta(hours=1) <= now].to_csv("reports.csv", index=False)
    live = live.live(planner.load_history(["reports.csv"], brief), now=now)
    learnt = live.day.learnt.set_index(["what", "channel"])["factor"]
    told.append({"now": now, "changes": len(live.day.changes), **live.day.standing})
    told[-1]["conversion of search"] = learnt["conversion", "search"]

# %%
course = pd.DataFrame(told).set_index("now")
course[["changes", "conversion of search", "profit", "close_low", "close", "close_high", "planned_close"]].round(2)

# %%
shown = course[["close_low", "close", "close_high", "planned_close"]]
shown.plot(style=["--", "-", "--", ":"], ylabel="yuan", title="Profit expected at the close, as the night went on")

# %%
first, last = course.iloc[0], course.iloc[-1]
print(f"At {course.index[0]:%H:%M} search is thought to convert {first['conversion of search']:.2f} times as planned,")
print(f"at {course.index[-1]:%H:%M} {last['conversion of search']:.2f} times. It was half.")
print(
    f"The range of the profit at the close went from {first['close_high'] - first['close_low']:,.0f} to {last['close_high'] - last['close_low']:,.0f} yuan."
)

# %% [markdown]
# ## What the last plan does
#
# Bids follow what a click is worth now; money that would lose stays where it is.

# %%
left = live.schedule.groupby("channel")["spend"].sum().rename("now").to_frame()
later = plan.schedule[plan.schedule["start"] >= live.day.now]
left["as planned before"] = later.groupby("channel")["spend"].sum()
left.round(0)

# %%
print(f"For the rest {left['now'].sum():,.0f} yuan are planned, where it was {left['as planned before'].sum():,.0f}.")
count = len(live.day.changes)
print(
    f"At {live.day.now:%H:%M} it asks for {count} changes{'' if count else ': the bids are already where they should be'}."
)

# %%
live.day.changes[["channel", "campaign", "act", "percent", "gain"]]
