"""Reads of the disclosure domain."""
