"""All pages of the funds domain, for the app to serve."""

from flask import Blueprint

from charity_portal.funds.queries import (  # noqa: F401
    bank,
    donations,
    measures,
    papers,
    spending,
)
from charity_portal.funds.views import office_campaign_steps, public_campaigns

BLUEPRINTS: tuple[Blueprint, ...] = (
    office_campaign_steps.blueprint,
    public_campaigns.blueprint,
)
