"""Decisions about funds and money, on plain values."""
