"""Ways to give to a hosting charity, as the office writes them down."""

from dataclasses import asdict

from charity_portal.funds.models.funds import DonationChannel
from charity_portal.funds.models.ledger import LedgerBook
from charity_portal.funds.rules.channels import Channel as Channel
from charity_portal.funds.rules.channels import problems
from charity_portal.funds.services.naming import refuse_hidden_names
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid, WrongState
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import Actor, require


def add(actor: Actor, host_id: int, channel: Channel) -> DonationChannel:
    """Tell one more way to give to a hosting charity. Raises Invalid by field."""
    require(actor, "funds:channel:edit")
    book = locked(LedgerBook, host_id)
    _check(channel)
    row = DonationChannel(host_id=book.host_id, created_by=actor.user_id, **asdict(channel))
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "funds.channel.add", row, after={"host": host_id, "kind": channel.kind})
    return row


def change(actor: Actor, channel_id: int, channel: Channel) -> DonationChannel:
    """Put a way to give right. Raises Invalid by field, WrongState once it was taken off."""
    row = _in_use(actor, channel_id)
    _check(channel)
    new = asdict(channel)
    changed = [name for name, value in new.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, new[name])
    if changed:
        audit.record(actor, "funds.channel.change", row, after={"changed": changed})
    db.session.flush()
    return row


def take_off(actor: Actor, channel_id: int) -> DonationChannel:
    """Stop telling a way to give, from today on."""
    row = _in_use(actor, channel_id)
    row.until = clock.today()
    audit.record(actor, "funds.channel.take_off", row, after={"until": row.until})
    db.session.flush()
    return row


def _in_use(actor: Actor, channel_id: int) -> DonationChannel:
    require(actor, "funds:channel:edit")
    row = locked(DonationChannel, channel_id)
    if row.until is not None:
        raise WrongState(say("这一捐赠方式已经停用。"))
    return row


def _check(channel: Channel) -> None:
    if found := problems(channel):
        raise Invalid(fields=found)
    names = ("name_zh", "name_en", "detail_zh", "detail_en")
    refuse_hidden_names(**{name: getattr(channel, name) for name in names})
