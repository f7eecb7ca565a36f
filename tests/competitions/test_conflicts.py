"""Conflicts: entered, detected, lifted; each a wall at once."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.competitions.models.experts import Employment
from charity_portal.competitions.models.panels import Conflict
from charity_portal.competitions.models.reviews import Score
from charity_portal.competitions.queries import conflicts as queries
from charity_portal.competitions.queries.conflicts import ADDRESS, PHONE
from charity_portal.competitions.queries.panels import in_force
from charity_portal.competitions.services import conflicts, stages
from charity_portal.kernel import audit, jobs
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid, NotFound, WrongState
from charity_portal.kernel.permissions import SYSTEM
from charity_portal.kernel.secrets import blind_index
from charity_portal.organizations.models import Organization
from charity_portal.projects.models.applications import Application
from tests.factories import competitions as make
from tests.factories import notices
from tests.factories import panels as panel
from tests.factories.calls import make_call
from tests.factories.organizations import make_organization
from tests.support.statements import counted


@pytest.fixture
def scene(app: Flask) -> make.Round:
    """Two applications, two members, everything assigned."""
    return panel.scene(applications=2, panelists=2)


def applicant(application: Application) -> Organization:
    return db.session.get_one(Organization, application.organization_id)


def detected(scene: make.Round) -> list[tuple[int, int, str, str]]:
    with transaction():
        conflicts.detect(SYSTEM, scene.edition.id)
    rows = db.session.query(Conflict).order_by(Conflict.id)
    return [(c.panelist_id, c.application_id, c.found, c.code) for c in rows]


def test_an_officers_conflict_voids_and_closes_the_review(scene: make.Round) -> None:
    review = scene.reviews[0]
    conflict = panel.conflict(scene.panelists[0], scene.applications[0], "同事举报：配偶任理事")
    db.session.expire_all()
    assert (review.state, review.conflict_id) == ("void", conflict.id)
    assert [r.state for r in scene.reviews[1:]] == ["open"] * 3
    assert in_force(scene.edition.id) == {(scene.panelists[0].id, scene.applications[0].id)}
    (entry,) = audit.history(conflict)
    assert entry.action == "competitions.conflict.added" and "配偶" not in f"{entry.after}"


def test_a_sealed_review_counts_no_longer(scene: make.Round) -> None:
    review, criterion = scene.reviews[0], scene.stage.criteria[0]
    with transaction():
        db.session.execute(
            sa.text("UPDATE review SET state = 'sealed' WHERE id = :i"), {"i": review.id}
        )
        db.session.add(Score(review_id=review.id, criterion_id=criterion.id, value=4))
    panel.conflict(scene.panelists[0], scene.applications[0])
    db.session.expire_all()
    assert review.state == "void" and db.session.query(Score).count() == 0


def test_the_same_pair_is_entered_once(scene: make.Round) -> None:
    panel.conflict(scene.panelists[0], scene.applications[0])
    with transaction():
        again = conflicts.add(
            panel.person("officer"),
            scene.panelists[0].id,
            scene.applications[0].id,
            "dispute",
            "诉讼",
        )
    assert again is None and db.session.query(Conflict).count() == 1


def test_what_an_officer_enters_must_be_whole_and_of_the_edition(scene: make.Round) -> None:
    officer, member = panel.person("officer"), scene.panelists[0].id
    foreign = panel.scene(applications=1, panelists=0).applications[0].id
    own = scene.applications[0].id
    for application, code, note in (
        (own, "family", " "),
        (own, "phone", "x"),
        (foreign, "family", "x"),
    ):
        with pytest.raises(Invalid), transaction():
            conflicts.add(officer, member, application, code, note)
    with pytest.raises(NotFound), transaction():
        conflicts.add(officer, 0, own, "family", "x")
    with pytest.raises(Forbidden), transaction():
        conflicts.add(panel.acting(scene.panelists[0]), member, own, "family", "x")


def test_a_reviewer_steps_back_at_once_and_only_from_their_own(scene: make.Round) -> None:
    own, other = scene.reviews[0], scene.reviews[2]
    actor = panel.acting(scene.panelists[0])
    with pytest.raises(Forbidden), transaction():
        conflicts.recuse(actor, other, "recognised")
    with pytest.raises(Invalid), transaction():
        conflicts.recuse(actor, own, "family")
    with transaction():
        conflict = conflicts.recuse(actor, own, "recognised", "看到过路演")
    db.session.expire_all()
    assert conflict is not None and (conflict.found, conflict.made_by) == ("recused", actor.user_id)
    assert (own.state, own.conflict_id) == ("void", conflict.id)
    with pytest.raises(Forbidden), transaction():
        conflicts.recuse(actor, own, "recognised")


def test_only_an_approver_lifts_with_a_reason_and_the_entry_stays(scene: make.Round) -> None:
    conflict = panel.conflict(scene.panelists[0], scene.applications[0])
    approver = panel.acting(scene.panelists[1])
    with pytest.raises(Forbidden), transaction():
        conflicts.lift(approver, conflict.id, "查无此事")
    with pytest.raises(Invalid), transaction():
        conflicts.lift(panel.person("approver"), conflict.id, "")
    with transaction():
        conflicts.lift(panel.person("approver"), conflict.id, "查无此事")
    db.session.expire_all()
    assert in_force(scene.edition.id) == set() and conflict.lifted_reason == "查无此事"
    assert (scene.reviews[0].state, scene.reviews[0].conflict_id) == ("void", None)
    with pytest.raises(WrongState), transaction():
        conflicts.lift(panel.person("approver"), conflict.id, "再来一次")
    assert [r.conflict.id for r in queries.register(scene.edition.id)] == [conflict.id]


def test_strangers_are_not_in_each_others_way(scene: make.Round) -> None:
    assert detected(scene) == []


def test_employment_membership_and_contacts_are_found(scene: make.Round) -> None:
    first, second = scene.panelists
    one, two = scene.applications
    with transaction():
        db.session.add(
            Employment(
                expert_id=first.expert_id, organization_id=one.organization_id,
                employer="x", since=date(2019, 1, 1), until=date(2025, 1, 1),
            )
        )  # fmt: skip
        expert = second.expert
        expert.phone, expert.phone_index = "13800000000", blind_index(PHONE, "05356612345")
        applicant(two).contact_phone = "0535-661 2345"
    panel.belongs(first, applicant(two))
    assert detected(scene) == [
        (first.id, one.id, "detected", "employed"),
        (first.id, two.id, "detected", "membership"),
        (second.id, two.id, "detected", "phone"),
    ]


def test_the_host_of_a_group_counts_as_the_applicant(app: Flask) -> None:
    host = make_organization(is_hub=True, address="烟台市芝罘区海港路12号")
    group = make_organization(host, kind="community_group")
    call = make_call()
    edition = make.make_edition(call)
    (stage,) = edition.stages
    application = notices.eligible(notices.office().officer, call, organization=group)
    make.make_entry(stage, application)
    member = make.make_panelist(edition)
    with transaction():
        member.expert.address_index = blind_index(ADDRESS, "芝罘区海港路12号")
        conflicts.detect(SYSTEM, edition.id)
    (row,) = db.session.query(Conflict)
    assert (row.application_id, row.code) == (application.id, "address")


def test_a_lead_of_the_same_name_is_found(scene: make.Round) -> None:
    named = scene.panelists[0]
    with transaction():
        db.session.execute(
            sa.text("UPDATE user_account SET name = '周安宁' WHERE id = :i"), {"i": named.user_id}
        )  # the lead of every application that the factory makes
    assert [row[0::3] for row in detected(scene)] == [(named.id, "lead")] * 2


def test_whoever_was_responsible_for_an_award_is_found(scene: make.Round) -> None:
    writer = scene.panelists[0]
    won = notices.submitted(organization=applicant(scene.applications[1]), member=False)
    with transaction():
        db.session.execute(
            sa.text("UPDATE application SET state = 'awarded', created_by = :u WHERE id = :i"),
            {"i": won.id, "u": writer.user_id},
        )
    assert detected(scene) == [(writer.id, scene.applications[1].id, "detected", "past_award")]


def test_detection_twice_finds_nothing_new_and_respects_what_was_lifted(scene: make.Round) -> None:
    member, application = scene.panelists[0], scene.applications[0]
    panel.belongs(member, applicant(application))
    assert len(detected(scene)) == 1 == len(detected(scene))
    with transaction():
        conflicts.lift(
            panel.person("approver"), db.session.query(Conflict).one().id, "仅代为填报，并非成员"
        )
    assert len(detected(scene)) == 1
    with transaction():
        member.expert.phone_index = blind_index(PHONE, "05356612345")
        applicant(application).contact_phone = "05356612345"
    assert [row[3] for row in detected(scene)] == ["membership", "phone"]


def test_members_who_have_not_accepted_are_not_compared(app: Flask) -> None:
    edition = make.make_edition()
    application = panel.entry(edition)
    member = make.make_panelist(edition, state="invited")
    panel.belongs(member, applicant(application))
    with transaction():
        assert conflicts.detect(SYSTEM, edition.id) == 0


def test_detection_costs_a_constant_number_of_statements(app: Flask) -> None:
    costs = []
    for size in (1, 3):
        scene = panel.scene(applications=size, panelists=size)
        with counted(app) as seen, transaction():
            conflicts.detect(SYSTEM, scene.edition.id)
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 20


def test_the_published_recusals_hold_numbers_and_codes_alone(scene: make.Round) -> None:
    member, other = scene.panelists
    for application in scene.applications:
        panel.conflict(member, application, "配偶是理事")
    lifted = panel.conflict(other, scene.applications[0])
    with transaction():
        conflicts.lift(panel.person("approver"), lifted.id, "查无此事")
    found = queries.recusals(scene.edition.id)
    assert [(str(word), n) for word, n in found.by_ground] == [("近亲属在该机构任职", 2)]
    assert [(j.code, j.applications) for j in found.by_judge] == [(member.code, 2)]
    said = repr(found)
    for hidden in ("配偶", "顾评审", *(a.title for a in scene.applications), "SB-"):
        assert hidden not in said


def test_the_register_is_filtered_in_a_constant_number_of_statements(
    app: Flask, scene: make.Round
) -> None:
    member, other = scene.panelists
    costs = []
    for n, (judge, application) in enumerate(
        [
            (member, scene.applications[0]),
            (member, scene.applications[1]),
            (other, scene.applications[0]),
        ]
    ):
        panel.conflict(judge, application)
        if n != 1:
            with counted(app) as seen:
                queries.register(scene.edition.id)
            costs.append(len(seen))
    assert costs[0] == costs[1] <= 5
    wanted: list[tuple[Any, int]] = [
        (queries.Filter(), 3),
        (queries.Filter(panelist_id=other.id), 1),
        (queries.Filter(found="officer"), 3),
        (queries.Filter(found="detected"), 0),
        (queries.Filter(state="in_force"), 3),
        (queries.Filter(state="lifted"), 0),
    ]
    for one, expected in wanted:
        assert len(queries.register(scene.edition.id, one)) == expected, one
        assert len(queries.register_page(scene.edition.id, one).items) == expected
        assert queries.count(scene.edition.id, one) == expected


def test_the_field_is_compared_again_when_judging_begins(
    scene: make.Round, worker: Callable[..., int]
) -> None:
    panel.belongs(scene.panelists[0], applicant(scene.applications[0]))
    with transaction():
        jobs.announce(SYSTEM, "competitions.edition_judging", id=scene.edition.id)
    worker()
    assert db.session.query(Conflict).one().code == "membership"


def test_a_settled_field_is_compared_at_once(app: Flask) -> None:
    edition = make.make_edition()
    application = panel.entry(edition)
    later = make.make_stage(edition, "visit", state="waiting", position=1)
    member = make.make_panelist(edition)
    panel.belongs(member, applicant(application))
    with transaction():
        stages.settle_field(panel.person("officer"), later.id, [application.id])
    assert in_force(edition.id) == {(member.id, application.id)}
