"""Decisions about accounts on plain values."""
