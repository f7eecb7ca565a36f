"""Keeping an organization that broke its agreement from applying for a while; letting it in again."""

import sqlalchemy as sa

from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import Actor, require
from charity_portal.projects.errors import AlreadyHandled
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.tranches import GrantBar
from charity_portal.projects.rules import paying, paying_letters
from charity_portal.projects.services import letters
from charity_portal.projects.services.tranches import PAGE, written


def impose(actor: Actor, application: Application, years: int, reason: str) -> GrantBar:
    """Take no application of the award's organization for so many years from today on."""
    require(actor, "projects:reclaim:demand", application)
    if not 1 <= years <= paying.MOST_BAR_YEARS:
        most = say("年数应在 1 到 %(n)s 之间。", n=paying.MOST_BAR_YEARS)
        raise Invalid(fields={"bar_years": [most]})
    since, until = paying.bar_period(clock.today(), years)
    bar = GrantBar(
        organization_id=application.organization_id,
        application_id=application.id,
        since=since,
        until=until,
        reason=reason,
        barred_by=actor.user_id,
    )
    db.session.add(bar)
    db.session.flush()
    audit.record(
        actor,
        "projects.bar.impose",
        bar,
        after={"organization": bar.organization_id, "until": until},
        reason=reason,
    )
    return bar


def lift(actor: Actor, bar_id: int, reason: str) -> GrantBar:
    """Let the organization apply again before the bar is over; the bar stays on record."""
    bar = locked(GrantBar, bar_id)
    require(actor, "projects:bar:lift", bar)
    if bar.lifted_at is not None or bar.until < clock.today():
        raise AlreadyHandled
    why = written(reason)
    bar.lifted_at, bar.lifted_reason = clock.now(), why
    db.session.flush()
    audit.record(
        actor,
        "projects.bar.lift",
        bar,
        before={"until": bar.until},
        after={"lifted_at": bar.lifted_at},
        reason=why,
    )
    application = db.session.scalars(
        sa.select(Application).where(Application.id == bar.application_id)
    ).one()
    letter = paying_letters.bar_lifted(letters.about(application, PAGE), why)
    letters.post_to_payee(actor, application, letter)
    return bar
