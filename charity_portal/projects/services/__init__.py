"""Writes of the projects domain; what outsiders may call."""
