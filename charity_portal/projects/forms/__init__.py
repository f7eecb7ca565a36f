"""What people may type in, for the projects domain."""
