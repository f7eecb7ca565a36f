"""Preparing applications for reviewers who must not know who applies: papers let out, texts hidden."""

from charity_portal.competitions.errors import NotForReviewers
from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.models.reviews import HiddenTerm, ReleasedPaper
from charity_portal.competitions.queries import identities, papers
from charity_portal.kernel import audit, clock, files
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.files import Prepared
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import Actor, require

PREPARE = "competitions:blind:prepare"
SHORTEST_TERM, LONGEST_TERM = 2, 60
_SETTLED = ("selected", "published", "cancelled")


def release(
    actor: Actor, edition_id: int, application_id: int, attachment_id: int, prepared: Prepared
) -> ReleasedPaper:
    """Let reviewers open this paper: `prepared` is the bare copy of it. Again: the newer copy counts."""
    edition = _preparing(actor, edition_id)
    paper = papers.paper(edition, application_id, attachment_id)
    if paper is None:
        raise NotFound
    known = papers.released(edition_id, attachment_id)
    if known is not None:
        db.session.delete(known)
        db.session.flush()
    stored = files.keep(actor, prepared)
    released = ReleasedPaper(
        edition_id=edition_id,
        application_id=application_id,
        attachment_id=attachment_id,
        file_id=stored.id,
        label=paper.label,
        released_by=actor.user_id,
        released_at=clock.now(),
    )
    db.session.add(released)
    db.session.flush()
    facts = {"attachment": attachment_id, "sha256": stored.sha256}
    audit.record(actor, "competitions.paper.release", released, after=facts)
    return released


def withhold(actor: Actor, edition_id: int, application_id: int, attachment_id: int) -> None:
    """Take a paper back; whoever has it open keeps what was read. Twice changes nothing."""
    _preparing(actor, edition_id)
    known = papers.released(edition_id, attachment_id)
    if known is None or known.application_id != application_id:
        return
    facts = {"attachment": attachment_id, "application": application_id}
    audit.record(actor, "competitions.paper.withhold", known, before=facts)
    db.session.delete(known)
    db.session.flush()


def add_term(actor: Actor, edition_id: int, application_id: int, text: str) -> HiddenTerm:
    """Hide a text everywhere in an application; NotForReviewers when it is too short or too long."""
    edition = _preparing(actor, edition_id)
    text = " ".join(text.split())
    if not SHORTEST_TERM <= len(text) <= LONGEST_TERM:
        why = say(
            "请填写 %(least)s 到 %(most)s 个字的文字。", least=SHORTEST_TERM, most=LONGEST_TERM
        )
        raise NotForReviewers(why, fields={"text": [why]})
    known = identities.hidden_terms(edition_id, [application_id]).get(application_id, [])
    same = next((term for term in known if term.text == text), None)
    if same is not None:
        return same
    term = HiddenTerm(
        edition_id=edition.id,
        application_id=application_id,
        text=text,
        added_by=actor.user_id,
        added_at=clock.now(),
    )
    db.session.add(term)
    db.session.flush()
    audit.record(actor, "competitions.blind.hide", term, after={"application": application_id})
    return term


def remove_term(actor: Actor, edition_id: int, application_id: int, term_id: int) -> None:
    """Show a text again that an officer had hidden."""
    _preparing(actor, edition_id)
    term = identities.hidden_term(edition_id, application_id, term_id)
    if term is None:
        return
    audit.record(actor, "competitions.blind.show", term, before={"application": application_id})
    db.session.delete(term)
    db.session.flush()


def _preparing(actor: Actor, edition_id: int) -> Edition:
    edition = locked(Edition, edition_id)
    require(actor, PREPARE, edition)
    if not edition.blind:
        raise NotForReviewers(say("本届不是匿名评审，材料直接提供给评委。"))
    if edition.state in _SETTLED:
        raise NotForReviewers(say("评审已经结束，不再调整评委看到的内容。"))
    return edition
