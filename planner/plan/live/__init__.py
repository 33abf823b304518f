"""Steering on the day: what has happened goes in, the plan of the rest comes out.

`facts` lays reports and sums on the promotion's hours; `market.today` learns from them; `rest` says what of money,
stock and messages is left; `calm` chooses the few changes that carry the gain; `steering` knows the order.
"""
