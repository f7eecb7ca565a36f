"""Which applications the purse is spent on, and why a higher one was passed over."""
