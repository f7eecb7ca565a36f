"""Letters to experts: in their language, to open accounts, with a way to the page."""

import pytest
from flask import Flask

from charity_portal.competitions.services import panel_letters
from charity_portal.kernel import clock
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.mail import OutboxMail
from tests.factories import competitions as make
from tests.factories import panels as panel
from tests.factories.accounts import make_user


@pytest.mark.parametrize(
    ("locale", "said"),
    [("zh", "您被随机抽取为"), ("en", "You were drawn by lot to judge “Seventh")],
)
def test_an_invitation_speaks_the_readers_language_and_leads_to_the_answer(
    app: Flask, locale: str, said: str
) -> None:
    user = make_user("Gu", roles=["reviewer"], locale=locale)
    member = make.make_panelist(
        make.make_edition(), make.make_expert(user_id=user.id), answer_due_at=clock.now()
    )
    with transaction():
        panel_letters.invited(panel.person("officer"), member)
    (letter,) = db.session.query(OutboxMail).filter_by(kind=panel_letters.INVITATION)
    assert said in letter.body and f"/reviews/invitations/{member.id}" in letter.body
    assert letter.recipient == user.email and letter.subject_id == member.id


def test_no_letter_names_an_applicant_or_goes_to_a_closed_account(app: Flask) -> None:
    scene = panel.scene(applications=1, panelists=1)
    (member,), (application,) = scene.panelists, scene.applications
    with transaction():
        panel_letters.reminded(panel.person("officer"), member)
        panel_letters.withdrawn(panel.person("officer"), member, "违反纪律")
    letters = db.session.query(OutboxMail).filter_by(subject_id=member.id).all()
    own = [m for m in letters if m.kind.startswith("competitions.")]
    assert len(own) == 2 and not any(application.title in m.body for m in own)
    with transaction():
        db.session.execute(db.text("UPDATE user_account SET is_active = false"))
        panel_letters.reminded(panel.person("officer"), member)
    assert db.session.query(OutboxMail).filter_by(kind=panel_letters.REMINDER).count() == 1
