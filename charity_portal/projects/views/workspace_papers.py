"""Papers of an application: into their slots, out again, and to whoever may read them."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for

from charity_portal.kernel import clock, files
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Invalid, PortalError, TooLarge
from charity_portal.kernel.i18n import _, localized, say
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.kernel.web import wants_json
from charity_portal.projects.errors import OutOfScope
from charity_portal.projects.models.applications import Application, Attachment
from charity_portal.projects.queries import applications, checks, drafts
from charity_portal.projects.rules.call_form import SlotForm
from charity_portal.projects.services import attachments as services

blueprint = Blueprint("projects_papers", __name__, url_prefix="/workspace/applications")

SHOWN_INLINE = ("application/pdf", "image/jpeg", "image/png", "image/webp")


@dataclass(frozen=True)
class ShownFile:
    """A paper as the page lists it."""

    name: str
    size: int
    sha256: str
    stored_at: Any
    url: str
    view_url: str | None
    image: bool
    remove_url: str


def _application(application_id: int, **_address: object) -> Application | None:
    return applications.application(application_id)


@blueprint.get("/<int:application_id>/papers")
@requires("projects:application:attach", load=_application)
def index(application: Application) -> str:
    """All slots with what is in them."""
    return _page(application)


@blueprint.post("/<int:application_id>/papers/<slot_key>")
@requires("projects:application:attach", load=_application)
def add(application: Application) -> Any:
    """One file into one slot; a refusal stands at the slot and changes nothing."""
    slot_key = (request.view_args or {})["slot_key"]
    try:
        attachment = _received(application, slot_key)
    except (Invalid, TooLarge) as refused:
        why = _reason(refused, slot_key)
        if wants_json():
            return jsonify(error=why), refused.status
        return _page(application, {slot_key: [why]}), refused.status
    if wants_json():
        return jsonify(_told(attachment)), 201
    flash(_("已上传“%(name)s”。", name=attachment.name))
    return redirect(
        url_for(".index", application_id=application.id, _anchor=f"slot:{slot_key}"), 303
    )


def _received(application: Application, slot_key: str) -> Attachment:
    """Check the file first (that takes time), then keep it."""
    form = checks.form_of(application)
    slot = form.slot(slot_key)
    upload = request.files.get("file")
    if slot is None or not drafts.scope_of(application).slot(slot_key):
        raise OutOfScope
    if upload is None or not upload.filename:
        raise Invalid(say("请选择要上传的文件。"))
    prepared = files.prepare(upload.stream, upload.filename, services.allowed(slot))  # type: ignore[arg-type]
    with transaction():
        return services.add(current_actor(), application.id, slot_key, prepared)


def _reason(refused: PortalError, slot_key: str) -> str:
    fields = refused.fields if isinstance(refused, Invalid) else {}
    told = fields.get(f"slot:{slot_key}") or [refused.message]
    return " ".join(str(text) for text in told)


def _told(attachment: Attachment) -> dict[str, Any]:
    shown = _shown(attachment)
    return {
        "id": attachment.id,
        "name": shown.name,
        "size": shown.size,
        "sha256": shown.sha256,
        "stored_at": clock.local(attachment.added_at).isoformat(timespec="seconds"),
        "url": shown.url,
        "remove_url": shown.remove_url,
    }


def _shown(attachment: Attachment) -> ShownFile:
    here: dict[str, Any] = {
        "application_id": attachment.application_id,
        "attachment_id": attachment.id,
    }
    mime = attachment.file.mime
    inline = mime in SHOWN_INLINE
    return ShownFile(
        name=attachment.name,
        size=attachment.file.size,
        sha256=attachment.file.sha256,
        stored_at=attachment.added_at,
        url=url_for("projects_papers.download", **here),
        view_url=url_for("projects_papers.download", **here, view=1) if inline else None,
        image=mime.startswith("image/"),
        remove_url=url_for("projects_papers.remove", **here),
    )


def _page(application: Application, errors: dict[str, list[str]] | None = None) -> str:
    check = checks.check(application)
    present: dict[str, list[ShownFile]] = {}
    for attachment in applications.attachments(application.id):
        present.setdefault(attachment.slot.key, []).append(_shown(attachment))
    errors = errors or {}
    labels = {slot.key: localized(slot, "title") for slot in check.form.slots}
    return render_template(
        "projects/applications/papers.html",
        application=application,
        call=check.form,
        check=check,
        scope=drafts.scope_of(application),
        files=present,
        errors=errors,
        form_errors=errors,
        labels=labels,
        accept={slot.key: _accept(slot) for slot in check.form.slots},
    )


def _accept(slot: SlotForm) -> str:
    return services.allowed(slot).accept


@blueprint.get("/<int:application_id>/files/<int:attachment_id>")
@requires("projects:attachment:read", load=applications.attachment)
def download(attachment: Attachment) -> Response:
    """The file itself; ranges work, `?view=1` shows PDF and images in the page."""
    return files.serve(attachment.file, inline=request.args.get("view") == "1")


@blueprint.post("/<int:application_id>/files/<int:attachment_id>/remove")
@requires("projects:attachment:remove", load=applications.attachment)
def remove(attachment: Attachment) -> Any:
    """Take a paper away."""
    with transaction():
        services.remove(current_actor(), attachment.application_id, attachment.id)
    flash(_("已删除“%(name)s”。", name=attachment.name))
    return redirect(url_for(".index", application_id=attachment.application_id), 303)
