"""Letters that call unsealed reviews to mind: on an officer's word, and three days and one before."""

from datetime import date

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale

from charity_portal.accounts import queries as accounts
from charity_portal.accounts.queries import Person
from charity_portal.competitions.models.editions import Edition, Stage
from charity_portal.competitions.queries import edition_desk
from charity_portal.competitions.queries.edition_desk import Unsealed
from charity_portal.competitions.services.panel_letters import address_of
from charity_portal.kernel import audit, clock, mail
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import WrongState
from charity_portal.kernel.i18n import localized, say, time_text
from charity_portal.kernel.permissions import Actor, require

KIND = "competitions.reviews_due"
DAYS_BEFORE = (3, 1)
MOST_LINKS = 10
_LOCALES = {"zh": "zh_Hans_CN", "en": "en"}


def remind(actor: Actor, stage_id: int) -> int:
    """Write to every panel member who still owes reviews of an open stage; how many were written to."""
    stage = locked(Stage, stage_id)
    require(actor, "competitions:stage:run", stage)
    if stage.state != "open":
        raise WrongState(say("只有评分中的阶段可以发送提醒。"))
    late = edition_desk.unsealed(stage)
    people = accounts.people(member.panelist.user_id for member in late)
    written = 0
    for member in late:
        person = people.get(member.panelist.user_id)
        if person is not None and person.is_active:
            _post(actor, stage, person, member)
            written += 1
    if written:
        audit.record(
            actor,
            "competitions.edition.remind",
            stage.edition,
            after={"stage": stage.id, "letters": written},
        )
    return written


def due_soon(today: date) -> list[int]:
    """The open stages that are due in three days or in one."""
    wanted = (
        sa.select(Stage.id, Stage.due_at)
        .join(Edition, Edition.id == Stage.edition_id)
        .where(
            Stage.state == "open",
            Edition.state == "judging",
            Stage.due_at.is_not(None),
            Stage.due_at > clock.now(),
        )
        .order_by(Stage.id)
    )
    return [
        stage_id
        for stage_id, due_at in db.session.execute(wanted)
        if due_at is not None and (clock.local(due_at).date() - today).days in DAYS_BEFORE
    ]


def _post(actor: Actor, stage: Stage, person: Person, member: Unsealed) -> None:
    """One letter, in the reader's language; projects go by their codes."""
    with force_locale(_LOCALES[person.locale]):
        site = current_app.config["SITE_NAME_EN" if person.locale == "en" else "SITE_NAME_ZH"]
        edition = localized(stage.edition, "title")
        title = say("还有 %(n)s 份评审待提交：%(edition)s", n=len(member.reviews), edition=edition)
        lines = [
            f"{code}  {address_of('competitions_reviews.show', review_id=review_id)}"
            for review_id, code in member.reviews[:MOST_LINKS]
        ]
        paragraphs = [
            say("%(name)s：您好。", name=person.name),
            say(
                "“%(edition)s”的%(stage)s将于 %(time)s 截止，您还有 %(n)s 份评审没有提交。",
                edition=edition,
                stage=localized(stage, "title"),
                time=time_text(stage.due_at),
                n=len(member.reviews),
            ),
            "\n".join(lines),
            say("全部待评项目：%(url)s", url=address_of("competitions_desk.index")),
            say("如有利害关系，请在评审页申请回避；无法按时完成，请尽早告知工作人员。"),
            site,
        ]
        body = "\n\n".join(str(paragraph) for paragraph in paragraphs)
        mail.post(actor, person.email, f"{title} · {site}", body, KIND, stage.id)
