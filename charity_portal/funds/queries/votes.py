"""Reading a committee's vote on a spending request."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from charity_portal.accounts import queries as accounts
from charity_portal.funds.models.funds import FundMember
from charity_portal.funds.models.spending import SpendingOpinion, SpendingRequest, SpendingVote
from charity_portal.funds.queries import spending
from charity_portal.funds.rules import voting
from charity_portal.funds.rules.spending import Relations
from charity_portal.funds.rules.voting import Tally
from charity_portal.kernel import clock
from charity_portal.kernel.database import db
from charity_portal.kernel.i18n import Text


@dataclass(frozen=True)
class BallotLine:
    """One seat: what it said, and whether it must recuse itself. `recorded_by` is the officer who took
    it from the minutes, empty when the member voted alone."""

    member: FundMember
    vote: SpendingVote | None
    conflicted: bool
    recorded_by: str

    @property
    def choice(self) -> str:
        """What counts for this seat; empty while it is silent."""
        if self.conflicted:
            return "recused"
        return self.vote.choice if self.vote else ""


@dataclass(frozen=True)
class Ballot:
    """A vote as it stands, with why it cannot be counted yet."""

    lines: tuple[BallotLine, ...]
    supervisors: tuple[FundMember, ...]
    opinions: tuple[SpendingOpinion, ...]
    related: Relations
    tally: Tally
    problems: tuple[Text, ...]

    @property
    def objected(self) -> bool:
        """Whether a supervisor objects."""
        return any(opinion.opinion == "objects" for opinion in self.opinions)

    def line_of(self, user_id: int | None) -> BallotLine | None:
        """The seat of an account."""
        mine = (line for line in self.lines if line.member.user_id == user_id)
        return next(mine, None) if user_id is not None else None

    def supervises(self, user_id: int | None) -> FundMember | None:
        """The supervisor of an account."""
        mine = (member for member in self.supervisors if member.user_id == user_id)
        return next(mine, None) if user_id is not None else None


def ballot(request: SpendingRequest) -> Ballot:
    """The vote on a request with the committee as it is now."""
    seated = spending.committee(request.fund_id)
    related = spending.relations(request.fund_id, request.payee_id, request.requested_by)
    votes = {vote.member_id: vote for vote in votes_on(request.id)}
    opinions = tuple(opinions_on(request.id))
    choices = {key: vote.choice for key, vote in votes.items()}
    counted = voting.tally([m.id for m in seated], choices, related.members)
    waiting = voting.counting_problems(counted, len(opinions), request.vote_until, clock.today())
    clerks = accounts.names({v.cast_by for v in votes.values() if v.cast_by is not None})
    lines = tuple(
        BallotLine(m, votes.get(m.id), m.id in related.members, _clerk(m, votes.get(m.id), clerks))
        for m in seated
    )
    return Ballot(
        lines, tuple(supervisors(request.fund_id)), opinions, related, counted, tuple(waiting)
    )


def _clerk(member: FundMember, vote: SpendingVote | None, clerks: dict[int, str]) -> str:
    if vote is None or vote.cast_by == member.user_id:
        return ""
    return clerks.get(vote.cast_by or 0, "")


def votes_on(request_id: int) -> list[SpendingVote]:
    """What each seat said."""
    wanted = sa.select(SpendingVote).where(SpendingVote.request_id == request_id)
    return list(db.session.scalars(wanted.order_by(SpendingVote.member_id)))


def opinions_on(request_id: int) -> list[SpendingOpinion]:
    """What the supervisors said, the first first, each with its member."""
    wanted = sa.select(SpendingOpinion).where(SpendingOpinion.request_id == request_id)
    loaded = wanted.options(joinedload(SpendingOpinion.member))
    return list(db.session.scalars(loaded.order_by(SpendingOpinion.given_at)))


def supervisors(fund_id: int) -> list[FundMember]:
    """Who supervises a fund now."""
    wanted = sa.select(FundMember).where(
        FundMember.fund_id == fund_id,
        FundMember.until.is_(None),
        FundMember.seat == "supervisor",
    )
    return list(db.session.scalars(wanted.order_by(FundMember.id)))
