"""What may be done with competitions."""
