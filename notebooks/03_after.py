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
# # 3. After the event
#
# Two events happened. Hide each in turn, forecast it from what was known before, and see how wrong that was and where; then
# decide what the playbook should say next time. The shop is the bundled example; it is simulated.

# %%
# %matplotlib inline

import planner

# %%
shop = planner.example_folder()
brief = planner.load_brief(shop / "brief.toml")
history = planner.load_history([shop / "history.csv"], brief)
test = planner.backtest.backtest(brief, history)
print(*(f"Note: {note.text('en')}." for note in test.notes), sep="\n")

# %% [markdown]
# ## How wrong was the forecast?
#
# `wape` is the sum of hourly errors over the sum of what happened; `level` is how far the total was off; `shape` is the
# hourly error that is left when the total is right; `covered` is how often the truth lay in the range that is to hold it
# four times in five. What the other columns mean: `planner.describe("scores")`.

# %%
scores = test.scores.set_index(["event", "quantity"])
scores[["actual", "forecast", "wape", "level", "shape", "covered"]].round(2)

# %%
for event in brief.past_events:
    level, shape = scores.loc[(event.name, "clicks"), ["level", "shape"]]
    print(
        f"{event.name}: the total of clicks was {abs(level):.0%} {'too high' if level > 0 else 'too low'}, the shape off by {shape:.0%};"
    )
    print(f"  most of the error is in the {'level' if abs(level) > shape else 'shape'}.")
covered = scores.loc["all", "covered"].mean()
held = "too narrow" if covered < 0.7 else "wider than needed" if covered > 0.9 else "about right"
print(f"The ranges held {covered:.0%} of the hours, where they promise 80 %: {held}.")

# %%
latest = sorted((event.date, event.name) for event in brief.past_events)[-1][1]
orders = test.hours[(test.hours["quantity"] == "orders") & (test.hours["event"] == latest)]
planner.charts.plot_backtest(orders, quantity="orders").figure

# %% [markdown]
# ## Where was it wrong?
#
# Single hours of a small shop are mostly chance. Three hours together say more.

# %%
three = orders.set_index("start")[["actual", "forecast"]].resample("3h").sum()
three["off"] = three["forecast"] - three["actual"]
three["by chance"] = three["forecast"] ** 0.5
three["times chance"] = three["off"].abs() / three["by chance"]
three.round(1)

# %%
worst = three["times chance"].idxmax()
missed = "more" if three.loc[worst, "off"] < 0 else "fewer"
print(
    f"The worst stretch begins {worst:%H:%M}: {three.loc[worst, 'actual']:.0f} orders came, {missed} than the {three.loc[worst, 'forecast']:.0f} forecast."
)
print(
    f"That is {three.loc[worst, 'times chance']:.1f} times what chance alone would do; {(three['times chance'] > 2).sum()} of {len(three)} stretches are beyond twice."
)

# %% [markdown]
# ## What the plan would have done
#
# A model's answer: nobody saw what other bids would have brought. `bids_of_then` is the same model with the bids that were
# really set, so its distance from `actual` says how far to trust it.

# %%
replays = test.replays[test.replays["event"] == latest].set_index("plan")[["spend", "orders", "profit"]]
replays.round(0)

# %%
model, real, ours = (replays.loc[name, "profit"] for name in ("bids_of_then", "actual", "planned"))
print(f"The model is {abs(model / real - 1):.0%} off for the bids that were set.")
print(
    f"With the plan it has {abs(ours - model):,.0f} yuan of profit {'more' if ours > model else 'less'}, {abs(ours / model - 1):.0%},"
)
print(
    f"from {abs(1 - replays.loc['planned', 'spend'] / replays.loc['bids_of_then', 'spend']):.0%} {'less' if replays.loc['planned', 'spend'] < replays.loc['bids_of_then', 'spend'] else 'more'} spend."
)
print("More than its own error." if abs(ours - model) > abs(model - real) else "No more than its own error.")

# %% [markdown]
# ## What to change in the playbook
#
# The next plan has heard both events already. What they move far should also stand in the playbook, or in the brief, for the
# years and the shops that have no such history.

# %%
plan = planner.make_plan(brief, history)
evidence = planner.charts.evidence_table(plan)
moved_by = evidence["value"] / evidence["prior"]
far = evidence[(moved_by > 1.25) | (moved_by < 0.8)].set_index("window")
far[["measure", "prior", "value", "low", "high", "evidence"]].round(2)

# %%
written = {window.id: window.prior for window in brief.playbook.windows}
changes = {}
for row in far.itertuples():
    value = getattr(written[row.Index], row.measure) * row.value / row.prior
    changes.setdefault(row.Index, {})[row.measure] = round(value, 2)
for window, priors in changes.items():
    lines = "\n".join(f"priors.{measure} = {value}" for measure, value in priors.items())
    print(f'[[windows]]\nwindow = "{window}"\n{lines}\n')

# %% [markdown]
# Put into the brief, these lines say the same as the data did, so this year's plan should hardly move. If it moves much,
# the same evidence is counted twice.

# %%
told = plan.replan(windows=[{"window": window, "priors": priors} for window, priors in changes.items()])
moved = plan.compare(told, by="hour")["spend_change"].abs().sum() / 2

# %%
share = moved / plan.summary.spend
verdict = (
    "as it should be"
    if share < 0.1
    else "more than twice-told evidence should: keep them for shops without the history"
)
print(f"With them in the brief {moved:,.0f} yuan change places, {share:.0%} of the spend: {verdict}.")
