"""Settling lines of bank statements: which entries each of them is, or why it is none.

Whoever settles holds the charity's book until the transaction ends, so that no entry becomes part of
two lines. Entries themselves are never changed by it.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from charity_portal.funds.errors import EntryTaken
from charity_portal.funds.models.bank import BankLine, BankMatch, BankUnmoved
from charity_portal.funds.models.ledger import LedgerBook, LedgerEntry
from charity_portal.funds.queries import bank, bank_entries
from charity_portal.funds.rules.explaining import EXPLANATIONS
from charity_portal.funds.rules.reconciling import adds_up
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Conflict, Invalid, NotFound
from charity_portal.kernel.i18n import money, say
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire


def match(
    actor: Actor, line_id: int, entry_ids: Collection[int], moment: datetime | None = None
) -> BankLine:
    """Say which entries a line is; their sum must be the line's amount exactly.

    Raises EntryTaken, Invalid, WrongState. `moment` is shared by what is settled in one go.
    """
    line = _held(actor, line_id)
    wanted = set(entry_ids)
    if not wanted:
        raise Invalid(fields={"entries": [say("请选择账目。")]})
    amounts = bank_entries.waiting_among(line.host_id, wanted)
    if amounts.keys() != wanted:
        raise EntryTaken
    if not adds_up(line.amount_fen, amounts):
        problem = say(
            "所选账目合计 %(sum)s，这笔流水是 %(amount)s，两者必须相等。",
            sum=money(sum(amounts.values())),
            amount=money(line.amount_fen),
        )
        raise Invalid(fields={"entries": [problem]})
    fire(actor, line, "match", entries=sorted(wanted))
    at = moment or clock.now()
    line.settled_by, line.settled_at = actor.user_id, at
    for entry_id in sorted(wanted):
        db.session.add(
            BankMatch(entry_id=entry_id, line_id=line.id, matched_by=actor.user_id, matched_at=at)
        )
    db.session.flush()
    return line


def match_certain(actor: Actor, host_id: int, pairs: Mapping[int, int]) -> tuple[datetime, int]:
    """Match those of these lines (by entry) that are still certain; when, and how many."""
    require(actor, "funds:bank:match")
    locked(LedgerBook, host_id)
    certain = bank_entries.certain_pairs(host_id)
    moment, done = clock.now(), 0
    for line, entry in certain:
        if pairs.get(line.id) == entry.id:
            match(actor, line.id, {entry.id}, moment)
            done += 1
    return moment, done


def explain(actor: Actor, line_id: int, kind: str, words: str) -> BankLine:
    """Say why a line is no entry of any fund; in words where the kind alone does not tell."""
    line = _held(actor, line_id)
    if kind not in EXPLANATIONS:
        raise Invalid(fields={"kind": [say("请选择一项。")]})
    if kind == "other" and not words.strip():
        raise Invalid(fields={"words": [say("请写明原因。")]})
    line.explained_as = kind
    line.explanation = words.strip() or None
    fire(actor, line, "explain", kind=kind)
    line.settled_by, line.settled_at = actor.user_id, clock.now()
    return line


def reopen(actor: Actor, line_id: int) -> BankLine:
    """Take back how a line was settled; its entries wait again."""
    line = _held(actor, line_id)
    taken = [found.entry_id for found in bank.matches(line_id)]
    fire(actor, line, "reopen", entries=taken)
    db.session.execute(sa.delete(BankMatch).where(BankMatch.line_id == line_id))
    line.explained_as = line.explanation = None
    line.settled_by = line.settled_at = None
    return line


def reopen_together(actor: Actor, host_id: int, moment: datetime) -> int:
    """Take back what the actor settled in one go; how many lines."""
    require(actor, "funds:bank:match")
    found = bank.settled_together(host_id, actor.user_id or 0, moment)
    for line in found:
        reopen(actor, line.id)
    return len(found)


def settle_unmoved(actor: Actor, entry_id: int) -> BankUnmoved:
    """Say that an entry and its reversal never reached the bank. Raises EntryTaken when one of them
    is part of a line, Conflict when the entry stands."""
    require(actor, "funds:bank:match")
    pair = bank_entries.pair_of(entry_id)
    if pair is None:
        raise Conflict(say("这笔账没有冲销，不能按“未经过银行”办理。"))
    entry, reversal = pair
    host_id = _host_of(entry)
    locked(LedgerBook, host_id)
    both = {entry.id, reversal.id}
    if bank_entries.waiting_among(host_id, both).keys() != both:
        raise EntryTaken
    settled = BankUnmoved(entry_id=entry.id, reversal_id=reversal.id, settled_by=actor.user_id)
    db.session.add(settled)
    db.session.flush()
    audit.record(actor, "funds.bank.unmoved", entry, after={"reversal": reversal.id})
    return settled


def unsettle_unmoved(actor: Actor, entry_id: int) -> None:
    """Take that back: both wait for a line again."""
    require(actor, "funds:bank:match")
    settled = db.session.get(BankUnmoved, entry_id)
    entry = db.session.get(LedgerEntry, entry_id)
    if settled is None or entry is None:
        raise NotFound
    locked(LedgerBook, _host_of(entry))
    db.session.delete(settled)
    db.session.flush()
    audit.record(actor, "funds.bank.unmoved_undo", entry, before={"reversal": settled.reversal_id})


def _held(actor: Actor, line_id: int) -> BankLine:
    """A line, its charity's book held."""
    require(actor, "funds:bank:match")
    line = bank.line(line_id)
    if line is None:
        raise NotFound
    locked(LedgerBook, line.host_id)
    return line


def _host_of(entry: LedgerEntry) -> int:
    return bank_entries.host_of(entry.fund_id)
