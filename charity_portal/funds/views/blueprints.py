"""All pages of the funds domain, for the app to serve."""

from flask import Blueprint

from charity_portal.funds.queries import (  # noqa: F401
    bank,
    campaigns,
    donations,
    measures,
    papers,
    spending,
)

BLUEPRINTS: tuple[Blueprint, ...] = ()
