"""Texts without the applicant: every occurrence of what names it becomes a neutral mark.

A mark is the same whatever it stands for, so that neither the hidden text nor its length can be read
from what is left: two applications that differ only in who applies come out equal. Telephone numbers,
addresses of mail and web, credit codes and chat accounts are hidden whoever they belong to.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from charity_portal.competitions.rules import name_forms
from charity_portal.competitions.rules.folding import fold, is_latin, squeeze, squeezed
from charity_portal.competitions.rules.name_forms import words
from charity_portal.kernel.i18n import Text, say

MARKS: Mapping[str, Text] = {
    "name": say("〔申请机构〕"),
    "person": say("〔人员〕"),
    "phone": say("〔电话〕"),
    "email": say("〔邮箱〕"),
    "web": say("〔网址〕"),
    "address": say("〔地址〕"),
    "code": say("〔代码〕"),
    "account": say("〔账号〕"),
    "term": say("〔已隐去〕"),
}
KIND_WORDS: Mapping[str, Text] = {
    "name": say("机构名称和简称"),
    "person": say("人员姓名"),
    "phone": say("电话"),
    "email": say("电子邮箱"),
    "web": say("网址"),
    "address": say("地址"),
    "code": say("机构代码"),
    "account": say("社交账号"),
    "term": say("工作人员补充的内容"),
}
_GENERIC: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+\s?@\s?[a-z0-9-]+(?:\s?\.\s?[a-z0-9-]+)+")),
    (
        "web",
        re.compile(
            r"(?:https?\s?:\s?//|www\s?\.\s?)[^\s<>\"',;:!()。、“”《》【】〔〕一-鿿]+"
            r"|(?<![a-z0-9.-])(?:[a-z0-9-]+\.)+(?:com|cn|org|net|top|site|vip|cc|info|xyz|ngo)"
            r"(?:/[^\s<>\"',;:!()。、“”《》【】〔〕一-鿿]*)?(?![a-z0-9])"
        ),
    ),
    (
        "code",
        re.compile(r"(?<![0-9a-z])[0-9a-hj-npqrtuwxy]{2}\d{6}[0-9a-hj-npqrtuwxy]{10}(?![0-9a-z])"),
    ),
    ("phone", re.compile(r"(?<!\d)(?:\+?86[\s-]{0,2})?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)")),
    (
        "phone",
        re.compile(
            r"(?<!\d)(?:\+?86[\s-]{0,2})?[(（]?0\d{2,3}[)）]?[\s—-]{0,2}[2-9]\d{2,3}[\s-]?\d{4}(?!\d)"
        ),
    ),
    ("phone", re.compile(r"(?<!\d)[48]00[\s-]?\d{3,4}[\s-]?\d{3,4}(?!\d)")),
    (
        "account",
        re.compile(
            r"(?<=微信|qq)(?:号|群|号码)?\s?[:：]\s?[a-z0-9_-]{5,20}"
            r"|(?<=公众号|视频号|抖音号)\s?(?:[:：]\s?[\w·-]{2,20}|[“\"「《][^”\"」》]{1,20}[”\"」》])"
        ),
    ),
)
_TITLES = [
    "老师",
    "主任",
    "会长",
    "理事长",
    "秘书长",
    "社工",
    "女士",
    "先生",
    "总干事",
    "部长",
    "经理",
    "站长",
    "院长",
    "校长",
    "书记",
    "队长",
]
_PUBLIC_MAIL = frozenset(
    words(
        "qq.com 163.com 126.com sina.com sina.cn sohu.com 139.com 189.cn foxmail.com gmail.com "
        "outlook.com hotmail.com yeah.net aliyun.com example.org example.com"
    )
)
_HAN = re.compile("[一-鿿]")
_SHORTEST_CODE = 6


@dataclass(frozen=True)
class Identity:
    """What names an applicant. `places` are places that stand before its name; `terms` what officers
    added. Everything may be empty."""

    names: tuple[str, ...] = ()
    names_en: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    websites: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    places_en: tuple[str, ...] = ()


@dataclass(frozen=True)
class Redacted:
    """A text with marks, and how often each kind was hidden."""

    text: str
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class _Form:
    kind: str
    text: str  # folded and squeezed
    is_core: bool = False  # may be followed by words that belong to it
    in_context: bool = False  # only where it stands for a name


@dataclass(frozen=True)
class Blinder:
    """Hides one applicant's identity in any number of texts."""

    identity: Identity

    @cached_property
    def _forms(self) -> tuple[_Form, ...]:
        found = {f: None for f in forms(self.identity) if len(f.text) >= 2}
        return tuple(sorted(found, key=lambda f: -len(f.text)))

    @cached_property
    def _places(self) -> list[str]:
        return [squeeze(p) for p in name_forms.place_forms(self.identity.places)]

    def hide(self, text: str) -> Redacted:
        """The text with marks; equal for all applicants whose own texts are equal but for who they are."""
        if not text:
            return Redacted(text)
        folded, places = fold(text)
        spans = [
            (places[m.start()], places[m.end() - 1] + 1, kind)
            for kind, pattern in _GENERIC
            for m in pattern.finditer(folded)
        ]
        tight, at = squeezed(folded, places)
        for form in self._forms:
            spans.extend(self._found(form, text, tight, at))
        return _marked(text, spans)

    def text(self, text: str) -> str:
        """The text with marks, without the counts."""
        return self.hide(text).text

    def _found(
        self, form: _Form, text: str, tight: str, at: list[int]
    ) -> Iterator[tuple[int, int, str]]:
        start = tight.find(form.text)
        while start >= 0:
            end = start + len(form.text)
            first, last = at[start], at[end - 1] + 1
            if _stands_alone(text, first, last):
                wider = self._widened(form, tight, start, end)
                if not form.in_context or wider != (start, end) or _quoted(text, first, last):
                    yield at[wider[0]], at[wider[1] - 1] + 1, form.kind
            start = tight.find(form.text, start + 1)

    def _widened(self, form: _Form, tight: str, start: int, end: int) -> tuple[int, int]:
        """A short form with the place before it and the kind of organization after it."""
        if not form.is_core:
            return start, end
        more = name_forms.MORE.match(tight, end)
        end = more.end() if more else end
        place = next((p for p in self._places if tight.endswith(p, 0, start)), "")
        return start - len(place), end


def forms(identity: Identity) -> Iterator[_Form]:
    """Everything to search for."""
    places = name_forms.place_forms(identity.places)
    for name in filter(None, identity.names):
        yield _Form("name", squeeze(name))
        for short in name_forms.short_forms(name, places):
            tight = squeeze(short)
            yield _Form("name", tight, is_core=True, in_context=tight in name_forms.ORDINARY)
    for name in filter(None, identity.names_en):
        yield _Form("name", squeeze(name))
        for short in name_forms.english_forms(name, identity.places_en):
            yield _Form("name", squeeze(short))
    yield from _contact_forms(identity)
    yield from _network_forms(identity)
    yield from _people_forms(identity)
    for address in filter(None, identity.addresses):
        yield from _address_forms(address, places)
    for term in identity.terms:
        yield _Form("term", squeeze(term))


def _people_forms(identity: Identity) -> Iterator[_Form]:
    """Names with and without a title: what is left must not depend on how long a name is."""
    for person in filter(None, identity.people):
        yield _Form("person", squeeze(person))
        if not _HAN.match(person) or len(person) > 4:
            continue
        called = [person, person[0], *([person[1:]] if len(person) > 2 else [])]
        for title in _TITLES:
            yield from (_Form("person", squeeze(name + title)) for name in called)


def _contact_forms(identity: Identity) -> Iterator[_Form]:
    for code in filter(None, identity.codes):
        tight = squeeze(code)
        yield _Form("code", tight)
        if len(tight) == 18:
            yield _Form("code", tight[8:17])  # the organization code inside a credit code
    for phone in filter(None, identity.phones):
        digits = re.sub(r"\D", "", phone)
        if len(digits) >= 7:
            yield _Form("phone", digits)
        area = re.match(r"0(?:10|2\d|[3-9]\d\d)(\d{7,8})", digits)
        if area:
            yield _Form("phone", area[1])


def _network_forms(identity: Identity) -> Iterator[_Form]:
    for email in filter(None, identity.emails):
        yield _Form("email", squeeze(email))
        user, _, domain = email.casefold().partition("@")
        if len(user) >= _SHORTEST_CODE:
            yield _Form("email", squeeze(user))
        if domain and domain not in _PUBLIC_MAIL:
            yield _Form("web", squeeze(domain))
    for website in filter(None, identity.websites):
        host = re.sub(r"^(?:[a-z]+://)?(?:www\.)?", "", website.casefold()).partition("/")[0]
        yield _Form("web", squeeze(website))
        if len(host) >= 4:
            yield _Form("web", squeeze(host))


def _address_forms(address: str, places: list[str]) -> Iterator[_Form]:
    street = name_forms.without_place(address, places)
    door = re.match(r".*?\d+\s*号", street)
    for text in (address, street, door[0] if door else ""):
        tight = squeeze(text)
        if len(tight) >= 5:
            yield _Form("address", tight)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Latin letters and digits count only as whole words and numbers."""
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    return not (
        (is_latin(before) and is_latin(text[start]))
        or (is_latin(after) and is_latin(text[end - 1]))
    )


def _quoted(text: str, start: int, end: int) -> bool:
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    return before in '“"「《『‘' and after in '”"」》』’'


def _marked(text: str, spans: Iterable[tuple[int, int, str]]) -> Redacted:
    """Put marks in place of the spans; those that overlap become one, of the longest one's kind."""
    merged: list[tuple[int, int, str, int]] = []
    for start, end, kind in sorted(spans, key=lambda s: (s[0], s[0] - s[1])):
        if merged and start < merged[-1][1]:
            first, last, known, longest = merged[-1]
            kind, size = (kind, end - start) if end - start > longest else (known, longest)
            merged[-1] = (first, max(last, end), kind, size)
        else:
            merged.append((start, end, kind, end - start))
    marks = {kind: str(MARKS[kind]) for _, _, kind, _ in merged}
    out, at = [], 0
    for start, end, kind, _ in merged:
        out += [text[at:start], marks[kind]]
        at = end
    return Redacted("".join([*out, text[at:]]), Counter(kind for _, _, kind, _ in merged))
