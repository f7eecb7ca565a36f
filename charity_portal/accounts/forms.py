"""The forms of the accounts pages."""

from typing import Any

from wtforms.fields.choices import SelectChoice

from charity_portal.accounts.models import LOCALES
from charity_portal.accounts.rules.passwords import LONGEST
from charity_portal.accounts.rules.roles import WORDS
from charity_portal.kernel.forms import (
    EmailField,
    Form,
    LongTextField,
    MultiChoiceField,
    PasswordField,
    RadioField,
    SelectField,
    TextField,
    ValidationError,
    at_most,
    email,
    required,
)
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.mail import STATES

LONGEST_EMAIL = 254


def _spoken(text: Text) -> Any:
    """A label that is put into the reader's language when shown; WTForms' types know only str."""
    return text


def _choices(*choices: tuple[str, Text]) -> Any:
    return [SelectChoice(value, _spoken(word)) for value, word in choices]


LANGUAGES = _choices(*zip(LOCALES, (say("中文"), say("英文")), strict=True))


def _email_field(label: Text, autocomplete: str = "email") -> EmailField:
    return EmailField(
        _spoken(label),
        [required(), email(), at_most(LONGEST_EMAIL)],
        filters=[lambda text: text.strip() if text else text],
        render_kw={"autocomplete": autocomplete, "inputmode": "email", "spellcheck": "false"},
    )


def _present_password() -> PasswordField:
    return PasswordField(
        _spoken(say("当前密码")),
        [required(), at_most(LONGEST)],
        render_kw={"autocomplete": "current-password"},
    )


class SignInForm(Form):
    """Address and password."""

    email = EmailField(
        _spoken(say("电子邮箱")),
        [required(), at_most(LONGEST_EMAIL)],
        filters=[lambda text: text.strip() if text else text],
        render_kw={"autocomplete": "username", "inputmode": "email", "spellcheck": "false"},
    )
    password = PasswordField(
        _spoken(say("密码")),
        [required(), at_most(LONGEST)],
        render_kw={"autocomplete": "current-password"},
    )


class CodeForm(Form):
    """A six-digit code, or a recovery code."""

    code = TextField(
        say("验证码"),
        [required()],
        longest=40,
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "off"},
    )


class PasswordAgainForm(Form):
    """The present password, before something sensitive."""

    current_password = _present_password()


class NewPasswordForm(Form):
    """A new password, typed twice."""

    password = PasswordField(
        _spoken(say("新密码")),
        [required()],
        render_kw={"autocomplete": "new-password", "minlength": 12},
    )
    password_again = PasswordField(
        _spoken(say("再输入一次新密码")), [required()], render_kw={"autocomplete": "new-password"}
    )

    def validate_password_again(self, field: PasswordField) -> None:
        """Both must be the same."""
        if field.data != self.password.data:
            raise ValidationError(str(say("两次输入的密码不一致。")))


class ChangePasswordForm(NewPasswordForm):
    """The present password and a new one."""

    current_password = _present_password()


class ForgottenForm(Form):
    """Whose password was forgotten."""

    email = _email_field(say("电子邮箱"), "username")


class ProfileForm(Form):
    """Name and language of letters."""

    name = TextField(say("姓名"), [required()], longest=60, render_kw={"autocomplete": "name"})
    locale = RadioField(_spoken(say("邮件语言")), choices=LANGUAGES, default="zh")


class EmailForm(Form):
    """A new address for signing in."""

    email = _email_field(say("新的电子邮箱"))
    current_password = _present_password()


class RegisterForm(ProfileForm):
    """Who opens an account."""

    email = _email_field(say("电子邮箱"), "username")


class FinishForm(NewPasswordForm):
    """The first password of an invited person who has no account: with a name."""

    name = TextField(say("姓名"), [required()], longest=60, render_kw={"autocomplete": "name"})


class PersonForm(Form):
    """A staff member or reviewer to be invited."""

    email = _email_field(say("电子邮箱"), "off")
    name = TextField(say("姓名"), [required()], longest=60, render_kw={"autocomplete": "off"})
    roles = MultiChoiceField(_spoken(say("角色")), choices=_choices(*WORDS.items()))
    locale = RadioField(_spoken(say("邮件语言")), choices=LANGUAGES, default="zh")

    def validate_roles(self, field: MultiChoiceField) -> None:
        """Social organizations' people open their accounts themselves; here somebody gets a role."""
        if not field.data:
            raise ValidationError(str(say("请至少选择一个角色。")))


class ReasonForm(Form):
    """Why something is done to another person's account."""

    reason = LongTextField(say("理由"), [required()], longest=500)


class GrantForm(ReasonForm):
    """A role to give."""

    role = SelectField(_spoken(say("角色")), choices=_choices(*WORDS.items()))


class SearchForm(Form):
    """What to look for among accounts; sent by GET."""

    class Meta:
        """A search changes nothing and needs no protection."""

        csrf = False

    q = TextField(say("姓名或邮箱"))
    role = SelectField(
        _spoken(say("角色")),
        choices=_choices(("", say("全部账号")), ("any", say("任一角色")), *WORDS.items()),
    )
    state = SelectField(
        _spoken(say("状态")),
        choices=_choices(("", say("全部")), ("open", say("在用")), ("closed", say("已停用"))),
    )


STATE_WORDS = dict(
    zip(STATES, (say("待放行"), say("待发送"), say("已发送"), say("仅保存")), strict=True)
)


class OutboxFilterForm(Form):
    """Which letters to list; sent by GET."""

    class Meta:
        """A search changes nothing and needs no protection."""

        csrf = False

    state = SelectField(
        _spoken(say("状态")), choices=_choices(("", say("全部")), *STATE_WORDS.items())
    )
