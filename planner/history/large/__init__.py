"""Large tables, judged by the same rules as small ones and added up by the engine."""
