"""Reading reviews."""

from sqlalchemy.orm import joinedload

from charity_portal.competitions.models.editions import Stage
from charity_portal.competitions.models.reviews import Review
from charity_portal.kernel.database import db


def review(review_id: int) -> Review | None:
    """One review with its stage, edition and panel member."""
    return db.session.get(
        Review,
        review_id,
        options=[
            joinedload(Review.stage).joinedload(Stage.edition),
            joinedload(Review.panelist),
        ],
    )
