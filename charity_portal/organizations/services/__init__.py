"""Writes: the register, members, claims, rosters. Each inside one transaction() of its caller."""
