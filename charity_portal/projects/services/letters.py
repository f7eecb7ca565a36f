"""Letters to the people of an applicant organization: posted, held for preview, released, replaced."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale

from charity_portal.accounts import queries as accounts
from charity_portal.kernel import mail
from charity_portal.kernel.database import db
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import Actor
from charity_portal.organizations import queries as organizations
from charity_portal.projects.models.applications import Application
from charity_portal.projects.rules.letters import About, Letter
from charity_portal.projects.rules.wording import Named

OUTCOME = "projects.outcome"
CONFIRMATION = "projects.confirmation"
PAYING = "projects.paying"
READERS = ("owner", "editor")
PAYEES = ("owner", "editor", "finance")
RULER = "—" * 20
_LOCALES = ("zh_Hans_CN", "en")


@dataclass(frozen=True)
class Written:
    """A letter as it will arrive: both languages, one under the other."""

    title: str
    body: str


def about(application: Application, endpoint: str = "projects_applications.show") -> About:
    """What letters say about an application; `endpoint` is where they lead."""
    return About(
        number=application.number or "",
        title=application.title,
        call=Named(application.call),
        link=address_of(endpoint, application_id=application.id),
        currency=application.call.currency,
    )


def address_of(endpoint: str, **values: object) -> str:
    """The full address of a page; jobs write letters too, where no request exists."""
    path = current_app.url_map.bind("portal").build(endpoint, values)
    return f"{current_app.config['PUBLIC_URL']}{path}"


def write(letter: Letter) -> Written:
    """Put a letter into words, Chinese first."""
    titles, bodies = [], []
    for locale in _LOCALES:
        with force_locale(locale):
            site = current_app.config["SITE_NAME_EN" if locale == "en" else "SITE_NAME_ZH"]
            titles.append(str(letter.title))
            bodies.append("\n\n".join([str(say("您好：")), *map(str, letter.paragraphs), site]))
    return Written(" / ".join(titles), f"\n\n{RULER}\n\n".join(bodies))


def in_both(text: Text) -> tuple[str, str]:
    """A sentence in Chinese and in English."""
    said = []
    for locale in _LOCALES:
        with force_locale(locale):
            said.append(str(text))
    return said[0], said[1]


def recipients(organization_id: int, roles: Sequence[str] = READERS) -> list[str]:
    """The addresses of the members in these roles; without, of those who prepare applications."""
    ids = [m.user_id for m in organizations.members(organization_id) if m.role in roles]
    people = accounts.people(ids)
    return [people[i].email for i in ids if i in people and people[i].is_active]


def post(
    actor: Actor, application: Application, letter: Letter, kind: str, hold: bool = False
) -> int:
    """Send a letter to the applicant's people (or hold it); how many got one."""
    written = write(letter)
    addresses = recipients(application.organization_id)
    for address in addresses:
        mail.post(actor, address, written.title, written.body, kind, application.id, hold=hold)
    return len(addresses)


def post_to_payee(actor: Actor, application: Application, letter: Letter) -> int:
    """Send a letter about an award's money, to those who keep the accounts too."""
    written = write(letter)
    addresses = recipients(application.organization_id, PAYEES)
    for address in addresses:
        mail.post(actor, address, written.title, written.body, PAYING, application.id)
    return len(addresses)


def draft(actor: Actor, application: Application, letter: Letter, kind: str) -> int:
    """Hold a letter in place of the one held before."""
    discard(application.id, kind)
    return post(actor, application, letter, kind, hold=True)


def discard(application_id: int, kind: str) -> None:
    """Take back what is still held."""
    for held in _held(application_id, kind):
        db.session.delete(held)
    db.session.flush()


def release(
    actor: Actor, application: Application, kind: str, fallback: Callable[[], Letter]
) -> None:
    """Let the held letters go; where none is held (nobody was a member then), write it now."""
    held = _held(application.id, kind)
    if held:
        mail.release(actor, held)
    else:
        post(actor, application, fallback(), kind)


def _held(application_id: int, kind: str) -> list[mail.OutboxMail]:
    return list(
        db.session.scalars(
            sa.select(mail.OutboxMail).where(
                mail.OutboxMail.kind == kind,
                mail.OutboxMail.subject_id == application_id,
                mail.OutboxMail.state == "held",
            )
        )
    )
