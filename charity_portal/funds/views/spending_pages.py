"""The pages of a spending request, the same in the office and at the desk of those who have a seat.

A blueprint that serves them has the endpoints of `spending_steps` beside `index` and `show`.
"""

from typing import Any

from flask import render_template, request, url_for
from werkzeug.datastructures import MultiDict

from charity_portal.funds.forms import spending as forms
from charity_portal.funds.models.funds import Fund
from charity_portal.funds.models.spending import SpendingRequest
from charity_portal.funds.queries import ledger, votes
from charity_portal.funds.queries import spending as queries
from charity_portal.funds.queries.votes import Ballot
from charity_portal.funds.rules import spending as rules
from charity_portal.funds.rules import voting
from charity_portal.funds.rules.accounts import ENTRIES, USES
from charity_portal.funds.rules.establishing import SEATS
from charity_portal.funds.services import measures
from charity_portal.kernel import clock, files
from charity_portal.kernel.database import db
from charity_portal.kernel.files import VOUCHERS, Prepared, StoredFile
from charity_portal.kernel.form_rows import options
from charity_portal.kernel.i18n import _
from charity_portal.kernel.masking import mask_name
from charity_portal.kernel.permissions import Actor, can, current_actor
from charity_portal.organizations import queries as organizations

OWN = "funds_own_spending"
TONES = {
    "draft": "neutral", "voting": "waiting", "passed": "waiting", "rejected": "bad",
    "approved": "waiting", "refused": "bad", "paid": "waiting", "closed": "done",
    "withdrawn": "neutral",
}  # fmt: skip
WORDS = {
    "uses": USES,
    "entry_words": ENTRIES,
    "payees": voting.PAYEES,
    "choices": voting.CHOICES,
    "opinions": voting.OPINIONS,
    "kinds": voting.VOUCHER_KINDS,
    "seats": SEATS,
    "tones": TONES,
}


def layout() -> str:
    """The frame around a page: the office's, or that of one's own desk."""
    return "layout/workspace.html" if request.blueprint == OWN else "layout/office.html"


def trail() -> dict[str, str | None]:
    """Where the list and the choice of a fund are, for a reader who may open them."""
    own = request.blueprint == OWN
    actor = current_actor()
    return {
        "index_url": url_for(".index") if own or can(actor, "funds:spending:list") else None,
        "choose_url": url_for(".choose") if own or can(actor, "funds:spending:new") else None,
    }


def again(request_id: int) -> SpendingRequest:
    """The request as the database has it after a refusal."""
    found = queries.request(request_id)
    assert found is not None
    return found


def payee_of(actor: Actor, row: SpendingRequest) -> str:
    """Whom it pays, for this reader: a person is shown to those who decide or handle it."""
    if row.payee_id is not None:
        return organizations.names([row.payee_id]).get(row.payee_id, "")
    name = row.payee_name or ""
    if row.payee_kind == "person" and not can(actor, "funds:spending:payee", row):
        return mask_name(name)
    return name


def account_of(actor: Actor, row: SpendingRequest) -> str | None:
    """Where the money goes: whole for who pays or asks, its last digits for others."""
    if not row.payee_account:
        return None
    if can(actor, "funds:spending:pay", row) or can(actor, "funds:spending:edit", row):
        return row.payee_account
    return f"****{row.payee_account[-4:]}"


def request_page(row: SpendingRequest, status: int = 200, **shown: Any) -> Any:
    """One request with everything that may be done with it; `shown` are forms with their errors."""
    actor = current_actor()
    ballot = votes.ballot(row)
    steps = {step.action for step in row.MACHINE.actions(actor, row)}
    page = render_template(
        "funds/spending/show.html",
        layout=layout(),
        **trail(),
        row=row,
        payee=payee_of(actor, row),
        account=account_of(actor, row),
        ballot=ballot,
        counted=voting.kept_tally(row.tally) if row.tally else ballot.tally,
        arithmetic=voting.arithmetic,
        outcome=voting.outcome,
        steps=steps,
        may=_may(actor, row, ballot),
        needs_vote=rules.needs_vote(row.amount_fen, row.fund.vote_from_fen, ballot.related),
        standing=_standing(row),
        effect=_effect(row),
        files=[{"paper": paper, "file": stored} for paper, stored in queries.vouchers(row.id)],
        minutes=db.session.get(StoredFile, row.minutes_file_id) if row.minutes_file_id else None,
        entries=queries.entries_of(row),
        events=queries.history(row),
        today=clock.today(),
        due_on=rules.vouchers_due(row.paid_on) if row.paid_on else None,
        late=rules.overdue(row.state, row.paid_on, clock.today()),
        accept=VOUCHERS.accept,
        **WORDS,
        **_forms(actor, row, ballot, shown),
    )
    return page, status


def _may(actor: Actor, row: SpendingRequest, ballot: Ballot) -> dict[str, bool]:
    """What the page offers besides the steps of the machine."""
    voting_now = row.state == "voting"
    in_time = not voting.is_over(row.vote_until, clock.today())
    edits = can(actor, "funds:spending:edit", row)
    return {
        "edit": row.state in rules.EDITABLE and edits,
        "extend": voting_now and edits,
        "vote": voting_now and in_time and can(actor, "funds:spending:vote", row),
        "opine": voting_now and can(actor, "funds:spending:opinion", row),
        "minutes": voting_now and can(actor, "funds:spending:minutes", row),
        "count": voting_now and can(actor, "funds:spending:count", row),
        "add": row.state in rules.TAKES_VOUCHERS and can(actor, "funds:voucher:add", row),
    }


def _standing(row: SpendingRequest) -> dict[str, int]:
    """What there is, and what would be left, in fen."""
    there = ledger.purses(row.fund_id).get(row.purpose_id, 0)
    if row.in_kind:
        there = min(there, queries.goods_of(row.fund_id))
    return {"there": there, "left": there - row.amount_fen}


def _effect(row: SpendingRequest) -> measures.Effect | None:
    """What approving would do to the year's shares; asked while somebody may still decide on it."""
    if row.state not in ("draft", "voting", "passed"):
        return None
    return measures.effect(row.host_id, row.use, row.amount_fen, clock.today())


def _forms(
    actor: Actor, row: SpendingRequest, ballot: Ballot, shown: dict[str, Any]
) -> dict[str, Any]:
    mine, opinion = ballot.line_of(actor.user_id), _own_opinion(actor, ballot)
    today = clock.today()
    blank: dict[str, Any] = {
        "submit_form": forms.SubmitForm(formdata=None, prefix="submit"),
        "extend_form": forms.ExtendForm(formdata=None, prefix="extend"),
        "vote_form": forms.VoteForm(
            formdata=None,
            prefix="vote",
            choice=mine.choice if mine else None,
            note=mine.vote.note if mine and mine.vote else None,
        ),
        "opinion_form": forms.OpinionForm(formdata=None, prefix="opinion", **opinion),
        "minutes_form": forms.minutes_form(ballot, formdata=None, prefix="minutes"),
        "approve_form": forms.ApproveForm(formdata=None, prefix="approve"),
        "refuse_form": forms.ReasonForm(formdata=None, prefix="refuse"),
        "revoke_form": forms.ReasonForm(formdata=None, prefix="revoke"),
        "withdraw_form": forms.ReasonForm(formdata=None, prefix="withdraw"),
        "bounce_form": forms.ReasonForm(formdata=None, prefix="bounce"),
        "pay_form": forms.PayForm(formdata=None, prefix="pay", paid_on=today),
        "hand_out_form": forms.HandOutForm(formdata=None, prefix="hand_out", paid_on=today),
        "voucher_form": forms.VoucherForm(formdata=None, prefix="voucher"),
        "remove_form": None,
        "problems": [],
    }
    form_errors = [form.errors for form in shown.values() if getattr(form, "errors", None)]
    return {**blank, "form_errors": form_errors, **shown}


def _own_opinion(actor: Actor, ballot: Ballot) -> dict[str, str]:
    member = ballot.supervises(actor.user_id)
    given = [o for o in ballot.opinions if member is not None and o.member_id == member.id]
    return {"opinion": given[0].opinion, "text": given[0].text} if given else {}


def choose_page(funds: list[Fund]) -> str:
    """Of which fund one wants to ask."""
    form = forms.FundChoice(request.args).offer(funds)
    return render_template(
        "funds/spending/choose.html", layout=layout(), form=form, funds=funds, **trail(), **WORDS
    )


def edit_page(
    form: forms.AskForm, fund: Fund, row: SpendingRequest | None = None, **shown: Any
) -> str:
    """A new request, or a draft; the purses stand beside it."""
    purposes = queries.purposes_to_spend(fund.id)
    form.offer(purposes, queries.campaigns_of(fund.id))
    return render_template(
        "funds/spending/edit.html",
        layout=layout(),
        **trail(),
        form=form,
        fund=fund,
        row=row,
        purposes=purposes,
        goods=queries.goods_of(fund.id),
        **WORDS,
        **{"theirs": [], **shown},
    )


def shown_draft(row: SpendingRequest) -> forms.AskForm:
    """A draft as its form."""
    code = ""
    if row.payee_id is not None:
        payee = organizations.organization(row.payee_id)
        code = (payee.uscc or payee.filing_number or "") if payee else ""
    return forms.AskForm(
        formdata=None,
        rev=str(row.rev),
        target=f"{row.purpose_id}:{row.use}",
        title=row.title,
        reason=row.reason,
        in_kind="goods" if row.in_kind else "money",
        amount_fen=row.amount_fen,
        payee_kind=row.payee_kind,
        payee_code=code,
        payee_name=row.payee_name,
        payee_account=row.payee_account,
        campaign_id=str(row.campaign_id or ""),
        conflict=row.conflict,
    )


def differing(mine: forms.AskForm, saved: forms.AskForm) -> list[tuple[str, str]]:
    """What was saved meanwhile and says something else than what was sent: label and words."""
    return [
        (field.label.text, _said(field))
        for field in saved
        if field.type not in ("CSRFTokenField", "HiddenField")
        and (field.data or "") != (mine[field.name].data or "")
    ]


def _said(field: Any) -> str:
    if hasattr(field, "iter_choices"):
        return next((str(choice.label) for choice in field.iter_choices() if choice.selected), "")
    return str(field._value()) or _("（空）")


def payee_id_of(form: forms.AskForm) -> int | None:
    """The organization of the register that was named by its code."""
    code = "".join((form.payee_code.data or "").split()).upper()
    found = organizations.find_by_code(code) if code else None
    return found.id if found is not None else None


def uploaded(name: str) -> Prepared | None:
    """A file that came with the form, looked at before anything is locked; None without one."""
    upload = request.files.get(name)
    if upload is None or not upload.filename:
        return None
    return files.prepare(upload.stream, upload.filename, VOUCHERS)  # type: ignore[arg-type]


def fund_choices(funds: list[Fund]) -> Any:
    """The funds of a filter."""
    words = {str(f.id): f"{f.number} {f.name_zh}" for f in funds}
    return options(words, _("全部基金"))


def kept(args: MultiDict[str, str], *names: str) -> dict[str, str]:
    """What of the address must stay when one turns the page."""
    return {name: args[name] for name in names if args.get(name)}


def back_to(row_id: int) -> str:
    """Where a request is shown, on this side of the house."""
    return url_for(".show", request_id=row_id)
