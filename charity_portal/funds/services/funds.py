"""Opening a fund, its people and purposes, and its way from draft to its end."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from charity_portal.funds.errors import FundUnfit
from charity_portal.funds.models.funds import Fund, FundInstalment, FundMember, FundPurpose
from charity_portal.funds.models.ledger import CURRENCY, LedgerAccount, LedgerBook
from charity_portal.funds.queries import fund_desk as desk
from charity_portal.funds.queries import funds as queries
from charity_portal.funds.rules import establishing as rules
from charity_portal.funds.rules.accounts import Address, accounts_of_fund, accounts_of_purpose
from charity_portal.funds.rules.amending import PUBLIC_TEXTS
from charity_portal.funds.rules.establishing import Agreement as Agreement
from charity_portal.funds.rules.establishing import Host
from charity_portal.funds.rules.establishing import Instalment as Instalment
from charity_portal.funds.rules.establishing import Member as Member
from charity_portal.funds.rules.establishing import Purpose as Purpose
from charity_portal.funds.services.naming import refuse_hidden_names
from charity_portal.funds.services.posting import hold
from charity_portal.kernel import audit, clock, jobs
from charity_portal.kernel.database import db, insert_if_absent, locked
from charity_portal.kernel.errors import Conflict, Invalid, NotFound, WrongState
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.numbers import next_number
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire

_COPIED = tuple(
    name
    for name in Agreement.__dataclass_fields__
    if name not in ("purposes", "instalments", "members")
)


def open_fund(actor: Actor, agreement: Agreement) -> Fund:
    """Open a fund in its charity's book, in preparation: it takes income and spends nothing yet.

    Raises Invalid (by field of Agreement), FundUnfit when the charity cannot host it.
    """
    require(actor, "funds:fund:open")
    if found := rules.problems(agreement, clock.today()):
        raise Invalid(fields=found)
    if queries.number_taken(agreement.host_id, agreement.agreement_number):
        raise Invalid(fields={"agreement_number": [say("该慈善组织已有此编号的协议。")]})
    _fit(rules.host_problems(_host(agreement.host_id)))
    refuse_hidden_names(**{name: getattr(agreement, name) for name in PUBLIC_TEXTS})
    if db.session.get(LedgerBook, agreement.host_id) is None:
        now = clock.now()
        insert_if_absent(LedgerBook, host_id=agreement.host_id, currency=CURRENCY, opened_at=now)
    fund = Fund(
        number=next_number("JJ", clock.today().year, width=4),
        created_by=actor.user_id,
        **{name: getattr(agreement, name) for name in _COPIED},
    )
    db.session.add(fund)
    db.session.flush()
    _open_accounts(fund.id, accounts_of_fund())
    for purpose in agreement.purposes:
        _add_purpose(fund.id, purpose)
    for due in agreement.instalments:
        db.session.add(
            FundInstalment(fund_id=fund.id, due_on=due.due_on, amount_fen=due.amount_fen)
        )
    _seat(fund.id, agreement.members)
    db.session.flush()
    audit.record(
        actor,
        "funds.fund.open",
        fund,
        after={"number": fund.number, "host": fund.host_id, "kind": fund.kind},
    )
    jobs.announce(actor, "funds.fund_opened", id=fund.id)
    return fund


def add_purpose(actor: Actor, fund_id: int, purpose: Purpose) -> FundPurpose:
    """Give a fund's money one more thing to be for. Raises Invalid, WrongState."""
    fund = _editable(actor, fund_id)
    known = [
        Purpose(p.title_zh, tuple(p.uses), p.title_en, p.spendable)
        for p in queries.purposes(fund_id)
    ]
    if wrong := rules.purpose_problems([*known, purpose], fund.nature):
        raise Invalid(fields={"purposes": wrong})
    refuse_hidden_names(title_zh=purpose.title_zh, title_en=purpose.title_en)
    row = _add_purpose(fund_id, purpose)
    audit.record(
        actor, "funds.fund.add_purpose", fund, after={"purpose": row.id, "uses": list(row.uses)}
    )
    return row


def change_purpose(actor: Actor, purpose_id: int, purpose: Purpose) -> FundPurpose:
    """Put a purpose right: all of it while the fund is prepared and nothing was received for it; later
    its English name alone, since money given for one thing is not used for another.

    Raises Invalid, Conflict, WrongState.
    """
    known = queries.purpose(purpose_id)
    if known is None:
        raise NotFound
    fund = _editable(actor, known.fund_id)
    row = locked(FundPurpose, purpose_id)
    after = replace(purpose, title_zh=purpose.title_zh.strip(), spendable=row.spendable)
    firm = (after.title_zh, after.uses) != (row.title_zh, tuple(row.uses))
    if firm and (fund.state != "draft" or queries.is_touched(purpose_id)):
        raise Conflict(
            say("已有资金或已启动的基金，用途名称和使用范围不能再改，只能修改英文名称。")
        )
    others = [p for p in queries.purposes(fund.id) if p.id != purpose_id]
    terms = [Purpose(p.title_zh, tuple(p.uses), p.title_en, p.spendable) for p in others]
    if wrong := rules.purpose_problems([*terms, after], fund.nature):
        raise Invalid(fields={"purposes": wrong})
    refuse_hidden_names(title_zh=after.title_zh, title_en=after.title_en)
    before = {"uses": list(row.uses)}
    row.title_zh, row.title_en, row.uses = after.title_zh, after.title_en, list(after.uses)
    db.session.flush()
    audit.record(
        actor,
        "funds.fund.change_purpose",
        fund,
        before=before,
        after={"purpose": row.id, "uses": list(row.uses)},
    )
    return row


def seat(actor: Actor, fund_id: int, members: Sequence[Member]) -> None:
    """Say who runs and who supervises a fund from today on; whoever is not named leaves.

    Before a fund begins the committee may be incomplete; afterwards FundUnfit is raised.
    """
    fund = _editable(actor, fund_id)
    if fund.state != "draft":
        _fit(rules.committee_problems(members))
    leaving = {Member(m.seat, m.name, m.post, m.user_id): m for m in queries.seated(fund_id)}
    for member, row in leaving.items():
        if member not in members:
            row.until = clock.today()
    _seat(fund_id, [member for member in members if member not in leaving])
    db.session.flush()
    audit.record(actor, "funds.fund.seat", fund, after={"members": len(members)})


def activate(actor: Actor, fund_id: int) -> Fund:
    """Let a fund begin to spend. Raises FundUnfit naming all that is missing, WrongState."""
    fund = hold(fund_id)
    require(actor, "funds:fund:activate", fund)
    fire(actor, fund, "activate")
    _fit(rules.beginning_problems(desk.beginning(fund), clock.today()))
    fund.activated_on = clock.today()
    return fund


def suspend(actor: Actor, fund_id: int, reason: str) -> Fund:
    """Stop new promises; what was promised is still paid. Raises WrongState."""
    fund = hold(fund_id)
    fire(actor, fund, "suspend", reason=_said(reason))
    return fund


def resume(actor: Actor, fund_id: int, reason: str) -> Fund:
    """Let a suspended fund spend again. Raises FundUnfit when charity or committee no longer fit."""
    fund = hold(fund_id)
    fire(actor, fund, "resume", reason=_said(reason))
    _fit(rules.host_problems(_host(fund.host_id)))
    _fit(rules.committee_problems(queries.members(fund_id)))
    return fund


def end(actor: Actor, fund_id: int, reason: str) -> Fund:
    """End a fund for good. Raises FundUnfit while it has anything or owes anything."""
    fund = hold(fund_id)
    fire(actor, fund, "end", reason=_said(reason))
    _fit(desk.in_the_way_of_ending(fund_id))
    fund.ended_on = clock.today()
    return fund


def _said(reason: str) -> str:
    if not reason.strip():
        raise Invalid(fields={"reason": [say("请写明理由。")]})
    return reason.strip()


def _fit(problems: list[Text]) -> None:
    if problems:
        raise FundUnfit(problems)


def _host(organization_id: int) -> Host:
    host = queries.host(organization_id)
    if host is None:
        raise NotFound
    return host


def _editable(actor: Actor, fund_id: int) -> Fund:
    fund = hold(fund_id)
    require(actor, "funds:fund:edit", fund)
    if fund.state == "ended":
        raise WrongState
    return fund


def _seat(fund_id: int, members: Iterable[Member]) -> None:
    for member in members:
        db.session.add(
            FundMember(
                fund_id=fund_id,
                seat=member.seat,
                name=member.name.strip(),
                post=member.post.strip(),
                user_id=member.user_id,
                since=clock.today(),
            )
        )


def _add_purpose(fund_id: int, purpose: Purpose) -> FundPurpose:
    row = FundPurpose(
        fund_id=fund_id,
        title_zh=purpose.title_zh.strip(),
        title_en=purpose.title_en,
        uses=list(purpose.uses),
        spendable=purpose.spendable,
    )
    db.session.add(row)
    db.session.flush()
    _open_accounts(fund_id, accounts_of_purpose(row.id, row.spendable))
    return row


def _open_accounts(fund_id: int, addresses: Sequence[Address]) -> None:
    """Open accounts, a purse before what is below it."""
    purse_id = None
    for address in addresses:
        account = LedgerAccount(
            fund_id=fund_id,
            code=address.code,
            kind=address.kind,
            purpose_id=address.purpose_id,
            income_source=address.income_source,
            purse_id=purse_id if address.purse else None,
        )
        db.session.add(account)
        db.session.flush()
        if address.purse is None:
            purse_id = account.id
