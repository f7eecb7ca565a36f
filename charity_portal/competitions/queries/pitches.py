"""Reading pitch sessions."""

from sqlalchemy.orm import joinedload, selectinload

from charity_portal.competitions.models.editions import Stage
from charity_portal.competitions.models.pitches import Pitch
from charity_portal.kernel.database import db


def pitch(pitch_id: int) -> Pitch | None:
    """One session with its stage, edition and slots."""
    return db.session.get(
        Pitch,
        pitch_id,
        options=[
            joinedload(Pitch.stage).joinedload(Stage.edition),
            selectinload(Pitch.slots),
        ],
    )
