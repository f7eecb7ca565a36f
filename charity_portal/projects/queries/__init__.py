"""Reads of the projects domain."""
