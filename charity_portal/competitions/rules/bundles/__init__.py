"""The recompute bundle: its files, how they are read, written and compared."""
