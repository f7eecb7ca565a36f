"""Applications are started, written by several people at once, thrown away and brought back."""

from collections.abc import Mapping
from datetime import timedelta

from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Forbidden, Invalid, NotFound, WrongState
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.merging import (
    HARDEST_LIMIT,
    ONE_CHANGE,
    Conflict,
    Merge,
    Saved,
    clean,
)
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire
from charity_portal.projects.errors import ClosedCall, LimitReached, NotEligible, OutOfScope
from charity_portal.projects.models.applications import Application, DraftChange, DraftField
from charity_portal.projects.models.calls import Call
from charity_portal.projects.permissions import PREPARES
from charity_portal.projects.queries import applicants, applications, calls, drafts
from charity_portal.projects.rules import budget, drafting
from charity_portal.projects.rules.call_form import CallForm
from charity_portal.projects.rules.calls import require_open
from charity_portal.projects.rules.defects import Defect
from charity_portal.projects.rules.dossier import known_key
from charity_portal.projects.rules.scope import Scope

UNDO_DAYS = 30


def start(actor: Actor, call_id: int, organization_id: int, on_behalf: bool = False) -> Application:
    """A draft for a call; an untouched one, or the last one at the limit, is offered again.

    The call's row is held meanwhile, so that two people starting at once cannot pass the limit.
    Raises ClosedCall, NotEligible, LimitReached.
    """
    require(actor, "projects:application:start", organization_id)
    if actor.role_in(organization_id) not in PREPARES and not (on_behalf or actor.system):
        raise Forbidden
    if on_behalf:
        require(actor, "projects:application:file-on-behalf")
    call = locked(Call, call_id)
    require_open(call, clock.now(), calls.extension(call_id, organization_id))
    own = applications.drafts_of(call_id, organization_id)
    untouched = next((draft for draft in own if draft.rev == 0), None)
    if untouched is not None:
        return untouched
    problems = applicants.defects(call, organization_id)
    if own and any(p.key == "eligibility:limit" for p in problems):
        return own[0]
    _refuse_ineligible(problems, call)
    return _new(actor, call, organization_id, on_behalf)


def _refuse_ineligible(problems: list[Defect], call: Call) -> None:
    others = [p for p in problems if p.key != "eligibility:limit"]
    if others:
        raise NotEligible(fields={p.key: [p.text] for p in others})
    if problems:
        raise LimitReached(call.per_organization_limit)


def _new(actor: Actor, call: Call, organization_id: int, on_behalf: bool) -> Application:
    application = Application(
        call_id=call.id,
        organization_id=organization_id,
        on_behalf_by=actor.user_id if on_behalf else None,
        created_by=actor.user_id,
    )
    application.call = call
    db.session.add(application)
    db.session.flush()
    facts = {"call": call.id, "organization": organization_id, "on_behalf": on_behalf}
    audit.record(actor, "projects.application.start", application, after=facts)
    return application


def save_fields(actor: Actor, application_id: int, rev: int, fields: Mapping[str, str]) -> Saved:
    """Write what was typed against revision `rev`; see `kernel.merging` for what becomes of each field.

    A draft may still be written after the call has closed: nothing typed is lost, it only cannot be
    submitted. Raises Invalid (per field) for unknown fields and OutOfScope outside a correction.
    """
    application = locked(Application, application_id)
    require(actor, "projects:application:edit", application)
    call = calls.whole_call(application.call_id) or application.call
    mine = {key: clean(text) for key, text in fields.items()}
    _refuse_unknown(calls.form_of(call), mine)
    held = drafts.held(application_id)
    result = drafting.combine(
        rev, mine, drafts.facts(held), drafts.steps_since(application_id, rev)
    )
    _refuse_out_of_scope(drafts.scope_of(application), result)
    if result.saved:
        application.rev += 1
        application.changed_at = clock.now()
        if application.state == "draft":
            application.title = result.saved.get("title", application.title).strip()
        last = drafts.newest_changes(application_id, list(result.saved))
        for key, text in result.saved.items():
            _write(actor, application, held, last.get(key), key, text)
        db.session.flush()
    return _told(application, held, result)


def _refuse_unknown(form: CallForm, mine: Mapping[str, str]) -> None:
    wrong: dict[str, list[Text]] = {}
    for key, text in mine.items():
        if not known_key(form, key):
            wrong[key] = [say("申请表中没有这一项。")]
        elif len(text) > HARDEST_LIMIT:
            most = HARDEST_LIMIT
            wrong[key] = [say("不能超过 %(n)s 个字。", n=most)]
    if len(budget.order_of(mine.get(budget.ORDER, ""))) > 2 * budget.MOST_LINES:
        wrong[budget.ORDER] = [say("预算最多 %(n)s 行，请合并同类支出。", n=budget.MOST_LINES)]
    if wrong:
        raise Invalid(fields=wrong)


def _refuse_out_of_scope(scope: Scope, result: Merge) -> None:
    outside = [key for key in (*result.saved, *result.conflicts) if not scope.field(key)]
    if outside:
        raise OutOfScope(fields={key: [OutOfScope.default()] for key in outside})


def _write(
    actor: Actor,
    application: Application,
    held: dict[str, DraftField],
    last: DraftChange | None,
    key: str,
    text: str,
) -> None:
    """Set one field and remember what it said before."""
    now, rev = clock.now(), application.rev
    present = held.get(key)
    before = present.value if present else ""
    if (
        last is not None
        and last.changed_by == actor.user_id
        and now - last.changed_at < ONE_CHANGE
        and present is not None
        and last.rev == present.rev
    ):
        last.rev, last.after = rev, text
    else:
        db.session.add(
            DraftChange(
                application_id=application.id,
                first_rev=rev,
                rev=rev,
                key=key,
                before=before,
                after=text,
                changed_by=actor.user_id,
            )
        )
    if present is None:
        present = DraftField(application_id=application.id, key=key)
        db.session.add(present)
        held[key] = present
    present.value, present.rev = text, rev
    present.changed_by, present.changed_at = actor.user_id, now


def _told(application: Application, held: dict[str, DraftField], result: Merge) -> Saved:
    conflicts = {
        key: Conflict(clash.mine, clash.theirs, held[key].changed_by, held[key].changed_at)
        for key, clash in result.conflicts.items()
    }
    return Saved(
        rev=application.rev,
        at=application.changed_at,
        saved=list(result.saved),
        merged=dict(result.merged),
        conflicts=conflicts,
    )


def restore_text(actor: Actor, application_id: int, change_id: int, side: str) -> Saved:
    """Put back what a field said before or after (`side`) a recorded change; itself a change."""
    application = locked(Application, application_id)
    change = drafts.change(application_id, change_id)
    if change is None or side not in ("before", "after"):
        raise NotFound
    text = change.before if side == "before" else change.after
    return save_fields(actor, application_id, application.rev, {change.key: text})


def discard(actor: Actor, application_id: int) -> Application:
    """Throw a draft away; it can be brought back for UNDO_DAYS days."""
    application = locked(Application, application_id)
    fire(actor, application, "discard")
    application.changed_at = clock.now()
    return application


def restore(actor: Actor, application_id: int) -> Application:
    """Bring a discarded draft back, if the organization's limit leaves room for it."""
    application = locked(Application, application_id)
    call = locked(Call, application.call_id)
    if application.state == "discarded" and not restorable(application):
        raise WrongState(say("删除已超过 %(n)s 天，不能恢复。", n=UNDO_DAYS))
    if call.state != "published":
        raise ClosedCall
    used = calls.applications_of(call.id, application.organization_id)
    if used >= call.per_organization_limit:
        raise LimitReached(call.per_organization_limit)
    fire(actor, application, "restore")
    application.changed_at = clock.now()
    return application


def restorable(application: Application) -> bool:
    """Whether a discarded draft may still be brought back."""
    age = clock.now() - application.changed_at
    return application.state == "discarded" and age <= timedelta(days=UNDO_DAYS)
