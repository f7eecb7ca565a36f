"""Work of competitions that is done later."""
