"""Reading conflicts of interest: the register, what is published of it, and what detection compares."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, selectinload

from charity_portal.accounts import queries as accounts
from charity_portal.competitions.models.editions import Edition, Stage, StageEntry
from charity_portal.competitions.models.experts import Expert
from charity_portal.competitions.models.panels import Conflict, Panelist, Tie
from charity_portal.competitions.rules import ties as words
from charity_portal.competitions.rules.detection import (
    LOOKING_BACK,
    Applicant,
    Declared,
    Judge,
    Stint,
)
from charity_portal.kernel import clock, secrets
from charity_portal.kernel.database import Page, db, page
from charity_portal.kernel.i18n import Text
from charity_portal.organizations import queries as organizations
from charity_portal.projects.queries import judging
from charity_portal.projects.queries.judging import Contestant

PHONE, ADDRESS = "competitions.phone", "competitions.address"


@dataclass(frozen=True)
class Filter:
    """What the register is narrowed down to; empty means everything."""

    found: str = ""
    state: str = ""
    panelist_id: int | None = None


@dataclass(frozen=True)
class Row:
    """One line of the register."""

    conflict: Conflict
    judge: str
    application: Contestant | None
    organization: str
    made_by: str
    lifted_by: str

    @property
    def ground(self) -> Text | str:
        """What the ground is called."""
        return words.GROUNDS.get(self.conflict.code, self.conflict.code)

    @property
    def found(self) -> Text:
        """How it came to light."""
        return words.FOUND[self.conflict.found]


def register(edition_id: int, wanted: Filter | None = None) -> list[Row]:
    """The conflicts of an edition, newest first, lifted ones included; a constant number of
    statements."""
    chosen = _chosen(edition_id, wanted or Filter()).order_by(Conflict.id.desc())
    return _rows(db.session.scalars(chosen).all())


def register_page(edition_id: int, wanted: Filter, after: str | None = None) -> Page[Row]:
    """One screenful of the register, newest first."""
    found: Page[Conflict] = page(_chosen(edition_id, wanted), [Conflict.id.desc()], after, size=50)
    return Page(_rows(found.items), found.next_cursor, found.first)


def count(edition_id: int, wanted: Filter) -> int:
    """How many entries a filter finds."""
    found = _chosen(edition_id, wanted).with_only_columns(Conflict.id).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(found)) or 0


def _chosen(edition_id: int, wanted: Filter) -> sa.Select[Conflict]:
    chosen = (
        sa.select(Conflict)
        .join(Conflict.panelist)
        .options(contains_eager(Conflict.panelist))
        .where(Panelist.edition_id == edition_id)
    )
    if wanted.found:
        chosen = chosen.where(Conflict.found == wanted.found)
    if wanted.panelist_id is not None:
        chosen = chosen.where(Conflict.panelist_id == wanted.panelist_id)
    if wanted.state:
        lifted = Conflict.lifted_at
        chosen = chosen.where(lifted.is_not(None) if wanted.state == "lifted" else lifted.is_(None))
    return chosen


def _rows(found: Sequence[Conflict]) -> list[Row]:
    applications = judging.described(c.application_id for c in found)
    names = organizations.names(a.organization_id for a in applications.values())
    ids = {i for c in found for i in (c.panelist.user_id, c.made_by, c.lifted_by) if i is not None}
    people = {key: person.name for key, person in accounts.people(ids).items()}
    rows = []
    for conflict in found:
        application = applications.get(conflict.application_id)
        rows.append(
            Row(
                conflict,
                people.get(conflict.panelist.user_id, ""),
                application,
                names.get(application.organization_id, "") if application else "",
                people.get(conflict.made_by or 0, ""),
                people.get(conflict.lifted_by or 0, ""),
            )
        )
    return rows


@dataclass(frozen=True)
class JudgeRecusals:
    """From how many applications a panel member kept away, by code, and the grounds."""

    code: str
    applications: int
    grounds: Sequence[Text | str]


@dataclass(frozen=True)
class Recusals:
    """What is published of the register: grounds with numbers, members by code; no application, no
    organization, no note."""

    by_ground: Sequence[tuple[Text | str, int]]
    by_judge: Sequence[JudgeRecusals]
    total: int


def recusals(edition_id: int) -> Recusals:
    """The conflicts in force of members who took part, for the public results; one statement."""
    rows = db.session.execute(
        sa.select(Panelist.code, Conflict.code)
        .join(Panelist, Panelist.id == Conflict.panelist_id)
        .where(
            Panelist.edition_id == edition_id,
            Conflict.lifted_at.is_(None),
            Panelist.state.in_(("accepted", "withdrawn")),
        )
        .order_by(Panelist.code, Conflict.id)
    ).all()
    by_ground = Counter(ground for _, ground in rows)
    judges: dict[str, list[str]] = {}
    for judge, ground in rows:
        judges.setdefault(judge, []).append(ground)
    order = [*(g for g in words.GROUNDS if g in by_ground)]
    return Recusals(
        [(words.GROUNDS[ground], by_ground[ground]) for ground in order],
        [
            JudgeRecusals(code, len(grounds), [words.GROUNDS[g] for g in order if g in grounds])
            for code, grounds in judges.items()
        ],
        len(rows),
    )


def field(edition: Edition) -> list[Contestant]:
    """The applications that a conflict can concern: those that passed screening, and all that ever
    took part in a stage."""
    entered = set(
        db.session.scalars(
            sa.select(StageEntry.application_id)
            .join(Stage, Stage.id == StageEntry.stage_id)
            .where(Stage.edition_id == edition.id)
        )
    )
    eligible = judging.contestants(edition.call_id)
    missing = entered - {a.id for a in eligible}
    return [*eligible, *judging.described(missing).values()]


def applicants(edition: Edition) -> list[Applicant]:
    """The applications with the organizations behind them; contacts only as blind indexes."""
    contestants = field(edition)
    known = organizations.contacts(c.organization_id for c in contestants)
    hosts = {c.host_id for c in known.values() if c.host_id is not None} - known.keys()
    known = {**known, **organizations.contacts(hosts)}
    found = []
    for one in contestants:
        behind = {one.organization_id, known[one.organization_id].host_id} - {None}
        contacts = [known[key] for key in behind if key in known]
        found.append(
            Applicant(
                one.id,
                frozenset(key for key in behind if key is not None),
                frozenset(words.plain_name(c.name) for c in contacts),
                _indexes(PHONE, (words.plain_phone(c.phone) for c in contacts)),
                _indexes(ADDRESS, (words.plain_address(c.address) for c in contacts)),
                one.lead,
            )
        )
    return found


def _indexes(kind: str, texts: Iterable[str]) -> frozenset[str]:
    """The blind indexes under every key that is still in use."""
    return frozenset(index for text in texts if text for index in secrets.blind_indexes(kind, text))


def judges(edition_id: int, behind: set[int]) -> list[Judge]:
    """The members who accepted, with everything that may tie them to the organizations `behind`."""
    seated = db.session.execute(
        sa.select(Panelist.id, Expert)
        .join(Expert, Expert.id == Panelist.expert_id)
        .where(Panelist.edition_id == edition_id, Panelist.state == "accepted")
        .options(selectinload(Expert.employments))
        .order_by(Panelist.position, Panelist.id)
    ).all()
    ids = {expert.user_id for _, expert in seated}
    people = accounts.people(ids)
    memberships: dict[int, list[Stint]] = {}
    for one in organizations.belongings(ids):
        ended = clock.local(one.ended_at).date() if one.ended_at else None
        memberships.setdefault(one.user_id, []).append(Stint(one.organization_id, ended))
    ties = _ties(edition_id, {expert.id for _, expert in seated})
    awards = judging.responsible_for_awards(behind)
    return [
        Judge(
            panelist_id,
            people[expert.user_id].name,
            tuple(
                Stint(job.organization_id, job.until, job.employer) for job in expert.employments
            ),
            tuple(memberships.get(expert.user_id, ())),
            tuple(ties.get(expert.id, ())),
            frozenset(filter(None, [expert.phone_index])),
            frozenset(filter(None, [expert.address_index])),
            _awarded(awards, expert.user_id, people[expert.user_id].name),
        )
        for panelist_id, expert in seated
    ]


def _awarded(awards: Sequence[judging.Responsible], user_id: int, name: str) -> frozenset[int]:
    plain = words.plain_name(name)
    return frozenset(
        a.organization_id
        for a in awards
        if a.user_id == user_id or (plain and words.plain_name(a.lead) == plain)
    )


def _ties(edition_id: int, expert_ids: set[int]) -> Mapping[int, list[Declared]]:
    """What these experts declared for this edition, and for others within two years."""
    since: datetime = clock.now() - timedelta(days=LOOKING_BACK.days)
    rows = db.session.execute(
        sa.select(Panelist.expert_id, Tie)
        .join(Panelist, Panelist.id == Tie.panelist_id)
        .where(
            Panelist.expert_id.in_(expert_ids),
            Tie.retracted_at.is_(None),
            sa.or_(Panelist.edition_id == edition_id, Tie.declared_at >= since),
        )
        .order_by(Tie.id)
    )
    found: dict[int, list[Declared]] = {}
    for expert_id, tie in rows:
        found.setdefault(expert_id, []).append(
            Declared(tie.organization_id, tie.kind, tie.declared_at)
        )
    return found


def entry_code(stage_id: int, application_id: int) -> str:
    """What reviewers see in an application's place."""
    entry = db.session.get(StageEntry, (stage_id, application_id))
    return entry.code if entry is not None else ""
