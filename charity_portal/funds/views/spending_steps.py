"""What people do with a spending request, on whichever side of the house they work."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, Response, flash, redirect, request

from charity_portal.funds.forms import spending as forms
from charity_portal.funds.models.funds import Fund
from charity_portal.funds.models.spending import SpendingRequest, SpendingVoucher
from charity_portal.funds.queries import funds, votes
from charity_portal.funds.queries import spending as queries
from charity_portal.funds.services import approving, spending, vouchers
from charity_portal.funds.services import votes as voting
from charity_portal.funds.services.approving import Payment
from charity_portal.funds.views.spending_pages import (
    again,
    back_to,
    differing,
    edit_page,
    payee_id_of,
    request_page,
    shown_draft,
    uploaded,
)
from charity_portal.kernel import files
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Conflict, Invalid, NotFound, PortalError
from charity_portal.kernel.files import StoredFile
from charity_portal.kernel.forms import Form
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import current_actor, requires

Step = Callable[[], object]


@requires("funds:spending:ask", load=funds.fund)
def new(fund: Fund) -> str:
    """An empty request of one fund."""
    return edit_page(forms.AskForm(formdata=None), fund)


@requires("funds:spending:ask", load=funds.fund)
def create(fund: Fund) -> Any:
    """Draft it."""
    form = forms.AskForm().offer(queries.purposes_to_spend(fund.id), queries.campaigns_of(fund.id))
    if not form.submitted():
        return edit_page(form, fund), 422
    wanted = form.asked(payee_id_of(form))
    try:
        with transaction():
            row = spending.ask(current_actor(), fund.id, wanted)
    except PortalError as problem:
        form.refuse(problem)
        return edit_page(form, _fund(fund.id)), problem.status
    flash(_("已保存为草稿 %(number)s，核对后请提交。", number=row.number))
    return redirect(back_to(row.id), 303)


@requires("funds:spending:edit", load=queries.request)
def edit(row: SpendingRequest) -> Any:
    """A draft to be changed; what is no draft any more is only shown."""
    if row.state != "draft":
        return redirect(back_to(row.id), 303)
    return edit_page(shown_draft(row), row.fund, row)


@requires("funds:spending:edit", load=queries.request)
def revise(row: SpendingRequest) -> Any:
    """Save the draft, unless somebody else saved it since it was read."""
    form = forms.AskForm().offer(
        queries.purposes_to_spend(row.fund_id), queries.campaigns_of(row.fund_id)
    )
    if not form.submitted():
        return edit_page(form, row.fund, row), 422
    wanted = form.asked(payee_id_of(form))
    try:
        with transaction():
            spending.revise(current_actor(), row.id, form.seen_rev, wanted)
    except PortalError as problem:
        form.refuse(problem)
        now = again(row.id)
        stale = type(problem) is Conflict
        theirs = shown_draft(now).offer(
            queries.purposes_to_spend(now.fund_id), queries.campaigns_of(now.fund_id)
        )
        form.rev.data, form.rev.raw_data = str(now.rev), None
        shown = {"theirs": differing(form, theirs)} if stale else {}
        return edit_page(form, now.fund, now, **shown), problem.status
    flash(_("已保存。"))
    return redirect(back_to(row.id), 303)


@requires("funds:spending:edit", load=queries.request)
def submit(row: SpendingRequest) -> Any:
    """To the committee, or past it when the amount is small."""
    form = forms.SubmitForm(prefix="submit")
    step = partial(spending.submit, current_actor(), row.id, form.vote_until.data)
    return _taken(row, form, "submit_form", step, _("已提交。"))


@requires("funds:spending:edit", load=queries.request)
def extend(row: SpendingRequest) -> Any:
    """More time to vote."""
    form = forms.ExtendForm(prefix="extend")
    step = partial(
        spending.extend_vote, current_actor(), row.id, form.vote_until.data, form.reason.data or ""
    )
    return _taken(row, form, "extend_form", step, _("已延长表决期限。"))


@requires("funds:spending:edit", load=queries.request)
def withdraw(row: SpendingRequest) -> Any:
    """Take it back."""
    return _with_reason(row, "withdraw", spending.withdraw, _("已撤回。"))


@requires("funds:spending:vote", load=queries.request)
def vote(row: SpendingRequest) -> Any:
    """One's own vote."""
    form = forms.VoteForm(prefix="vote")
    step = partial(
        voting.cast, current_actor(), row.id, form.choice.data or "", form.note.data or ""
    )
    return _taken(row, form, "vote_form", step, _("已记录您的意见，计票前可以更改。"))


@requires("funds:spending:opinion", load=queries.request)
def opine(row: SpendingRequest) -> Any:
    """One's own opinion as supervisor."""
    form = forms.OpinionForm(prefix="opinion")
    step = partial(
        voting.give_opinion, current_actor(), row.id, form.opinion.data or "", form.text.data or ""
    )
    return _taken(row, form, "opinion_form", step, _("已记录监督意见。"))


@requires("funds:spending:minutes", load=queries.request)
def record(row: SpendingRequest) -> Any:
    """What the signed minutes say."""
    ballot = votes.ballot(row)
    form = forms.minutes_form(ballot, prefix="minutes")
    if not form.submitted():
        return request_page(row, 422, minutes_form=form)
    said = form.said([line.member.id for line in ballot.lines])
    opinions = form.said([member.id for member in ballot.supervisors])
    try:
        prepared = uploaded("minutes-minutes")
        with transaction():
            voting.record_minutes(current_actor(), row.id, prepared, said, opinions)
    except Invalid as problem:
        form.refuse_rows(problem.fields or {"": [problem.message]})
        return request_page(again(row.id), problem.status, minutes_form=form)
    except PortalError as problem:
        form.refuse(problem)
        return request_page(again(row.id), problem.status, minutes_form=form)
    flash(_("已按会议纪要登记。"))
    return redirect(back_to(row.id), 303)


@requires("funds:spending:count", load=queries.request)
def count(row: SpendingRequest) -> Any:
    """Count the vote."""
    return _pressed(row, partial(voting.count, current_actor(), row.id), _("已计票。"))


@requires("funds:spending:approve", load=queries.request)
def approve(row: SpendingRequest) -> Any:
    """A second person says yes."""
    form = forms.ApproveForm(prefix="approve")
    step = partial(approving.approve, current_actor(), row.id, form.exception.data or "")
    return _taken(row, form, "approve_form", step, _("已批准，资金已经预留。"))


@requires("funds:spending:approve", load=queries.request)
def refuse(row: SpendingRequest) -> Any:
    """Or no."""
    return _with_reason(row, "refuse", approving.refuse, _("已作出不予批准的决定。"))


@requires("funds:spending:approve", load=queries.request)
def revoke(row: SpendingRequest) -> Any:
    """Take the yes back before it is paid."""
    return _with_reason(row, "revoke", approving.revoke, _("已撤销批准，预留资金已经退回。"))


@requires("funds:spending:pay", load=queries.request)
def pay(row: SpendingRequest) -> Any:
    """Pay."""
    form = forms.PayForm(prefix="pay")

    def step() -> object:
        assert form.paid_on.data is not None
        payment = Payment(form.voucher.data or "", form.paid_on.data)
        return approving.pay(current_actor(), row.id, payment)

    return _taken(row, form, "pay_form", step, _("已登记付款，请在 30 天内上传凭证。"))


@requires("funds:spending:pay", load=queries.request)
def hand_out(row: SpendingRequest) -> Any:
    """Goods reached those they are for."""
    form = forms.HandOutForm(prefix="hand_out")

    def step() -> object:
        assert form.paid_on.data is not None
        return approving.hand_out(current_actor(), row.id, form.paid_on.data)

    return _taken(row, form, "hand_out_form", step, _("已登记发放，请在 30 天内上传凭证。"))


@requires("funds:spending:close", load=queries.request)
def bounce(row: SpendingRequest) -> Any:
    """A payment came back."""
    return _with_reason(row, "bounce", approving.bounce, _("已冲销付款，可以重新付款。"))


@requires("funds:spending:close", load=queries.request)
def close(row: SpendingRequest) -> Any:
    """The vouchers are complete."""
    return _pressed(row, partial(approving.close, current_actor(), row.id), _("已办结。"))


@requires("funds:voucher:add", load=queries.request)
def add_voucher(row: SpendingRequest) -> Any:
    """A paper behind the payment."""
    form = forms.VoucherForm(prefix="voucher")

    def received() -> object:
        prepared = uploaded("voucher-file")
        if prepared is None:
            raise Invalid(fields={"file": [say("请选择要上传的文件。")]})
        with transaction():
            return vouchers.add(
                current_actor(), row.id, form.kind.data, form.description.data or "", prepared
            )

    return _taken(row, form, "voucher_form", received, _("已上传凭证。"), whole=True)


@requires("funds:voucher:remove", load=queries.voucher)
def remove_voucher(voucher: SpendingVoucher) -> Any:
    """Take a paper out on the day it was added."""
    form = forms.ReasonForm()
    step = partial(vouchers.remove, current_actor(), voucher.id, form.reason.data or "")
    return _taken(voucher.request, form, "remove_form", step, _("已删除凭证。"))


@requires("funds:voucher:read", load=queries.voucher)
def download(voucher: SpendingVoucher) -> Response:
    """The file of a paper."""
    stored = db.session.get(StoredFile, voucher.file_id)
    if stored is None or voucher.removed_at is not None:
        raise NotFound
    return files.serve(stored, inline=request.args.get("view") == "1")


@requires("funds:spending:read", load=queries.request)
def minutes(row: SpendingRequest) -> Response:
    """The committee's signed record."""
    stored = db.session.get(StoredFile, row.minutes_file_id) if row.minutes_file_id else None
    if stored is None:
        raise NotFound
    return files.serve(stored)


def _fund(fund_id: int) -> Fund:
    found = funds.fund(fund_id)
    assert found is not None
    return found


def _taken(
    row: SpendingRequest, form: Form, name: str, step: Step, done: str, whole: bool = False
) -> Any:
    """Take a step that a form asks for; refused, the page comes back with all that was entered.
    `whole` steps open their transaction themselves, after something slow."""
    key = row.id
    if not form.submitted():
        return request_page(row, 422, **{name: form})
    try:
        if whole:
            step()
        else:
            with transaction():
                step()
    except PortalError as problem:
        form.refuse(problem)
        return request_page(again(key), problem.status, **{name: form})
    flash(done)
    return redirect(back_to(key), 303)


def _with_reason(row: SpendingRequest, verb: str, service: Callable[..., object], done: str) -> Any:
    form = forms.ReasonForm(prefix=verb)
    step = partial(service, current_actor(), row.id, form.reason.data or "")
    return _taken(row, form, f"{verb}_form", step, done)


def _pressed(row: SpendingRequest, step: Step, done: str) -> Any:
    """Take a step that is one button."""
    key = row.id
    try:
        with transaction():
            step()
    except PortalError as problem:
        told = [m for messages in getattr(problem, "fields", {}).values() for m in messages]
        shown = told or [problem.message]
        return request_page(again(key), problem.status, problems=shown)
    flash(done)
    return redirect(back_to(key), 303)


def serve_on(blueprint: Blueprint) -> None:
    """Serve all steps on a blueprint."""
    one = "/<int:request_id>"
    blueprint.get("/new/<int:fund_id>")(new)
    blueprint.post("/new/<int:fund_id>")(create)
    blueprint.get(f"{one}/edit")(edit)
    blueprint.post(f"{one}/edit")(revise)
    blueprint.get(f"{one}/minutes")(minutes)
    blueprint.post(f"{one}/vouchers")(add_voucher)
    blueprint.get("/vouchers/<int:voucher_id>")(download)
    blueprint.post("/vouchers/<int:voucher_id>/remove")(remove_voucher)
    for step in (
        submit, extend, withdraw, vote, opine, record, count, approve, refuse, revoke, pay, hand_out,
        bounce, close,
    ):  # fmt: skip
        blueprint.post(f"{one}/{step.__name__.replace('_', '-')}")(step)
