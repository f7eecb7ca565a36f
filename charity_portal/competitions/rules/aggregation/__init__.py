"""From single scores to one figure an application: totals, methods, judges, ranks, chances."""
