"""What a new edition starts from: one stage of papers, or papers, visit and pitch.

Texts are written once as messages and copied into the edition in both languages. The six criteria of
the papers and their weights are those that municipal contests mostly use.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from charity_portal.kernel.i18n import Text, english, say

TEMPLATES: Mapping[str, Text] = {
    "three": say("三阶段：书面评审、现场考察、路演评审"),
    "one": say("一阶段：书面评审"),
}
TOP = 5
_TIES = ["median", "requested"]


def stages_of(template: str, awards: int | None) -> list[dict[str, Any]]:
    """The stages with their criteria; `awards` is how many projects the call means to fund."""
    if template == "one":
        return [_stage("papers", say("书面评审"), 10_000, 5, None, _papers())]
    winners = awards or 10
    return [
        _stage("papers", say("书面评审"), 5000, 3, winners * 2, _papers()),
        _stage("visit", say("现场考察"), 2000, 2, winners + (winners + 1) // 2, _visit()),
        _stage("pitch", say("路演评审"), 3000, 5, None, _pitch()),
    ]


def method(least: int | None, most: int | None) -> dict[str, Any]:
    """The method and choice rule that a new edition starts with; `least`, `most` awards of its call."""
    counts = {name: n for name, n in (("least", least), ("most", most)) if n}
    return {
        "method": "mean",
        "calibrated": False,
        "choice": "rank",
        "limits": {"cut": "skip", **counts},
        "tie_rules": list(_TIES),
    }


def _stage(
    kind: str,
    title: Text,
    weight_bp: int,
    each: int,
    advance: int | None,
    criteria: list[dict[str, Any]],
) -> dict[str, Any]:
    stage = {
        "id": None,
        "kind": kind,
        **both("title", title),
        "weight_bp": weight_bp,
        "reviews_each": each,
        "advance": advance,
        "due_at": None,
    }
    return {**stage, "criteria": criteria}


def _papers() -> list[dict[str, Any]]:
    return [
        _criterion(
            say("需求真实性"),
            2000,
            [
                say("没有说明服务谁、缺什么"),
                say("说明了服务对象和困难，依据不足"),
                say("有数据、有走访，需求具体可信"),
            ],
            say("服务对象是谁，困难是什么，依据从何而来。"),
        ),
        _criterion(
            say("方案设计"),
            2500,
            [
                say("看不出要做什么"),
                say("做法清楚，与目标的联系不够"),
                say("做法、步骤与目标环环相扣，有创新"),
            ],
            say("做法能否回应需求，目标是否可以核对。"),
        ),
        _criterion(
            say("可行性"),
            1500,
            [say("条件不具备"), say("基本可行，风险考虑不足"), say("条件成熟，风险有应对")],
            say("时间、场地、合作方和风险应对。"),
        ),
        *_means(),
    ]


def _means() -> list[dict[str, Any]]:
    """The criteria of the papers that look at people, money and what remains."""
    return [
        _criterion(
            say("团队能力"),
            1500,
            [
                say("没有相关经验和人员"),
                say("人员基本到位，经验有限"),
                say("人员专业稳定，做成过同类项目"),
            ],
            say("人员分工、专业和做过的同类项目。"),
        ),
        _criterion(
            say("预算合理性"),
            1500,
            [
                say("预算与活动对不上"),
                say("大体合理，部分单价缺少依据"),
                say("逐项对应活动，单价有依据，投入节约"),
            ],
            say("支出与活动是否对应，单价是否合理。"),
            looks_at="budget",
            may_skip=True,
        ),
        _criterion(
            say("可持续性"),
            1000,
            [
                say("没有考虑项目结束之后"),
                say("有设想，没有落实"),
                say("后续人员、资金和机制都有着落"),
            ],
            say("项目结束后服务如何延续。"),
        ),
    ]


def _visit() -> list[dict[str, Any]]:
    return [
        _criterion(
            say("材料与实际一致"),
            4000,
            [say("与申报材料明显不符"), say("大体一致，个别有出入"), say("全部核实，完全一致")],
            say("现场情况与申报书是否相符。"),
        ),
        _criterion(
            say("执行条件"),
            3500,
            [say("不具备条件"), say("条件基本具备"), say("场地、人员、设备齐备")],
            say("场地、人员、设备和财务管理。"),
        ),
        _criterion(
            say("服务对象反映"),
            2500,
            [say("不了解或不认可"), say("有所了解，评价一般"), say("普遍了解并支持")],
            say("走访服务对象和所在社区。"),
            may_skip=True,
        ),
    ]


def _pitch() -> list[dict[str, Any]]:
    return [
        _criterion(
            say("陈述清楚"),
            3000,
            [say("听不出要做什么"), say("基本说清楚"), say("重点突出，数据准确")],
            say("五分钟内是否说清问题、做法和结果。"),
        ),
        _criterion(
            say("答问"),
            4000,
            [say("回避或答不出"), say("能回答，不够具体"), say("回答具体，有准备")],
            say("对评委提问的回应。"),
        ),
        _criterion(
            say("社会价值"),
            3000,
            [say("看不出价值"), say("有一定价值"), say("价值突出，可以推广")],
            say("解决的问题有多重要，做法能否推广。"),
        ),
    ]


def _criterion(
    title: Text,
    weight_bp: int,
    words: Sequence[Text],
    hint: Text,
    looks_at: str | None = None,
    may_skip: bool = False,
) -> dict[str, Any]:
    values = (0, 3, TOP)
    return {
        "id": None,
        "track_id": None,
        **both("title", title),
        **both("help", hint),
        "weight_bp": weight_bp,
        "top": TOP,
        "anchors": [
            {"value": value, "zh": word.in_source(), "en": _english(word)}
            for value, word in zip(values, words, strict=True)
        ],
        "reason_when": "extremes",
        "may_skip": may_skip,
        "looks_at": looks_at,
    }


def both(name: str, text: Text) -> dict[str, str]:
    """A message in both languages, under `name_zh` and `name_en`."""
    return {f"{name}_zh": text.in_source(), f"{name}_en": _english(text)}


def _english(text: Text) -> str:
    return str(english().gettext(text.msgid))
