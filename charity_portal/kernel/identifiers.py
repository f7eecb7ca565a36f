"""Codes given by the state: unified social credit codes and resident identity numbers.

Pure functions on text. Both checks say what exactly is wrong, because people copy these codes from
paper. Written out here rather than taken from python-stdnum, which does not check the organisation
code inside a credit code (GB 11714), refuses authorities whose mark is a letter, and refuses identity
numbers of regions that no longer exist.
"""

import re
import unicodedata
from datetime import date

from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import Text, say

KINDS = {
    "1": say("社会团体"),
    "2": say("社会服务机构"),
    "3": say("基金会"),
    "9": say("其他社会组织"),
}
"""Second character of a code given by a civil-affairs authority (first character 5)."""

_USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_RIC_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class BadCode(Invalid):
    """A code that cannot be one, whatever register it is looked up in (422)."""


def check_uscc(text: str) -> str:
    """The 18-character unified social credit code in its normal form (capitals, no spaces).

    Raises BadCode saying what is wrong. GB 32100-2015: 31 characters without I O S V Z, region of
    six digits at 3-8, organisation code with its own check character at 9-17, check character 18.
    """
    code = _compact(text)
    if not code:
        raise BadCode(say("请填写统一社会信用代码。"))
    for position, char in enumerate(code, 1):
        if char in "IOSVZ":
            raise BadCode(_forbidden_letter(position, char))
        if char not in _USCC_LETTERS:
            raise BadCode(
                say(
                    "第 %(position)s 位“%(char)s”不是数字或大写字母。", position=position, char=char
                )
            )
    if len(code) != 18:
        raise BadCode(say("统一社会信用代码应为 18 位，现在是 %(length)s 位。", length=len(code)))
    if not code[2:8].isdigit():
        raise BadCode(say("第 3 至 8 位应为 6 位行政区划数字。"))
    if code[16] != _organisation_check(code[8:16]):
        raise BadCode(say("第 9 至 17 位（组织机构代码）校验不符，请核对。"))
    if code[17] != _uscc_check(code[:17]):
        raise BadCode(say("末位校验码不符，请逐位核对。"))
    return code


def make_uscc(region: str, serial: int, kind: str = "2") -> str:
    """A valid code of a civil-affairs authority for an organisation that does not exist.

    `region` six digits (GB/T 2260), `kind` one of KINDS, `serial` 0-999999. The organisation code
    begins with MJ, the range that social organisations get.
    """
    if kind not in KINDS or not re.fullmatch("[0-9]{6}", region) or not 0 <= serial < 10**6:
        raise ValueError("region, serial or kind out of range")
    organisation = f"MJ{serial:06d}"
    body = f"5{kind}{region}{organisation}{_organisation_check(organisation)}"
    return body + _uscc_check(body)


def uscc_region(code: str) -> str:
    """Six digits of the registering region (GB/T 2260) in a checked code."""
    return code[2:8]


def uscc_kind(code: str) -> str | None:
    """One of KINDS for an organisation registered with civil affairs, else None."""
    return code[1] if code[0] == "5" and code[1] in KINDS else None


def org_ref(scheme: str, code: str) -> str:
    """Identifier of an organisation for data exchange: `CN-USCI-51370600MJ0123456H`."""
    return f"{scheme}-{code}"


def check_ric(text: str) -> str:
    """The 18-character resident identity number in its normal form.

    Raises BadCode by format, birth date and check character (GB 11643-1999). The region is never a
    reason to refuse: districts are renamed and dissolved while people keep their numbers.
    """
    number = _compact(text)
    if not number:
        raise BadCode(say("请填写身份证号码。"))
    if len(number) != 18:
        raise BadCode(say("身份证号码应为 18 位，现在是 %(length)s 位。", length=len(number)))
    if not re.fullmatch("[1-9][0-9]{16}[0-9X]", number):
        raise BadCode(say("身份证号码应为 17 位数字加一位数字或 X。"))
    _birth_date(number)
    total = sum(int(c) * w for c, w in zip(number, _RIC_WEIGHTS, strict=False))
    if number[17] != "10X98765432"[total % 11]:
        raise BadCode(say("身份证号码末位校验码不符，请逐位核对。"))
    return number


def ric_birth_date(number: str) -> date:
    """Birth date in a checked identity number; decides about guardians' consent."""
    return _birth_date(number)


def _birth_date(number: str) -> date:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise BadCode(say("身份证号码第 7 至 14 位不是有效的出生日期。")) from None


def _compact(text: str) -> str:
    """Full-width characters made plain, spaces and hyphens dropped, capitals."""
    return re.sub(r"[\s\-‐-―－]", "", unicodedata.normalize("NFKC", text)).upper()


def _forbidden_letter(position: int, char: str) -> Text:
    alike = {"I": "1", "O": "0", "S": "5", "V": "U", "Z": "2"}[char]
    return say(
        "第 %(position)s 位是字母 %(char)s，统一社会信用代码不使用 I、O、S、V、Z，"
        "可能应为 %(alike)s。",
        position=position,
        char=char,
        alike=alike,
    )


def _uscc_check(seventeen: str) -> str:
    """Check character of GB 32100 over seventeen characters, weights 3^i mod 31."""
    total = sum(_USCC_LETTERS.index(char) * 3**i for i, char in enumerate(seventeen))
    return _USCC_LETTERS[-total % 31]


def _organisation_check(eight: str) -> str:
    """Check character of GB 11714 over eight characters; its letter values run A=10 to Z=35."""
    values = (_ORGANISATION_LETTERS.index(char) for char in eight)
    total = sum(v * w for v, w in zip(values, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]
