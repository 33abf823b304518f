"""An hour-by-hour planner of paid traffic for online promotions."""
