"""How figures of an outcome are said, on pages and papers: points, chances, bands, ties, sentences."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from types import SimpleNamespace
from typing import Any

from charity_portal.competitions.rules import methods
from charity_portal.competitions.rules.archives import told
from charity_portal.competitions.rules.scores import TIE_CRITERION
from charity_portal.kernel.i18n import Text, language, percent, say

BANDS: Mapping[str, Text] = {
    "in": say("明确入选"),
    "discuss": say("需要讨论"),
    "out": say("明确落选"),
}
TONES = {"in": "good", "discuss": "waiting", "out": "neutral"}
OUTCOMES: Mapping[str, Text] = {
    "award": say("立项"),
    "partial": say("部分资助"),
    "reserve": say("候补"),
    "refuse": say("不予资助"),
}
HOW: Mapping[str, Text] = {
    "rank": say("按排名入选"),
    "exact": say("最优组合入选"),
    "fixed": say("抽样中几乎总能入选"),
    "track": say("保证赛道最少项数"),
    "rest": say("以剩余资金部分资助"),
    "override": say("人工决定"),
    "passed": say("未入选"),
}


def points(value: int | str | Decimal | None) -> str:
    """Points as they are published and ranked, four decimals; a whole number is 1e-4 points."""
    return "—" if value is None else f"{_exact(value):.4f}"


def short(value: int | str | Decimal | None) -> str:
    """The same to two decimals (halves up), for figures beside the points."""
    if value is None:
        return "—"
    return str(_exact(value).quantize(Decimal("0.01"), ROUND_HALF_UP))


def signed(value: int | str | Decimal | None) -> str:
    """Two decimals with the sign, for corrections and effects."""
    shown = short(value)
    return shown if shown == "—" or shown.startswith("-") else f"+{shown}"


def _exact(value: int | str | Decimal) -> Decimal:
    return Decimal(value).scaleb(-4) if isinstance(value, int) else Decimal(value)


def share(bp: int | None) -> str:
    """Basis points in per cent."""
    return percent(bp, 10_000, 0)


def tie(rule: str | None, criteria: Mapping[str, str]) -> Text | None:
    """The rule that decided among equal points."""
    if rule is None:
        return None
    if rule == "lot":
        return say("同分，由抽签决定先后")
    if rule in methods.TIES:
        return say("同分，按“%(rule)s”排列", rule=methods.TIES[rule])
    key = rule.removeprefix(TIE_CRITERION)
    return say("同分，“%(name)s”得分高者在前", name=criteria.get(key, key))


TOOLS: dict[str, Any] = {
    "points": points,
    "short": short,
    "signed": signed,
    "share": share,
    "told": told,
    "tie": tie,
    "BANDS": BANDS,
    "TONES": TONES,
    "OUTCOMES": OUTCOMES,
    "HOW": HOW,
    "METHODS": methods.WORDS,
    "CHOICES": methods.CHOICES,
}
"""What templates of outcomes need to say figures."""


def words(data: Mapping[str, Any]) -> dict[str, Any]:
    """What it takes to say a result (`queries.results.whole` or `frame`) in the reader's language."""
    english = language() == "en"
    criteria = {
        c["key"]: (english and c["title_en"]) or c["title_zh"]
        for stage in data["stages"]
        for c in stage["criteria"]
    }
    return {
        "criteria": criteria,
        "stage_of": {stage["key"]: SimpleNamespace(**stage) for stage in data["stages"]},
        "track_of": {
            key: (english and track["en"]) or track["zh"] for key, track in data["tracks"].items()
        },
        "tie_rules": methods.tie_words(data["edition"]["tie_rules"], criteria),
        "limit_words": methods.limit_words(data["edition"]["limits"]),
        "HOWS": methods.HOW,
        "COSTS": methods.COSTS,
        "CHOICE_HOW": methods.CHOICE_HOW,
        **TOOLS,
    }
