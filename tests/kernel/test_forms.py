"""What people type becomes what it means, or it stays as typed with a reason beside it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from charity_portal.kernel import forms
from charity_portal.kernel.errors import Conflict, Invalid
from charity_portal.kernel.forms import Form, LongTextField, TextField
from charity_portal.kernel.i18n import say
from charity_portal.kernel.identifiers import make_uscc


class Sample(Form):
    """One field of each kind."""

    amount = forms.MoneyField(say("编号"))
    share = forms.PercentField(say("编号"))
    code = forms.UsccField(say("编号"))
    moment = forms.LocalDateTimeField(say("编号"))
    phone = forms.PhoneField(say("编号"))
    name = TextField(say("编号"), [forms.required()], longest=5)
    story = LongTextField(say("编号"), longest=10)


def filled(app: Flask, **typed: str) -> Sample:
    with app.test_request_context(method="POST"):
        form = Sample(MultiDict({"name": "x", **typed}), meta={"csrf": False})
        form.validate()
        for field in form:
            field.errors = [str(error) for error in field.errors]
        return form


@pytest.mark.parametrize(
    ("field", "typed", "meant"),
    [
        ("amount", "1,234.50", 123450),
        ("amount", "1.5万", 1500000),
        ("amount", "", None),
        ("share", "7.5", 750),
        ("share", "100%", 10000),
        ("share", "０.25％", 25),
        ("moment", "2026-03-05T17:00", datetime(2026, 3, 5, 9, tzinfo=UTC)),
        ("moment", "2026-03-05 17:00", datetime(2026, 3, 5, 9, tzinfo=UTC)),
        ("phone", "0535-000 0000 转 12", "0535-000 0000 转 12"),
        ("name", "  ab ", "ab"),
    ],
)
def test_what_is_typed_becomes_what_it_means(
    app: Flask, field: str, typed: str, meant: Any
) -> None:
    form = filled(app, **{field: typed})
    assert form[field].errors == []
    assert form[field].data == meant


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("amount", "1.234"),
        ("amount", "-5"),
        ("amount", "much"),
        ("share", "101"),
        ("share", "1.234"),
        ("share", "NaN"),
        ("share", "Infinity"),
        ("share", "half"),
        ("code", "91110000600037341X"),
        ("moment", "soon"),
        ("moment", "0001-01-01T00:00"),
        ("phone", "call me"),
        ("phone", "123"),
        ("name", "abcdef"),
        ("name", "   "),
        ("story", "x" * 11),
    ],
)
def test_what_does_not_hold_is_told_and_kept(app: Flask, field: str, typed: str) -> None:
    form = filled(app, **{field: typed})
    assert len(form[field].errors) == 1
    with app.test_request_context():
        assert typed.strip() in form[field]() or typed in form[field]()


def test_a_code_is_normalised(app: Flask) -> None:
    code = make_uscc("370602", 1)
    assert filled(app, code=f" {code.lower()} ").code.data == code


def test_stored_values_are_shown_as_people_write_them(app: Flask) -> None:
    moment = datetime(2026, 3, 5, 9, tzinfo=UTC)
    with app.test_request_context():
        form = Sample(None, amount=123450, share=750, moment=moment, meta={"csrf": False})
        assert 'value="1,234.50"' in form.amount()
        assert 'value="7.5"' in form.share()
        assert 'value="2026-03-05T17:00"' in form.moment()


def test_a_refusal_is_shown_where_it_belongs(app: Flask) -> None:
    form = filled(app)
    form.refuse(Invalid(fields={"name": [say("请先登录。")], "elsewhere": [say("没有权限")]}))
    form.refuse(Conflict())
    assert form.name.errors == ["请先登录。"]
    assert form.form_errors == ["没有权限", str(Conflict.default())]
