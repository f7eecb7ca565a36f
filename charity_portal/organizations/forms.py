"""Forms of the register, of members and of rosters."""

from typing import Any

from flask import request
from wtforms import BooleanField, HiddenField

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
from charity_portal.kernel.i18n import say
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

_ANY = ("", say("全部"))


def _grade(text: Any) -> int | None:
    return int(text) if text else None


def _county_choices(first: Any) -> list[tuple[str, Any]]:
    """The city's own counties first, then the rest with their city's name before them."""
    home = queries.home_region()
    near = [(county.code, county.name) for county in regions.counties(home)]
    rest = [
        (county.code, f"{regions.county_name(county.parent)} {county.name}")
        for county in regions.counties()
        if not county.code.startswith(home)
    ]
    return [first, *near, *rest]


class FilterForm(Form):
    """Narrows the register down; sent by GET."""

    class Meta:
        csrf = False

    q = TextField(say("名称或代码"))
    kind = SelectField(say("机构类型"), choices=[_ANY, *KINDS.items()])
    county = SelectField(say("县区"))
    standing = SelectField(say("名录状态"), choices=[_ANY, *STANDINGS.items()])
    grade = SelectField(
        say("有效评估等级"), choices=[_ANY, *((str(g), f"{g}A") for g in reversed(GRADES))]
    )
    charity = SelectField(say("慈善组织"), choices=[_ANY, ("1", say("仅慈善组织"))])

    def __init__(self) -> None:
        super().__init__(formdata=request.args)
        self.county.choices = _county_choices(_ANY)

    def search(self) -> Search:
        """What is looked for; a value that is not among the choices counts as none."""
        self.validate()
        good = {field.name: field.data or "" for field in self if not field.errors}
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

    archived = SelectField(say("范围"), choices=[("", say("在册机构")), ("1", say("已归档机构"))])

    def search(self) -> Search:
        found = super().search()
        return Search(**{**vars(found), "archived": self.archived.data == "1"})


class OrganizationForm(Form):
    """An organization's entry. Whether it holds together is decided by the service."""

    name = TextField(LABELS["name"], [required()])
    name_en = TextField(LABELS["name_en"])
    kind = SelectField(LABELS["kind"], [chosen()], choices=[("", say("请选择")), *KINDS.items()])
    uscc = TextField(
        LABELS["uscc"], longest=30, description=say("18 位，系统会核对校验码。社区社会组织不填。")
    )
    filing_number = TextField(LABELS["filing_number"], description=say("仅社区社会组织填写。"))
    org_ref = TextField(
        LABELS["org_ref"],
        description=say("仅登记范围以外且没有统一社会信用代码的机构填写，如 GB-CHC-1234567。"),
    )
    host = TextField(
        LABELS["host"],
        longest=30,
        description=say("社区社会组织通过该机构申请，填其统一社会信用代码。"),
    )
    is_hub = BooleanField(LABELS["is_hub"])
    is_charity = BooleanField(LABELS["is_charity"], description=say("已登记或认定为慈善组织"))
    grade = SelectField(
        LABELS["grade"],
        coerce=_grade,
        choices=[("", say("未评估")), *((str(g), f"{g}A") for g in GRADES)],
    )
    grade_from = DateField(
        LABELS["grade_from"], [Optional()], description=say("一般为公告次年 1 月 1 日。")
    )
    grade_to = DateField(
        LABELS["grade_to"], [Optional()], description=say("一般为第 5 年 12 月 31 日。")
    )
    fundraising_from = DateField(LABELS["fundraising_from"], [Optional()])
    fundraising_to = DateField(
        LABELS["fundraising_to"], [Optional()], description=say("没有截止日期的留空。")
    )
    deductible_from = DateField(LABELS["deductible_from"], [Optional()])
    deductible_to = DateField(LABELS["deductible_to"], [Optional()])
    county = SelectField(LABELS["county"])
    township = SelectField(LABELS["township"])
    registered_on = DateField(LABELS["registered_on"], [Optional()])
    registrar = TextField(LABELS["registrar"])
    supervising_body = TextField(LABELS["supervising_body"])
    legal_rep = TextField(LABELS["legal_rep"])
    address = TextField(LABELS["address"], longest=300)
    contact_name = TextField(LABELS["contact_name"])
    contact_phone = PhoneField(LABELS["contact_phone"])
    contact_email = EmailField(LABELS["contact_email"], [Optional(), email()])
    website = TextField(LABELS["website"], longest=300)

    def __init__(self, organization: Organization | None = None) -> None:
        super().__init__(obj=organization)
        self.county.choices = _county_choices(("", say("请选择")))
        self.township.choices = self._townships()

    def _townships(self) -> dict[str, list[tuple[str, str]]]:
        """Townships under their counties: those of the city, and of the county that is chosen."""
        shown = {county.code: county for county in regions.counties(queries.home_region())}
        chosen_county = regions.region(self.county.data)
        if chosen_county is not None:
            shown[chosen_county.code] = chosen_county
        groups = {
            county.name: [(place.code, place.name) for place in regions.townships(county.code)]
            for county in shown.values()
        }
        return {
            "": [("", str(say("未填")))],
            **{name: found for name, found in groups.items() if found},
        }

    def values(self) -> dict[str, Any]:
        """What was entered, by the names that the service knows."""
        return {name: self[name].data for name in (*FIELDS, "org_ref")}


class StandingForm(Form):
    """A change of standing."""

    standing = RadioField(say("变更为"), [chosen()], choices=list(STANDINGS.items()))
    from_date = DateField(say("起始日期"), [required()])
    basis = LongTextField(
        say("依据"), [required()], longest=500, description=say("决定或文书的名称和文号。")
    )


class ClaimForm(Form):
    """Who says to act for an organization."""

    code = TextField(
        say("统一社会信用代码"),
        [required()],
        longest=60,
        description=say("社区社会组织填写备案编号。"),
    )
    position = TextField(say("您在机构中的职务"), [required()], longest=60)
    letter = FileField(
        say("授权书"),
        description=say("加盖机构公章的授权书，PDF 或照片，不超过 15 MB。"),
        render_kw={"accept": files.VOUCHERS.accept},
    )


class DecisionForm(Form):
    """An officer's answer to a claim."""

    decision = RadioField(
        say("审核意见"), [chosen()], choices=[("approve", say("同意")), ("refuse", say("不同意"))]
    )
    reason = LongTextField(
        say("理由"), longest=500, description=say("不同意时必填，申请人会看到。")
    )


class InviteForm(Form):
    """An offer to become a member."""

    email = EmailField(say("电子邮箱"), [required(), email()])
    role = SelectField(say("角色"), [chosen()])
    locale = SelectField(say("邀请信的语言"), choices=[("zh", "中文"), ("en", "English")])

    def __init__(self, owner_wanted: bool) -> None:
        super().__init__()
        self.role.choices = [
            (role, word) for role, word in ROLES.items() if owner_wanted or role != "owner"
        ]


class MemberForm(Form):
    """A step concerning one member."""

    user_id = IntegerField(say("成员"), [required()])
    role = HiddenField()
    reason = HiddenField()


class RosterForm(Form):
    """A roster to be checked."""

    file = FileField(
        say("名册文件"),
        description=say("xlsx 或 csv，不超过 25 MB。"),
        render_kw={"accept": files.TABLES.accept},
    )


UPLOAD_MISSING = say("请选择文件。")
