"""The pages of the accounts domain, and who is recognised at the start of a request."""
