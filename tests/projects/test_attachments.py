"""Papers: into their slots, checked, counted; out again without a trace being lost."""

import io

import pytest

from charity_portal.kernel import files
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, NotFound, TooLarge
from charity_portal.kernel.files import BadFile
from charity_portal.projects.errors import OutOfScope
from charity_portal.projects.models.applications import Attachment
from charity_portal.projects.queries import applications
from charity_portal.projects.services import attachments
from tests.factories import uploads
from tests.factories.applications import (
    accept_conditionally,
    add_paper,
    ask_for_correction,
    make_draft,
    make_submitted,
    make_team,
)
from tests.factories.calls import make_call

pytestmark = pytest.mark.usefixtures("app")


def remove(actor, application, attachment):
    with transaction():
        return attachments.remove(actor, application.id, attachment.id)


def test_a_paper_goes_into_its_slot_and_the_draft_moves_on():
    _, actor = make_team()
    draft = make_draft(actor)
    add_paper(actor, draft, "certificate", name="证书.pdf")
    (paper,) = applications.papers(draft.id)
    assert (paper.slot, paper.name, paper.mime) == ("certificate", "证书.pdf", "application/pdf")
    assert draft.rev == 1


def test_the_same_file_twice_is_one_paper():
    _, actor = make_team()
    draft = make_draft(actor)
    content = uploads.pdf()
    first = add_paper(actor, draft, "certificate", content)
    assert add_paper(actor, draft, "certificate", content).id == first.id


def test_a_full_slot_says_so_by_its_name():
    _, actor = make_team()
    draft = make_draft(actor)
    for pages in (1, 2, 3):
        add_paper(actor, draft, "certificate", uploads.pdf(pages))
    with pytest.raises(OutOfScope) as refused:
        add_paper(actor, draft, "certificate", uploads.pdf(4))
    assert "“法人登记证书”最多 3 个文件" in str(refused.value.message)


def test_taking_away_keeps_the_row_and_frees_the_place():
    _, actor = make_team()
    draft = make_draft(actor)
    paper = add_paper(actor, draft, "certificate")
    remove(actor, draft, paper)
    remove(actor, draft, paper)
    assert applications.attachments(draft.id) == []
    assert db.session.get(Attachment, paper.id).removed_at is not None
    assert applications.attachment(draft.id, paper.id) is not None


def test_a_program_named_pdf_is_refused_by_what_it_is():
    _, actor = make_team()
    draft = make_draft(actor)
    with pytest.raises(BadFile) as refused:
        add_paper(actor, draft, "certificate", b"MZ" + bytes(2000), "证书.pdf")
    assert "程序" in str(refused.value.message)
    assert applications.attachments(draft.id) == []


def test_a_file_above_the_slots_limit_is_refused_with_the_limit():
    _, actor = make_team()
    call = make_call()
    draft = make_draft(actor, call)
    slot = draft.call.slots[0]
    with transaction():
        slot.max_mb = 1
    with pytest.raises(TooLarge) as refused:
        files.prepare(io.BytesIO(bytes((1 << 20) + 1)), "a.pdf", attachments.allowed(slot))
    assert "1 MB" in str(refused.value.message)


def test_after_submission_no_paper_moves():
    _, actor = make_team()
    application, _ = make_submitted(actor)
    with pytest.raises(Forbidden):
        add_paper(actor, application, "audit")
    with pytest.raises(Forbidden):
        remove(actor, application, applications.attachments(application.id)[0])


def test_a_correction_opens_only_the_slots_it_names():
    _, actor = make_team()
    application, _ = make_submitted(actor)
    ask_for_correction(application, "slot:certificate")
    certificate, note = applications.attachments(application.id)
    remove(actor, application, certificate)
    add_paper(actor, application, "certificate", uploads.pdf(3))
    with pytest.raises(OutOfScope):
        remove(actor, application, note)
    with pytest.raises(OutOfScope):
        add_paper(actor, application, "audit")


def test_a_conditional_acceptance_opens_the_papers_still_owed():
    _, actor = make_team()
    application, _ = make_submitted(actor)
    accept_conditionally(application, "audit")
    add_paper(actor, application, "audit")
    with pytest.raises(OutOfScope):
        add_paper(actor, application, "certificate", uploads.pdf(3))


def test_a_paper_of_another_application_is_not_found():
    _, actor = make_team()
    _, other = make_team()
    paper = add_paper(other, make_draft(other), "certificate")
    with pytest.raises(NotFound):
        remove(actor, make_draft(actor), paper)
