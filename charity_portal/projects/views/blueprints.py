"""All pages of the projects domain, for the app to serve."""

from charity_portal.projects.views import (
    office_call_steps,
    office_cases,
    office_decisions,
    office_notices,
    office_objections,
    office_reclaims,
    office_screening,
    office_tranche_steps,
    office_tranches,
    public_calls,
    public_notices,
    workspace_applications,
    workspace_awards,
    workspace_drafts,
    workspace_papers,
    workspace_submissions,
)

BLUEPRINTS = (
    public_calls.blueprint,
    office_call_steps.blueprint,
    workspace_applications.blueprint,
    workspace_drafts.blueprint,
    workspace_papers.blueprint,
    workspace_submissions.blueprint,
    office_screening.blueprint,
    office_cases.blueprint,
    office_decisions.blueprint,
    office_notices.blueprint,
    office_objections.blueprint,
    public_notices.blueprint,
    office_tranches.blueprint,
    office_tranche_steps.blueprint,
    office_reclaims.blueprint,
    workspace_awards.blueprint,
)
