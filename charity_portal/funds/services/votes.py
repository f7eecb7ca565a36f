"""A committee votes on a request: each member with an account alone, the others by their minutes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from charity_portal.funds.models.funds import FundMember
from charity_portal.funds.models.spending import SpendingOpinion, SpendingRequest, SpendingVote
from charity_portal.funds.queries import spending, votes
from charity_portal.funds.rules import voting
from charity_portal.funds.services.spending import held, related_to
from charity_portal.kernel import audit, clock, files
from charity_portal.kernel.database import db
from charity_portal.kernel.errors import Forbidden, Invalid, WrongState
from charity_portal.kernel.files import Prepared
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire

LONGEST_NOTE = 1000


@dataclass(frozen=True)
class Said:
    """What the minutes say of one seat: a choice (rules.voting.CHOICES) or, for a supervisor, an
    opinion. `signed` says that the minutes carry the signature of a member who has an account."""

    member_id: int
    choice: str
    note: str = ""
    signed: bool = False


def cast(actor: Actor, request_id: int, choice: str, note: str = "") -> SpendingVote:
    """Vote for one's own seat; changed freely until the vote is counted.

    Raises Forbidden without a seat, Invalid (`choice`, `note`), WrongState after the last day.
    """
    request = _voting(actor, request_id, "funds:spending:vote")
    member = _seat(actor, spending.committee(request.fund_id))
    if voting.is_over(request.vote_until, clock.today()):
        raise WrongState(say("表决期限已过。"))
    _check_choice(choice, note, member.id in related_to(request).members)
    vote = _vote(actor, request, member, choice, note)
    audit.record(
        actor,
        "funds.spending_vote.cast",
        request,
        after={"member": member.id, "choice": choice},
    )
    return vote


def give_opinion(actor: Actor, request_id: int, opinion: str, text: str) -> SpendingOpinion:
    """Say what one thinks as supervisor. Raises Forbidden for others, Invalid (`opinion`, `text`)."""
    request = _voting(actor, request_id, "funds:spending:opinion")
    member = _seat(actor, votes.supervisors(request.fund_id))
    _check_opinion(opinion, text)
    given = _opinion(actor, request, member, opinion, text)
    audit.record(
        actor,
        "funds.spending_opinion.give",
        request,
        after={"member": member.id, "opinion": opinion},
    )
    return given


def record_minutes(
    actor: Actor,
    request_id: int,
    minutes: Prepared | None,
    said: Sequence[Said],
    opinions: Sequence[Said] = (),
) -> None:
    """Take votes and opinions from the committee's signed minutes, which are kept with the request.

    Members who have an account vote by themselves: only what the minutes carry signed is taken for
    them, and never against what they said themselves. Raises Invalid by field `minutes`, `said-<id>`.
    """
    request = _voting(actor, request_id, "funds:spending:minutes")
    if minutes is None and request.minutes_file_id is None:
        raise Invalid(fields={"minutes": [say("请上传签字的会议纪要。")]})
    seats = {m.id: m for m in spending.committee(request.fund_id)}
    watching = {m.id: m for m in votes.supervisors(request.fund_id)}
    if not said and not opinions:
        raise Invalid(say("请至少登记一席的意见。"))
    _check_minutes(request, said, opinions, seats, watching)
    if minutes is not None:
        request.minutes_file_id = files.keep(actor, minutes).id
    for line in said:
        _vote(actor, request, seats[line.member_id], line.choice, line.note)
    for line in opinions:
        _opinion(actor, request, watching[line.member_id], line.choice, line.note)
    audit.record(
        actor,
        "funds.spending_vote.minutes",
        request,
        after={
            "file": request.minutes_file_id,
            "votes": {line.member_id: line.choice for line in said},
            "opinions": {line.member_id: line.choice for line in opinions},
        },
    )


def count(actor: Actor, request_id: int) -> SpendingRequest:
    """Count the vote; what was counted stays with the request. Raises Invalid while it cannot be."""
    request = held(request_id)
    require(actor, "funds:spending:count", request)
    if request.state != "voting":
        raise WrongState
    ballot = votes.ballot(request)
    if ballot.problems:
        raise Invalid(fields={"count": list(ballot.problems)})
    request.tally = ballot.tally.kept()
    fire(actor, request, "pass" if ballot.tally.passed else "reject", **ballot.tally.kept())
    return request


def _voting(actor: Actor, request_id: int, permission: str) -> SpendingRequest:
    request = held(request_id)
    require(actor, permission, request)
    if request.state != "voting":
        raise WrongState
    return request


def _seat(actor: Actor, seated: Sequence[FundMember]) -> FundMember:
    member = next((m for m in seated if m.user_id == actor.user_id), None)
    if member is None:
        raise Forbidden
    return member


def _check_choice(choice: str, note: str, conflicted: bool, prefix: str = "") -> None:
    found: dict[str, list[Text]] = {}
    where = prefix or "choice"
    if choice not in voting.CHOICES:
        found[where] = [say("请选择一项。")]
    elif conflicted and choice != "recused":
        found[where] = [say("该成员与收款方有关联，应当回避。")]
    elif choice == "recused" and not note.strip():
        found[prefix or "note"] = [say("回避应当写明理由。")]
    if len(note) > LONGEST_NOTE:
        found[prefix or "note"] = [say("不能超过 %(n)s 个字。", n=LONGEST_NOTE)]
    if found:
        raise Invalid(fields=found)


def _check_opinion(opinion: str, text: str, prefix: str = "") -> None:
    if opinion not in voting.OPINIONS:
        raise Invalid(fields={prefix or "opinion": [say("请选择一项。")]})
    if not text.strip():
        raise Invalid(fields={prefix or "text": [say("请写明监督意见。")]})
    if len(text) > LONGEST_NOTE:
        raise Invalid(fields={prefix or "text": [say("不能超过 %(n)s 个字。", n=LONGEST_NOTE)]})


def _check_minutes(
    request: SpendingRequest,
    said: Sequence[Said],
    opinions: Sequence[Said],
    seats: Mapping[int, FundMember],
    watching: Mapping[int, FundMember],
) -> None:
    own_votes = {v.member_id: v.cast_by for v in votes.votes_on(request.id)}
    own_opinions = {o.member_id: o.given_by for o in votes.opinions_on(request.id)}
    barred = related_to(request).members
    for line in said:
        _check_seat(line, seats, own_votes)
        _check_choice(line.choice, line.note, line.member_id in barred, _field(line))
    for line in opinions:
        _check_seat(line, watching, own_opinions)
        _check_opinion(line.choice, line.note, _field(line))


def _check_seat(line: Said, seats: Mapping[int, FundMember], by: Mapping[int, int | None]) -> None:
    member = seats.get(line.member_id)
    if member is None:
        raise Invalid(fields={_field(line): [say("该成员已不在任。")]})
    if member.user_id is None:
        return
    if by.get(member.id) == member.user_id:
        raise Invalid(fields={_field(line): [say("该成员已经自行表决，不能代为更改。")]})
    if not line.signed:
        said = say("该成员有平台账号，应自行表决；会议纪要载有其签名的，请勾选确认。")
        raise Invalid(fields={_field(line): [said]})


def _field(line: Said) -> str:
    return f"said-{line.member_id}"


def _vote(
    actor: Actor, request: SpendingRequest, member: FundMember, choice: str, note: str
) -> SpendingVote:
    vote = db.session.get(SpendingVote, (request.id, member.id))
    if vote is None:
        vote = SpendingVote(request_id=request.id, member_id=member.id)
        db.session.add(vote)
    vote.choice, vote.note = choice, note.strip() or None
    vote.cast_by, vote.cast_at = actor.user_id, clock.now()
    db.session.flush()
    return vote


def _opinion(
    actor: Actor, request: SpendingRequest, member: FundMember, opinion: str, text: str
) -> SpendingOpinion:
    given = db.session.get(SpendingOpinion, (request.id, member.id))
    if given is None:
        given = SpendingOpinion(request_id=request.id, member_id=member.id)
        db.session.add(given)
    given.opinion, given.text = opinion, text.strip()
    given.given_by, given.given_at = actor.user_id, clock.now()
    db.session.flush()
    return given
