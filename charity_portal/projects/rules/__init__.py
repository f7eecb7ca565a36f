"""Decisions on plain values: no Flask, no SQL."""
