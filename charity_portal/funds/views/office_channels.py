"""Ways to give to a hosting charity, written down by the office."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from charity_portal.funds.forms.fund_money import ChannelForm
from charity_portal.funds.models.funds import DonationChannel
from charity_portal.funds.models.ledger import LedgerBook
from charity_portal.funds.queries import funds as queries
from charity_portal.funds.services import channels as services
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.i18n import _
from charity_portal.kernel.permissions import current_actor, requires

blueprint = Blueprint("funds_channels", __name__, url_prefix="/office/funds")


@blueprint.get("/hosts/<int:host_id>/channels")
@requires("funds:channel:edit", load=queries.book)
def index(book: LedgerBook) -> str:
    """What the pages of its funds tell, and what was told before."""
    return render_template(
        "funds/office/channels.html",
        host_id=book.host_id,
        host_name=_name(book.host_id),
        channels=queries.channels(book.host_id),
        shown={channel.id for channel in queries.public_channels(book.host_id)},
    )


@blueprint.get("/hosts/<int:host_id>/channels/new")
@requires("funds:channel:edit", load=queries.book)
def new(book: LedgerBook) -> str:
    """One more."""
    return _page(book.host_id, ChannelForm(formdata=None))


@blueprint.post("/hosts/<int:host_id>/channels/new")
@requires("funds:channel:edit", load=queries.book)
def add(book: LedgerBook) -> Any:
    """Tell it."""
    form = ChannelForm()
    if not form.submitted():
        return _page(book.host_id, form), 422
    host_id = book.host_id
    try:
        with transaction():
            services.add(current_actor(), host_id, form.channel)
    except PortalError as problem:
        form.refuse(problem)
        return _page(host_id, form), problem.status
    flash(_("已保存。"))
    return redirect(url_for(".index", host_id=host_id), 303)


@blueprint.get("/channels/<int:channel_id>")
@requires("funds:channel:edit", load=queries.channel)
def edit(channel: DonationChannel) -> Any:
    """One of them."""
    if channel.until is not None:
        return redirect(url_for(".index", host_id=channel.host_id), 303)
    return _page(channel.host_id, ChannelForm(formdata=None, obj=channel), channel.id)


@blueprint.post("/channels/<int:channel_id>")
@requires("funds:channel:edit", load=queries.channel)
def change(channel: DonationChannel) -> Any:
    """Put it right."""
    form = ChannelForm()
    key, host_id = channel.id, channel.host_id
    if not form.submitted():
        return _page(host_id, form, key), 422
    try:
        with transaction():
            services.change(current_actor(), key, form.channel)
    except PortalError as problem:
        form.refuse(problem)
        return _page(host_id, form, key), problem.status
    flash(_("已保存。"))
    return redirect(url_for(".index", host_id=host_id), 303)


@blueprint.post("/channels/<int:channel_id>/take-off")
@requires("funds:channel:edit", load=queries.channel)
def take_off(channel: DonationChannel) -> Any:
    """Stop telling it."""
    host_id = channel.host_id
    with transaction():
        services.take_off(current_actor(), channel.id)
    flash(_("已停用，公开页面不再显示。"))
    return redirect(url_for(".index", host_id=host_id), 303)


def _name(host_id: int) -> str:
    return queries.hosts()[host_id]


def _page(host_id: int, form: ChannelForm, channel_id: int | None = None) -> str:
    return render_template(
        "funds/office/channel.html",
        host_id=host_id,
        host_name=_name(host_id),
        form=form,
        channel_id=channel_id,
    )
