"""Lists of gifts are checked and imported by the worker."""

from typing import Any

from flask import current_app
from flask_babel import force_locale

from charity_portal.funds.models.donations import DonationList
from charity_portal.funds.queries import donations as queries
from charity_portal.funds.queries import funds
from charity_portal.funds.rules.giving_rows import Entry, columns_of, numbered, read_entry
from charity_portal.funds.services import donation_lists as services
from charity_portal.kernel import clock, jobs
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Conflict
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import Actor

_STEP, _PART = 1000, 250
_LOCALES = {"zh": "zh_Hans_CN", "en": "en"}


def _acting(run: jobs.Run) -> Actor:
    """The portal, on behalf of whoever asked."""
    return Actor(user_id=run.created_by, name="system", system=True)


def _url(list_id: int) -> str:
    values = {"list_id": list_id}
    return current_app.url_map.bind("portal").build("funds_donation_lists.show", values)


def read(row: DonationList, run: jobs.Run | None = None) -> list[Entry]:
    """Understand every row of a list; takes seconds, so outside transaction()."""
    sheet = services.sheet_of(row)
    fields, _, _ = columns_of(sheet.header)
    purposes = {p.title_zh: p.id for p in funds.purposes(row.fund_id)}
    purposes |= {p.title_en: p.id for p in funds.purposes(row.fund_id) if p.title_en}
    entries = []
    fund_id, today = row.fund_id, clock.today()
    for done, line in enumerate(sheet.rows):
        if run is not None and done % _STEP == 0:
            run.progress(done, len(sheet.rows), say("正在逐行检查"))
        entries.append(read_entry(line, fields, fund_id, purposes, today))
    numbered(entries)
    services.with_causes(fund_id, entries)
    return entries


@jobs.handler(services.CHECK)
def check(run: jobs.Run) -> jobs.Effect | None:
    """Look every row through; nothing is recorded."""
    list_id = run.args["list_id"]
    row = queries.donation_list(list_id)
    if row is None or row.state != "checking":
        return None
    fund_id = row.fund_id
    with force_locale(_LOCALES[run.args["language"]]):
        entries = read(row, run)
    problems = {entry.number: entry.problems for entry in entries if entry.problems}
    sound = [entry for entry in entries if not entry.problems]
    for number, found in services.compare(fund_id, sound).items():
        problems.setdefault(number, []).extend(found)

    def effect() -> dict[str, Any]:
        services.record_check(_acting(run), list_id, sound, problems)
        return {"url": _url(list_id)}

    return effect


@jobs.handler(services.APPLY)
def apply(run: jobs.Run) -> jobs.Effect | None:
    """Record the gifts, part by part, unless something speaks against any of them by now."""
    list_id = run.args["list_id"]
    row = queries.donation_list(list_id)
    if row is None or row.state != "checked":
        return None
    fund_id = row.fund_id
    with force_locale(_LOCALES[run.args["language"]]):
        entries = read(row, run)
    if services.compare(fund_id, entries):
        raise Conflict(say("检查之后情况有变化，请重新上传清单。"))
    for start in range(0, len(entries), _PART):
        with transaction():
            services.apply_part(_acting(run), list_id, entries[start : start + _PART])
        run.progress(min(start + _PART, len(entries)), len(entries), say("正在登记入账"))

    def effect() -> dict[str, Any]:
        services.finish(_acting(run), list_id)
        return {"url": _url(list_id)}

    return effect
