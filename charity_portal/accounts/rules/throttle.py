"""How many tries are allowed, and in what time."""

from datetime import timedelta

from charity_portal.kernel.throttling import Limit

SIGN_IN_ACCOUNT = Limit("account", 10, timedelta(minutes=15))
SIGN_IN_NETWORK = Limit(
    "network", 100, timedelta(minutes=15)
)  # a whole office may share an address
CODE = Limit("code", 6, timedelta(minutes=15))
PASSWORD_AGAIN = Limit("again", 10, timedelta(minutes=15))
LETTER_ACCOUNT = Limit("letter-account", 3, timedelta(hours=1))
LETTER_NETWORK = Limit("letter-network", 30, timedelta(hours=1))
