"""Jobs of the projects domain."""
