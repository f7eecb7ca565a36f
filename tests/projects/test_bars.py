"""Who broke an agreement neither starts nor submits an application until the bar is over or lifted."""

import pytest
from flask import Flask

from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid
from charity_portal.kernel.mail import OutboxMail
from charity_portal.organizations.models import Organization
from charity_portal.projects.errors import AlreadyHandled, NotEligible
from charity_portal.projects.models.tranches import GrantBar
from charity_portal.projects.queries import bars as queries
from charity_portal.projects.queries import call_eligibility
from charity_portal.projects.services import bars
from tests.factories import applications
from tests.factories import tranches as make
from tests.factories.calls import make_call
from tests.support.clocks import FrozenClock


def barred(people: make.Hands, organization: Organization) -> int:
    """Three years for what happened with an earlier award; the bar's id."""
    award = make.make_award(organization)
    make.make_tranche("paid", people, award)
    make.make_reclaim(people, award, bar_years=3)
    return int(db.session.query(GrantBar.id).filter_by(application_id=award.id).scalar())


def test_a_barred_organization_cannot_start_and_reads_until_when(app: Flask) -> None:
    organization, owner = applications.make_team()
    barred(make.hands(), organization)
    with pytest.raises(NotEligible) as refused:
        applications.make_draft(owner, make_call())
    (said,) = refused.value.fields["eligibility:barred"]
    assert "2029年3月1日" in str(said)
    (standing,) = call_eligibility.standings(owner, make_call())
    assert [a.key for a in standing.answers if not a.holds] == ["barred"]


def test_a_draft_begun_before_the_bar_is_not_submitted(app: Flask) -> None:
    organization, owner = applications.make_team()
    draft = applications.make_ready(owner, make_call())
    barred(make.hands(), organization)
    with pytest.raises(NotEligible) as refused:
        applications.submit(owner, draft)
    assert list(refused.value.fields) == ["eligibility:barred"]


def test_a_bar_ends_by_itself(app: Flask, clock: FrozenClock) -> None:
    organization, _owner = applications.make_team()
    barred(make.hands(), organization)
    clock.set("2029-03-01 23:59")
    assert organization.id in queries.barred_until([organization.id])
    clock.set("2029-03-02 00:00")
    assert queries.barred_until([organization.id]) == {}
    assert not queries.bars_page(running=True).items
    assert len(queries.bars_page(running=False).items) == 1


def test_a_lifted_bar_stays_on_record_and_keeps_nobody_out(app: Flask) -> None:
    organization, owner = applications.make_team()
    people = make.hands()
    key = barred(people, organization)
    with pytest.raises(Invalid), transaction():
        bars.lift(people.approver, key, " ")
    with pytest.raises(Forbidden), transaction():
        bars.lift(people.officer, key, "整改完成")
    with transaction():
        bars.lift(people.approver, key, "整改完成")
    assert applications.make_draft(owner, make_call()).id
    (row,) = queries.bars_of([organization.id])
    assert row.bar.lifted_reason == "整改完成" and not row.running
    letter = db.session.query(OutboxMail).order_by(OutboxMail.id.desc()).first()
    assert letter is not None and "整改完成" in letter.body
    with pytest.raises(AlreadyHandled), transaction():
        bars.lift(people.approver, key, "再次")


def test_one_organization_s_bar_is_no_other_s(app: Flask) -> None:
    organization, _owner = applications.make_team()
    other, other_owner = applications.make_team()
    barred(make.hands(), organization)
    assert applications.make_draft(other_owner, make_call()).organization_id == other.id
