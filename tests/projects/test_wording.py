"""Moments and names inside messages speak the language of whoever reads them."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask_babel import force_locale

from charity_portal.kernel.i18n import say
from charity_portal.projects.rules.wording import Named, When

MOMENT = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)


@dataclass
class Slot:
    title_zh: str = "审计报告"
    title_en: str | None = "Audit report"


@pytest.mark.usefixtures("app")
def test_values_are_put_into_words_when_they_are_shown():
    text = say("请上传“%(name)s”。", name=Named(Slot()))
    with force_locale("en"):
        assert str(text) == "Please upload “Audit report”."
        assert str(When(MOMENT)) == "20 March 2026 17:00"
    with force_locale("zh_Hans_CN"):
        assert str(text) == "请上传“审计报告”。"
        assert str(When(MOMENT)) == "2026年3月20日 17:00"
