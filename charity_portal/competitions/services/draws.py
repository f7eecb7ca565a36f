"""Drawing a panel from the pool. A draw is kept as it was and never repeated; later ones add to it."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from charity_portal.competitions.errors import NotEnoughExperts, SeedMissing
from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.models.experts import Expert
from charity_portal.competitions.models.panels import Draw, Panelist
from charity_portal.competitions.queries import draws as queries
from charity_portal.competitions.rules import draws as rules
from charity_portal.competitions.rules.draws import Candidate, Need, Wanted
from charity_portal.competitions.services import seats
from charity_portal.kernel import audit, jobs, secrets
from charity_portal.kernel.database import db
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import Actor, require

MOST = 60
LOAD = 20  # reviews in a stage, until an officer says otherwise


def draw(
    actor: Actor, edition_id: int, size: int, standbys: int, minimums: Mapping[str, int]
) -> Draw:
    """Draw `size` members and `standbys` stand-bys with the edition's seed. `minimums` maps the keys
    of `queries.draws.needs` to the fewest members. The first draw sets the panel's size; later ones
    use its seed, whatever the edition says meanwhile: nobody can look for a better one.

    Raises SeedMissing, NotEnoughExperts, PanelSettled, Invalid.
    """
    require(actor, "competitions:panel:manage")
    edition = seats.running(edition_id)
    seed = queries.seed_of(edition)
    if not seed:
        raise SeedMissing
    wanted = _wanted(edition, size, standbys, minimums)
    pool = queries.pool(edition)
    if not pool.candidates:
        raise NotEnoughExperts
    asked = {need.key for need in wanted.needs}
    candidates = [Candidate(c.code, c.meets & asked) for c in pool.candidates]
    drawn = rules.draw(seed, candidates, wanted)
    row = Draw(
        edition_id=edition_id,
        seed=seed,
        wanted=rules.stored(wanted),
        pool=rules.stored_pool(candidates),
        result=rules.stored_result(drawn),
        drawn_by=actor.user_id,
    )
    earlier = _drawn_before(edition_id)
    db.session.add(row)
    db.session.flush()
    if not earlier:
        edition.panel_size, edition.standby_size = size, standbys
    _seat(edition, row, [(place, pool.experts[place.code]) for place in drawn.places], earlier)
    after = {"draw": row.id, "pool": len(candidates), "drawn": len(drawn.places)}
    audit.record(actor, "competitions.draw.drawn", edition, after=after)
    jobs.announce(actor, "competitions.draw_drawn", id=row.id, edition_id=edition_id)
    return row


def _wanted(edition: Edition, size: int, standbys: int, minimums: Mapping[str, int]) -> Wanted:
    problems = {}
    if not 0 <= size <= MOST:
        problems["size"] = [say("人数应在 0 到 %(most)s 之间。", most=MOST)]
    if not 0 <= standbys <= MOST:
        problems["standbys"] = [say("人数应在 0 到 %(most)s 之间。", most=MOST)]
    if size + standbys == 0:
        problems["size"] = [say("请填写要抽取的人数。")]
    if _drawn_before(edition.id) == 0 and size == 0:
        problems["size"] = [say("首次抽取至少抽取一名评审专家。")]
    if problems:
        raise Invalid(fields=problems)
    keys = queries.needs(edition)
    needs = tuple(Need(key, minimums[key]) for key in keys if minimums.get(key, 0) > 0)
    return Wanted(size, standbys, needs)


def _drawn_before(edition_id: int) -> int:
    counted = sa.select(sa.func.count()).where(Panelist.edition_id == edition_id)
    return db.session.scalar(counted) or 0


def _seat(
    edition: Edition, row: Draw, drawn: Sequence[tuple[rules.Place, Expert]], earlier: int
) -> None:
    """Give everybody drawn their place in turn and a code that does not follow the turn: the order is
    published, and the codes stand beside scores."""
    shuffled = sorted(
        (expert.id for _, expert in drawn),
        key=lambda key: secrets.sign("competitions.judge", f"{edition.id}:{key}"),
    )
    number = {key: earlier + at for at, key in enumerate(shuffled, 1)}
    for position, (place, expert) in enumerate(drawn, earlier + 1):
        db.session.add(
            Panelist(
                edition_id=edition.id,
                expert_id=expert.id,
                user_id=expert.user_id,
                track_id=_track(place),
                draw_id=row.id,
                code=f"J{number[expert.id]:02d}",
                position=position,
                max_load=min(LOAD, expert.most_reviews or LOAD),
            )
        )
    db.session.flush()


def _track(place: rules.Place) -> int | None:
    kind, _, key = (place.need or "").partition(":")
    return int(key) if kind == "track" else None
