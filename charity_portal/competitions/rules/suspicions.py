"""What may still tell who applies in a text whose names are hidden: for an officer to look at."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from charity_portal.kernel.i18n import Text, say

SUSPICIONS: Mapping[str, tuple[Text, re.Pattern[str]]] = {
    "we": (
        say("自我介绍"),
        re.compile(
            r"(?:我们是|我(?:单位|中心|协会|机构|会)是|本(?:单位|机构|中心|协会|会)"
            r"(?:是|成立|前身|创办)|前身(?:是|为)|简称|又名|原名|成立于|创立于|we are (?:a|an|the)\b)",
            re.I,
        ),
    ),
    "organization": (
        say("像机构名称的文字"),
        re.compile(
            r"[一-鿿]{2,12}(?:社会工作服务中心|社工服务中心|公益服务中心|志愿者协会|促进会|"
            r"基金会|协会|联合会)"
        ),
    ),
    "honour": (
        say("奖项和荣誉"),
        re.compile(
            r"(?:荣获|被评为|授予|表彰|称号|[345一二三四五]\s*A\s*级|等级评估|最佳|十佳|awarded)",
            re.I,
        ),
    ),
    "media": (
        say("媒体和账号"),
        re.compile(r"(?:公众号|视频号|抖音|快手|微博|小红书|二维码|微信|(?:日报|晚报|电视台)报道)"),
    ),
    "link": (say("链接"), re.compile(r"(?:https?:|www\.|\.(?:com|cn|org|net)\b|@)", re.I)),
    "place": (say("自有场地"), re.compile(r"(?:我们的(?:场地|中心|基地|驿站)|自有(?:场地|基地))")),
}
"""What may still tell who applies: for an officer to look at, never changed by itself."""


@dataclass(frozen=True)
class Suspicion:
    """A place in a text that may tell who applies, with some of what stands around it."""

    code: str
    word: Text
    before: str
    found: str
    after: str


def suspicions(text: str, around: int = 12) -> Iterator[Suspicion]:
    """What may still tell who applies in a text that was blinded already."""
    for code, (word, pattern) in SUSPICIONS.items():
        for m in pattern.finditer(text):
            before = text[max(0, m.start() - around) : m.start()]
            after = text[m.end() : m.end() + around]
            yield Suspicion(code, word, before, m.group(), after)
