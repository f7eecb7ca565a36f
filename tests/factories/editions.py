"""Editions made by the services, from the draft to the close of judging."""

from datetime import datetime, timedelta
from typing import Any

from charity_portal.competitions.models.editions import Edition, Stage
from charity_portal.competitions.models.reviews import Review
from charity_portal.competitions.queries import edition_desk, panels
from charity_portal.competitions.queries import editions as queries
from charity_portal.competitions.queries.edition_drafts import draft_of
from charity_portal.competitions.services import editions
from charity_portal.kernel import clock
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import Actor
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call
from tests.factories import notices
from tests.factories.calls import make_call
from tests.factories.competitions import make_expert, make_panelist, make_review
from tests.factories.examples import Example

SEED = "2026-03-02 福彩3D 第2026051期 417"
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
    applications: int = 3, members: int = 5, template: str = "one", due: datetime | None = None
) -> Edition:
    """A drafted edition with nothing in the way: applications, panel, seed, due dates."""
    office = notices.office()
    call = make_call()
    for _ in range(applications):
        notices.eligible(office.officer, call)
    with transaction():
        call.closes_at = clock.now() - timedelta(hours=1)
    edition = make_draft(call, template)
    rows = draft_of(edition, "stages").rows("stages")
    due = due or clock.now() + timedelta(days=10)
    dated = [{**row, "due_at": due + timedelta(days=7 * n)} for n, row in enumerate(rows)]
    if template == "three":
        dated = [{**row, "advance": None} for row in dated]
    edition = change(edition, "stages", stages=dated)
    edition = change(edition, "basics", seed=SEED)
    for n in range(members):
        make_panelist(edition, make_expert(f"顾评审{n}"))
    return loaded(edition.id)


def make_open(**how: Any) -> Edition:
    """An edition that is being judged; nothing is assigned yet."""
    edition = make_ready(**how)
    with transaction():
        editions.open_edition(OFFICER, edition.id)
    return loaded(edition.id)


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


EXAMPLES: dict[str, Example] = {}
