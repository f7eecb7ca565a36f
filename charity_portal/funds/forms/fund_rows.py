"""The rows of a fund's forms: purposes, instalments, people."""

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from charity_portal.accounts import queries as accounts
from charity_portal.funds.rules.accounts import EARMARKS, USES
from charity_portal.funds.rules.establishing import SEATS, Instalment, Member, Purpose
from charity_portal.kernel.form_rows import Row, options, rearranged
from charity_portal.kernel.forms import (
    DateField,
    MoneyField,
    MultiChoiceField,
    SelectField,
    TextField,
    ValidationError,
    chosen,
    required,
)
from charity_portal.kernel.i18n import say

TYPED: Mapping[str, tuple[str, ...]] = {
    "instalments": ("due_on", "amount_fen"),
    "members": ("name", "post", "email"),
}
"""The columns of a row that may be left empty as a whole; a row in which nobody typed is no row."""


def without_blank(posted: MultiDict[str, str]) -> MultiDict[str, str]:
    """What was posted, less the rows in which nothing was typed, numbered from 0."""
    kept: MultiDict[str, str] = MultiDict()
    for name, values in posted.lists():
        unit, _, rest = name.partition("-")
        row = f"{unit}-{rest.partition('-')[0]}"
        typed = [posted.get(f"{row}-{column}", "").strip() for column in TYPED.get(unit, ())]
        if unit not in TYPED or any(typed):
            kept.setlist(name, values)
    return rearranged(kept, "", list(TYPED))


class PurposeRow(Row):
    """One thing that the money is for."""

    title_zh = TextField(say("用途名称"), [required()], longest=100)
    title_en = TextField(say("英文名称"), longest=200)
    uses = MultiChoiceField(
        say("可用于"),
        [chosen(say("请至少选择一项。"))],
        choices=options({u: USES[u] for u in EARMARKS}),
    )

    def purpose(self) -> Purpose:
        """The purpose as typed."""
        return Purpose(
            self.title_zh.data or "", tuple(self.uses.data or ()), self.title_en.data or None
        )


class InstalmentRow(Row):
    """What is promised to be paid in by a day."""

    due_on = DateField(say("到账期限"), [chosen(say("请填写日期。"))])
    amount_fen = MoneyField(say("金额"), [chosen(say("请填写金额。"))])

    def instalment(self) -> Instalment:
        """The instalment as typed."""
        assert self.due_on.data is not None and self.amount_fen.data is not None
        return Instalment(self.due_on.data, self.amount_fen.data)


class MemberRow(Row):
    """Somebody with a seat. The e-mail address is that of an account, so that the person can vote."""

    seat = SelectField(say("管委会职务"), choices=options(SEATS))
    name = TextField(say("姓名"), [required()], longest=40)
    post = TextField(say("身份或职务"), [required()], longest=100)
    email = TextField(say("账号邮箱"), longest=200)

    def validate_email(self, field: Any) -> None:
        """An account that may sign in."""
        if field.data:
            person = accounts.find_by_email(field.data)
            if person is None or not person.is_active:
                raise ValidationError(str(say("没有用这个邮箱登记的账号，可先留空。")))

    def member(self) -> Member:
        """The person as typed."""
        person = accounts.find_by_email(self.email.data) if self.email.data else None
        return Member(
            self.seat.data,
            self.name.data or "",
            self.post.data or "",
            person.id if person else None,
        )
