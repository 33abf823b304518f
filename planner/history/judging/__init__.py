"""What a column's cells mean, settled by the whole of it, and what is refused."""
