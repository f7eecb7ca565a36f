"""Donors: recorded, corrected, their refusal to be named, and who looked at them."""

from collections.abc import Sequence

from charity_portal.funds.models.donations import Donor
from charity_portal.funds.queries import donations as queries
from charity_portal.funds.rules.giving import DonorFacts as DonorFacts
from charity_portal.funds.rules.giving import donor_problems, name_key, number_key
from charity_portal.funds.services.naming import refuse_donor_names
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Conflict, Invalid, WrongState
from charity_portal.kernel.i18n import say
from charity_portal.kernel.numbers import next_number, next_numbers
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.secrets import blind_index
from charity_portal.organizations import queries as organizations


def add(actor: Actor, facts: DonorFacts) -> Donor:
    """Record a donor. Raises Invalid by field; an organization is recorded once."""
    require(actor, "funds:donor:edit")
    _check(facts, None)
    donor = Donor(
        number=next_number("JR", clock.today().year, width=6),
        kind=facts.kind,
        created_by=actor.user_id,
    )
    _assign(donor, facts)
    db.session.add(donor)
    db.session.flush()
    audit.record(
        actor, "funds.donor.add", donor, after={"number": donor.number, "kind": facts.kind}
    )
    return donor


def edit(actor: Actor, donor_id: int, facts: DonorFacts, rev: int) -> Donor:
    """Correct what is recorded of a donor. Raises Conflict when somebody else did meanwhile."""
    require(actor, "funds:donor:edit")
    donor = locked(Donor, donor_id)
    if donor.rev != rev:
        raise Conflict
    _check(facts, donor_id)
    changed = [
        name
        for name in ("kind", "name", "phone", "code", "address")
        if (getattr(donor, name) or "") != getattr(facts, name)
    ]
    _assign(donor, facts)
    donor.rev += 1
    db.session.flush()
    audit.record(actor, "funds.donor.edit", donor, after={"changed": changed})
    return donor


def known_or_new(actor: Actor, facts: DonorFacts) -> Donor:
    """The donor with this code, or this name and telephone number; recorded when there is none."""
    return queries.same_donor(facts) or add(actor, facts)


def known_or_new_all(actor: Actor, told: Sequence[DonorFacts]) -> list[Donor]:
    """The same for a list of gifts, in a few statements; whoever stands in it twice is recorded once.
    The caller checked the facts, and audits them."""
    require(actor, "funds:donor:edit")
    fresh: dict[object, Donor] = {}
    found = []
    for n, (facts, known) in enumerate(zip(told, queries.same_donors(told), strict=True)):
        if known is None:
            known = fresh.setdefault(_identity(facts, n), Donor(kind=facts.kind))
            _assign(known, facts)
        found.append(known)
    numbers = next_numbers("JR", clock.today().year, len(fresh), width=6) if fresh else []
    for donor, number in zip(fresh.values(), numbers, strict=True):
        donor.number, donor.created_by = number, actor.user_id
    db.session.add_all(fresh.values())
    db.session.flush()
    return found


def _identity(facts: DonorFacts, row: int) -> object:
    """What two rows of one list must share to be one donor; a person's name alone does not do."""
    if facts.code:
        return number_key(facts.code)
    if facts.kind == "person" and not facts.phone:
        return row
    return facts.kind, name_key(facts.name), number_key(facts.phone)


def refuse_naming(actor: Actor, donor_id: int, reason: str) -> Donor:
    """Keep a donor's name from everybody from now on, whatever was agreed for single gifts."""
    return _set_refusal(actor, donor_id, reason, refuses=True)


def withdraw_refusal(actor: Actor, donor_id: int, reason: str) -> Donor:
    """Note that the donor refuses no longer: each gift is shown as agreed for it."""
    return _set_refusal(actor, donor_id, reason, refuses=False)


def reveal(actor: Actor, donor_id: int, reason: str) -> Donor:
    """Note who looked at a donor's whole record, and why; the caller shows it once."""
    require(actor, "funds:donor:reveal")
    donor = locked(Donor, donor_id)
    said = stated(reason)
    audit.record(actor, "funds.donor.reveal", donor, reason=said)
    return donor


def stated(reason: str) -> str:
    """A reason as the trail keeps it: given, and naming no donor. Raises Invalid."""
    said = reason.strip()
    if not said:
        raise Invalid(fields={"reason": [say("请写明理由。")]})
    refuse_donor_names(reason=said)
    return said


def _set_refusal(actor: Actor, donor_id: int, reason: str, refuses: bool) -> Donor:
    require(actor, "funds:donor:edit")
    donor = locked(Donor, donor_id)
    if donor.refuses_naming == refuses:
        raise WrongState
    said = stated(reason)
    donor.refuses_naming = refuses
    donor.rev += 1
    db.session.flush()
    action = "refuse_naming" if refuses else "withdraw_refusal"
    audit.record(actor, f"funds.donor.{action}", donor, reason=said)
    return donor


def _check(facts: DonorFacts, own_id: int | None) -> None:
    found = donor_problems(facts)
    twin = queries.donor_by_code(facts.code) if facts.code else None
    if twin is not None and twin.id != own_id:
        found.setdefault("code", []).append(
            say("该代码已登记为捐赠人 %(number)s。", number=twin.number)
        )
    if found:
        raise Invalid(fields=found)


def _assign(donor: Donor, facts: DonorFacts) -> None:
    """The columns, their indexes, and the register's entry of an organization with this code."""
    donor.kind = facts.kind
    donor.name = facts.name.strip()
    donor.name_index = blind_index("donor.name", name_key(facts.name))
    donor.phone = facts.phone.strip() or None
    donor.phone_index = _index("donor.phone", facts.phone)
    donor.code = facts.code.strip() or None
    donor.code_index = _index("donor.code", facts.code)
    donor.address = facts.address.strip() or None
    known = None
    if facts.kind == "organization" and facts.code:
        known = organizations.find_by_code(facts.code.strip().upper())
    donor.organization_id = known.id if known is not None else None


def _index(kind: str, text: str) -> str | None:
    key = number_key(text)
    return blind_index(kind, key) if key else None
