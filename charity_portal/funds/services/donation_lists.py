"""Lists of gifts: handed in, checked row by row, imported when all rows are sound, or put aside."""

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from charity_portal.funds.models.donations import Donation, DonationList
from charity_portal.funds.queries import donations as queries
from charity_portal.funds.queries import funds, ledger, naming
from charity_portal.funds.rules import months
from charity_portal.funds.rules.entries import OPEN_FOR
from charity_portal.funds.rules.giving_rows import Entry, Problem
from charity_portal.funds.services import donations, posting
from charity_portal.kernel import audit, jobs
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Conflict, NotFound
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.secrets import blind_index
from charity_portal.kernel.states import fire
from charity_portal.kernel.tables import Row, Sheet

MOST_ROWS = 10_000
CHECK, APPLY = "funds.donation_list_check", "funds.donation_list_apply"
_BATCH = 1000


def hand_in(actor: Actor, fund_id: int, sheet: Sheet, language: str) -> DonationList:
    """Keep a list, sealed, and have it checked; `job_id` leads to the progress."""
    require(actor, "funds:donation:import")
    row = DonationList(fund_id=fund_id, created_by=actor.user_id, lines=len(sheet.rows))
    row.content = _packed(sheet)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "funds.donation_list.hand_in", row, after={"fund": fund_id})
    args = {"list_id": row.id, "language": language}
    row.job_id = jobs.enqueue(actor, CHECK, args).id
    return row


def confirm(actor: Actor, list_id: int, language: str) -> DonationList:
    """Have a checked list imported; pressing twice imports once. Raises WrongState."""
    require(actor, "funds:donation:import")
    row = locked(DonationList, list_id)
    row.MACHINE.step(row.state, "keep")
    args = {"list_id": row.id, "language": language}
    row.job_id = jobs.enqueue(actor, APPLY, args, key=f"donation-list-{list_id}").id
    return row


def discard(actor: Actor, list_id: int) -> None:
    """Put a list aside and forget its rows."""
    row = locked(DonationList, list_id)
    fire(actor, row, "discard")
    row.content = row.problems = None


def record_check(
    actor: Actor, list_id: int, entries: Sequence[Entry], problems: Mapping[int, list[Problem]]
) -> None:
    """Write down what the check showed; with anything wrong the list is refused."""
    row = locked(DonationList, list_id)
    known = _known(entries)
    fresh = [e for e in entries if e.gift is not None and e.gift.cause not in known]
    row.known, row.fresh, row.faulty = len(known), len(fresh), len(problems)
    row.amount_fen = sum(e.gift.amount_fen for e in fresh if e.gift is not None)
    row.problems = json.dumps(
        [
            [number, field, text.msgid, {k: str(v) for k, v in text.params.items()}]
            for number, found in sorted(problems.items())
            for field, text in found
        ],
        ensure_ascii=False,
    )
    fire(actor, row, "refuse" if problems else "pass", lines=row.lines, faulty=row.faulty)


def apply_part(actor: Actor, list_id: int, entries: Sequence[Entry]) -> int:
    """Record those gifts of a part of a checked list that are not known yet. How many were new.

    A list is recorded in parts because ten thousand entries in one transaction would keep everybody
    waiting. What is recorded is known by its cause, so that work that broke off goes on where it
    stopped, and nothing comes twice; everything was checked before the first part.
    """
    row = locked(DonationList, list_id)
    row.MACHINE.step(row.state, "keep")
    posting.hold(row.fund_id)
    if compare(row.fund_id, entries):
        raise Conflict(say("检查之后情况有变化，请重新上传清单；已经入账的行不会重复入账。"))
    known = _known(entries)
    fresh = [e.gift for e in entries if e.gift is not None and e.gift.cause not in known]
    rows = donations.record_all(actor, fresh) if fresh else []
    if rows:
        after = {"count": len(rows), "first": rows[0].number, "last": rows[-1].number}
        after["amount_fen"] = sum(gift.amount_fen for gift in fresh)
        audit.record(actor, "funds.donation_list.record", row, after=after)
    return len(fresh)


def finish(actor: Actor, list_id: int) -> None:
    """Note that all of a list is recorded, and forget its rows."""
    row = locked(DonationList, list_id)
    fire(actor, row, "keep", lines=row.lines)
    row.content = row.problems = None


def with_causes(fund_id: int, entries: Iterable[Entry]) -> None:
    """Name what makes each gift: a keyed hash of its row, from which nothing can be read."""
    for entry in entries:
        if entry.gift is not None:
            mark = blind_index("donation.row", f"{fund_id}\x1f{entry.identity}")
            entry.gift = dataclasses.replace(entry.gift, cause=f"row:{mark}")


def compare(fund_id: int, entries: Sequence[Entry]) -> dict[int, list[Problem]]:
    """What stands against rows that are fine by themselves: closed months, donors who refuse, receipts
    that are taken, names in public texts. Reads in batches."""
    fund = funds.fund(fund_id)
    if fund is None:
        raise NotFound
    known = _known(entries)
    fresh = [e for e in entries if e.gift is not None and e.gift.cause not in known]
    found: dict[int, list[Problem]] = {}
    if fund.state not in OPEN_FOR["income"] and fresh:
        found[fresh[0].number] = [("", say("该基金已终止，不能再接受捐赠。"))]
    closed = ledger.last_closed(fund.host_id)
    taken = _taken_receipts(e.gift.receipt_number for e in fresh if e.gift is not None)
    refusing = _refusing(fresh)
    named: dict[str, bool] = {}
    for entry in fresh:
        assert entry.gift is not None
        for field, text in _against(entry, closed, taken, refusing, named):
            found.setdefault(entry.number, []).append((field, text))
    return found


def _against(
    entry: Entry, closed: object, taken: set[str], refusing: set[int], named: dict[str, bool]
) -> Iterable[Problem]:
    gift = entry.gift
    assert gift is not None
    if months.is_closed(gift.received_on, closed):  # type: ignore[arg-type]
        yield "received_on", say("该月份已经结账，不能再记入当月的账目。")
    if gift.receipt_number in taken:
        yield "receipt_number", say("该票据号码已登记在另一笔捐赠上。")
    if gift.naming == "named" and entry.number in refusing:
        yield "naming", say("捐赠人已声明不公开，任何一笔捐赠都不能公开姓名。")
    for field in ("goods", "quantity"):
        text = getattr(gift, field)
        if text and text not in named:
            named[text] = naming.hidden_name_in(text)
        if text and named[text]:
            yield field, say("文字中出现了不同意公开者的姓名（名称）、电话或代码，请改写。")
    donor = gift.donor
    if (
        donor is not None
        and gift.naming == "unnamed"
        and donor.name in f"{gift.goods}{gift.quantity}"
    ):
        yield "goods", say("文字中出现了不同意公开者的姓名（名称）、电话或代码，请改写。")


def _refusing(entries: Sequence[Entry]) -> set[int]:
    """The rows that name a donor who is known and refuses."""
    named = {
        e.number: e.gift.donor
        for e in entries
        if e.gift is not None and e.gift.donor is not None and e.gift.naming == "named"
    }
    donors = queries.same_donors(list(named.values()))
    return {n for n, d in zip(named, donors, strict=True) if d is not None and d.refuses_naming}


def _known(entries: Sequence[Entry]) -> set[str]:
    """The causes that made a gift before."""
    causes = [e.gift.cause for e in entries if e.gift is not None]
    return _found(Donation.cause, causes)


def _taken_receipts(numbers: Iterable[str]) -> set[str]:
    return _found(Donation.receipt_number, [number for number in numbers if number])


def _found(column: object, values: Sequence[str]) -> set[str]:
    wanted = sa.select(column)  # type: ignore[call-overload]
    found: set[str] = set()
    for i in range(0, len(values), _BATCH):
        some = values[i : i + _BATCH]
        found |= set(db.session.scalars(wanted.where(column.in_(some))))  # type: ignore[attr-defined]
    return found


def _packed(sheet: Sheet) -> str:
    rows = [[row.number, row.cells, sorted(row.distorted)] for row in sheet.rows]
    return json.dumps({"header": sheet.header, "rows": rows}, ensure_ascii=False)


def sheet_of(row: DonationList) -> Sheet:
    """The list as it was handed in. Raises NotFound once it is forgotten."""
    if row.content is None:
        raise NotFound
    told = json.loads(row.content)
    return Sheet(told["header"], [Row(n, cells, frozenset(d)) for n, cells, d in told["rows"]])


def problems_of(row: DonationList) -> dict[int, list[Problem]]:
    """What the check found, by row."""
    found: dict[int, list[Problem]] = {}
    for number, field, msgid, params in json.loads(row.problems or "[]"):
        found.setdefault(number, []).append((field, Text(msgid, params)))
    return found
