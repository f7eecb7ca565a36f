"""All pages of the funds domain, for the app to serve."""

from flask import Blueprint

from charity_portal.funds.queries import (  # noqa: F401
    bank,
    papers,
)
from charity_portal.funds.views import (
    office_campaign_steps,
    office_channels,
    office_donation_lists,
    office_donations,
    office_donors,
    office_entries,
    office_fund_money,
    office_fund_steps,
    office_months,
    office_pledges,
    office_rules,
    office_spending,
    public_campaigns,
    workspace_funds,
    workspace_spending,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    office_fund_steps.blueprint,
    office_fund_money.blueprint,
    office_entries.blueprint,
    office_channels.blueprint,
    office_months.blueprint,
    workspace_funds.blueprint,
    office_campaign_steps.blueprint,
    public_campaigns.blueprint,
    office_donors.blueprint,
    office_donations.blueprint,
    office_donation_lists.blueprint,
    office_pledges.blueprint,
    office_spending.blueprint,
    workspace_spending.blueprint,
    office_rules.blueprint,
)
