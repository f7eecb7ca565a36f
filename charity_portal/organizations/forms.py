"""Forms of the register, of members and of rosters."""

from collections.abc import Mapping
from typing import Any

from flask import request
from wtforms import BooleanField, HiddenField
from wtforms.fields.choices import SelectChoice

from charity_portal.kernel import files
from charity_portal.kernel.forms import (
    DateField,
    EmailField,
    FileField,
    Form,
    IntegerField,
    LongTextField,
    Optional,
    PhoneField,
    RadioField,
    SelectField,
    TextField,
    chosen,
    email,
    required,
)
from charity_portal.kernel.i18n import Text, say
from charity_portal.organizations import queries
from charity_portal.organizations.models import Organization
from charity_portal.organizations.queries import Search
from charity_portal.organizations.rules import regions
from charity_portal.organizations.rules.identity import (
    FIELDS,
    GRADES,
    KINDS,
    LABELS,
    ROLES,
    STANDINGS,
)

_ANY = say("全部")


def _spoken(text: Any) -> Any:
    """A label that is put into the reader's language when shown; WTForms' types know only str."""
    return text


def _options(words: Mapping[str, Any], nothing: Any = None) -> list[SelectChoice]:
    """Choices from a table of words, after an empty one where nothing need be chosen."""
    named = ({"": nothing} if nothing is not None else {}) | dict(words)
    return [SelectChoice(value, _spoken(word)) for value, word in named.items()]


_GRADES = {str(grade): f"{grade}A" for grade in GRADES}


def _grade(text: Any) -> int | None:
    return int(text) if text else None


def _county_choices(nothing: Text) -> list[SelectChoice]:
    """The city's own counties first, then the rest with their city's name before them."""
    home = queries.home_region()
    near = {county.code: county.name for county in regions.counties(home)}
    rest = {
        county.code: f"{regions.county_name(county.parent)} {county.name}"
        for county in regions.counties()
        if not county.code.startswith(home)
    }
    return _options(near | rest, nothing)


class FilterForm(Form):
    """Narrows the register down; sent by GET."""

    class Meta:
        csrf = False

    q = TextField(_spoken(say("名称或代码")))
    kind = SelectField(_spoken(say("机构类型")), default="", choices=_options(KINDS, _ANY))
    county = SelectField(_spoken(say("县区")), default="")
    standing = SelectField(_spoken(say("名录状态")), default="", choices=_options(STANDINGS, _ANY))
    grade = SelectField(
        _spoken(say("有效评估等级")),
        default="",
        choices=_options(dict(reversed(_GRADES.items())), _ANY),
    )
    charity = SelectField(
        _spoken(say("慈善组织")), default="", choices=_options({"1": say("仅慈善组织")}, _ANY)
    )

    def __init__(self) -> None:
        super().__init__(formdata=request.args)
        self.county.choices = _county_choices(_ANY)

    def search(self) -> Search:
        """What is looked for; a value that is not among the choices counts as none."""
        self.validate()
        for field in self:
            if field.errors:
                field.data, field.errors = "", []
        good = {field.name: field.data or "" for field in self}
        return Search(
            text=good.get("q", ""),
            kind=good.get("kind", ""),
            county=good.get("county", ""),
            standing=good.get("standing", ""),
            charity=good.get("charity") == "1",
            grade=_grade(good.get("grade")),
        )

    def kept(self) -> dict[str, str]:
        """The filters as address parameters, for paging and downloads."""
        return {field.name: field.data for field in self if field.data}


class OfficeFilterForm(FilterForm):
    """Staff can also look into the archive."""

    archived = SelectField(
        _spoken(say("范围")),
        default="",
        choices=_options({"1": say("已归档机构")}, say("在册机构")),
    )

    def search(self) -> Search:
        found = super().search()
        return Search(**{**vars(found), "archived": self.archived.data == "1"})


class OrganizationForm(Form):
    """An organization's entry. Whether it holds together is decided by the service."""

    name = TextField(_spoken(LABELS["name"]), [required()])
    name_en = TextField(_spoken(LABELS["name_en"]))
    kind = SelectField(_spoken(LABELS["kind"]), [chosen()], choices=_options(KINDS, say("请选择")))
    uscc = TextField(
        _spoken(LABELS["uscc"]),
        longest=30,
        description=_spoken(say("18 位，系统会核对校验码。社区社会组织不填。")),
    )
    filing_number = TextField(
        _spoken(LABELS["filing_number"]), description=_spoken(say("仅社区社会组织填写。"))
    )
    org_ref = TextField(
        _spoken(LABELS["org_ref"]),
        description=_spoken(
            say("仅登记范围以外且没有统一社会信用代码的机构填写，如 GB-CHC-1234567。")
        ),
    )
    host = TextField(
        _spoken(LABELS["host"]),
        longest=30,
        description=_spoken(say("社区社会组织通过该机构申请，填其统一社会信用代码。")),
    )
    is_hub = BooleanField(_spoken(LABELS["is_hub"]))
    is_charity = BooleanField(_spoken(LABELS["is_charity"]))
    grade = SelectField(
        _spoken(LABELS["grade"]),
        coerce=_grade,
        choices=_options(_GRADES, say("未评估")),
    )
    grade_from = DateField(
        _spoken(LABELS["grade_from"]),
        [Optional()],
        description=_spoken(say("一般为公告次年 1 月 1 日。")),
    )
    grade_to = DateField(
        _spoken(LABELS["grade_to"]),
        [Optional()],
        description=_spoken(say("一般为第 5 年 12 月 31 日。")),
    )
    fundraising_from = DateField(_spoken(LABELS["fundraising_from"]), [Optional()])
    fundraising_to = DateField(
        _spoken(LABELS["fundraising_to"]),
        [Optional()],
        description=_spoken(say("没有截止日期的留空。")),
    )
    deductible_from = DateField(_spoken(LABELS["deductible_from"]), [Optional()])
    deductible_to = DateField(_spoken(LABELS["deductible_to"]), [Optional()])
    county = SelectField(_spoken(LABELS["county"]))
    township = SelectField(_spoken(LABELS["township"]))
    registered_on = DateField(_spoken(LABELS["registered_on"]), [Optional()])
    registrar = TextField(_spoken(LABELS["registrar"]))
    supervising_body = TextField(_spoken(LABELS["supervising_body"]))
    legal_rep = TextField(_spoken(LABELS["legal_rep"]))
    address = TextField(_spoken(LABELS["address"]), longest=300)
    contact_name = TextField(_spoken(LABELS["contact_name"]))
    contact_phone = PhoneField(_spoken(LABELS["contact_phone"]))
    contact_email = EmailField(_spoken(LABELS["contact_email"]), [Optional(), email()])
    website = TextField(_spoken(LABELS["website"]), longest=300)

    def __init__(self, organization: Organization | None = None) -> None:
        super().__init__(obj=organization)
        self.county.choices = _county_choices(say("请选择"))
        self.township.choices = self._townships()

    def _townships(self) -> list[SelectChoice]:
        """Townships under their counties: those of the city, and of the county that is chosen."""
        shown = {county.code: county for county in regions.counties(queries.home_region())}
        chosen_county = regions.region(self.county.data)
        if chosen_county is not None:
            shown[chosen_county.code] = chosen_county
        return _options({}, say("未填")) + [
            SelectChoice(place.code, place.name, optgroup=county.name)
            for county in shown.values()
            for place in regions.townships(county.code)
        ]

    def values(self) -> dict[str, Any]:
        """What was entered, by the names that the service knows."""
        return {name: self[name].data for name in (*FIELDS, "org_ref")}


class StandingForm(Form):
    """A change of standing."""

    standing = RadioField(_spoken(say("变更为")), [chosen()], choices=_options(STANDINGS))
    from_date = DateField(_spoken(say("起始日期")), [required()])
    basis = LongTextField(
        _spoken(say("依据")),
        [required()],
        longest=500,
        description=_spoken(say("决定或文书的名称和文号。")),
    )


class ClaimForm(Form):
    """Who says to act for an organization."""

    code = TextField(
        _spoken(say("统一社会信用代码")),
        [required()],
        longest=60,
        description=_spoken(say("社区社会组织填写备案编号。")),
    )
    position = TextField(_spoken(say("您在机构中的职务")), [required()], longest=60)
    letter = FileField(
        _spoken(say("授权书")),
        description=_spoken(say("加盖机构公章的授权书，PDF 或照片，不超过 15 MB。")),
        render_kw={"accept": files.VOUCHERS.accept},
    )


class DecisionForm(Form):
    """An officer's answer to a claim."""

    decision = RadioField(
        _spoken(say("审核意见")),
        [chosen()],
        choices=_options({"approve": say("同意"), "refuse": say("不同意")}),
    )
    reason = LongTextField(
        _spoken(say("理由")), longest=500, description=_spoken(say("不同意时必填，申请人会看到。"))
    )


class InviteForm(Form):
    """An offer to become a member."""

    email = EmailField(_spoken(say("电子邮箱")), [required(), email()])
    role = SelectField(_spoken(say("角色")), [chosen()])
    locale = SelectField(
        _spoken(say("邀请信的语言")), choices=_options({"zh": say("中文"), "en": say("英文")})
    )

    def __init__(self, owner_wanted: bool) -> None:
        super().__init__()
        self.role.choices = _options(
            {role: word for role, word in ROLES.items() if owner_wanted or role != "owner"}
        )


class MemberForm(Form):
    """A step concerning one member."""

    user_id = IntegerField(_spoken(say("成员")), [required()])
    role = HiddenField()
    reason = HiddenField()


class RosterForm(Form):
    """A roster to be checked."""

    file = FileField(
        _spoken(say("名册文件")),
        description=_spoken(say("xlsx 或 csv，不超过 25 MB。")),
        render_kw={"accept": files.TABLES.accept},
    )


UPLOAD_MISSING = say("请选择文件。")
