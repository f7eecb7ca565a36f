"""The methods on offer in plain words, each with what it costs. Figures: simulations of 150 rounds of
60 applications, of which the truly best 12 were to be found."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from charity_portal.competitions.rules.scores import TIE_CRITERION
from charity_portal.kernel.i18n import Text, money, percent, say

ENOUGH_TO_TRIM, ENOUGH_TO_STANDARDISE = 5, 10

WORDS: Mapping[str, Text] = {
    "mean": say("平均分"),
    "trimmed": say("去掉最高分和最低分的平均分"),
    "standardised": say("按评委标准化的平均分"),
    "mixed": say("校正评委宽严的模型分"),
}
HOW: Mapping[str, Text] = {
    "mean": say("把一项申请得到的全部评分相加，除以份数。"),
    "trimmed": say(
        "去掉一个最高分和一个最低分，其余求平均。每项申请至少要有 5 份评分，不足 5 份的按平均分计算。"
    ),
    "standardised": say("先按每位评委自己的平均分和离散程度，把评分折算到同一尺度，再求平均。"),
    "mixed": say(
        "同时估计每项申请的水平和每位评委的宽严，从得分中扣除宽严的影响（加性混合模型，REML 估计）。"
    ),
}
COSTS: Mapping[str, Text] = {
    "mean": say("评委宽严不一时，遇到严格评委的申请会吃亏；每项申请多几位评委可以减轻。"),
    "trimmed": say(
        "这是通行做法，但有代价：所测九种情形中，它选准前十二名（共六十项）的比例每次都低于平均分，最多低 4 个百分点，"
        "因为去掉的评分里也有信息。"
    ),
    "standardised": say(
        "每位评委至少要评 10 份随机分到的申请才可靠。评得少，或者各赛道水平不同而评委各评各的，结果会比平均分更差。"
    ),
    "mixed": say(
        "只有事先公告，评委与申请连成一体、人均评审不少于 5 份，并且评委宽严的差异在统计上成立，才会采用；"
        "否则自动按平均分计算，并公布原因。"
    ),
}
CHOICES: Mapping[str, Text] = {
    "rank": say("按名次依次选取"),
    "exact": say("在资助总额内求最优组合"),
}
CHOICE_HOW: Mapping[str, Text] = {
    "rank": say("从第一名起依次资助，直到资助总额用完。容易理解，但各赛道的最少项数可能无法满足。"),
    "exact": say(
        "在资助总额、项数和各赛道限额内，使入选申请高出资助线的分数之和最大。能同时满足各项限额；"
        "凡是名次靠后而入选、名次靠前而落选的，都逐对公布原因。"
    ),
}
CUTS: Mapping[str, Text] = {
    "skip": say("余额不足时跳过，看下一名"),
    "stop": say("余额不足时停止"),
}
KINDS: Mapping[str, Text] = {
    "papers": say("书面评审"),
    "visit": say("现场考察"),
    "pitch": say("路演评审"),
}
REASONS: Mapping[str, Text] = {
    "never": say("不要求写理由"),
    "extremes": say("打最低分或最高分时须写理由"),
    "always": say("每次都须写理由"),
}
FEEDBACK: Mapping[str, Text] = {
    "none": say("只告知结果"),
    "points": say("告知得分和名次"),
    "full": say("告知得分、名次和评审意见"),
}
TIES: Mapping[str, Text] = {
    "median": say("各份评分的中位数高者在前"),
    "requested": say("申请金额少者在前"),
}
LOT = say("仍相同的，用公布的种子抽签决定")


def tie_words(rules: Sequence[str], criteria: Mapping[str, Any]) -> list[Text]:
    """The tie rules as sentences, the lot last; `criteria` maps keys to the criterion's name."""
    found = [
        TIES[rule]
        if rule in TIES
        else say("“%(name)s”平均分高者在前", name=criteria.get(_key(rule), _key(rule)))
        for rule in rules
    ]
    return [*found, LOT]


def _key(rule: str) -> str:
    return rule.removeprefix(TIE_CRITERION)


def limit_words(limits: Mapping[str, Any], currency: str = "CNY") -> list[Text]:
    """What the choice must keep to, as sentences."""
    given = {key: limits.get(key) for key in _LIMITS}
    return [make(value, currency) for key, make in _LIMITS.items() if (value := given[key])]


def points_text(value: Decimal | int | str | None) -> str:
    """Points without needless zeros: 250 hundredths or Decimal("2.50") -> 2.5."""
    if value is None:
        return ""
    points = Decimal(value).scaleb(-2) if isinstance(value, int) else Decimal(value)
    return f"{points.normalize():f}"


_LIMITS: Mapping[str, Any] = {
    "cut": lambda value, _: CUTS[value],
    "least": lambda value, _: say("至少资助 %(n)s 项", n=value),
    "most": lambda value, _: say("最多资助 %(n)s 项", n=value),
    "floor": lambda value, _: say("低于 %(points)s 分的不予资助", points=points_text(value)),
    "award_cap_fen": lambda value, currency: say(
        "单项资助不超过 %(amount)s", amount=money(value, currency)
    ),
    "per_group": lambda value, _: say("同一机构最多资助 %(n)s 项", n=value),
    "partial_bp": lambda value, _: say(
        "最后一项可部分资助，不低于申请金额的 %(share)s", share=percent(value, 10_000, 0)
    ),
    "fixed_in_bp": lambda value, _: say(
        "在不少于 %(share)s 的模拟中入选的申请直接入选", share=percent(value, 10_000, 0)
    ),
    "reserves": lambda value, _: say("候补 %(n)s 项", n=value),
}
