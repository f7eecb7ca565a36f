"""Amounts of money: whole minor units (fen) from keyboard to printed capitals, never floats."""

import re
import unicodedata
from collections.abc import Sequence
from fractions import Fraction

from babel.numbers import is_currency

from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import minor_digits, say

LARGEST_FEN = 10**14
"""One trillion yuan; the database column refuses more as well."""

_TYPED = re.compile(
    r"(?P<sign>-?)[¥$£€]?(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.(?P<decimals>[0-9]*))?"
    r"(?P<ten_thousands>万?)元?"
)
_CAPITAL_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万")


class BadAmount(Invalid):
    """What was typed is not an amount of money (422)."""


def parse_yuan(text: str, *, negative: bool = False, currency: str = "CNY") -> int:
    """Read an amount as people type it and return minor units (fen).

    Accepts `1234.5`, `1,234.50`, full-width digits and signs, a leading currency sign, `1.25万`,
    a trailing `元`. Raises BadAmount for anything else: commas not every three digits, parts of a
    fen, a negative amount unless `negative`, more than LARGEST_FEN.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).replace("−", "-")
    if not plain:
        raise BadAmount(say("请填写金额。"))
    match = _TYPED.fullmatch(plain)
    if match is None:
        raise BadAmount(
            say("“%(text)s”不是金额，请填写数字，例如 1234.50。", text=text.strip()[:40])
        )
    if match["sign"] and not negative:
        raise BadAmount(say("金额不能是负数。"))
    decimals = (match["decimals"] or "").rstrip("0")
    shift = minor(currency) + (4 if match["ten_thousands"] else 0)
    if len(decimals) > shift:
        raise BadAmount(say("金额最多精确到小数点后 %(places)s 位。", places=minor(currency)))
    digits = match["whole"].replace(",", "").lstrip("0") + decimals
    fen: int = int(digits[:30] or "0") * 10 ** (shift - len(decimals))
    if fen > LARGEST_FEN:
        raise BadAmount(say("金额过大，请核对单位。"))
    return -fen if match["sign"] else fen


def format_yuan(fen: int, currency: str = "CNY") -> str:
    """Plain figures without a currency sign: `1,234.50`; what parse_yuan reads back."""
    digits = minor(currency)
    whole, rest = divmod(abs(fen), 10**digits)
    sign = "-" if fen < 0 else ""
    return f"{sign}{whole:,}.{rest:0{digits}d}" if digits else f"{sign}{whole:,}"


def minor(currency: str) -> int:
    """Decimal places of an ISO 4217 currency: 2 for CNY, 0 for JPY; ValueError for no currency."""
    if not is_currency(currency):
        raise ValueError(f"unknown currency {currency!r}")
    return minor_digits(currency)


def in_capitals(fen: int) -> str:
    """The amount in the characters of receipts and cheques: `壹佰捌拾伍万元零伍分`.

    Follows the rules for filling in notes of the central bank (支付结算办法, annex 1): one 零 for
    a run of zeros, 整 closes an amount without fen so that nothing can be added behind it.
    """
    if abs(fen) > LARGEST_FEN:
        raise ValueError("amount out of range")
    yuan, rest = divmod(abs(fen), 100)
    jiao, cents = divmod(rest, 10)
    text = "负" if fen < 0 else ""
    if yuan or not rest:
        text += (_whole_in_capitals(yuan) or "零") + "元"
    if jiao:
        text += _CAPITAL_DIGITS[jiao] + "角"
    elif cents and yuan:
        text += "零"
    return text + (_CAPITAL_DIGITS[cents] + "分" if cents else "整")


def _whole_in_capitals(yuan: int) -> str:
    """Groups of four digits from the right: units, 万, 亿, 万亿."""
    text, number, pending_zero = "", str(yuan) if yuan else "", False
    for position, digit in enumerate(number):
        from_right = len(number) - 1 - position
        group, place = divmod(from_right, 4)
        if digit == "0":
            pending_zero = True
        else:
            text += ("零" if pending_zero and text else "") + _CAPITAL_DIGITS[int(digit)]
            text += _PLACES[place]
            pending_zero = False
        if place == 0 and int(number[max(0, position - 3) : position + 1]):
            text += _GROUPS[group]
            pending_zero = False
        elif place == 0 and group == 2:
            text += _GROUPS[group]
    return text


def ratio(part: int, whole: int) -> Fraction:
    """`part` of `whole` exactly, to compare with a limit; ZeroDivisionError for no whole."""
    return Fraction(part, whole)


def ratio_percent(part: int, whole: int, places: int = 2) -> str | None:
    """`part` of `whole` in per cent (`"70.00"`), rounded half up; None for no whole."""
    if not whole:
        return None
    scaled = Fraction(part, whole) * 100 * 10**places
    units = (abs(scaled) + Fraction(1, 2)).__floor__()
    before, after = divmod(units, 10**places)
    sign = "-" if scaled < 0 and units else ""
    return f"{sign}{before}.{after:0{places}d}" if places else f"{sign}{before}"


def split_evenly(fen: int, parts: int) -> list[int]:
    """Divide into `parts` that differ by one fen at most and add up; the first get the rest."""
    return split_by(fen, [1] * parts)


def split_by(fen: int, weights: Sequence[int]) -> list[int]:
    """Divide in proportion to `weights` so that the parts add up again.

    By largest remainder, ties to the first. ValueError for a negative weight or none above zero.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights must be zero or more and not all zero")
    sign, amount = (-1, -fen) if fen < 0 else (1, fen)
    shares = [divmod(amount * weight, total) for weight in weights]
    missing = amount - sum(share for share, _ in shares)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-shares[i][1], i))
    extra = set(by_remainder[:missing])
    return [sign * (share + (i in extra)) for i, (share, _) in enumerate(shares)]
