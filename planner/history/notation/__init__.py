"""What one cell of somebody's file means: numbers, words for nothing, days and hours."""
