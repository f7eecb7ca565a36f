"""What relations and grounds of recusal are called, and how telephone numbers, addresses and names
are brought to one form before they are compared."""

import re
import unicodedata
from collections.abc import Mapping

from charity_portal.kernel.i18n import Text, say

TIES: Mapping[str, Text] = {
    "employed": say("现在或两年内在该机构任职"),
    "member": say("该机构的会员、理事或监事"),
    "adviser": say("为该机构提供咨询、审计或培训"),
    "family": say("近亲属在该机构任职"),
    "funding": say("与该机构有资助、捐赠或业务往来"),
    "dispute": say("与该机构有纠纷"),
    "other": say("其他可能影响公正评审的关系"),
}
RECUSALS: Mapping[str, Text] = {
    "recognised": say("已认出申请机构或项目负责人"),
    "relation": say("与申请机构或其人员有利害关系"),
    "cooperated": say("曾参与该项目的策划、实施或评估"),
    "doubt": say("其他可能影响公正评审的情形"),
}
DETECTED: Mapping[str, Text] = {
    "membership": say("现在或两年内是该机构在平台上的成员"),
    "phone": say("与该机构登记的联系电话相同"),
    "address": say("与该机构登记的地址相同"),
    "past_award": say("曾是该机构获资助项目的负责人或填报人"),
    "lead": say("与项目负责人同名"),
}
GROUNDS: Mapping[str, Text] = {**TIES, **DETECTED, **RECUSALS}
FOUND: Mapping[str, Text] = {
    "declared": say("本人申报"),
    "detected": say("系统比对"),
    "officer": say("工作人员登记"),
    "recused": say("评审中主动回避"),
}

SHORTEST_PHONE, SHORTEST_ADDRESS = 7, 6  # less than that is shared by too many to mean anything
_EXTENSION = re.compile(r"转|分机|ext|#|x", re.I)
_REGION = re.compile(r"^(?:[^省市县区]{2,8}(?:省|自治区))?(?:[^省市县区]{2,5}市)?")
_NO_LETTER = re.compile(r"[\W_]+")


def plain_phone(text: str | None) -> str:
    """The digits of a number without the country's prefix and without an extension; empty when it
    is too short to be one."""
    digits = re.sub(r"\D", "", _EXTENSION.split(unicodedata.normalize("NFKC", text or ""))[0])
    if len(digits) > 11:
        digits = re.sub(r"^(?:00)?86", "", digits)
    return digits if len(digits) >= SHORTEST_PHONE else ""


def plain_address(text: str | None) -> str:
    """Letters and digits of an address from the county on; empty when too little is left."""
    plain = plain_name(text)
    within = _REGION.sub("", plain)
    return within if len(within) >= SHORTEST_ADDRESS else ""


def plain_name(text: str | None) -> str:
    """A name without blanks, punctuation and differences of case and width."""
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text or "")).casefold()
