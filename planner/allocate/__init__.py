"""Split a budget over cells for the most profit, exactly, and prove it.

**The problem.** A cell i (an hour of a channel, say) turns a spend x into ``k x**eta`` clicks, each worth so much
profit, revenue, units and orders. With sums over cells,

    maximise    sum profit_i k_i x_i**eta_i  -  sum x_i  -  late(sum orders_i k_i x_i**eta_i)
    subject to  floor_i <= x_i <= min(cap_i, reach_i)                       each cell
                floor_g <= sum of x_i in g <= cap_g                         groups, which may cross; the total is one
                sum of revenue in g  >=  R_g * (sum of x_i in g)            least return, in all or by group
                sum of units  <=  stock

where ``late`` is a convex, piecewise-linear cost (see `fulfilment`). It is a concave problem: every limit is linear
in spend or in the curves ``x**eta``.

**The dual.** A multiplier y for each limit says what the limit's next unit earns. Given all of them a cell sees one
price of money p (1, plus the multipliers of the limits on spend it falls under, plus R times those of its returns) and
one value v of its curve (its profit, plus revenue times the multipliers of its returns, less units times that of
stock, less orders times that of shipping), and is on its own: it takes ``x = (eta v / p)**(1/(1-eta))``, moved into its
bounds. The sum of what all cells earn at these prices, plus the limits valued at theirs, is a convex function D(y), and

    profit of any plan within the limits  <=  D(y)     for every y >= 0.

At the least D the slack of every limit with a price is zero, and both sides are equal. The late cost needs no special
care: each threshold is a limit that may be exceeded at a price, so its multiplier may not exceed the rise of the cost.

**The way there.** There are few multipliers however many cells, and sums over cells give D with two derivatives; so
Newton's method within the multipliers' ranges finds the minimum in about ten steps, most of them taken on a sample of
the cells. A linear cell takes all or nothing and jumps when its price is right; a proximal term that holds it near
its last answer makes it continuous, and moving that centre a few times splits ties as the limits need it. Money
is counted in units of the budget throughout: multiplying all money by 100 multiplies the plan by 100 and does nothing
else.

**The proof.** `Allocation.certificate` holds the profit P of the plan, the bound D(y), the gap (D - P) / P and what
each limit is exceeded by. They are computed from the plan and the multipliers alone, so that no trust in the search is
needed: a small gap is a proof whatever happened before.

**Two harder kinds.** Where prices differ by many orders of magnitude (a minimum spend on hours that are worth next to
nothing), Newton's method on D gets stuck, and a path through the inside of all bounds leads to the answer
(`interior`). Where a floor forces spend into cells whose every order makes a loss, the problem is not concave and D
alone leaves a gap; it is closed by searching ranges of spends, each with a D of its own (`branch`).
"""

from planner.allocate.solver.api import allocate_budget
from planner.allocate.solver.frontier import frontier, least_spend
from planner.allocate.solver.limits import GroupLimit, Limits, ReturnLimit
from planner.allocate.solver.result import Allocation, Certificate
from planner.allocate.solver.rounding import Rounded, round_spend

__all__ = [
    "Allocation",
    "Certificate",
    "GroupLimit",
    "Limits",
    "ReturnLimit",
    "Rounded",
    "allocate_budget",
    "frontier",
    "least_spend",
    "round_spend",
]
