"""Changing an agreement: freely while the fund is prepared, later by a further paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from charity_portal.funds.models.funds import Fund, FundAmendment, FundInstalment
from charity_portal.funds.queries import funds as queries
from charity_portal.funds.rules import amending as rules
from charity_portal.funds.rules import establishing
from charity_portal.funds.rules.establishing import Agreement, Instalment
from charity_portal.funds.services.naming import refuse_hidden_names
from charity_portal.funds.services.posting import hold
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db
from charity_portal.kernel.errors import Conflict, Invalid, WrongState
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import Actor, require


@dataclass(frozen=True)
class Amendment:
    """The further paper of the parties: its number and the day it was signed."""

    number: str
    signed_on: date | None


def amend(
    actor: Actor, fund_id: int, terms: Agreement, base: str, paper: Amendment | None = None
) -> list[str]:
    """Give a fund new terms; returns the names of what changed (`rules.amending.WORDS`).

    `base` is the print of the terms that the change started from. Host, nature, purposes and people
    of `terms` are not looked at. Raises Invalid (by field), Conflict, WrongState.
    """
    fund = hold(fund_id)
    require(actor, "funds:fund:edit", fund)
    if fund.state == "ended":
        raise WrongState
    before = queries.agreement(fund)
    if rules.print_of(before) != base:
        raise Conflict(say("另一位工作人员刚刚修改过协议内容，请核对最新内容后再保存。"))
    names = rules.changed(before, terms)
    if not names:
        return []
    living = fund.state != "draft"
    _check(fund, before, terms, names)
    if living:
        _file(actor, fund, before, terms, names, paper or Amendment("", None))
    _write(fund, terms, names)
    amounts = [n for n in names if n.endswith(("_fen", "_bp"))]
    audit.record(
        actor,
        "funds.fund.amend",
        fund,
        before={name: getattr(before, name) for name in amounts},
        after={name: getattr(terms, name) for name in amounts}
        | {"changed": names}
        | ({"paper": paper.number, "signed_on": paper.signed_on} if living and paper else {}),
    )
    db.session.flush()
    return names


def _check(fund: Fund, before: Agreement, terms: Agreement, names: Sequence[str]) -> None:
    """Raise Invalid with everything that is wrong with the new terms."""
    found = establishing.problems(terms, clock.today())
    known = establishing.problems(before, clock.today())  # purposes and the like are not at issue
    found = {name: said for name, said in found.items() if name in names or name not in known}
    found |= rules.frozen(list(names), fund.state != "draft")
    if queries.number_taken(fund.host_id, terms.agreement_number, besides=fund.id):
        found["agreement_number"] = [say("该慈善组织已有此编号的协议。")]
    if found:
        raise Invalid(fields=found)
    texts = {n: getattr(terms, n) for n in names if n in rules.PUBLIC_TEXTS}
    refuse_hidden_names(**texts)


def _file(
    actor: Actor,
    fund: Fund,
    before: Agreement,
    terms: Agreement,
    names: Sequence[str],
    paper: Amendment,
) -> None:
    """Keep the further paper with what it changed."""
    number = paper.number.strip()
    found = rules.paper_problems(number, paper.signed_on, clock.today())
    if number in [known.number for known in queries.amendments(fund.id)]:
        found["amendment_number"] = [say("该编号的补充协议已经登记过。")]
    if found:
        raise Invalid(fields=found)
    old, new = rules.plain(before), rules.plain(terms)
    db.session.add(
        FundAmendment(
            fund_id=fund.id,
            number=number,
            signed_on=paper.signed_on,
            before={name: old[name] for name in names},
            after={name: new[name] for name in names},
            amended_by=actor.user_id,
        )
    )


def _write(fund: Fund, terms: Agreement, names: Sequence[str]) -> None:
    for name in names:
        if name != "instalments":
            setattr(fund, name, getattr(terms, name))
    if "instalments" in names:
        _promise(fund.id, terms.instalments)


def _promise(fund_id: int, instalments: Sequence[Instalment]) -> None:
    """Replace what is promised to be paid in."""
    db.session.execute(sa.delete(FundInstalment).where(FundInstalment.fund_id == fund_id))
    for due in instalments:
        db.session.add(
            FundInstalment(fund_id=fund_id, due_on=due.due_on, amount_fen=due.amount_fen)
        )
