"""How people come to act for organizations: invitations and claims, in each of their states."""

import re

from charity_portal.accounts.services import invitations
from charity_portal.demo import evenings
from charity_portal.demo.city import City, address
from charity_portal.demo.timeline import Story
from charity_portal.kernel import mail
from charity_portal.kernel.database import transaction
from charity_portal.organizations import queries
from charity_portal.organizations.services import claims, members

TOKEN = re.compile(r"token=([A-Za-z0-9_-]{43})")
LETTER = "accounts.join"


def invited(city: City) -> Story:
    """One accepts, one lets the link run out, one is taken back, one is still open."""
    yield city.at(-109, 9, 20)
    accepted = _invite(city, "xingqiao", "editor2", "editor")
    yield city.at(-108, 19, 45)
    evenings.catch_up(city)
    with transaction():
        invitations.accept(city.person("editor2"), _token(accepted))
    yield city.at(-30, 10)
    _invite(city, "nuanxin", "bookkeeper", "finance")
    yield city.at(-9, 10)
    mistaken = _invite(city, "nuanxin", "volunteer", "editor")
    yield city.at(-9, 11, 15)
    with transaction():
        members.revoke(city.owner("nuanxin"), mistaken)
    yield city.at(-2, 16)
    _invite(city, "nuanxin", "newcomer", "editor")


def _invite(city: City, organization: str, person: str, role: str) -> int:
    with transaction():
        return members.invite(
            city.owner(organization), city.organizations[organization], address(person), role
        )


def _token(invitation_id: int) -> str:
    """What stands in the letter, as the invited person reads it."""
    invitation = queries.invitation(invitation_id)
    assert invitation is not None
    for letter in mail.letters(LETTER, invitation.link_id):
        if found := TOKEN.search(letter.body):
            return found[1]
    raise LookupError(f"no letter for invitation {invitation_id}")


def claimed(city: City) -> Story:
    """Two organizations without an owner: a claim taken back, one refused, one approved, one waiting."""
    yield city.at(-70, 10, 30)
    mistaken = _claim(city, "claimant2", "lvzhou", "办公室主任")
    yield city.at(-70, 16)
    with transaction():
        claims.withdraw_claim(city.person("claimant2"), mistaken)
    yield city.at(-69, 9, 15)
    approved = _claim(city, "claimant2", "qinghe", "秘书长")
    yield city.at(-67, 14, 30)
    with transaction():
        claims.decide_claim(city.person("officer"), approved, approve=True)
    yield city.at(-25, 11, 5)
    refused = _claim(city, "claimant3", "lvzhou", "志愿者")
    yield city.at(-24, 10, 45)
    with transaction():
        why = "授权书未加盖机构公章，申请人不是机构工作人员。请由机构负责人重新提交。"
        claims.decide_claim(city.person("officer"), refused, approve=False, reason=why)
    yield city.at(-1, 15, 55)
    _claim(city, "claimant", "lvzhou", "副会长")


def _claim(city: City, person: str, organization: str, position: str) -> int:
    with transaction():
        return claims.claim(
            city.person(person),
            city.organizations[organization],
            position,
            city.papers["authority"],
        )
