"""The columns of rosters: for the template that is filled in and for the register that is taken away."""

from collections.abc import Mapping, Sequence
from typing import Any

from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.identifiers import make_uscc
from charity_portal.kernel.tables import Column
from charity_portal.organizations.rules import identity, regions, words
from charity_portal.organizations.rules.identity import KINDS, STANDINGS
from charity_portal.organizations.rules.roster_rows import DATES, FLAGS, STANDING, TITLES

NOTES = (
    say("每行一个机构。第 2 行是示例，导入时自动略过。"),
    say("统一社会信用代码、备案编号、电话等列已设为文本格式，请直接填写，不要改为数字格式。"),
    say("按统一社会信用代码（社区社会组织按备案编号）识别机构：已有的更新，没有的新增，不会重复。"),
    say("有一行错误，整个名册都不导入；可下载带“错误说明”的表格，改好后重新上传。"),
    say("名录状态不能通过名册修改，请在机构页面办理；“名录状态”一列可以不填。"),
)
_PROMPTS: Mapping[str, Text] = {
    "kind": say("从列表中选择。"),
    "uscc": say("18 位；社区社会组织没有代码，留空。"),
    "filing_number": say("社区社会组织必填。"),
    "is_hub": say("填“是”或“否”，留空为否。"),
    "is_charity": say("填“是”或“否”，留空为否。"),
    "grade": say("1A 至 5A，须同时填写有效期。"),
    "grade_from": say("如 2026-01-01。"),
    "grade_to": say("如 2030-12-31。"),
    "county": say("县区名称或 6 位代码。"),
    "township": say("镇街名称或 9 位代码，可留空。"),
    "registered_on": say("如 2020-05-18。"),
    "host": say("社区社会组织所依托机构的统一社会信用代码，可留空。"),
    "org_ref": say(
        "登记范围以外且没有统一社会信用代码的机构填写，如 GB-CHC-1234567；其他机构留空。"
    ),
    STANDING: say("仅供核对，不能通过名册修改。"),
}
_WIDTHS = {"name": 36, "name_en": 36, "uscc": 22, "address": 36, "org_ref": 28, "host": 22}
_NOT_PUBLIC = ("contact_name", "contact_phone", "contact_email")


def columns(contacts: bool = True) -> list[Column]:
    """All columns; without `contacts` those about contact persons are left out."""
    return [
        Column(
            name,
            title,
            kind="date" if name in DATES else "text",
            width=_WIDTHS.get(name, 14),
            prompt=_PROMPTS.get(name, ""),
            choices=_choices(name),
            example=_example().get(name, ""),
        )
        for name, title in TITLES.items()
        if contacts or name not in _NOT_PUBLIC
    ]


def _choices(name: str) -> Sequence[str]:
    if name == "kind":
        return [str(word) for word in KINDS.values()]
    if name in FLAGS:
        return [str(words.YES), str(words.NO)]
    return [f"{grade}A" for grade in identity.GRADES] if name == "grade" else ()


def _example() -> dict[str, str]:
    """An organization that does not exist, with a code that checks."""
    home = regions.counties("3706")[0]
    return {
        "name": str(say("某某区蒲公英社会工作服务中心")),
        "kind": str(KINDS["service"]),
        "uscc": make_uscc("370602", 999_999, "2"),
        "is_hub": str(words.NO),
        "is_charity": str(words.YES),
        "grade": "3A",
        "grade_from": "2026-01-01",
        "grade_to": "2030-12-31",
        "county": home.name,
        "registered_on": "2020-05-18",
        "contact_phone": "0535-6000000",
    }


def cells(
    organization: Any, host_ref: str | None, standing: str, published: bool = False
) -> dict[str, Any]:
    """One organization as a row. `published` leaves out what the register does not publish: the
    leader and the address of a community group are no public data."""
    row: dict[str, Any] = {name: getattr(organization, name, None) for name in TITLES}
    if published and organization.kind not in identity.REGISTERED:
        row["legal_rep"] = row["address"] = None
    row |= {name: str(words.YES if row[name] else words.NO) for name in FLAGS}
    row["kind"] = str(KINDS[organization.kind])
    row["grade"] = identity.grade_word(organization.grade) or None
    row["county"] = regions.telling_name(organization.county)
    row["township"] = regions.county_name(organization.township) or None
    row["host"] = (host_ref or "").removeprefix("CN-USCI-") or None
    row[STANDING] = str(STANDINGS[standing])
    return row
