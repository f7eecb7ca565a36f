"""Taking hold of a place on a panel: always the edition first, so that two steps never wait for each
other."""

from charity_portal.competitions.errors import PanelSettled
from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.models.panels import Panelist
from charity_portal.competitions.queries.panels import RUNNING
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import NotFound


def running(edition_id: int) -> Edition:
    """The edition, locked; PanelSettled when its panel can no longer change."""
    edition = locked(Edition, edition_id)
    if edition.state not in RUNNING:
        raise PanelSettled
    return edition


def hold(panelist_id: int) -> Panelist:
    """The place, locked together with its edition. Raises NotFound, PanelSettled."""
    known = db.session.get(Panelist, panelist_id)
    if known is None:
        raise NotFound
    running(known.edition_id)
    return locked(Panelist, panelist_id)
