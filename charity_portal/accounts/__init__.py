"""People, their roles, how they sign in, and the second factor."""
