"""Papers go into the call's slots and out again; what was once there stays on record."""

from charity_portal.kernel import audit, clock, files
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.files import AllowList, Prepared
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import Actor, require
from charity_portal.projects.errors import OutOfScope
from charity_portal.projects.models.applications import Application, Attachment
from charity_portal.projects.models.calls import Slot
from charity_portal.projects.queries import applications, drafts
from charity_portal.projects.rules.call_form import SlotForm
from charity_portal.projects.rules.wording import Named


def allowed(slot: SlotForm | Slot) -> AllowList:
    """What a slot takes."""
    return AllowList(frozenset(slot.kinds), max_mb=slot.max_mb)


def add(actor: Actor, application_id: int, slot_key: str, prepared: Prepared) -> Attachment:
    """Put a prepared file into a slot. The same content twice in one slot is kept once.

    Raises OutOfScope when the slot may not change now or is full.
    """
    application = locked(Application, application_id)
    require(actor, "projects:application:attach", application)
    slot = _open_slot(application, slot_key)
    present = [p for p in applications.attachments(application_id) if p.slot_id == slot.id]
    same = next((p for p in present if p.file.sha256 == prepared.sha256), None)
    if same is not None:
        return same
    if len(present) >= slot.max_files:
        raise _refused(
            slot_key,
            say(
                "“%(name)s”最多 %(most)s 个文件，请先删除一个再上传。",
                name=Named(slot),
                most=slot.max_files,
            ),
        )
    stored = files.keep(actor, prepared)
    attachment = Attachment(
        application_id=application.id,
        slot_id=slot.id,
        file_id=stored.id,
        name=prepared.name,
        added_by=actor.user_id,
    )
    attachment.application, attachment.slot, attachment.file = application, slot, stored
    db.session.add(attachment)
    _note_change(application)
    facts = {"attachment": attachment.id, "slot": slot_key, "sha256": prepared.sha256}
    audit.record(actor, "projects.application.attach", application, after=facts)
    return attachment


def remove(actor: Actor, application_id: int, attachment_id: int) -> Attachment:
    """Take a paper away; its row stays, with the time. Taking it away twice changes nothing."""
    application = locked(Application, application_id)
    require(actor, "projects:application:attach", application)
    attachment = applications.attachment(application_id, attachment_id)
    if attachment is None:
        raise NotFound
    if attachment.removed_at is not None:
        return attachment
    _open_slot(application, attachment.slot.key)
    attachment.removed_at = clock.now()
    _note_change(application)
    facts = {"attachment": attachment.id, "slot": attachment.slot.key}
    audit.record(actor, "projects.application.detach", application, before=facts)
    return attachment


def _open_slot(application: Application, slot_key: str) -> Slot:
    slot = next((s for s in application.call.slots if s.key == slot_key), None)
    if slot is None:
        raise NotFound
    if not drafts.scope_of(application).slot(slot_key):
        raise _refused(slot_key, OutOfScope.default())
    return slot


def _note_change(application: Application) -> None:
    """Papers belong to the draft: whoever looked before must look again before submitting."""
    application.rev += 1
    application.changed_at = clock.now()
    db.session.flush()


def _refused(slot_key: str, why: Text) -> OutOfScope:
    return OutOfScope(why, fields={f"slot:{slot_key}": [why]})
