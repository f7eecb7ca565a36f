"""What is typed about experts: by themselves, and by those who keep the pool."""

from typing import Any

from wtforms import HiddenField
from wtforms.fields import SelectChoice

from charity_portal.competitions.rules.expertise import CAPACITIES, WORDS
from charity_portal.competitions.services.experts import Job, Profile
from charity_portal.competitions.states import EXPERT
from charity_portal.kernel.forms import (
    DateField,
    EmailField,
    Form,
    IntegerField,
    LongTextField,
    MultiChoiceField,
    NumberRange,
    Optional,
    PhoneField,
    RadioField,
    SelectField,
    TextField,
    at_most,
    email,
    required,
)
from charity_portal.kernel.i18n import say
from charity_portal.organizations import queries as organizations
from charity_portal.organizations.queries import Search

ANY = SelectChoice("", say("全部"))
NO_ENTRY = "0"
FOUND_AT_MOST = 20


def choices(words: Any) -> list[SelectChoice]:
    """A table of words as choices."""
    return [SelectChoice(key, word) for key, word in words.items()]


def organization_choices(text: str) -> tuple[list[SelectChoice], bool]:
    """Registered organizations whose name or code contains a text, applicants or not, and whether
    there are more than are shown."""
    if not text.strip():
        return [], False
    page = organizations.register_page(Search(text=text.strip()))
    shown = page.items[:FOUND_AT_MOST]
    more = len(page.items) > FOUND_AT_MOST or page.next_cursor is not None
    return [
        SelectChoice(str(o.id), f"{o.shown_name} · {o.county_word}" if o.county else o.shown_name)
        for o in shown
    ], more


class PoolForm(Form):
    """What the list of experts is narrowed down to."""

    class Meta:
        csrf = False

    q = TextField(say("姓名"), longest=60)
    state = SelectField(say("状态"), choices=[ANY, *choices(EXPERT.states)])
    expertise = SelectField(say("专业领域"), choices=[ANY, *choices(WORDS)])
    capacity = SelectField(say("身份"), choices=[ANY, *choices(CAPACITIES)])
    available = SelectField(
        say("参评时间"), choices=[ANY, SelectChoice("yes", say("目前可以参评"))]
    )


class NominateForm(Form):
    """Whom to put forward."""

    email = EmailField(
        say("电子邮箱"),
        [required(), email(), at_most(254)],
        filters=[lambda text: text.strip() if text else text],
    )
    locale = RadioField(
        say("邀请函语言"),
        choices=[SelectChoice("zh", say("中文")), SelectChoice("en", say("英文"))],
        default="zh",
    )


class StepForm(Form):
    """A step with an expert or a panel member, with the reason."""

    reason = LongTextField(say("理由"), [required()], longest=500)


class ProfileForm(Form):
    """An expert's own entry."""

    title = TextField(say("职称或职务"), [required()], longest=100)
    about = LongTextField(say("专业背景"), longest=1000)
    expertise = MultiChoiceField(say("专业领域"), [required()], choices=choices(WORDS))
    capacities = MultiChoiceField(say("身份"), choices=choices(CAPACITIES))
    phone = PhoneField(say("联系电话"), longest=40)
    address = TextField(say("通信地址"), longest=200)
    away_from = DateField(say("不能参评：自"), [Optional()])
    away_to = DateField(say("不能参评：至"), [Optional()])
    most_reviews = IntegerField(
        say("每一阶段最多评审"),
        [Optional(), NumberRange(1, 200, say("请填写 1 到 200 之间的整数。"))],
    )

    def profile(self) -> Profile:
        """What was typed, for the service."""
        return Profile(
            title=self.title.data or "",
            about=self.about.data or "",
            expertise=tuple(self.expertise.data or ()),
            capacities=tuple(self.capacities.data or ()),
            phone=self.phone.data or "",
            address=self.address.data or "",
            away_from=self.away_from.data,
            away_to=self.away_to.data,
            most_reviews=self.most_reviews.data,
        )


class FindForm(Form):
    """A name or code to look for in the register."""

    class Meta:
        csrf = False

    q = TextField(say("机构名称或代码"), longest=60)


class EmployerForm(Form):
    """An employer: one of the organizations found, or a name."""

    q = HiddenField()
    organization = RadioField(say("任职单位"), choices=[], validate_choice=False)
    employer = TextField(say("单位名称"), longest=100)
    position = TextField(say("职务"), longest=100)
    since = DateField(say("开始日期"), [required()])
    until = DateField(say("结束日期"), [Optional()])

    def offer(self, text: str) -> bool:
        """Offer what the register has for a text; whether there is more."""
        found, more = organization_choices(text)
        other = SelectChoice(NO_ENTRY, say("不在登记库中，按填写的名称登记"))
        self.organization.choices = [*found, other]
        if self.organization.data is None:
            self.organization.data = NO_ENTRY if not found else None
        return more

    def job(self) -> Job:
        """What was typed, for the service."""
        chosen = self.organization.data or NO_ENTRY
        listed = chosen != NO_ENTRY and chosen.isdigit()
        return Job(
            employer=self.employer.data or "",
            since=self.since.data,
            until=self.until.data,
            position=self.position.data or "",
            organization_id=int(chosen) if listed else None,
        )


class RemoveForm(Form):
    """Which row of one's own to take away."""

    row_id = IntegerField(say("记录"), [required()])
