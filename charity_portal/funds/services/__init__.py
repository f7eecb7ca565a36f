"""Writing funds and their ledger: what outsiders may call."""
