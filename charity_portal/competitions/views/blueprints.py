"""All pages of the competitions domain, for the app to serve."""

from charity_portal.competitions.queries import (  # noqa: F401
    editions,
    experts,
    outcomes,
    panels,
    pitches,
    reviews,
)
from charity_portal.competitions.views import (
    office_assignments,
    office_blind,
    office_conflicts,
    office_experts,
    office_panel,
    office_plans,
    own_expert,
    own_panel,
    recusals,
    review_papers,
)

BLUEPRINTS = (
    office_assignments.blueprint,
    office_blind.blueprint,
    office_conflicts.blueprint,
    office_experts.blueprint,
    office_panel.blueprint,
    office_plans.blueprint,
    own_expert.blueprint,
    own_panel.blueprint,
    recusals.blueprint,
    review_papers.blueprint,
)
