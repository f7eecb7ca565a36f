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
    office_blind,
    review_papers,
)

BLUEPRINTS = (
    office_blind.blueprint,
    review_papers.blueprint,
)
