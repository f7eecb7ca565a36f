"""Long work of the register: rosters are read, checked and applied by the worker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import force_locale

from charity_portal.kernel import clock, files, jobs
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import Actor
from charity_portal.kernel.tables import BadTable, Sheet, error_workbook, read_table
from charity_portal.organizations import queries
from charity_portal.organizations.models import RosterImport
from charity_portal.organizations.rules.roster import Plan, packed, unpacked
from charity_portal.organizations.rules.roster_rows import (
    TITLES,
    Entry,
    Problem,
    columns_of,
    read_entry,
)
from charity_portal.organizations.services import rosters

SHOWN = 200
"""So many rows of each kind are kept for the page; the workbook has them all."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_STEP = 1000
_LOCALES = {"zh": "zh_Hans_CN", "en": "en"}

Progress = Any


@dataclass(frozen=True)
class Roster:
    """A roster as read: its rows, or what makes it unreadable."""

    sheet: Sheet
    fields: Mapping[str, str]
    entries: Sequence[Entry]
    refusals: Sequence[Text]


def read(stored: files.StoredFile | files.Prepared, progress: Progress = None) -> Roster:
    """Read and understand a roster; takes seconds, so outside transaction()."""
    try:
        with files.path_of(stored).open("rb") as stream:
            sheet = read_table(stream, stored.name)
    except BadTable as wrong:
        return Roster(Sheet([]), {}, [], [wrong.message])
    fields, missing, unknown = columns_of(sheet.header)
    refusals = []
    if missing:
        refusals.append(say("表头缺少这些列：%(titles)s。", titles="、".join(missing)))
    if unknown:
        refusals.append(say("表头有不认识的列：%(titles)s。", titles="、".join(unknown)))
    if not refusals and not sheet.rows:
        refusals.append(say("名册里没有机构。"))
    entries = [] if refusals else _entries(sheet, fields, progress)
    return Roster(sheet, fields, entries, refusals)


def _entries(sheet: Sheet, fields: Mapping[str, str], progress: Progress) -> list[Entry]:
    home, today = queries.home_region(), clock.today()
    entries = []
    for done, row in enumerate(sheet.rows):
        if progress is not None and done % _STEP == 0:
            progress(done, len(sheet.rows), say("正在逐行检查"))
        entries.append(read_entry(row, fields, home, today))
    return entries


def problem_rows(plan: Plan) -> list[dict[str, Any]]:
    """The first faults of a plan as the page keeps them."""
    lines = [
        {"row": number, "field": field, "text": packed(text)}
        for number, found in sorted(plan.problems.items())
        for field, text in found
    ]
    return lines[:SHOWN]


def preview_rows(plan: Plan) -> list[dict[str, Any]]:
    """The first new and the first changed organizations as the page keeps them."""
    new = [change for change in plan.changes if change.id is None][:SHOWN]
    changed = [change for change in plan.changes if change.id is not None][:SHOWN]
    return [
        {"row": c.number, "id": c.id, "ref": c.org_ref, "name": c.name, "fields": c.public()}
        for c in [*new, *changed]
    ]


def errors_file(roster: Roster, problems: Mapping[int, Sequence[Problem]]) -> bytes:
    """What was sent, with each fault beside its row."""
    titles = {field: title for title, field in roster.fields.items()}
    named = {
        number: [
            (titles.get(field, ""), text if field in titles or not field else _named(field, text))
            for field, text in found
        ]
        for number, found in problems.items()
    }
    return error_workbook(roster.sheet, named)


def _named(field: str, text: Text) -> str:
    return f"{TITLES[field]}：{text}"


def _acting(run: jobs.Run) -> Actor:
    """The portal, on behalf of whoever pressed the button; that person had the right then."""
    return Actor(user_id=run.created_by, name="system", system=True)


def _stored(import_id: int) -> files.StoredFile:
    row = db.session.get_one(RosterImport, import_id)
    return db.session.get_one(files.StoredFile, row.file_id)


@jobs.handler("organizations.roster_check")
def check(run: jobs.Run) -> jobs.Effect:
    """Read a roster and compare it with the register; nothing but the findings is written."""
    import_id, actor = run.args["import_id"], _acting(run)
    with force_locale(_LOCALES[run.args["language"]]):
        roster = read(_stored(import_id), run.progress)
        plan = rosters.compare(roster.entries) if not roster.refusals else None
        wrong = plan is not None and plan.problems
        made = errors_file(roster, plan.problems) if plan is not None and wrong else None
        title = str(say("名册错误"))
        prepared = files.prepare_own(made, f"{title}.xlsx", XLSX) if made else None
    problems = [{"row": 1, "field": "", "text": packed(text)} for text in roster.refusals]

    def effect() -> dict[str, Any]:
        row = locked(RosterImport, import_id)
        if plan is None:
            rosters.record_check(actor, row, None, [], problems, None)
        else:
            found = problem_rows(plan)
            rosters.record_check(actor, row, plan, preview_rows(plan), found, prepared)
        return {"url": page_of(import_id)}

    return effect


@jobs.handler("organizations.roster_apply")
def apply(run: jobs.Run) -> jobs.Effect:
    """Write a checked roster into the register in one transaction."""
    import_id, actor = run.args["import_id"], _acting(run)
    roster = read(_stored(import_id), run.progress)
    run.progress(0, 1, say("正在写入登记库"))

    def effect() -> dict[str, Any]:
        rosters.apply(actor, locked(RosterImport, import_id), roster.entries)
        return {"url": page_of(import_id)}

    return effect


def page_of(import_id: int) -> str:
    """Where a roster's findings are read."""
    adapter = current_app.url_map.bind("")
    return adapter.build("organizations_rosters.show", {"import_id": import_id})


def import_now(actor: Actor, prepared: files.Prepared, roster: Roster) -> Plan:
    """Apply a roster that was read, in one go, for commands; inside transaction().

    With anything wrong nothing is written: the plan's problems say why.
    """
    plan = rosters.compare(roster.entries)
    if plan.problems:
        return plan
    row = RosterImport(file_id=files.keep(actor, prepared).id, created_by=actor.user_id)
    db.session.add(row)
    db.session.flush()
    rosters.record_check(actor, row, plan, preview_rows(plan), [], None)
    return rosters.apply(actor, row, roster.entries)


def sentence(line: Mapping[str, Any]) -> str:
    """One fault as a command prints it: row, column, reason."""
    column = f"{TITLES[line['field']]}：" if line["field"] else ""
    return str(say("第 %(row)s 行：", row=line["row"])) + column + str(unpacked(line["text"]))
