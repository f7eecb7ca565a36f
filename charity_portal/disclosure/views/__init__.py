"""Public pages and the desk where reports are published."""
