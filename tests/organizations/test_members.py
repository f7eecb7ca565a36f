import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from charity_portal.accounts.errors import LinkUnusable
from charity_portal.accounts.models import OneTimeLink, User
from charity_portal.accounts.services import invitations, links
from charity_portal.kernel import audit
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from charity_portal.organizations import queries
from charity_portal.organizations.errors import (
    AlreadyClaimed,
    AlreadyMember,
    HasOwner,
    InvitationForeign,
    LastOwner,
)
from charity_portal.organizations.models import Invitation, Membership, Organization
from charity_portal.organizations.services import claims, members, register
from tests.factories.accounts import make_user
from tests.factories.organizations import (
    OFFICER,
    acting,
    letter,
    make_claim,
    make_invitation,
    make_member,
    make_organization,
)
from tests.support.clocks import FrozenClock
from tests.support.people import sign_in


def token_of(invitation: Invitation) -> str:
    with transaction():
        return links.arm(db.session.get_one(OneTimeLink, invitation.link_id))


def accept(user: User, token: str) -> None:
    with transaction():
        invitations.accept(acting(user), token)


def role(organization: Organization, user: User) -> str | None:
    return queries.memberships_of(user.id).get(organization.id)


def test_an_invitation_makes_its_addressee_a_member(app: Flask) -> None:
    organization = make_organization()
    user = make_user(email="new@example.org")
    token = token_of(make_invitation(organization.id, "New@Example.org", "finance"))
    accept(user, token)
    assert role(organization, user) == "finance"


def test_an_invitation_for_another_address_is_refused_and_stays_open(app: Flask) -> None:
    organization = make_organization()
    stranger, right = make_user(), make_user(email="new@example.org")
    token = token_of(make_invitation(organization.id))
    with pytest.raises(InvitationForeign):
        accept(stranger, token)
    assert role(organization, stranger) is None
    accept(right, token)
    assert role(organization, right) == "editor"


def test_an_invitation_works_once(app: Flask) -> None:
    organization = make_organization()
    user = make_user(email="new@example.org")
    token = token_of(make_invitation(organization.id))
    accept(user, token)
    with pytest.raises(LinkUnusable):
        accept(user, token)
    assert len(queries.members(organization.id)) == 1


def test_an_invitation_that_was_withdrawn_or_is_too_old_leads_nowhere(
    app: Flask, clock: FrozenClock
) -> None:
    organization = make_organization()
    user = make_user(email="new@example.org")
    taken_back, old = make_invitation(organization.id), make_invitation(organization.id)
    tokens = token_of(taken_back), token_of(old)
    with transaction():
        members.revoke(OFFICER, taken_back.id)
    clock.advance(days=15)
    for token in tokens:
        with pytest.raises(LinkUnusable):
            accept(user, token)
    assert role(organization, user) is None
    states = invitations.states([taken_back.link_id, old.link_id])
    assert states == {taken_back.link_id: "withdrawn", old.link_id: "expired"}


def test_the_page_of_an_invitation_answers_every_kind_of_link(
    client: FlaskClient, clock: FrozenClock
) -> None:
    organization = make_organization(name="紫藤服务中心")
    user = make_user(email="new@example.org")
    used = token_of(make_invitation(organization.id))
    accept(user, used)
    expired = token_of(make_invitation(organization.id, "other@example.org"))
    clock.advance(days=15)
    fresh = token_of(make_invitation(organization.id, "third@example.org"))
    assert "紫藤服务中心" in follow(client, fresh).get_data(as_text=True)
    for token in (used, expired, "x" * 43):
        assert follow(client, token).status_code == 410


def follow(client: FlaskClient, token: str) -> TestResponse:
    """The link in the letter, as a browser opens it."""
    answer = client.get("/account/link", query_string={"for": "join", "token": token})
    return client.get(answer.location) if answer.status_code == 303 else answer


def test_owners_are_never_multiplied_by_invitation(app: Flask) -> None:
    organization = make_organization()
    owner = make_member(organization)
    with pytest.raises(HasOwner), transaction():
        members.invite(acting(owner), organization.id, "x@example.org", "owner")


def test_a_second_owner_invitation_cannot_be_accepted_after_the_first(app: Flask) -> None:
    organization = make_organization()
    first, second = make_user(email="a@example.org"), make_user(email="b@example.org")
    tokens = [
        token_of(make_invitation(organization.id, user.email, "owner")) for user in (first, second)
    ]
    accept(first, tokens[0])
    with pytest.raises(HasOwner):
        accept(second, tokens[1])
    assert role(organization, second) is None


def test_a_member_is_not_invited_again(app: Flask) -> None:
    organization = make_organization()
    owner = make_member(organization)
    editor = make_member(organization, "editor")
    with pytest.raises(AlreadyMember), transaction():
        members.invite(acting(owner), organization.id, editor.email.upper(), "finance")


@pytest.mark.parametrize("own", ["editor", "finance", None])
def test_only_owners_change_members(app: Flask, own: str | None) -> None:
    organization = make_organization()
    make_member(organization)
    other = make_member(organization, "editor")
    actor = acting(make_member(organization, own) if own else make_user())
    for step in (
        lambda: members.invite(actor, organization.id, "x@example.org", "editor"),
        lambda: members.change_role(actor, organization.id, other.id, "finance"),
        lambda: members.hand_over(actor, organization.id, other.id),
        lambda: members.remove(actor, organization.id, other.id),
    ):
        with pytest.raises(Forbidden), transaction():
            step()
    assert role(organization, other) == "editor"


def test_an_owner_of_another_organization_has_no_say(app: Flask) -> None:
    ours, theirs = make_organization(), make_organization()
    editor = make_member(ours, "editor")
    stranger = make_member(theirs)
    with pytest.raises(Forbidden), transaction():
        members.remove(acting(stranger), ours.id, editor.id)


def test_ownership_is_handed_over_whole(app: Flask) -> None:
    organization = make_organization()
    owner, heir = make_member(organization), make_member(organization, "finance")
    with transaction():
        members.hand_over(acting(owner), organization.id, heir.id)
    assert (role(organization, owner), role(organization, heir)) == ("editor", "owner")
    with pytest.raises(Forbidden), transaction():
        members.hand_over(acting(owner), organization.id, owner.id)


def test_an_organization_never_loses_its_last_owner(app: Flask) -> None:
    organization = make_organization()
    owner = make_member(organization)
    make_member(organization, "editor")
    with pytest.raises(LastOwner), transaction():
        members.remove(acting(owner), organization.id, owner.id)
    with pytest.raises(LastOwner), transaction():
        members.change_role(acting(owner), organization.id, owner.id, "editor")
    assert role(organization, owner) == "owner"


def test_ownership_goes_to_members_only(app: Flask) -> None:
    organization = make_organization()
    owner, outsider = make_member(organization), make_user()
    with pytest.raises(NotFound), transaction():
        members.hand_over(acting(owner), organization.id, outsider.id)


def test_the_office_may_change_an_owner_who_cannot_act_and_says_why(app: Flask) -> None:
    organization = make_organization()
    owner, heir = make_member(organization), make_member(organization, "editor")
    with pytest.raises(Invalid), transaction():
        members.hand_over(OFFICER, organization.id, heir.id, " ")
    with transaction():
        members.hand_over(OFFICER, organization.id, heir.id, "原负责人已离职，机构来函")
    assert (role(organization, owner), role(organization, heir)) == ("editor", "owner")
    assert any(entry.reason == "原负责人已离职，机构来函" for entry in audit.history(organization))


def test_who_leaves_can_be_invited_again(app: Flask) -> None:
    organization = make_organization()
    make_member(organization)
    editor = make_member(organization, "editor")
    with transaction():
        members.remove(acting(editor), organization.id, editor.id)
    assert role(organization, editor) is None
    make_member(organization, "finance", editor)
    assert role(organization, editor) == "finance"


def test_one_person_is_one_member_of_an_organization(app: Flask) -> None:
    organization = make_organization()
    user = make_member(organization)
    with pytest.raises(AlreadyMember), transaction():
        members.join(OFFICER, organization.id, user.id, "editor")
    with pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.add(Membership(organization_id=organization.id, user_id=user.id, role="editor"))


def test_members_of_an_archived_organization_act_for_it_no_more(app: Flask) -> None:
    organization = make_organization()
    owner = make_member(organization)
    with transaction():
        register.set_archived(OFFICER, organization.id, True, "注销")
    assert queries.memberships_of(owner.id) == {}


def test_every_step_is_in_the_trail_without_addresses(app: Flask) -> None:
    organization = make_organization()
    owner = make_member(organization)
    editor = make_member(organization, "editor")
    make_invitation(organization.id, "secret@example.org")
    with transaction():
        members.change_role(acting(owner), organization.id, editor.id, "finance")
    with transaction():
        members.remove(acting(owner), organization.id, editor.id)
    entries = audit.history(organization)
    assert [entry.action.rpartition(".")[2] for entry in entries] == [
        "remove", "role", "invite", "join", "join", "register",
    ]  # fmt: skip
    assert "secret@example.org" not in str([(e.before, e.after, e.reason) for e in entries])


def test_a_claim_makes_its_author_the_owner_once_an_officer_agrees(app: Flask) -> None:
    claim = make_claim()
    with pytest.raises(Forbidden), transaction():
        claims.decide_claim(acting(db.session.get_one(User, claim.user_id)), claim.id, True)
    with transaction():
        claims.decide_claim(OFFICER, claim.id, True)
    assert queries.memberships_of(claim.user_id) == {claim.organization_id: "owner"}
    with pytest.raises(Conflict), transaction():
        claims.decide_claim(OFFICER, claim.id, False, "晚了")


def test_a_refusal_needs_a_reason_and_makes_nobody_owner(app: Flask) -> None:
    claim = make_claim()
    with pytest.raises(Invalid), transaction():
        claims.decide_claim(OFFICER, claim.id, False, " ")
    with transaction():
        claims.decide_claim(OFFICER, claim.id, False, "授权书未盖章")
    assert queries.memberships_of(claim.user_id) == {}
    assert queries.claims(user_id=claim.user_id)[0].reason == "授权书未盖章"


def test_of_two_claims_one_wins_and_the_other_cannot_be_agreed_to(app: Flask) -> None:
    organization = make_organization()
    first, second = make_claim(organization), make_claim(organization)
    with transaction():
        claims.decide_claim(OFFICER, first.id, True)
    with pytest.raises(HasOwner), transaction():
        claims.decide_claim(OFFICER, second.id, True)
    db.session.expire_all()
    assert second.state == "submitted"
    assert len(queries.members(organization.id)) == 1


def test_nobody_claims_twice_or_what_is_owned_or_already_theirs(app: Flask) -> None:
    organization, user = make_organization(), make_user()
    make_claim(organization, user)
    prepared = letter()
    with pytest.raises(AlreadyClaimed), transaction():
        claims.claim(acting(user), organization.id, "秘书长", prepared)
    owner = make_member(organization)
    with pytest.raises(AlreadyMember), transaction():
        claims.claim(acting(owner), organization.id, "秘书长", prepared)
    outsider = acting(make_user())
    with pytest.raises(HasOwner), transaction():
        claims.claim(outsider, organization.id, "秘书长", prepared)


def test_only_its_author_takes_a_claim_back(app: Flask) -> None:
    claim, outsider = make_claim(), acting(make_user())
    with pytest.raises(Forbidden), transaction():
        claims.withdraw_claim(outsider, claim.id)
    with transaction():
        claims.withdraw_claim(acting(db.session.get_one(User, claim.user_id)), claim.id)
    assert claim.state == "withdrawn"


def test_a_letter_is_read_by_its_author_and_the_office_only(client: FlaskClient) -> None:
    claim = make_claim()
    address = f"/office/organization-claims/{claim.id}/letter"
    assert client.get(address).status_code == 302
    sign_in(client, make_member(make_organization()).id)
    assert client.get(address).status_code == 403
    sign_in(client, claim.user_id)
    assert client.get(address, buffered=True).status_code == 200
    sign_in(client, make_user(roles=["officer"]).id)
    assert client.get(address, buffered=True).data.startswith(b"%PDF")
