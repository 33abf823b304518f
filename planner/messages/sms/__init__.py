"""Text messages: to whom, how many, when, and what they say.

`sms_frontier` prepares everything that does not depend on the budget: what the best use of every amount of money is.
Its `cells` stand beside the ads in the allocator, so that one multiplier on money serves both; `settle_sms` turns what
the allocator gave them into sends. The plan is the exact optimum of the forecast under the people of a segment less its
hold-out, the provider's hours and throughput, the gap between two messages and the most messages a person gets.
"""

from planner.messages.sms.frontier import SmsFrontier, sms_cells, sms_frontier
from planner.messages.sms.plan import SmsPlan, plan_sms, settle_sms
from planner.messages.sms.texts import Length, compose, count_parts, text_remarks

__all__ = [
    "Length",
    "SmsFrontier",
    "SmsPlan",
    "compose",
    "count_parts",
    "plan_sms",
    "settle_sms",
    "sms_cells",
    "sms_frontier",
    "text_remarks",
]
