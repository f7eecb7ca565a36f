"""Funds and their ledger: community, named, seed and emergency funds in the books of a hosting charity."""
