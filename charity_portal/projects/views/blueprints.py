"""All pages of the projects domain, for the app to serve."""

from charity_portal.projects.views import (
    office_call_steps,
    office_calls,
    public_calls,
)

BLUEPRINTS = (
    public_calls.blueprint,
    office_calls.blueprint,
    office_call_steps.blueprint,
)
