"""What the loaded city holds: something in every state, and nothing that could be anybody's."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from charity_portal.accounts.models import RoleGrant, User
from charity_portal.accounts.services import invitations, passwords
from charity_portal.demo import evenings, loading, papers, sources
from charity_portal.demo.city import City
from charity_portal.kernel import audit, files
from charity_portal.kernel import clock as clocks
from charity_portal.kernel.database import Model, db
from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.identifiers import check_uscc
from charity_portal.kernel.jobs import Job
from charity_portal.kernel.mail import OutboxMail
from charity_portal.organizations import queries as organizations
from charity_portal.organizations.models import Invitation, Organization, Standing
from charity_portal.projects.models.applications import Application, Submission
from charity_portal.projects.models.calls import Call
from charity_portal.projects.models.screening import Award, Decision
from charity_portal.projects.queries import decisions
from charity_portal.projects.rules.calls import PHASES, phase
from charity_portal.projects.rules.decisions import add_up

YUAN = 100
MACHINES = sorted(  # in one order: two test workers must collect the same
    (mapper.class_ for mapper in Model.registry.mappers if hasattr(mapper.class_, "MACHINE")),
    key=lambda model: model.__name__,
)


ONE_AT_A_TIME = {"pitch_slot": {"presenting", "questioning"}}
"""One project is on stage at a time, and the city shows it being scored."""


@pytest.mark.parametrize("model", MACHINES, ids=lambda model: model.MACHINE.name)
def test_every_state_of_every_machine_has_an_example(city: City, model: Any) -> None:
    found = set(db.session.scalars(sa.select(model.state).distinct()))
    assert found == set(model.MACHINE.states) - ONE_AT_A_TIME.get(model.MACHINE.name, set())


def test_every_phase_of_a_call_has_an_example(city: City) -> None:
    now = clocks.now()
    assert {phase(call, now) for call in db.session.scalars(sa.select(Call))} == set(PHASES)


def test_invitations_stand_in_all_their_states(city: City) -> None:
    links = db.session.scalars(sa.select(Invitation.link_id)).all()
    found = set(invitations.states(links).values())
    assert found == {"open", "accepted", "expired", "withdrawn"}


def test_every_standing_and_an_archived_organization_have_an_example(city: City) -> None:
    assert set(organizations.standings_on(clocks.today()).values()) == {"abnormal", "serious"}
    assert db.session.scalar(
        sa.select(sa.func.count()).where(Organization.archived_at.is_not(None))
    )
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Standing)) == 3


def test_letters_are_held_for_what_is_not_published_and_kept_for_the_rest(city: City) -> None:
    by_state = sa.select(OutboxMail.state, sa.func.count()).group_by(OutboxMail.state)
    counts = dict(db.session.execute(by_state).all())
    assert counts["held"] and counts["kept"]
    assert set(counts) == {"held", "kept"}


def test_no_job_has_failed(city: City) -> None:
    wrong = sa.select(Job.kind, Job.error).where(Job.error.is_not(None))
    assert db.session.execute(wrong).all() == []


def test_the_trail_is_whole_and_in_the_order_of_time(city: City) -> None:
    assert audit.verify().whole
    moments = db.session.scalars(
        sa.select(audit.AuditEntry.at).order_by(audit.AuditEntry.seq)
    ).all()
    assert moments == sorted(moments)
    assert moments[-1] <= clocks.now()


def test_all_codes_check(city: City) -> None:
    codes = [c for c in db.session.scalars(sa.select(Organization.uscc)) if c]
    assert len(codes) > 40
    assert [check_uscc(code) for code in codes] == codes


def test_the_contest_gives_its_million_to_the_last_yuan(city: City) -> None:
    call = db.session.get_one(Call, city.calls["contest"])
    awarded = sa.select(sa.func.count(), sa.func.sum(Award.amount_fen)).join(
        Application, Application.id == Award.application_id
    )
    count, total = db.session.execute(awarded.where(Application.call_id == call.id)).one()
    assert call.purse_fen == 1_000_000 * YUAN
    assert (count, int(total)) == (13, call.purse_fen)


def test_no_call_grants_more_than_its_purse_or_to_more_than_it_may(city: City) -> None:
    for call in db.session.scalars(sa.select(Call)):
        limits = decisions.limits_of(call)
        totals = add_up(limits, decisions.lines(call.id))
        assert totals.left_fen is None or totals.left_fen >= 0, call.title_zh
        assert limits.max_awards is None or totals.awards <= limits.max_awards, call.title_zh


def test_what_is_decided_but_not_published_is_nowhere_public(
    city: City, client: FlaskClient
) -> None:
    secret = db.session.execute(
        sa.select(Application.title, Decision.reason)
        .join(Decision, Decision.application_id == Application.id)
        .where(Application.call_id == city.calls["books"])
    ).all()
    assert len(secret) == 3
    pages = [
        "/",
        "/competitions",
        "/calls",
        f"/calls/{city.calls['books']}",
        "/notices",
        "/results",
    ]
    shown = "".join(client.get(page, follow_redirects=True).text for page in pages)
    for title, reason in secret:
        assert title not in shown
        assert not reason or reason not in shown


def test_submitted_budgets_add_up_and_no_two_projects_have_one_name(city: City) -> None:
    contents = db.session.scalars(sa.select(Submission.content)).all()
    for content in contents:
        budget = content["budget"]
        sums = budget["grant_fen"] + budget["own_fen"] + budget["matched_fen"]
        assert sums == budget["amount_fen"] == sum(line["amount_fen"] for line in budget["lines"])
    titles = db.session.scalars(
        sa.select(Application.title).where(Application.submitted_at.is_not(None))
    ).all()
    assert len(titles) == len(set(titles)) >= 60


def test_every_call_can_be_read_in_both_languages(city: City) -> None:
    for call in db.session.scalars(sa.select(Call)):
        assert call.title_en and call.summary_en and call.body_en, call.title_zh
        parts = [*call.tracks, *call.categories, *call.slots]
        assert all(part.title_en for part in parts), call.title_zh
        assert all(question.label_en for question in call.questions), call.title_zh


def test_addresses_belong_to_nobody(city: City) -> None:
    mails = [
        *db.session.scalars(sa.select(User.email)),
        *db.session.scalars(sa.select(OutboxMail.recipient)),
        *db.session.scalars(
            sa.select(Organization.contact_email).where(Organization.contact_email.is_not(None))
        ),
    ]
    assert {mail.rpartition("@")[2] for mail in mails} == {sources.DOMAIN}
    assert sources.DOMAIN.endswith(".example")


def test_numbers_are_nobodys() -> None:
    """Mobile numbers begin with 1 and have eleven digits; no landline begins with 0 after its area."""
    for path in sorted(sources.FOLDER.rglob("*.toml")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", text), path
        for number in re.findall(r"\b05\d\d-(\d+)", text):
            assert number.startswith("0000"), (path, number)


def test_telephone_numbers_of_the_register_are_nobodys(city: City) -> None:
    for organization in db.session.scalars(sa.select(Organization)):
        assert (organization.contact_phone or "0535-0000").startswith("0535-0000")


def test_every_account_signs_in(city: City, client: FlaskClient) -> None:
    users = db.session.scalars(sa.select(User)).all()
    assert all(user.is_demo for user in users)
    assert len({user.password_hash for user in users}) == 1
    assert passwords.password_fits(users[0].password_hash, passwords.DEMO_PASSWORD)
    holders = set(db.session.scalars(sa.select(RoleGrant.user_id)))
    for user in users:
        assert (user.totp_secret is not None) == (user.id in holders)


def test_papers_are_there_and_whole(city: City) -> None:
    stored = db.session.scalars(sa.select(files.StoredFile)).all()
    assert len(stored) > 100
    seen = {row.sha256: row for row in stored}
    assert all(files.intact(row) for row in seen.values())


def test_a_visitor_finds_receipts_at_the_organizations_shown(city: City) -> None:
    made = set(
        db.session.scalars(
            sa.select(Application.organization_id)
            .join(Submission, Submission.application_id == Application.id)
            .where(Submission.receipt_file_id.is_not(None))
        )
    )
    assert made == {city.organizations[key] for key in evenings.SHOWN}


def test_loading_again_is_refused_and_changes_nothing(city: City) -> None:
    before = audit.head()
    with pytest.raises(loading.NotEmpty):
        loading.load(lambda what: None)
    assert audit.head() == before


def test_with_a_mail_server_nothing_is_loaded(
    portals: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = portals("sqlite")
    portal.restore()
    monkeypatch.setitem(portal.app.config, "MAIL_URL", "smtp://localhost")
    with portal.app.app_context(), pytest.raises(PortalError, match="MAIL_URL"):
        loading.load(lambda what: None)


def test_a_city_that_breaks_off_leaves_nothing(
    portals: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(city: City) -> Any:
        yield city.at(-470, 9)
        raise RuntimeError("in the middle")

    portal = portals("sqlite")
    portal.restore()
    monkeypatch.setattr(papers, "prepare", lambda created: {})
    monkeypatch.setattr(loading.histories, "all_of", lambda city: [breaks(city)])
    with portal.app.app_context():
        with pytest.raises(RuntimeError, match="in the middle"):
            loading.load(lambda what: None)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(User)) == 0
        assert audit.head().seq == 0
        db.session.remove()
