"""Reading competitions."""
