"""What stands at the door of a demonstration: its address, its accounts, what to look at first."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click
from flask import current_app

from charity_portal.accounts import queries as accounts
from charity_portal.accounts.services.passwords import DEMO_PASSWORD
from charity_portal.demo import sources
from charity_portal.demo.city import address
from charity_portal.kernel.i18n import Text, english, say

MEMBERS = {
    "owner": say("机构负责人"),
    "editor": say("机构经办人"),
    "finance": say("机构财务"),
}
SEATS = {"chair": say("基金管委会主任"), "supervisor": say("基金监督员")}
NARROWEST = 24
"""Columns for the last column; with less there is no table, each account is a block of lines."""
GAP = 2


@dataclass(frozen=True)
class Account:
    """One row: role, address and what to try first, each in both languages."""

    role: Text
    email: str
    try_zh: str
    try_en: str


def rows() -> list[Account]:
    """The accounts worth trying, in the order of the data; empty when there is no demo city."""
    people = {person.email for person in accounts.demo_people()}
    listed = [
        *((accounts.role_word(row["role"]), row) for row in sources.rows("people", "staff")),
        *((MEMBERS[row["role"]], row) for row in sources.rows("people", "member")),
        *((SEATS[row["role"]], row) for row in sources.rows("people", "seat")),
        *((say("尚无机构"), row) for row in sources.rows("people", "other") if "try_zh" in row),
    ]
    return [
        Account(role, address(row["key"]), row["try_zh"], row["try_en"])
        for role, row in listed
        if address(row["key"]) in people
    ]


def lines(width: int) -> Iterator[str]:
    """Address and accounts for a terminal of that many columns; nothing without a demo city."""
    found = rows()
    if not found:
        return
    yield ""
    first, second = _widths(found)
    if width - first - second < NARROWEST:
        yield from _blocks(found, width)
    else:
        yield from _table(found, first, second, width - first - second)
    yield ""
    yield from _both(width, say("全部演示账号的密码："), DEMO_PASSWORD)
    yield from _both(width, say("工作人员登录还需动态验证码，验证页会直接显示当前验证码。"))
    yield ""
    config = current_app.config
    yield from _wrapped(f"{config['SITE_NAME_ZH']} · {config['SITE_NAME_EN']}", width)
    yield config["PUBLIC_URL"]
    yield ""


def show(width: int) -> None:
    """Print it."""
    for line in lines(width):
        click.echo(line)


def _both(width: int, text: Text, value: str = "") -> Iterator[str]:
    yield from _wrapped(f"{text.in_source()} {value}", width)
    yield from _wrapped(f"{_english(text)} {value}", width)


def _english(text: Text) -> str:
    return str(english().gettext(text.msgid))


def _widths(found: Sequence[Account]) -> tuple[int, int]:
    """Columns for the roles and for the addresses, with the gap behind each."""
    roles = [_wide(text) for a in found for text in (a.role.in_source(), _english(a.role))]
    return max(roles) + GAP, max(len(a.email) for a in found) + GAP


def _table(found: Sequence[Account], first: int, second: int, rest: int) -> Iterator[str]:
    head = (say("角色"), say("邮箱"), say("先看什么"))
    for role, email, first_look in ([t.in_source() for t in head], [_english(t) for t in head]):
        yield _padded(role, first) + _padded(email, second) + first_look
    yield "─" * (first + second + rest - 1)
    for account in found:
        texts = [*_wrapped(account.try_zh, rest), *_wrapped(account.try_en, rest)]
        left = [(account.role.in_source(), account.email), (_english(account.role), "")]
        for number, text in enumerate(texts):
            role, email = left[number] if number < len(left) else ("", "")
            yield _padded(role, first) + _padded(email, second) + text


def _blocks(found: Sequence[Account], width: int) -> Iterator[str]:
    for account in found:
        yield f"{account.role.in_source()} {_english(account.role)}"
        yield account.email
        yield from _wrapped(account.try_zh, width)
        yield from _wrapped(account.try_en, width)
        yield ""


def _wide(text: str) -> int:
    """Columns that a text takes: a Chinese sign takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _wide(text))


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Lines of at most so many columns; English breaks between words, Chinese anywhere."""
    line = ""
    for word in _pieces(text):
        if line and _wide(line + word.rstrip()) > width:
            yield line.rstrip()
            line = word.lstrip()
        else:
            line += word
    if line:
        yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    word = ""
    for sign in text:
        word += sign
        if sign == " " or _wide(sign) == 2:
            yield word
            word = ""
    yield word
