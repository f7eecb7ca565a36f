"""The papers behind a payment: the file stays inside, its kind and words are public."""

from charity_portal.funds.models.spending import SpendingRequest, SpendingVoucher
from charity_portal.funds.rules import spending as rules
from charity_portal.funds.rules.voting import VOUCHER_KINDS
from charity_portal.funds.services.naming import refuse_donor_names
from charity_portal.funds.services.spending import held, said_reason
from charity_portal.kernel import audit, clock, files
from charity_portal.kernel.database import db
from charity_portal.kernel.errors import Invalid, NotFound, WrongState
from charity_portal.kernel.files import Prepared
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import Actor, require

LONGEST = 200


def add(
    actor: Actor, request_id: int, kind: str, description: str, prepared: Prepared
) -> SpendingVoucher:
    """Keep a paper. Raises Invalid (`kind`, `description`), WrongState once the request is closed."""
    request = held(request_id)
    require(actor, "funds:voucher:add", request)
    if request.state not in rules.TAKES_VOUCHERS:
        raise WrongState
    _check(request, kind, description)
    voucher = SpendingVoucher(
        request_id=request.id,
        kind=kind,
        description=description.strip(),
        file_id=files.keep(actor, prepared).id,
        added_by=actor.user_id,
    )
    db.session.add(voucher)
    db.session.flush()
    audit.record(
        actor, "funds.spending_voucher.add", request, after={"voucher": voucher.id, "kind": kind}
    )
    return voucher


def remove(actor: Actor, voucher_id: int, reason: str) -> None:
    """Take a paper out again on the day it was added. Raises Invalid (`reason`), WrongState."""
    known = db.session.get(SpendingVoucher, voucher_id)
    if known is None:
        raise NotFound
    request = held(known.request_id)
    require(actor, "funds:voucher:remove", known)
    if known.removed_at is not None:
        raise NotFound
    if request.state not in rules.TAKES_VOUCHERS:
        raise WrongState
    if clock.local(known.added_at).date() != clock.today():
        raise WrongState(say("凭证只能在上传当天删除；请另行上传更正后的凭证。"))
    why = said_reason(reason)
    known.removed_at = clock.now()
    audit.record(
        actor,
        "funds.spending_voucher.remove",
        request,
        before={"voucher": known.id, "kind": known.kind},
        reason=why,
    )


def _check(request: SpendingRequest, kind: str, description: str) -> None:
    found: dict[str, list[Text]] = {}
    if kind not in VOUCHER_KINDS:
        found["kind"] = [say("请选择凭证种类。")]
    if not description.strip():
        found["description"] = [say("请写明凭证内容，这段文字会公开。")]
    elif len(description) > LONGEST:
        found["description"] = [say("不能超过 %(n)s 个字。", n=LONGEST)]
    elif request.payee_kind == "person" and rules.names_person(description, request.payee_name):
        found["description"] = [say("这里的文字会公开，不要写个人收款人的姓名。")]
    if found:
        raise Invalid(fields=found)
    refuse_donor_names(description=description)
