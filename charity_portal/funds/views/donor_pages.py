"""What pages about donors and gifts have in common."""

import io
import secrets
from typing import Any

from flask import Response, send_file

from charity_portal.funds.models.donations import Donor
from charity_portal.kernel import clock
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import _
from charity_portal.kernel.masking import mask_identity, mask_name, mask_phone

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
DONATION_TONES = {"received": "good", "returned": "neutral"}
PLEDGE_TONES = {"open": "waiting", "kept": "good", "cancelled": "neutral"}


def shown(donor: Donor | None) -> str:
    """A donor's name as staff see it in lists."""
    return mask_name(donor.name or "") if donor is not None else _("未登记捐赠人")


def masked(donor: Donor) -> dict[str, str | None]:
    """A donor's details as staff see them before they gave a reason."""
    return {
        "name": mask_name(donor.name or ""),
        "phone": mask_phone(donor.phone) if donor.phone else None,
        "code": mask_identity(donor.code) if donor.code else None,
        "address": "*" * 6 if donor.address else None,
    }


def whole(donor: Donor) -> dict[str, str | None]:
    """A donor's details for the one time that somebody gave a reason to see them."""
    return {name: getattr(donor, name) for name in ("name", "phone", "code", "address")}


def fresh_cause() -> str:
    """What tells one filled form from another, however often it is sent."""
    return secrets.token_hex(16)


def on_donor_fields(problem: Invalid) -> Invalid:
    """The same refusal with the donor's fields called as the donation form calls them."""
    names = {name: f"donor_{name}" for name in ("kind", "name", "phone", "code", "address")}
    fields = {names.get(name, name): texts for name, texts in problem.fields.items()}
    return Invalid(problem.message, fields=fields) if fields else problem


def table_file(body: bytes, stem: str, kind: str) -> Response:
    """A table to take away, named after what it is and the day, never after a person."""
    mime = XLSX if kind == "xlsx" else CSV
    name = f"{stem}_{clock.today():%Y%m%d}.{kind}"
    return send_file(
        io.BytesIO(body), mimetype=mime, as_attachment=True, download_name=name, max_age=0
    )


def refused(form: Any, problem: Invalid) -> int:
    """Show a refusal in its form; the status to answer with."""
    form.refuse(problem)
    return problem.status
