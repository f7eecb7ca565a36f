"""The charity portal: calls, applications, decisions and their public disclosure."""
