"""Decisions about competitions on plain values."""
