"""How far a playbook is believed beside a seller's own history, as its own file says."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Trust"]

Part = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Spread = Annotated[float, Field(gt=0, le=3, allow_inf_nan=False)]
Height = Annotated[float, Field(ge=-3, le=3, allow_inf_nan=False)]


class Trust(BaseModel):
    """What a playbook's story is worth against data; what a file leaves out is as for a story that was judged.

    Attributes
    ----------
    story, story_sd
        Part of the story in conversion, what sets one window off from the others, that is believed beside a history
        (0 to 1), and its standard deviation.
    story_traffic_sd
        Standard deviation of the strength of the story in clicks, around 1.
    most_spread
        Log standard deviation that clicks at a fixed bid are held to, whatever the windows' own spreads come to.
    rush, rush_sd
        Log lift of conversion at the opening beyond the windows' own, beside a history, and its standard deviation.
    year_traffic, year_conversion
        Log standard deviation of one event's clicks and conversion, hour by hour, against what events share.
    year_level
        Log standard deviation of a whole event's clicks against what events share.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    story: Part = 0.3
    story_sd: Spread = 0.1
    story_traffic_sd: Spread = 0.5
    most_spread: Spread = 0.7
    rush: Height = 0.6
    rush_sd: Spread = 0.5
    year_traffic: Spread = 0.2
    year_conversion: Spread = 0.25
    year_level: Spread = 0.15
