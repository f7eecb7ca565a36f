"""The fields that forms here are made of. What a person typed is kept when it does not hold."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    EmailField,
    Field,
    FileField,
    IntegerField,
    MultipleFileField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    Email,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    StopValidation,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, DateTimeLocalInput, ListWidget

from charity_portal.kernel import clock, identifiers, money
from charity_portal.kernel.errors import Invalid, PortalError
from charity_portal.kernel.i18n import Text, say

__all__ = [
    "DateField",
    "EmailField",
    "FileField",
    "IntegerField",
    "MultipleFileField",
    "NumberRange",
    "Optional",
    "PasswordField",
    "RadioField",
    "SelectField",
    "StringField",
    "TextAreaField",
    "ValidationError",
]

SHORT, LONG = 200, 5000


class Form(FlaskForm):
    """Base of all forms: protected against forgery, errors in the reader's language."""

    def __init__(self, *data: Any, **values: Any) -> None:
        super().__init__(*data, **values)

    def submitted(self) -> bool:
        """Whether this is a POST whose every field holds."""
        return bool(self.validate_on_submit())

    def refuse(self, problem: PortalError) -> None:
        """Show a service's refusal where it belongs: at its field, or on top of the form."""
        fields = problem.fields if isinstance(problem, Invalid) else {}
        for name, messages in fields.items():
            if name in self:
                self[name].errors = [*self[name].errors, *map(str, messages)]
            else:
                self.form_errors.extend(map(str, messages))
        if not fields:
            self.form_errors.append(str(problem.message))


def required(message: Text | None = None) -> DataRequired:
    """A field that must not be left empty (white space counts as empty)."""
    return DataRequired(cast(str, message or say("请填写此项。")))


def chosen(message: Text | None = None) -> InputRequired:
    """A choice that must be made."""
    return InputRequired(cast(str, message or say("请选择一项。")))


def at_most(characters: int) -> Length:
    """A text with a longest length."""
    return Length(max=characters, message=cast(str, say("不能超过 %(n)s 个字。", n=characters)))


def email() -> Email:
    """An e-mail address in good form."""
    return Email(cast(str, say("请填写有效的电子邮箱。")))


def _stripped(value: str | None) -> str | None:
    return value.strip() if isinstance(value, str) else value


class TextField(StringField):
    """One line, trimmed, at most `longest` characters."""

    def __init__(self, label: Any, validators: Sequence[Any] = (), longest: int = SHORT, **kw: Any):
        super().__init__(label, [*validators, at_most(longest)], filters=[_stripped], **kw)
        self.longest = longest


class LongTextField(TextAreaField):
    """Several lines, at most `longest` characters."""

    def __init__(self, label: Any, validators: Sequence[Any] = (), longest: int = LONG, **kw: Any):
        super().__init__(label, [*validators, at_most(longest)], filters=[_stripped], **kw)
        self.longest = longest


class _ParsedField(StringField):
    """A text field whose data is what the text means; the text itself is shown again on error."""

    def parse(self, text: str) -> Any:
        raise NotImplementedError

    def show(self, value: Any) -> str:
        return str(value)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.show(self.data) if self.data is not None else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            self.data = self.parse(text)
        except PortalError as wrong:
            raise ValueError(str(wrong.message)) from wrong


class MoneyField(_ParsedField):
    """Typed in yuan (commas and 万 understood), kept in fen."""

    def parse(self, text: str) -> int:
        return money.parse_yuan(text)

    def show(self, value: int) -> str:
        return money.format_yuan(value)


class PercentField(_ParsedField):
    """Typed in per cent with up to two decimals, kept in basis points (hundredths of a per cent)."""

    def parse(self, text: str) -> int:
        try:
            points = Decimal(text.rstrip("%％").strip()) * 100
        except InvalidOperation as wrong:
            raise Invalid(say("请填写百分数，例如 10 或 7.5。")) from wrong
        if points != points.to_integral_value() or not 0 <= points <= 10_000:
            raise Invalid(say("百分数应在 0 到 100 之间，最多两位小数。"))
        return int(points)

    def show(self, value: int) -> str:
        whole, rest = divmod(value, 100)
        return f"{whole}.{rest:02d}".rstrip("0") if rest else str(whole)


class UsccField(_ParsedField):
    """A unified social credit code, checked to its last digit (GB 32100-2015)."""

    def parse(self, text: str) -> str:
        return identifiers.check_uscc(text)


class LocalDateTimeField(Field):
    """A moment typed on the city's clocks, kept aware in UTC."""

    widget = DateTimeLocalInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return clock.local(self.data).strftime("%Y-%m-%dT%H:%M") if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = valuelist[0].strip().replace(" ", "T") if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            typed = datetime.fromisoformat(text)
            if not 1900 <= typed.year < 2200:
                raise ValueError
        except ValueError as wrong:
            raise ValueError(str(say("请填写日期和时间，例如 2026-03-05 17:00。"))) from wrong
        self.data = clock.at_local(typed.date(), typed.hour, typed.minute, typed.second)


class MultiChoiceField(SelectMultipleField):
    """Several of a list, as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class PhoneField(TextField):
    """A telephone number: digits, spaces, hyphens and a leading plus."""

    def pre_validate(self, form: Any) -> None:
        digits = [c for c in self.data or "" if c.isdigit()]
        allowed = all(c.isdigit() or c in "+-() ext转" for c in self.data or "")
        if self.data and not (allowed and 7 <= len(digits) <= 20):
            raise StopValidation(str(say("请填写有效的电话号码。")))
