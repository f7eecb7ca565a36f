"""Editions made by the services, from the draft to the close of judging."""

import itertools
from datetime import datetime, timedelta
from typing import Any

from charity_portal.accounts.models import User
from charity_portal.competitions.models.editions import Edition, Stage
from charity_portal.competitions.models.reviews import Review
from charity_portal.competitions.queries import edition_desk, panels
from charity_portal.competitions.queries import editions as queries
from charity_portal.competitions.queries.edition_drafts import draft_of
from charity_portal.competitions.services import editions, stages
from charity_portal.kernel import clock
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.identifiers import make_uscc
from charity_portal.kernel.permissions import Actor
from charity_portal.organizations.models import Organization
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call
from charity_portal.projects.queries import calls
from tests.factories.calls import make_call
from tests.factories.competitions import make_expert, make_panelist, make_review
from tests.factories.examples import Example, World

SEED = "2026-03-02 福彩3D 第2026051期 417"
_numbers = itertools.count(1)
OFFICER = Actor(None, "officer", frozenset({"officer"}))
APPROVER = Actor(None, "approver", frozenset({"approver"}))


def closed_call(**changes: Any) -> Call:
    """A published call that takes no more applications since yesterday."""
    return make_call(**({"closes_at": clock.now() - timedelta(days=1)} | changes))


def make_draft(call: Call | None = None, template: str = "one", copy: int | None = None) -> Edition:
    """A drafted edition as `create` leaves it."""
    call = call or closed_call()
    with transaction():
        made = editions.create(OFFICER, call.id, template, copy)
    return loaded(made.id)


def loaded(edition_id: int) -> Edition:
    """The edition as it stands now."""
    db.session.expire_all()
    found = queries.edition(edition_id)
    assert found is not None
    return found


def change(edition: Edition, part: str, stage: Stage | None = None, **units: Any) -> Edition:
    """An officer saves some units of one part."""
    draft = draft_of(edition, part, stage)
    with transaction():
        editions.save(
            OFFICER,
            edition.id,
            part,
            draft.with_units(**units),
            edition.rev,
            draft.prints(),
            stage.id if stage else None,
        )
    return loaded(edition.id)


def make_ready(
    applications: int = 2, members: int = 5, template: str = "one", due: datetime | None = None
) -> Edition:
    """A drafted edition with nothing in the way: applications, panel, seed, due dates.

    Written straight into the tables: what stands behind these rows is tested elsewhere.
    """
    edition = make_draft(closed_call(), template)
    due = due or clock.now() + timedelta(days=10)
    with transaction():
        edition.seed = SEED
        for n, stage in enumerate(edition.stages):
            stage.due_at, stage.advance = due + timedelta(days=7 * n), None
        track = calls.form_of(db.session.get_one(Call, edition.call_id)).tracks[0]
        for _ in range(applications):
            _passed(edition.call_id, track.id)
        for n in range(members):
            user = User(email=f"of-edition-{next(_numbers)}@example.org", name=f"顾评审{n}")
            db.session.add(user)
            db.session.flush()
            make_panelist(edition, make_expert(user_id=user.id))
    return loaded(edition.id)


def _passed(call_id: int, track_id: int) -> None:
    """An application that passed screening, of an organization of its own."""
    number = next(_numbers)
    code = make_uscc("370602", 650_000 + number)
    organization = Organization(
        org_ref=f"CN-SOC-{code}", name=f"春晓社会工作服务中心{number}", kind="service", uscc=code
    )
    db.session.add(organization)
    db.session.flush()
    application = Application(
        call_id=call_id,
        organization_id=organization.id,
        track_id=track_id,
        number=f"SB-2026-6{number:05d}",
        title=f"银龄陪伴计划{number}",
        state="eligible",
        amount_requested_fen=5_000_000,
        submitted_at=clock.now() - timedelta(days=5),
    )
    db.session.add(application)
    db.session.flush()


def make_open(**how: Any) -> Edition:
    """An edition that is being judged; nothing is assigned yet."""
    edition = make_ready(**how)
    with transaction():
        editions.open_edition(OFFICER, edition.id)
    return loaded(edition.id)


def make_ready_with_bonus(**how: Any) -> Edition:
    """A drafted edition with nothing in the way and one bonus rule of at most five points."""
    bonus = {
        "id": None,
        "title_zh": "配捐到位",
        "title_en": "Matching donations",
        "basis_zh": "到账每 1 万元加 0.5 分",
        "basis_en": None,
        "most": 500,
    }
    return change(make_ready(**how), "bonuses", bonuses=[bonus])


def make_open_with_bonus(**how: Any) -> Edition:
    """The same, being judged."""
    edition = make_ready_with_bonus(**how)
    with transaction():
        editions.open_edition(OFFICER, edition.id)
    return loaded(edition.id)


def make_running(
    applications: int = 2, members: int = 5, days: int = 10
) -> tuple[Edition, Stage, list[Review]]:
    """An edition whose only stage is being scored, everybody reviewing everything."""
    due = clock.now() + timedelta(days=days)
    edition = make_open(applications=applications, members=members, due=due)
    reviews = assign_everything(edition, edition.stages[0])
    with transaction():
        stages.open_stage(OFFICER, edition.stages[0].id)
    edition = loaded(edition.id)
    return edition, edition.stages[0], reviews


def assign_everything(edition: Edition, stage: Stage) -> list[Review]:
    """Every member reviews every application of the stage."""
    entered = [
        db.session.get_one(Application, e.application_id)
        for e in edition_desk.entries_page(stage).items
    ]
    return [
        make_review(stage, member.panelist, application)
        for member in panels.members(edition.id)
        for application in entered
    ]


def _bonus_case(world: World) -> tuple[int, int]:
    """An edition and an application in it: one a world, so that both arguments belong together."""
    if "bonus" not in world.made:
        edition = make_open_with_bonus(applications=1)
        world.made["bonus"] = edition.id, edition_desk.entered(edition.stages[0])[0]
    ids: tuple[int, int] = world.made["bonus"]
    return ids


EXAMPLES: dict[str, Example] = {
    "edition_id": lambda world: make_draft().id,
    "stage_id": lambda world: make_draft().stages[0].id,
    "part": lambda world: "basics",
    "competitions_public.show.number": lambda world: make_open(applications=1).number,
    **{
        f"competitions_bonuses.{view}.{argument}": example
        for view in ("edit", "save")
        for argument, example in {
            "edition_id": lambda world: _bonus_case(world)[0],
            "application_id": lambda world: _bonus_case(world)[1],
        }.items()
    },
}
