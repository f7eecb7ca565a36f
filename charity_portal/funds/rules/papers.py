"""Statements and certificates."""

from datetime import date

from charity_portal.kernel.i18n import Text, say

PAPER_KINDS: dict[str, Text] = {
    "fund_statement": say("基金收支表"),
    "donor_statement": say("捐赠人对账单"),
    "certificate": say("捐赠证书"),
}
LANGUAGES: dict[str, Text] = {"zh": say("中文"), "en": say("英文")}


def problems(
    kind: str, language: str, since: date | None, until: date | None, today: date
) -> dict[str, list[Text]]:
    """What is wrong with an order for a paper, by field."""
    found: dict[str, list[Text]] = {}
    if kind not in PAPER_KINDS:
        found["kind"] = [say("没有这种文件。")]
    if language not in LANGUAGES:
        found["language"] = [say("请选择中文或者英文。")]
    if since and until and since > until:
        found["until"] = [say("截止日期不能早于起始日期。")]
    if since and since > today:
        found["since"] = [say("起始日期还没有到。")]
    return found
