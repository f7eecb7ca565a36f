"""Tables of the projects domain, one file a noun."""
