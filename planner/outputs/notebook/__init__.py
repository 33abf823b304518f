"""How a plan shows itself: four lines of text, a page in a notebook, and sliders to explore it with.

ipywidgets is loaded with the sliders and matplotlib with the first chart, neither before.
"""

from __future__ import annotations

from planner.outputs.notebook.explorer import Explorer, Still, explore
from planner.outputs.notebook.page import plan_html, plan_lines

__all__ = ["Explorer", "Still", "explore", "plan_html", "plan_lines"]
