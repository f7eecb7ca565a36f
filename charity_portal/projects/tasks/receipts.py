"""The receipt of a submission as a PDF in both languages, made after the submission was kept."""

from typing import Any

from flask import current_app
from flask_babel import force_locale
from markupsafe import Markup

from charity_portal.kernel import files, jobs
from charity_portal.kernel.database import db
from charity_portal.kernel.i18n import Text, localized, say
from charity_portal.kernel.money import in_capitals
from charity_portal.kernel.pdf.qr import qr_image
from charity_portal.kernel.pdf.rendering import render
from charity_portal.kernel.permissions import SYSTEM
from charity_portal.projects.models.applications import Submission
from charity_portal.projects.queries import applications, checks

HASH_SHOWN = 16
"""Characters of a paper's SHA-256 on the receipt; enough to tell any two files apart by eye."""

WORDS = {
    "title": say("申请提交回执"),
    "received": say("下列申请已收到，内容自提交之时起封存。"),
    "receipt": say("回执编号"),
    "number": say("申请编号"),
    "applicant": say("申请机构"),
    "on_behalf": say("由工作人员代为填报"),
    "call": say("征集项目"),
    "project": say("项目名称"),
    "amount": say("申请资助金额"),
    "time": say("提交时间"),
    "version": say("版本"),
    "hash": say("内容校验值 SHA-256"),
    "papers": say("提交的材料"),
    "paper": say("材料"),
    "file": say("文件"),
    "meaning": say("本回执证明材料已送达，不代表审查通过。"),
    "verify": say("扫描二维码或打开下面的网址，可核验本回执。"),
}
"""What the receipt says in both languages."""


@jobs.handler(applications.RECEIPT_JOB)
def make(run: jobs.Run) -> jobs.Effect | None:
    """Render one receipt and attach it to its submission; done before: nothing happens."""
    submission = applications.submission_of(run.args["submission_id"])
    if submission is None or submission.receipt_file_id is not None:
        return None
    number = submission.receipt_number
    prepared = files.prepare_own(pdf_of(submission), f"{number}.pdf", "application/pdf")

    def effect() -> dict[str, Any]:
        row = db.session.get_one(Submission, submission.id, populate_existing=True)
        row.receipt_file_id = files.keep(SYSTEM, prepared).id
        values = {"application_id": row.application_id, "version": row.version}
        path = current_app.url_map.bind("portal").build("projects_submissions.receipt", values)
        return {"url": path}

    return effect


def pdf_of(submission: Submission) -> bytes:
    """The receipt's bytes; the same submission gives the same bytes. Takes seconds."""
    template = current_app.jinja_env.get_template("projects/applications/receipt.html")
    with force_locale("zh_Hans_CN"):
        html = template.render(**_facts(submission))
    identifier = f"{submission.receipt_number}:{submission.content_hash}"
    return render(html, created=submission.submitted_at, identifier=identifier)


def _facts(submission: Submission) -> dict[str, Any]:
    content = submission.content
    form = checks.form_of(submission.application)
    verify_url = f"{current_app.config['PUBLIC_URL']}/verify?number={submission.receipt_number}"
    grant = content["budget"]["grant_fen"]
    return {
        "submission": submission,
        "application": submission.application,
        "content": content,
        "applicant": content["applicant"],
        "title": content["fields"].get("title", ""),
        "amount_fen": grant,
        "capitals": in_capitals(grant) if content["currency"] == "CNY" else None,
        "papers": [
            (_slot_name(form, paper["slot"]), paper["name"], paper["sha256"][:HASH_SHOWN])
            for paper in content["papers"]
        ],
        "verify_url": verify_url,
        "qr": qr_image(verify_url),
        "both": both,
        "words": WORDS,
        "site": current_app.config["SITE_NAME_ZH"],
        "site_en": current_app.config["SITE_NAME_EN"],
    }


def _slot_name(form: Any, key: str) -> str:
    slot = form.slot(key)
    return localized(slot, "title") if slot else key


def both(sentence: Text) -> Markup:
    """A sentence in Chinese with its English behind it."""
    with force_locale("zh_Hans_CN"):
        chinese = str(sentence)
    with force_locale("en"):
        english = str(sentence)
    return Markup('{} <span class="quiet" lang="en">{}</span>').format(chinese, english)
