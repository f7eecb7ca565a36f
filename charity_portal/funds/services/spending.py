"""Asking for a fund's money: the request, its corrections, its way to the committee or past it."""

from dataclasses import asdict
from datetime import date

from charity_portal.funds.errors import EarmarkBroken, PurposeElsewhere
from charity_portal.funds.models.campaigns import Campaign
from charity_portal.funds.models.funds import Fund
from charity_portal.funds.models.spending import SpendingRequest
from charity_portal.funds.queries import funds, spending
from charity_portal.funds.rules import spending as rules
from charity_portal.funds.rules.spending import Ask as Ask
from charity_portal.funds.rules.spending import Relations
from charity_portal.funds.services.naming import refuse_donor_names
from charity_portal.funds.services.posting import hold
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Conflict, Invalid, NotFound, WrongState
from charity_portal.kernel.i18n import say
from charity_portal.kernel.numbers import next_number
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire

LONGEST_VOTE_DAYS = 60


def ask(actor: Actor, fund_id: int, wanted: Ask) -> SpendingRequest:
    """Draft a request. Raises Invalid (by field of Ask), EarmarkBroken, PurposeElsewhere, WrongState."""
    fund = hold(fund_id)
    require(actor, "funds:spending:ask", fund)
    _check(fund, wanted)
    request = SpendingRequest(
        number=next_number("ZC", clock.today().year),
        fund_id=fund_id,
        requested_by=actor.user_id,
        **_columns(wanted),
    )
    db.session.add(request)
    db.session.flush()
    audit.record(
        actor,
        "funds.spending_request.ask",
        request,
        after={"number": request.number, **_facts(request)},
    )
    return request


def revise(actor: Actor, request_id: int, rev: int, wanted: Ask) -> SpendingRequest:
    """Change a draft as it was read at `rev`. Raises Conflict when somebody else changed it since."""
    request = held(request_id)
    require(actor, "funds:spending:edit", request)
    if request.state not in rules.EDITABLE:
        raise WrongState
    if request.rev != rev:
        raise Conflict(say("这份申请已被他人修改。请核对下面的内容，再保存您的修改。"))
    _check(request.fund, wanted)
    before = _facts(request)
    for name, value in _columns(wanted).items():
        setattr(request, name, value)
    request.rev += 1
    db.session.flush()
    audit.record(
        actor, "funds.spending_request.revise", request, before=before, after=_facts(request)
    )
    return request


def submit(actor: Actor, request_id: int, vote_until: date | None = None) -> SpendingRequest:
    """Put a request to the committee's vote, open until the end of a day; one below the fund's amount
    whose payee is related to nobody goes to the approver at once.

    Raises Invalid when a relation is not told (`conflict`) or the day does not fit (`vote_until`).
    """
    request = held(request_id)
    require(actor, "funds:spending:edit", request)
    _check(request.fund, _asked(request))
    related = related_to(request)
    if related and not (request.conflict or "").strip():
        said = say("收款方与基金的发起方、管委会成员或申请人有关联，请说明关联情况，该说明会公开。")
        raise Invalid(fields={"conflict": [said]})
    if not rules.needs_vote(request.amount_fen, request.fund.vote_from_fen, related):
        fire(actor, request, "submit_without_vote")
        return request
    request.vote_until = _last_day(vote_until)
    fire(actor, request, "submit", until=request.vote_until.isoformat())
    return request


def extend_vote(actor: Actor, request_id: int, vote_until: date, reason: str) -> None:
    """Give the committee more time. Raises Invalid, WrongState."""
    request = held(request_id)
    require(actor, "funds:spending:edit", request)
    if request.state != "voting":
        raise WrongState
    why = said_reason(reason)
    day = _last_day(vote_until)
    if request.vote_until is not None and day <= request.vote_until:
        raise Invalid(fields={"vote_until": [say("应当晚于原来的表决期限。")]})
    before, request.vote_until = request.vote_until, day
    audit.record(
        actor,
        "funds.spending_request.extend",
        request,
        before={"until": before.isoformat() if before else None},
        after={"until": day.isoformat()},
        reason=why,
    )


def withdraw(actor: Actor, request_id: int, reason: str) -> None:
    """Take a request back that was not approved yet. Raises Invalid, WrongState."""
    request = held(request_id)
    fire(actor, request, "withdraw", reason=said_reason(reason))


def related_to(request: SpendingRequest) -> Relations:
    """Who of those who decide is related to the payee now."""
    return spending.relations(request.fund_id, request.payee_id, request.requested_by)


def said_reason(reason: str) -> str:
    """A reason, trimmed. Raises Invalid when there is none."""
    if not reason.strip():
        raise Invalid(fields={"reason": [say("请写明理由。")]})
    return reason.strip()


def held(request_id: int) -> SpendingRequest:
    """The request as it is now, its fund and itself kept from others until the transaction ends."""
    known = db.session.get(SpendingRequest, request_id)
    if known is None:
        raise NotFound
    hold(known.fund_id)
    return locked(SpendingRequest, request_id)


def _last_day(vote_until: date | None) -> date:
    days = (vote_until - clock.today()).days if vote_until is not None else -1
    if vote_until is None or not 0 <= days <= LONGEST_VOTE_DAYS:
        said = say("请填写今天起 %(n)s 天之内的日期。", n=LONGEST_VOTE_DAYS)
        raise Invalid(fields={"vote_until": [said]})
    return vote_until


def _check(fund: Fund, wanted: Ask) -> None:
    if found := rules.problems(wanted):
        raise Invalid(fields=found)
    if fund.state != "active":
        raise WrongState(
            say(
                "基金当前状态为“%(state)s”，不能申请使用资金。", state=Fund.MACHINE.word(fund.state)
            )
        )
    earmark = funds.earmark(fund.id, wanted.purpose_id)
    if earmark is None:
        raise PurposeElsewhere
    if wanted.use == "surplus" or not earmark.allows(wanted.use):
        raise EarmarkBroken
    if wanted.campaign_id is not None:
        campaign = db.session.get(Campaign, wanted.campaign_id)
        if campaign is None or campaign.fund_id != fund.id:
            raise Invalid(fields={"campaign_id": [say("该活动不属于这个基金。")]})
    refuse_donor_names(title=wanted.title, conflict=wanted.conflict)


def _columns(wanted: Ask) -> dict[str, object]:
    values = {
        name: (value.strip() or None) if isinstance(value, str) else value
        for name, value in asdict(wanted).items()
    }
    if wanted.payee_kind == "organization":
        values["payee_name"] = None
    else:
        values["payee_id"] = None
    return values


def _asked(request: SpendingRequest) -> Ask:
    return Ask(**{name: getattr(request, name) for name in Ask.__dataclass_fields__})


def _facts(request: SpendingRequest) -> dict[str, object]:
    """What the audit trail keeps: ids, codes and amounts."""
    names = ("purpose_id", "use", "amount_fen", "in_kind", "payee_kind", "payee_id", "campaign_id")
    return {name: getattr(request, name) for name in names}
