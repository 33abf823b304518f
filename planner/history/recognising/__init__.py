"""Whose table it is and what its headers mean."""
