"""All that the office sees of one fund at a glance."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from charity_portal.accounts import queries as accounts
from charity_portal.funds.models.funds import Fund, FundMember, FundPurpose
from charity_portal.funds.models.ledger import LedgerEntry
from charity_portal.funds.queries import funds, ledger, principal
from charity_portal.funds.queries.ledger import Balance
from charity_portal.funds.rules import amending, correcting
from charity_portal.funds.rules import establishing as rules
from charity_portal.funds.rules.establishing import Beginning, Instalment
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.i18n import Text, say
from charity_portal.organizations import queries as organizations

_FUND = "funds.fund."
ACTIONS: Mapping[str, Text] = {
    "open": say("设立基金"),
    "amend": say("修改协议内容"),
    "add_purpose": say("增加资金用途"),
    "change_purpose": say("更正资金用途"),
    "seat": say("调整管委会和监督员"),
    "activate": say("启动基金"),
    "suspend": say("暂停使用"),
    "resume": say("恢复使用"),
    "end": say("终止基金"),
}


@dataclass(frozen=True)
class Due:
    """An instalment: what has arrived of it, and whether its day has passed."""

    instalment: Instalment
    arrived_fen: int
    overdue: bool


@dataclass(frozen=True)
class Desk:
    """A fund's office page. `missing` says what stands in the way of beginning (in preparation only),
    `unended` what stands in the way of the end, `unpaid` what was promised of what is left; `room` is
    there for an endowed fund."""

    fund: Fund
    host_name: str
    initiator_name: str | None
    balance: Balance
    purposes: list[FundPurpose]
    purses: dict[int, int]
    members: list[FundMember]
    dues: list[Due]
    missing: list[Text]
    unended: list[Text]
    unpaid: list[LedgerEntry]
    room: principal.Room | None
    principal_id: int | None


@dataclass(frozen=True)
class Event:
    """One line of a fund's history: `what` names the step, `parts` what it touched, `note` why."""

    at: datetime
    what: Text
    who: str
    note: str | None
    parts: list[Text]


@dataclass(frozen=True)
class EntryDesk:
    """An entry on its way to be taken back or paid; `elsewhere` says where that is done instead."""

    entry: LedgerEntry
    fund: Fund
    reversed_by: int | None
    elsewhere: Text | None

    @property
    def host_id(self) -> int:
        """The charity in whose book the entry stands."""
        return self.fund.host_id


def desk(fund: Fund) -> Desk:
    """Everything of one fund, in a fixed number of statements."""
    balance, purposes = ledger.balance(fund.id), funds.purposes(fund.id)
    names = organizations.names({fund.host_id, fund.initiator_id or fund.host_id})
    kept = next((p.id for p in purposes if not p.spendable), None)
    draft = fund.state == "draft"
    today = clock.today()
    return Desk(
        fund=fund,
        host_name=names[fund.host_id],
        initiator_name=names.get(fund.initiator_id) if fund.initiator_id else None,
        balance=balance,
        purposes=purposes,
        purses=ledger.purses(fund.id),
        members=funds.seated(fund.id),
        dues=_dues(fund, balance),
        missing=rules.beginning_problems(beginning(fund), today) if draft else [],
        unended=in_the_way_of_ending(fund.id),
        unpaid=unpaid_surplus(fund.id),
        room=principal.room(fund, kept, today.year) if kept else None,
        principal_id=kept,
    )


def _dues(fund: Fund, balance: Balance) -> list[Due]:
    instalments = funds.instalments(fund.id)
    arrived = rules.arrivals(instalments, balance.received_fen)
    today = clock.today()
    return [
        Due(i, fen, i.due_on < today and fen < i.amount_fen)
        for i, fen in zip(instalments, arrived, strict=True)
    ]


def beginning(fund: Fund) -> Beginning:
    """What activation looks at. Raises NotFound when the hosting charity is not there."""
    host = funds.host(fund.host_id)
    if host is None:
        raise NotFound
    return Beginning(
        host,
        funds.members(fund.id),
        fund.minimum_fen,
        funds.instalments(fund.id),
        ledger.balance(fund.id).received_fen,
    )


def in_the_way_of_ending(fund_id: int) -> list[Text]:
    """Why a fund cannot end yet; empty when it can."""
    balance = ledger.balance(fund_id)
    left = balance.available_fen + balance.principal_fen
    return rules.ending_problems(left, balance.payable_fen)


def history(fund: Fund) -> list[Event]:
    """Every recorded step of a fund with its actor, the latest first."""
    entries = audit.history(fund)
    people = accounts.people({e.actor_id for e in entries if e.actor_id is not None})
    return [
        Event(
            at=entry.at,
            what=ACTIONS.get(entry.action.removeprefix(_FUND), Text(entry.action)),
            who=people[entry.actor_id].name if entry.actor_id in people else "",
            note=entry.reason,
            parts=[amending.WORDS[n] for n in (entry.after or {}).get("changed", [])],
        )
        for entry in entries
    ]


def entry_desk(entry_id: int) -> EntryDesk | None:
    """An entry with its fund."""
    entry = ledger.entry(entry_id)
    if entry is None:
        return None
    fund = funds.fund(entry.fund_id)
    assert fund is not None
    reversal = ledger.reversal_of(entry_id)
    elsewhere = correcting.owner(ledger.cause(entry), entry.kind)
    return EntryDesk(entry, fund, reversal.id if reversal else None, elsewhere)


def unpaid_surplus(fund_id: int) -> list[LedgerEntry]:
    """What was promised of what is left of a fund and is neither paid nor taken back."""
    payment, reversal, undone = aliased(LedgerEntry), aliased(LedgerEntry), aliased(LedgerEntry)
    reversed_ = sa.exists().where(reversal.reverses_id == LedgerEntry.id)
    stands = ~sa.exists().where(undone.reverses_id == payment.id)
    paid = sa.exists().where(payment.settles_id == LedgerEntry.id, stands)
    wanted = sa.select(LedgerEntry).where(
        LedgerEntry.fund_id == fund_id,
        LedgerEntry.spent_on == "surplus",
        LedgerEntry.kind == "allocation",
        ~reversed_,
        ~paid,
    )
    return list(db.session.scalars(wanted.order_by(LedgerEntry.id)))


def surplus_promise(entry_id: int) -> EntryDesk | None:
    """What is left of a fund, promised and to be paid; None for every other entry."""
    found = entry_desk(entry_id)
    if found is None or not correcting.is_surplus(found.entry.source):
        return None
    return found if found.entry.kind == "allocation" else None
