"""Letters: both languages, no placeholder left, to the people who prepare applications."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from charity_portal.kernel.database import db
from charity_portal.kernel.i18n import say
from charity_portal.organizations.models import Organization
from charity_portal.projects.rules import letters as rules
from charity_portal.projects.services import letters
from tests.factories import notices as make
from tests.factories.accounts import make_user
from tests.factories.organizations import make_member

ABOUT = rules.About("SB-2026-000001", "银龄陪伴", "春季征集", "http://localhost/x")
DUE = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
LACKS = [rules.Lack(say("项目概述"), "未写明频次"), rules.Lack(say("项目预算"))]
ALL = {
    "correction": rules.correction(ABOUT, LACKS, DUE),
    "conditional": rules.conditional(ABOUT, LACKS[1:], DUE),
    "accepted": rules.accepted(ABOUT),
    "rejected": rules.rejected(ABOUT, "超出范围"),
    "lapsed": rules.lapsed(ABOUT, DUE),
    "reopened": rules.reopened(ABOUT, "补充说明"),
    "award": rules.outcome(ABOUT, "award", 500_000, 500_000, None, ""),
    "partial": rules.outcome(ABOUT, "partial", 500_000, 300_000, None, "压缩"),
    "reserve": rules.outcome(ABOUT, "reserve", 500_000, 0, 2, ""),
    "refuse": rules.outcome(ABOUT, "refuse", 500_000, 0, None, "得分较低"),
    "confirmed": rules.confirmed(ABOUT, 500_000),
    "cancelled": rules.cancelled(ABOUT, ["重复申报"]),
    "reserve_ended": rules.reserve_ended(ABOUT),
}


@pytest.mark.parametrize("name", ALL)
def test_each_letter_reads_in_both_languages(app: Flask, name: str) -> None:
    written = letters.write(ALL[name])
    chinese, english = written.body.split(letters.RULER)
    for part in (chinese, english):
        assert "SB-2026-000001" in part and "http://localhost/x" in part
        assert "%(" not in part
    assert "贵单位" in chinese and "贵单位" not in english
    assert "Your project" in english and "/" in written.title


def test_amounts_and_reasons_are_quoted_as_decided(app: Flask) -> None:
    partial = letters.write(ALL["partial"]).body
    assert partial.count("¥3,000.00") == 2 and partial.count("压缩") == 2
    assert "得分较低" in letters.write(ALL["refuse"]).body
    assert "不予资助" not in letters.write(ALL["reserve"]).body


def test_owners_and_editors_are_written_to(app: Flask) -> None:
    row = make.submitted(member=False)
    organization = db.session.get_one(Organization, row.organization_id)
    for role in ("owner", "editor", "finance"):
        make_member(organization, role, make_user(email=f"{role}@example.org"))
    assert letters.recipients(row.organization_id) == ["owner@example.org", "editor@example.org"]
