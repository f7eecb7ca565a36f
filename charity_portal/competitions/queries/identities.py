"""Who the applicants are, as far as that must be hidden from reviewers."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa

from charity_portal.accounts import queries as accounts
from charity_portal.competitions.models.reviews import HiddenTerm
from charity_portal.competitions.rules.blinding import Blinder, Identity, Redacted
from charity_portal.kernel.database import db
from charity_portal.kernel.i18n import language
from charity_portal.organizations import queries as organizations
from charity_portal.projects.queries import judging


@dataclass(frozen=True)
class Applicant:
    """Who applies: the organization, and what the application itself says of it and its people."""

    organization_id: int
    people: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()


def blinders(edition_id: int, applicants: Mapping[int, Applicant]) -> dict[int, Blinder]:
    """What hides each of these applications' applicants, by application; four statements."""
    found = organizations.namings({a.organization_id for a in applicants.values()})
    people = accounts.names({key for naming in found.values() for key in naming.member_ids})
    terms = hidden_terms(edition_id, applicants.keys())
    return {
        key: Blinder(_identity(a, found[a.organization_id], people, terms.get(key, [])))
        for key, a in applicants.items()
    }


def _identity(
    applicant: Applicant,
    naming: organizations.Naming,
    people: Mapping[int, str],
    terms: Iterable[HiddenTerm],
) -> Identity:
    members = (people[key] for key in naming.member_ids if key in people)
    return Identity(
        names=(*naming.names, *applicant.other_names),
        names_en=naming.names_en,
        codes=naming.codes,
        phones=naming.phones,
        emails=naming.emails,
        websites=naming.websites,
        addresses=naming.addresses,
        people=(*naming.people, *applicant.people, *members),
        terms=tuple(term.text for term in terms),
        places=naming.places,
        places_en=naming.places_en,
    )


def hidden_terms(edition_id: int, application_ids: Collection[int]) -> dict[int, list[HiddenTerm]]:
    """What officers added, by application."""
    found: dict[int, list[HiddenTerm]] = {}
    added = sa.select(HiddenTerm).where(
        HiddenTerm.edition_id == edition_id, HiddenTerm.application_id.in_(application_ids)
    )
    for term in db.session.scalars(added.order_by(HiddenTerm.id)):
        found.setdefault(term.application_id, []).append(term)
    return found


def hidden_term(edition_id: int, application_id: int, term_id: int) -> HiddenTerm | None:
    """One text that an officer added for this application."""
    found = db.session.get(HiddenTerm, term_id)
    if found is None or (found.edition_id, found.application_id) != (edition_id, application_id):
        return None
    return found


def shown_titles(edition_id: int, blind: bool, application_ids: Collection[int]) -> dict[int, str]:
    """Titles as reviewers read them, by application: five statements however many (one if not blind).

    Lists, search and export for reviewers know no other title.
    """
    found = judging.described(application_ids)
    if not blind:
        return {key: contestant.title for key, contestant in found.items()}
    return blind_titles(edition_id, found)


def blind_titles(edition_id: int, found: Mapping[int, judging.Contestant]) -> dict[int, str]:
    """The same for applications that were read already, in a blind edition; four statements."""
    applicants = {
        key: Applicant(c.organization_id, tuple(filter(None, (c.lead,))))
        for key, c in found.items()
    }
    hiding = blinders(edition_id, applicants)
    return {key: hidden(hiding[key].identity, c.title).text for key, c in found.items()}


def hidden(identity: Identity, text: str) -> Redacted:
    """The text with marks in the reader's language; reviewers come back to the same texts often."""
    return _hidden(identity, text, language())


@lru_cache(maxsize=4096)
def _hidden(identity: Identity, text: str, _language: str) -> Redacted:
    return Blinder(identity).hide(text)
