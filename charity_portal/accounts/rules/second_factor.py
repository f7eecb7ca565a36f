"""Time-based codes (RFC 6238: six digits, thirty seconds) and recovery codes."""

import hmac
import secrets
from datetime import datetime

import pyotp

STEP = 30
DRIFT = 1  # steps that a telephone's clock may be early or late
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else


def new_secret() -> str:
    """A fresh secret for an authenticator app (160 bits, base32)."""
    return pyotp.random_base32()


def step_of(now: datetime) -> int:
    """The number of the thirty-second span that a moment falls into."""
    return int(now.timestamp()) // STEP


def code_at(secret: str, step: int) -> str:
    """The six digits of one step."""
    return pyotp.TOTP(secret).at(step * STEP)


def matching_step(secret: str, code: str, now: datetime, last_step: int | None) -> int | None:
    """The step whose code this is, None when it is wrong, out of time, or was accepted before.

    A step at or before `last_step` never counts, so that no code opens the door twice.
    """
    typed = "".join(c for c in code if c.isdigit())
    current, found = step_of(now), None
    for step in range(current - DRIFT, current + DRIFT + 1):
        fresh = last_step is None or step > last_step
        if hmac.compare_digest(code_at(secret, step), typed) and fresh:
            found = step
    return found


def next_code(secret: str, now: datetime, last_step: int | None) -> str | None:
    """The code that would be accepted now (shown for demonstration accounts only); None when all
    codes of this half minute have been used."""
    current = step_of(now)
    step = current if last_step is None else max(current, last_step + 1)
    return code_at(secret, step) if step <= current + DRIFT else None


def provisioning_uri(secret: str, email: str, issuer: str) -> str:
    """What the QR code says to an authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def new_recovery_codes() -> list[str]:
    """Ten codes of about fifty bits, `xxxxx-xxxxx`."""
    return [
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(2))
        for _ in range(RECOVERY_CODES)
    ]


def normal_recovery_code(text: str) -> str:
    """The one spelling of a recovery code, however it was typed."""
    plain = "".join(c for c in text.lower() if c in _LETTERS)
    return f"{plain[:5]}-{plain[5:]}"


def looks_like_recovery_code(text: str) -> bool:
    """Whether somebody typed a recovery code where a six-digit code would also do."""
    return any(c.isalpha() for c in text)
