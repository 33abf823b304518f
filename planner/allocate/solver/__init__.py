"""The optimiser: a budget over cells for the most profit, exactly, with its certificate."""
