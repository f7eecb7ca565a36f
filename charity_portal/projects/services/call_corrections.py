"""Texts of a published call are corrected, never its conditions."""

from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Conflict, Invalid, WrongState
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import Actor, require
from charity_portal.projects.models.calls import Call
from charity_portal.projects.rules.call_corrections import MUST_STAY, PARTS, plain
from charity_portal.projects.rules.call_corrections import TEXTS as TEXTS
from charity_portal.projects.rules.call_corrections import Texts as Texts

CORRECTED_IN = ("published", "noticed", "concluded")


def correct(actor: Actor, call_id: int, texts: Texts, rev: int, reason: str) -> list[str]:
    """Replace explanatory texts; returns the names of what changed, such as `questions.3.help_zh`.

    The reason is shown to the public. Conflict when somebody corrected the call since `rev`.
    """
    require(actor, "projects:call:edit")
    call = locked(Call, call_id)
    if call.state not in CORRECTED_IN:
        raise WrongState(say("只有已发布的征集需要更正；草稿请直接修改。"))
    if call.rev != rev:
        raise Conflict(say("另一位工作人员刚刚更正过文字，请核对最新内容后再保存。"))
    fields: dict[str, list[Text]] = {
        name: [say("这一项不能改为空白。")] for name in MUST_STAY if not plain(texts.call.get(name))
    }
    if not reason.strip():
        fields["reason"] = [say("请写明更正的理由，申请机构和公众会看到。")]
    if fields:
        raise Invalid(fields=fields)
    changed = _apply(call, texts)
    if changed:
        call.rev += 1
        call.changed_at = clock.now()
        audit.record(
            actor,
            "projects.call.correct",
            call,
            after={"rev": call.rev, "changed": changed},
            reason=reason.strip(),
        )
    db.session.flush()
    return changed


def _apply(call: Call, texts: Texts) -> list[str]:
    changed = []
    for name in TEXTS:
        new = plain(texts.call.get(name))
        if new != plain(getattr(call, name)):
            setattr(call, name, new)
            changed.append(name)
    for unit, columns in PARTS.items():
        for part in getattr(call, unit):
            values = texts.parts.get((unit, part.id), {})
            for name in columns:
                if name in values and plain(values[name]) != plain(getattr(part, name)):
                    setattr(part, name, plain(values[name]))
                    changed.append(f"{unit}.{part.id}.{name}")
    return changed
