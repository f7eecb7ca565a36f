"""Pages of the projects domain, one blueprint a noun."""
