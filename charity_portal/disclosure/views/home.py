"""The front door, and the desk where anybody checks whether a paper is genuine."""

from typing import Any

from flask import Blueprint, render_template, request

from charity_portal.disclosure.queries import city, reports, verification
from charity_portal.kernel.errors import Invalid, PortalError
from charity_portal.kernel.i18n import say
from charity_portal.kernel.navigation import add
from charity_portal.kernel.permissions import requires
from charity_portal.kernel.web import csrf, public_page

blueprint = Blueprint("disclosure", __name__)

add("public", "disclosure.home", say("首页"), "public", 0)
add("public", "disclosure.verify", say("核验公开文件"), "disclosure:file:verify", 60)


@blueprint.get("/")
@requires("public")
@public_page
def home() -> Any:
    """What is open, what is shown for objections, what came of it."""
    return render_template("disclosure/home.html", city=city.at_a_glance())


@blueprint.get("/verify")
@requires("disclosure:file:verify")
def verify() -> Any:
    """Ask by number (the QR code leads here), or hand a file over."""
    number = request.args.get("number", "").strip()
    finding = verification.of_number(number) if number else None
    editions = reports.editions(finding.newest.report_id) if finding and finding.newest else []
    return render_template(
        "disclosure/verify.html", finding=finding, number=number, editions=editions
    )


@blueprint.post("/verify")
@requires("disclosure:file:verify")
def verify_file() -> Any:
    """Judge a file. It is read and forgotten: nothing of it is kept, so the form needs no token."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        problem: PortalError = Invalid(say("请选择要核验的 PDF 文件。"))
        page = render_template("disclosure/verify.html", finding=None, number="", problem=problem)
        return page, 422
    finding = verification.of_file(upload.stream)
    editions = reports.editions(finding.newest.report_id) if finding.newest else []
    return render_template(
        "disclosure/verify.html", finding=finding, number=finding.number or "", editions=editions
    )


csrf.exempt(verify_file)
