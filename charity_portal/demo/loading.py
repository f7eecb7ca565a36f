"""Loading the demo city: all its stories on one clock, kept together or not at all."""

from collections.abc import Callable

from flask import current_app

from charity_portal.accounts import queries as accounts
from charity_portal.accounts.services import passwords
from charity_portal.demo import (
    banking,
    competitions,
    evenings,
    experts,
    funding,
    giving,
    histories,
    joining,
    papers,
    paying,
    register,
    results,
    rosters,
    spending,
)
from charity_portal.demo.city import City
from charity_portal.demo.timeline import Calendar, Story, tell
from charity_portal.demo.whole import all_or_nothing
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Conflict, PortalError
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import SYSTEM


class NotEmpty(Conflict):
    """Somebody has an account already: the city would mix with what is there."""

    @classmethod
    def default(cls) -> Text:
        return say("数据库不是空的，演示城市只能载入空数据库。")


def load(progress: Callable[[str], None]) -> City:
    """Fill an empty database; `progress` is told in English what is being done.

    Raises NotEmpty, and PortalError with MAIL_URL set: letters to invented people must not leave.
    """
    if accounts.people_page().items:
        raise NotEmpty
    if current_app.config["MAIL_URL"]:
        raise PortalError(say("已设置 MAIL_URL，演示城市的信件会寄往虚构的邮箱。请先取消该设置。"))
    present = clock.now()
    password_hash = passwords.hash_password(passwords.DEMO_PASSWORD)
    city = City(present, Calendar(clock.today()), password_hash)
    progress("typesetting papers")
    city.papers = papers.prepare(present)
    progress("telling the city's past")
    with all_or_nothing():
        tell(_stories(city), present)
        with transaction():
            audit.record(SYSTEM, "demo.loaded", None, after={"calls": len(city.calls)})
    return city


def _stories(city: City) -> list[Story]:
    return [
        register.beginning(city),
        register.story(city),
        experts.story(city),
        joining.invited(city),
        joining.claimed(city),
        *histories.all_of(city),
        *competitions.all_of(city),
        results.contest(city),
        results.stations(city),
        evenings.story(city),
        rosters.story(city),
        *funding.all_of(city),
        *giving.all_of(city),
        *spending.all_of(city),
        *paying.all_of(city),
        *banking.all_of(city),
    ]
