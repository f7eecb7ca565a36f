"""Tables of the funds domain, one file a noun."""
