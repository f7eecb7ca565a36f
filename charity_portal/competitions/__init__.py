"""Venture-philanthropy competitions: editions, panels, scoring, and results anybody can recompute."""
