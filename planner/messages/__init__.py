"""What is said to buyers: to whom, when, what it is worth, and the deals that are offered."""
