"""Pages of the funds domain, one file a noun."""
