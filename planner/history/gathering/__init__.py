"""From tables of cells to tidy rows, in which nothing is counted twice."""
