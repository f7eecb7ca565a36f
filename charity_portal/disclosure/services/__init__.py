"""Writes of the disclosure domain."""
