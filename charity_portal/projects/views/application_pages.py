"""What the pages about an application have in common: versions, changes between them, people."""

from collections.abc import Iterable, Sequence
from typing import Any

from charity_portal.accounts import queries as accounts
from charity_portal.kernel.i18n import localized
from charity_portal.kernel.permissions import current_actor
from charity_portal.organizations import queries as organizations
from charity_portal.projects.forms import applications as forms
from charity_portal.projects.models.applications import Application, Submission
from charity_portal.projects.queries import applications, calls, desk, drafts
from charity_portal.projects.rules import budget, limits
from charity_portal.projects.rules.call_form import CallForm, SlotForm
from charity_portal.projects.rules.diff import diff
from charity_portal.projects.rules.dossier import FIELD_WORDS, LONGEST, Dossier, field_word


def version_page(
    application: Application, submitted: Sequence[Submission], version: int
) -> dict[str, Any]:
    """Everything the read-only page shows: one version (0: the newest) beside the list of all."""
    chosen = next((s for s in submitted if s.version == version), None) or next(
        iter(submitted), None
    )
    call = calls.whole_call(application.call_id) or application.call
    form = calls.form_of(call)
    kept = chosen.content.get("record", {}) if chosen else {}
    if chosen and not applications.written_here(chosen):
        chosen = None
    before = next((s for s in submitted if chosen and s.version == chosen.version - 1), None)
    actor = current_actor()
    return {
        "application": application,
        "call": call,
        "form": form,
        "row": desk.row(application),
        "names": organizations.names([application.organization_id]),
        "people": names_of(s.submitted_by for s in submitted),
        "submissions": submitted,
        "chosen": chosen,
        "dossier": applications.dossier_at(application, chosen) if chosen else None,
        "changes": changes(form, before, chosen) if before and chosen else [],
        "inside": actor.role_in(application.organization_id) is not None
        or application.on_behalf_by == actor.user_id,
        "record": [(name, str(value)) for name, value in sorted(kept.items())],
        "answered": forms.answered,
        "figures": figures,
        "actions": {t.action for t in application.MACHINE.actions(actor, application)},
        "correction": drafts.correction(application.id),
        "condition": drafts.condition(application.id),
    }


def changes(form: CallForm, before: Submission, after: Submission) -> list[dict[str, Any]]:
    """What a version says differently from the one before, field by field."""
    old, new = before.content["fields"], after.content["fields"]
    found = [
        change_of(form, key, old.get(key, ""), new.get(key, ""))
        for key in ordered(form, {*old, *new})
        if old.get(key, "") != new.get(key, "") and key != budget.ORDER
    ]
    for slot in form.slots:
        files = [
            "\n".join(
                f"{p['name']} · {p['sha256'][:8]}"
                for p in v.content["papers"]
                if p["slot"] == slot.key
            )
            for v in (before, after)
        ]
        if files[0] != files[1]:
            found.append({"label": localized(slot, "title"), "pieces": diff(*files)})
    return found


def change_of(form: CallForm, key: str, before: str, after: str) -> dict[str, Any]:
    """One field's change, for people."""
    shown = [forms.readable(form, key, text) for text in (before, after)]
    return {"label": str(field_word(form, key)), "pieces": diff(*shown)}


def ordered(form: CallForm, keys: Iterable[str]) -> list[str]:
    """Field keys in the order of the page."""
    places = {key: n for n, key in enumerate([*FIELD_WORDS, *LONGEST])}
    asked = {f"answer:{q.key}": 100 + n for n, q in enumerate(form.questions)}

    def place(key: str) -> tuple[int, str]:
        return (places.get(key) or asked.get(key) or (0 if key == "title" else 1000), key)

    return sorted(keys, key=place)


def figures(dossier: Dossier, form: CallForm) -> list[dict[str, Any]]:
    """The budget by heading: what is asked, its share of the whole, and the cap where there is one."""
    total = dossier.budget.grant_fen
    rows = []
    for category in form.categories:
        spent = dossier.budget.grant_in({category.key})
        cap = limits.share_cap(total, category.cap_bp) if category.cap_bp is not None else None
        rows.append({"category": category, "grant_fen": spent, "cap_fen": cap})
    return rows


def names_of(ids: Iterable[int | None]) -> dict[int, str]:
    """People's names by id."""
    wanted = {key for key in ids if key is not None}
    return {key: person.name for key, person in accounts.people(wanted).items()}


def slots_named(application: Application, keys: Iterable[str]) -> list[SlotForm]:
    """The slots of the call with these keys (with or without the prefix `slot:`)."""
    wanted = {key.removeprefix("slot:") for key in keys}
    call = calls.whole_call(application.call_id) or application.call
    return [slot for slot in calls.form_of(call).slots if slot.key in wanted]
