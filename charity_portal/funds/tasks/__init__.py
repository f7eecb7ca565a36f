"""Job handlers of the funds domain, one file a noun."""
