"""The outbox: which letters the portal wrote, and what is in them."""

from typing import Any

from flask import Blueprint, current_app, render_template, request

from charity_portal.accounts import queries
from charity_portal.accounts.forms import STATE_WORDS, OutboxFilterForm
from charity_portal.accounts.queries import Letter
from charity_portal.kernel import navigation
from charity_portal.kernel.i18n import say
from charity_portal.kernel.mail import STATES
from charity_portal.kernel.permissions import can, current_actor, requires

blueprint = Blueprint("accounts_outbox", __name__, url_prefix="/office/outbox")

navigation.add("office", "accounts_outbox.letters", say("发件箱"), "accounts:outbox:read", 910)


@blueprint.get("")
@requires("accounts:outbox:read")
def letters() -> Any:
    """All letters, newest first."""
    form = OutboxFilterForm(request.args)
    state = form.state.data if form.state.data in STATES else ""
    return render_template(
        "accounts/outbox.html",
        form=form,
        page=queries.letters_page(state, request.args.get("after")),
        asked={"state": state} if state else {},
        words=STATE_WORDS,
        no_server=not current_app.config["MAIL_URL"],
    )


@blueprint.get("/<int:letter_id>")
@requires("accounts:outbox:read", load=queries.letter)
def letter(found: Letter) -> Any:
    """One letter; its text for whoever may read it."""
    return render_template(
        "accounts/letter.html",
        letter=found,
        word=STATE_WORDS[found.state],
        readable=can(current_actor(), "accounts:letter:open", found),
        no_server=not current_app.config["MAIL_URL"],
    )
