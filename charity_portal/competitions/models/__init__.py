"""The tables of competitions."""
