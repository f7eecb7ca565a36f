"""Reading funds and their ledger."""
