"""Customers: read from a file, put into segments, and listed for every send.

Personal data stays in these tables and in the recipient files: no message, note or problem carries a number or a name.
"""

from planner.messages.customers.lists import RecipientLists, recipient_lists
from planner.messages.customers.reading import Customers, read_customers
from planner.messages.customers.segments import SEGMENTS, rfm_scores, segment_customers, with_customers

__all__ = [
    "SEGMENTS",
    "Customers",
    "RecipientLists",
    "read_customers",
    "recipient_lists",
    "rfm_scores",
    "segment_customers",
    "with_customers",
]
