"""What makes a password good enough: its length, and how hard it is to guess."""

from collections.abc import Iterable, Mapping

from zxcvbn import zxcvbn

from charity_portal.kernel.i18n import Text, say

SHORTEST, LONGEST = 12, 128
GOOD_ENOUGH = 3  # of 4, as zxcvbn counts
_WEIGHED = 72  # zxcvbn's time grows with the length

TOO_SHORT = say("密码至少需要 %(n)s 个字符。", n=SHORTEST)
TOO_LONG = say("密码不能超过 %(n)s 个字符。", n=LONGEST)
HARDER = say("密码太容易被猜到。可以用几个互不相关的词组成，不必刻意加符号。")
NAMED = say("密码不要包含您的姓名、邮箱或本平台名称。")

# zxcvbn says what it found in English; this is what people read.
_FINDINGS: Mapping[str, Text] = {
    "Straight rows of keys are easy to guess.": say("键盘上连成一排的字符容易被猜到。"),
    "Short keyboard patterns are easy to guess.": say("键盘上的简单图形容易被猜到。"),
    'Repeats like "aaa" are easy to guess.': say("“aaa”这样的重复容易被猜到。"),
    'Repeats like "abcabcabc" are only slightly harder to guess than "abc".': say(
        "“abcabcabc”这样的重复并不比“abc”安全多少。"
    ),
    'Sequences like "abc" or "6543" are easy to guess.': say("“abc”“6543”这样的顺序容易被猜到。"),
    "Recent years are easy to guess.": say("近年的年份容易被猜到。"),
    "Dates are often easy to guess.": say("日期容易被猜到。"),
    "This is a top-10 common password.": say("这是最常见的十个密码之一。"),
    "This is a top-100 common password.": say("这是最常见的一百个密码之一。"),
    "This is a very common password.": say("这是非常常见的密码。"),
    "This is similar to a commonly used password.": say("这与常见密码过于相似。"),
    "A word by itself is easy to guess.": say("单独一个词容易被猜到。"),
    "Names and surnames by themselves are easy to guess.": say("单独的姓名容易被猜到。"),
    "Common names and surnames are easy to guess.": say("常见姓名容易被猜到。"),
}


def weaknesses(password: str, about: Iterable[str] = ()) -> list[Text]:
    """What is wrong with a password, empty when it will do; `about` is what others know of its owner."""
    if len(password) < SHORTEST:
        return [TOO_SHORT]
    if len(password) > LONGEST:
        return [TOO_LONG]
    known = {part for text in about for part in _parts(text)}
    verdict = zxcvbn(password[:_WEIGHED], user_inputs=sorted(known))
    if verdict["score"] >= GOOD_ENOUGH:
        return []
    found = [_FINDINGS[w] for w in [verdict["feedback"]["warning"]] if w in _FINDINGS]
    used = {match.get("dictionary_name") for match in verdict["sequence"]}
    return [*found, *([NAMED] if "user_inputs" in used else []), HARDER]


def _parts(text: str) -> list[str]:
    """A name or address and its pieces of three letters and more."""
    pieces = "".join(c if c.isalnum() else " " for c in text.lower()).split()
    return [text.lower(), *(piece for piece in pieces if len(piece) >= 3)]
