"""Secrets that are handed out once and kept only as a hash."""

import hashlib
import secrets


def new_token() -> str:
    """256 random bits, fit for an address or a cookie."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a token. It is random and long, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
