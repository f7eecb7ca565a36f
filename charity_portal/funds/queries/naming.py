"""What donors may be called in public: the only place on the public side that opens their columns.

A name is shown when the donor agreed for this gift and refuses for none (慈善法, art. 82; 个人信息保护法,
art. 25). Nothing is kept of the answer, so that a refusal holds everywhere at once.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from charity_portal.funds.models.donations import Donation, Donor, Pledge
from charity_portal.funds.rules.giving import name_parts, number_parts
from charity_portal.kernel.database import db
from charity_portal.kernel.i18n import _
from charity_portal.kernel.secrets import blind_indexes

_BATCH = 5000


def public_names(donations: Iterable[Donation]) -> dict[int, str]:
    """What each of these gifts' donors is called in public, by donation; one statement for all."""
    given = list(donations)
    agreed = {d.donor_id for d in given if d.naming == "named" and d.donor_id is not None}
    donors = _nameable(agreed)
    hidden = _("爱心人士")
    return {d.id: _name(d, donors) or hidden for d in given}


def matcher_name(campaign_id: int, donor_id: int) -> str:
    """What the matcher of a campaign is called in public: as agreed in its latest pledge or gift to
    that campaign."""
    hidden = _("爱心人士")
    donor = _nameable({donor_id}).get(donor_id)
    if donor is None:
        return hidden
    kinds: tuple[Any, ...] = (Pledge, Donation)
    for model in kinds:
        latest: Pledge | Donation | None = db.session.scalar(
            sa.select(model)
            .where(model.campaign_id == campaign_id, model.donor_id == donor_id)
            .order_by(model.id.desc())
            .limit(1)
        )
        if latest is not None:
            agreed = latest.naming == "named"
            return (latest.public_name or donor.name or hidden) if agreed else hidden
    return hidden


def _nameable(donor_ids: set[int]) -> dict[int, Donor]:
    """Those donors that do not refuse; read anew, whatever the session holds."""
    if not donor_ids:
        return {}
    wanted = sa.select(Donor).where(Donor.id.in_(donor_ids), Donor.refuses_naming.is_(False))
    return {donor.id: donor for donor in db.session.scalars(wanted)}


def _name(donation: Donation, donors: dict[int, Donor]) -> str | None:
    if donation.naming != "named" or donation.donor_id not in donors:
        return None
    return donation.public_name or donors[donation.donor_id].name


def hidden_name_in(text: str) -> bool:
    """Whether a text that is to be public names a donor who may not be named, by name, telephone
    number or code."""
    return _names_one(text, _hidden())


def donor_named_in(text: str) -> bool:
    """Whether a text names any donor at all: for what is never erased, not even when a consent is
    withdrawn (entries of the ledger, bulletins)."""
    return _names_one(text, sa.true())


def _hidden() -> sa.ColumnElement[bool]:
    """Who refuses, has a gift or pledge without consent, or never agreed to anything."""
    silent = [
        sa.exists().where(model.donor_id == Donor.id, model.naming == "unnamed")
        for model in (Donation, Pledge)
    ]
    agreed = [
        sa.exists().where(model.donor_id == Donor.id, model.naming == "named")
        for model in (Donation, Pledge)
    ]
    return sa.or_(Donor.refuses_naming, *silent, sa.not_(sa.or_(*agreed)))


def _names_one(text: str, whom: sa.ColumnElement[bool]) -> bool:
    wanted = sa.select(Donor.id).where(whom)
    for some in _batches("donor.name", name_parts(text)):
        if db.session.scalar(wanted.where(Donor.name_index.in_(some)).limit(1)) is not None:
            return True
    numbers = number_parts(text)
    for kind, column in (("donor.phone", Donor.phone_index), ("donor.code", Donor.code_index)):
        for some in _batches(kind, numbers):
            if db.session.scalar(wanted.where(column.in_(some)).limit(1)) is not None:
                return True
    return False


def _batches(kind: str, keys: set[str]) -> Iterator[list[str]]:
    indexes = [index for key in sorted(keys) for index in blind_indexes(kind, key)]
    return (indexes[i : i + _BATCH] for i in range(0, len(indexes), _BATCH))
