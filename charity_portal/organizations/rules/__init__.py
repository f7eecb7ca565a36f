"""Decisions about organizations on plain values: no request, no database."""
