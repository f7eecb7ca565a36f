"""Promises of donors: written down, followed by what arrives, taken back."""

from datetime import date

from charity_portal.funds.models.donations import Donor, Pledge
from charity_portal.funds.queries import campaigns, funds
from charity_portal.funds.queries import donations as queries
from charity_portal.funds.rules.giving import Promise as Promise
from charity_portal.funds.rules.giving import is_kept, promise_problems
from charity_portal.funds.services import donors
from charity_portal.funds.services.naming import refuse_donor_names
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid, WrongState
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.numbers import next_number
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire


def pledge(actor: Actor, promise: Promise) -> Pledge:
    """Write a promise down. Raises Invalid by field of Promise."""
    require(actor, "funds:pledge:edit")
    found = promise_problems(promise)
    donor = db.session.get(Donor, promise.donor_id)
    if donor is None:
        found.setdefault("donor_id", []).append(say("没有这位捐赠人。"))
    elif promise.naming == "named" and donor.refuses_naming:
        found.setdefault("naming", []).append(
            say("捐赠人已声明不公开，任何一笔捐赠都不能公开姓名。")
        )
    _check_place(promise, found)
    if found:
        raise Invalid(fields=found)
    refuse_donor_names(agreement_number=promise.agreement_number)
    row = Pledge(
        number=next_number("RJ", clock.today().year, width=6),
        created_by=actor.user_id,
        agreement_number=promise.agreement_number.strip() or None,
        public_name=promise.public_name.strip() or None,
        note=promise.note.strip() or None,
        **{name: getattr(promise, name) for name in _PLAIN},
    )
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor,
        "funds.pledge.add",
        row,
        after={"number": row.number, "fund": row.fund_id, "amount_fen": row.amount_fen},
    )
    return row


def amend(actor: Actor, pledge_id: int, amount_fen: int, due_on: date) -> Pledge:
    """Change what an open promise is over and when it is due. Raises Invalid, WrongState."""
    require(actor, "funds:pledge:edit")
    row = locked(Pledge, pledge_id)
    if row.state != "open":
        raise WrongState
    if amount_fen <= queries.received(pledge_id):
        raise Invalid(fields={"amount_fen": [say("认捐金额应大于已经到账的金额。")]})
    before = {"amount_fen": row.amount_fen, "due_on": row.due_on}
    row.amount_fen, row.due_on = amount_fen, due_on
    db.session.flush()
    audit.record(
        actor, "funds.pledge.amend", row, before=before,
        after={"amount_fen": amount_fen, "due_on": due_on},
    )  # fmt: skip
    return row


def cancel(actor: Actor, pledge_id: int, reason: str) -> Pledge:
    """Note that an open promise will not be kept. Raises WrongState."""
    row = locked(Pledge, pledge_id)
    fire(actor, row, "cancel", reason=donors.stated(reason))
    return row


def follow(actor: Actor, pledge_id: int) -> None:
    """Let a promise's state follow what arrived for it."""
    row = locked(Pledge, pledge_id)
    kept = is_kept(row.amount_fen, queries.received(pledge_id))
    if kept and row.state == "open":
        fire(actor, row, "keep")
    elif not kept and row.state == "kept":
        fire(actor, row, "reopen")


def _check_place(promise: Promise, found: dict[str, list[Text]]) -> None:
    if funds.earmark(promise.fund_id, promise.purpose_id) is None:
        found.setdefault("purpose_id", []).append(say("所选用途不属于该基金。"))
    if promise.campaign_id is not None:
        campaign = campaigns.campaign(promise.campaign_id)
        if campaign is None or campaign.fund_id != promise.fund_id:
            found.setdefault("campaign_id", []).append(say("该活动不属于这个基金。"))


_PLAIN = (
    "donor_id", "fund_id", "purpose_id", "campaign_id", "income_source", "amount_fen", "due_on",
    "naming",
)  # fmt: skip
