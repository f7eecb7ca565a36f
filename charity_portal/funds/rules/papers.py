"""Statements and certificates."""

from charity_portal.kernel.i18n import Text, say

PAPER_KINDS: dict[str, Text] = {
    "fund_statement": say("基金收支表"),
    "donor_statement": say("捐赠人对账单"),
    "certificate": say("捐赠证书"),
}
