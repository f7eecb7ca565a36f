"""What is promised and declared before any applicant is named; nothing tells who applied."""

import pytest
from flask import Flask

from charity_portal.competitions.errors import NotDeclared
from charity_portal.competitions.models.panels import Conflict, Panelist
from charity_portal.competitions.queries import panels as queries
from charity_portal.competitions.services import conflicts, declarations
from charity_portal.kernel import audit
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid, NotFound, WrongState
from charity_portal.kernel.permissions import SYSTEM
from tests.factories import competitions as make
from tests.factories import panels as panel
from tests.factories.organizations import make_organization
from tests.support.clocks import FrozenClock


def fresh(edition: object = None) -> Panelist:
    edition = edition or make.make_edition()
    return make.make_panelist(edition, agreed_at=None, declared_at=None)  # type: ignore[arg-type]


def test_promise_then_declaration_then_ready(app: Flask) -> None:
    member = fresh()
    actor = panel.acting(member)
    with pytest.raises(NotDeclared), transaction():
        declarations.complete(actor, member.id, True)
    with transaction():
        declarations.agree(actor, member.id)
    with pytest.raises(Invalid), transaction():
        declarations.complete(actor, member.id, False)
    assert not queries.ready(member)
    with transaction():
        declarations.complete(actor, member.id, True)
    assert queries.ready(member)
    words = [e.action.rpartition(".")[2] for e in audit.history(member)]
    assert words == ["declared", "agreed"]


def test_only_a_member_who_accepted_declares_and_only_for_themselves(app: Flask) -> None:
    member, invited = fresh(), make.make_panelist(make.make_edition(), state="invited")
    with pytest.raises(Forbidden), transaction():
        declarations.agree(panel.acting(invited), member.id)
    with pytest.raises(WrongState), transaction():
        declarations.agree(panel.acting(invited), invited.id)


def test_a_tie_to_an_applicant_is_a_conflict_at_once_and_afterwards(app: Flask) -> None:
    scene = panel.scene(applications=2, panelists=1)
    member, (first, second) = scene.panelists[0], scene.applications
    actor = panel.acting(member)
    with transaction():
        declarations.declare(actor, member.id, first.organization_id, "family", "表弟任监事")
    assert [(c.application_id, c.found, c.code) for c in db.session.query(Conflict)] == [
        (first.id, "declared", "family")
    ]
    with transaction():
        declarations.declare(actor, member.id, second.organization_id, "adviser", "")
    db.session.expire_all()
    assert [r.state for r in scene.reviews] == ["void", "void"]


def test_a_tie_waits_for_applications_that_come_later(app: Flask) -> None:
    edition = make.make_edition()
    member = fresh(edition)
    organization = make_organization()
    with transaction():
        declarations.declare(panel.acting(member), member.id, organization.id, "member", "")
    assert db.session.query(Conflict).count() == 0


def test_ties_are_checked_and_declared_once(app: Flask) -> None:
    member, organization = fresh(), make_organization()
    actor = panel.acting(member)
    with transaction():
        declarations.declare(actor, member.id, organization.id, "family", "")
    for key, kind, note in (
        (organization.id, "family", "again"),
        (organization.id, "friend", ""),
        (organization.id, "other", " "),
        (0, "family", ""),
    ):
        with pytest.raises(Invalid), transaction():
            declarations.declare(actor, member.id, key, kind, note)
    assert [d.organization for d in queries.ties(member.id)] == [organization.name]


def test_taking_a_tie_back_leaves_its_conflict_to_the_approver(
    app: Flask, clock: FrozenClock
) -> None:
    scene = panel.scene(applications=1, panelists=2)
    member, other = scene.panelists
    organization_id = scene.applications[0].organization_id
    with transaction():
        tie = declarations.declare(
            panel.acting(member), member.id, organization_id, "family", "填错了"
        )
    with pytest.raises(NotFound), transaction():
        declarations.retract(panel.acting(other), other.id, tie)
    with transaction():
        declarations.retract(panel.acting(member), member.id, tie)
    assert queries.ties(member.id) == []
    conflict = db.session.query(Conflict).one()
    assert conflict.lifted_at is None
    clock.advance(hours=1)
    with transaction():
        conflicts.lift(panel.person("approver"), conflict.id, "本人更正")
        assert conflicts.detect(SYSTEM, scene.edition.id) == 0
    clock.advance(hours=1)
    with transaction():
        declarations.declare(panel.acting(member), member.id, organization_id, "family", "确实")
    assert db.session.query(Conflict).filter_by(lifted_at=None).count() == 1


def test_ties_declared_elsewhere_within_two_years_count_here(
    app: Flask, clock: FrozenClock
) -> None:
    expert = make.make_expert()
    earlier = make.make_panelist(make.make_edition(), expert)
    scene = panel.scene(applications=1, panelists=0)
    with transaction():
        declarations.declare(
            panel.acting(earlier), earlier.id, scene.applications[0].organization_id, "funding", ""
        )
    make.make_panelist(scene.edition, expert)
    with transaction():
        assert conflicts.detect(SYSTEM, scene.edition.id) == 1
    clock.advance(days=800)
    with transaction():
        assert conflicts.detect(SYSTEM, scene.edition.id) == 0
