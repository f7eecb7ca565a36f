"""All pages of the accounts domain, for the app to serve."""

from charity_portal.accounts.views import (
    links,
    office_outbox,
    office_people,
    profile,
    registration,
    second_factor,
    sessions,
    sign_in,
)

BLUEPRINTS = (
    sign_in.blueprint,
    second_factor.blueprint,
    registration.blueprint,
    links.blueprint,
    profile.blueprint,
    sessions.blueprint,
    office_people.blueprint,
    office_outbox.blueprint,
)
