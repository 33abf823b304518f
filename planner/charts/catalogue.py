"""Which charts a plan has."""

__all__ = ["CHARTS"]

# What is drawn of a plan, in the order of the page: the module, and the plan's table without which there is no chart.
CHARTS = {
    "timeline": ("timeline", "schedule"),
    "grid": ("grid", "schedule"),
    "frontier": ("frontier", "frontier"),
    "pacing": ("pacing", "paths"),
    "sms": ("sends", "sms"),
    "evidence": ("evidence", "market"),
}
