"""Calls for projects, applications, screening, decisions, public notice and awards."""
