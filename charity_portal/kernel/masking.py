"""Personal details shortened for eyes that need to recognise them but not to use them.

Used wherever a name or number of a private person leaves the circle that works with it: public pages
and open data (after consent, or masked without it), staff lists before somebody gives a reason to
see the whole, mail to third parties, exports, PDF lists of donors. One mechanism, so that two pages
never show two different halves of the same number. Never a substitute for leaving a field out.
"""

import re
import unicodedata

STAR = "*"
# Family names of two characters, the ones that occur; others count one.
_COMPOUND = re.compile(
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|宇文|长孙|司徒|司空|夏侯|轩辕|端木|南宫|独孤|"
    "百里|东郭|西门|闻人|呼延|澹台|公冶|宗政|濮阳|淳于|单于|太叔|申屠|仲孙|钟离|鲜于|闾丘|赫连|万俟"
)


def mask_name(name: str) -> str:
    """`张*明`, `张*` for two characters, `欧阳*`, `J. ***` for a name in letters; "" stays "".

    What stays does not tell how long the hidden part is, except in Chinese names, where one star
    stands for the middle.
    """
    text = _tidy(name)
    if not text:
        return ""
    if not _is_chinese(text):
        return f"{text[0].upper()}. {STAR * 3}"
    family = text[:2] if _COMPOUND.match(text) and len(text) > 2 else text[:1]
    given = text[len(family) :]
    if not given:
        return STAR
    return family + STAR + (given[-1] if len(given) > 1 else "")


def mask_phone(phone: str) -> str:
    """`138****1234`; short numbers keep their last two digits."""
    digits = re.sub(r"[^0-9+]", "", unicodedata.normalize("NFKC", phone))
    digits = re.sub(r"^(?:\+|00)86", "", digits)
    if len(digits) >= 10:
        return digits[:3] + STAR * (len(digits) - 7) + digits[-4:]
    return _keep_ends(digits, 0, 2)


def mask_email(address: str) -> str:
    """`z***@example.org`; nothing but stars for what is no address."""
    local, at, domain = _tidy(address).rpartition("@")
    return f"{local[:1]}{STAR * 3}@{domain}" if at and local else STAR * 3


def mask_identity(number: str) -> str:
    """Identity, passport and account numbers: `3****************4`, first and last character only."""
    return _keep_ends(re.sub(r"\s", "", unicodedata.normalize("NFKC", number)), 1, 1)


def _keep_ends(text: str, before: int, after: int) -> str:
    """Stars for the middle; for everything when the ends would be half of it or more."""
    if len(text) <= 2 * (before + after):
        before, after = 0, 0 if len(text) < 4 else after // 2
    hidden = len(text) - before - after
    return text[:before] + STAR * hidden + text[before + hidden :]


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _is_chinese(text: str) -> bool:
    return unicodedata.name(text[0], "").startswith("CJK")
