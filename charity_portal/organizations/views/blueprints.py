"""All pages of the register, for the app to mount."""

from charity_portal.organizations.views import (
    claims,
    members,
    office,
    public,
    rosters,
    workspace,
)

BLUEPRINTS = (
    public.blueprint,
    workspace.blueprint,
    members.blueprint,
    members.letters,
    office.blueprint,
    claims.blueprint,
    rosters.blueprint,
)
