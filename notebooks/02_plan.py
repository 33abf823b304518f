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
# # 2. The plan, and what would change it
#
# From a brief and a history to a plan; then other budgets, the reasons, what holds the plan back and what that costs, and
# whether all of it beats bidding the same all day. The shop is the bundled example; it is simulated.

# %%
# %matplotlib inline

import planner

# %%
shop = planner.example_folder()
brief = planner.load_brief(shop / "brief.toml")
history = planner.load_history([shop / "history.csv"], brief)
plan = planner.make_plan(brief, history)
plan

# %% [markdown]
# The same in a terminal:

# %%
print(plan)

# %% [markdown]
# ## Where the money goes

# %%
windows = planner.charts.window_table(plan).set_index("window")
windows["spend per hour"] = windows["spend"] / windows["hours"]
windows[["stance", "hours", "spend", "share", "spend per hour", "traffic", "price", "conversion"]].round(2)

# %%
dearest = windows["spend per hour"].idxmax()
print(
    f"Most money an hour goes into {dearest}: {windows.loc[dearest, 'share']:.0%} of all in {windows.loc[dearest, 'hours']:.0f} hours."
)
print(
    f"There a click costs {windows.loc[dearest, 'price']:.1f} and converts {windows.loc[dearest, 'conversion']:.1f} times the usual."
)

# %% [markdown]
# ## Which campaigns it goes to
#
# All campaigns of a channel bid the same until now. The plan gives each its own bids and budget.

# %%
unit = ["channel", "campaign"]
planned = plan.schedule.groupby(unit)[["spend", "orders", "profit"]].sum()
before = history.table.groupby(unit)["spend"].sum()
planned["of the spend"] = planned["spend"] / planned["spend"].sum()
planned["of the spend before"] = before / before.sum()
planned.sort_values("spend", ascending=False).round(2)

# %%
shift = (planned["of the spend"] - planned["of the spend before"]).sort_values()
print(f"{shift.index[-1][1]} gets {shift.iloc[-1]:+.0%} of the money, {shift.index[0][1]} {shift.iloc[0]:+.0%}.")

# %% [markdown]
# ## Every row says why
#
# The ten rows with the most money. What the columns mean is one call away: `planner.describe("schedule")`.

# %%
top = plan.schedule.nlargest(10, "spend").sort_values("start")
top[["start", "channel", "campaign", "stance", "bid", "bid_percent", "spend", "next_yuan", "reason"]].style.format(
    precision=2
).hide(axis="index")

# %% [markdown]
# ## Another budget
#
# Changing one thing and planning again is one line.

# %%
half = plan.replan(budget=brief.budget.total / 2)
moved = plan.compare(half)
shown = moved[["window", "channel", "spend_before", "spend_after", "profit_change", "why"]].head()
shown.style.format(precision=2).hide(axis="index")

# %%
lost = plan.summary.profit - half.summary.profit
spent = plan.summary.spend + plan.summary.sms_cost - half.summary.spend - half.summary.sms_cost
print(f"Half the budget spends {spent:,.0f} yuan less and is expected to earn {lost:,.0f} yuan less,")
print(f"so the second half brings {lost / spent:.2f} yuan of profit for each yuan, after paying for itself.")
print(
    f"The last yuan of the half budget brings {half.summary.money_price:.2f}, that of the whole one {plan.summary.money_price:.2f}."
)

# %%
planner.charts.plot_frontier(plan).figure

# %% [markdown]
# ## What holds the plan back, and what it costs
#
# Every limit has a price: what one more unit of it would earn. A price of 0 says that the limit does not bind.

# %%
plan.multipliers.rename("one more unit earns").to_frame().round(3)

# %%
scarce = plan.replan(stock={"units": int(plan.summary.orders / 2)})
scarce.multipliers.rename("one more unit earns").to_frame().round(3)

# %%
print(
    f"With goods for half of the orders the plan spends {scarce.summary.spend:,.0f} instead of {plan.summary.spend:,.0f} yuan,"
)
print(f"and one more piece in stock would be worth {scarce.multipliers['stock']:.2f} yuan.")
print(
    f"The allocation is within {plan.certificate['gap']:.0e} of the best there can be, by a bound that needs no trust."
)

# %% [markdown]
# ## Is it better than bidding the same all day?
#
# Naive plans with the same money, played in the very same markets. The gain is counted market by market.

# %%
rivals = plan.comparison.set_index("name")
rivals[["spend", "orders", "profit", "profit_low", "profit_high", "gain", "gain_low", "gain_high"]].round(0)

# %%
best = rivals.drop("plan")["profit"].idxmax()
gain, low, high = rivals.loc[best, ["gain", "gain_low", "gain_high"]]
sure = "in at least nine markets of ten" if low > 0 else "on average, though not in every market"
print(f"The best naive plan is {best}. This plan earns {abs(gain):,.0f} yuan {'more' if gain > 0 else 'less'} {sure}:")
print(f"between {low:,.0f} and {high:,.0f} yuan, four times in five.")

# %%
planner.charts.plot_pacing(plan).figure

# %% [markdown]
# ## Try it
#
# Move a slider or switch a stance, and the plan follows; `sliders.plan` is the plan for what they say. In a page that
# cannot show widgets the next cell holds the picture.

# %%
sliders = plan.explore()
sliders

# %%
planner.charts.plot_timeline(sliders.plan).figure
