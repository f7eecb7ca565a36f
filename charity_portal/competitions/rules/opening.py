"""Whether an edition may open: everything that stands in the way, and what to consider.

From the opening on nothing that decides the outcome can be changed, so whatever is wrong has to show
before. `part` and `anchor` say where to put it right: a part of `edition_parts` (with the stage for a
rubric), or "panel", "call", "screening".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from charity_portal.competitions.rules import rubric
from charity_portal.competitions.rules.methods import ENOUGH_TO_STANDARDISE, ENOUGH_TO_TRIM
from charity_portal.competitions.rules.scores import TIE_CRITERION
from charity_portal.kernel.i18n import Text, money, percent, say

WHOLE = rubric.WHOLE
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Defect:
    """Something to put right, and where."""

    part: str
    anchor: str
    text: Text
    stage_id: int | None = None


@dataclass(frozen=True)
class TrackFacts:
    """A track of the call: its passed applications, and accepted members with its expertise."""

    id: int
    title: str
    purse_fen: int | None
    applications: int
    experts: int


@dataclass(frozen=True)
class MemberFacts:
    """An accepted member of the panel."""

    agreed: bool
    declared: bool
    max_load: int


@dataclass(frozen=True)
class Facts:
    """All that decides whether an edition may open. `units` holds those of all parts but the rubrics,
    which stand in `rubrics` by stage id; `criterion_keys` are the keys that tie rules may name."""

    now: datetime
    units: Mapping[str, Any]
    rubrics: Mapping[int, Sequence[Row]]
    criterion_keys: frozenset[str]
    looks_at: frozenset[str]
    currency: str
    call_purse_fen: int | None
    call_floor_fen: int | None
    call_closed: bool
    applications: int
    in_screening: int
    tracks: Sequence[TrackFacts]
    members: Sequence[MemberFacts]

    @property
    def purse_fen(self) -> int | None:
        """What there is to give: the edition's purse, else the call's."""
        return self.units["purse_fen"] or self.call_purse_fen


def blockers(facts: Facts) -> list[Defect]:
    """Every defect that forbids opening."""
    checks = (_basics, _tracks, _stages, _rubrics, _bonuses, _method, _money, _field, _panel)
    return [defect for check in checks for defect in check(facts)]


def advice(facts: Facts) -> list[Defect]:
    """What an officer may want to change; none of it forbids opening."""
    return [*_english(facts), *_method_advice(facts), *_panel_advice(facts)]


def _basics(facts: Facts) -> Iterator[Defect]:
    if not facts.units["title_zh"]:
        yield Defect("basics", "title_zh", say("请填写名称。"))
    if not facts.units["seed"].strip():
        text = say("请填写随机种子。评委抽取、编号、次序和同分抽签都由它决定。")
        yield Defect("basics", "seed", text)


def _tracks(facts: Facts) -> Iterator[Defect]:
    rows = facts.units["tracks"]
    least = sum(row["min_winners"] or 0 for row in rows)
    most = facts.units["most"]
    if most and least > most:
        text = say("各赛道最少项数之和为 %(n)s，超过最多资助项数 %(most)s。", n=least, most=most)
        yield Defect("tracks", "tracks", text)
    known = {track.id: track for track in facts.tracks}
    for n, row in enumerate(rows):
        track = known.get(row["id"])
        if track is not None and (row["min_winners"] or 0) > track.applications:
            text = say(
                "“%(track)s”赛道至少资助 %(n)s 项，但只有 %(have)s 项申请通过审查。",
                track=track.title, n=row["min_winners"], have=track.applications,
            )  # fmt: skip
            yield Defect("tracks", f"tracks-{n}-min_winners", text)


def _stages(facts: Facts) -> Iterator[Defect]:
    rows = facts.units["stages"]
    if not rows:
        yield Defect("stages", "stages", say("至少需要一个评审阶段。"))
        return
    total = sum(row["weight_bp"] or 0 for row in rows)
    if total != WHOLE:
        text = say("各阶段权重合计为 %(sum)s，应为 100%%。", sum=percent(total, WHOLE, 2))
        yield Defect("stages", "stages", text)
    left: int | None = None
    due: datetime | None = None
    for n, row in enumerate(rows):
        at = f"stages-{n}-"
        if not row["title_zh"]:
            yield Defect("stages", f"{at}title_zh", say("请填写第 %(n)s 个阶段的名称。", n=n + 1))
        if row["due_at"] is None:
            yield Defect("stages", f"{at}due_at", say("请填写第 %(n)s 个阶段的截止时间。", n=n + 1))
        elif row["due_at"] <= (due or facts.now):
            text = say("第 %(n)s 个阶段的截止时间应晚于现在和上一阶段。", n=n + 1)
            yield Defect("stages", f"{at}due_at", text)
        due = row["due_at"] or due
        if row["advance"] and left and row["advance"] > left:
            text = say("第 %(n)s 个阶段晋级的项数多于上一阶段。", n=n + 1)
            yield Defect("stages", f"{at}advance", text)
        left = row["advance"] or left
    if rows[-1]["advance"]:
        text = say("最后一个阶段之后没有晋级，请清空晋级项数。")
        yield Defect("stages", f"stages-{len(rows) - 1}-advance", text)


def _rubrics(facts: Facts) -> Iterator[Defect]:
    for stage in facts.units["stages"]:
        for defect in _rubric(facts, facts.rubrics.get(stage["id"], ())):
            text = say("%(stage)s：%(what)s", stage=stage["title_zh"], what=defect.text)
            yield Defect("rubric", defect.anchor, text, stage["id"])


def _rubric(facts: Facts, rows: Sequence[Row]) -> Iterator[Defect]:
    if not rows:
        yield Defect("rubric", "criteria", say("没有评分标准。"))
        return
    tracks: list[tuple[int | None, str]] = [(t.id, t.title) for t in facts.tracks]
    for track_id, title in tracks or [(None, "")]:
        total = rubric.weights(rows, track_id)
        if total != WHOLE:
            share = percent(total, WHOLE, 2)
            text = say("评分标准权重合计为 %(sum)s，应为 100%%。", sum=share)
            if title:
                text = say(
                    "“%(track)s”赛道的权重合计为 %(sum)s，应为 100%%。", track=title, sum=share
                )
            yield Defect("rubric", "criteria", text)
    for n, row in enumerate(rows):
        yield from _criterion(facts, n, row)


def _criterion(facts: Facts, n: int, row: Row) -> Iterator[Defect]:
    at, name = f"criteria-{n}-", row["title_zh"]
    if not name:
        yield Defect("rubric", f"{at}title_zh", say("请填写第 %(n)s 项标准的名称。", n=n + 1))
    for value in (rubric.ZERO, row["top"]):
        if not rubric.anchored(row["anchors"], value):
            text = say("“%(name)s”没有说明 %(value)s 分代表什么。", name=name or n + 1, value=value)
            yield Defect("rubric", f"{at}anchors", text)
    if row["looks_at"] and row["looks_at"] not in facts.looks_at:
        text = say("“%(name)s”所看的部分，申报书里已经没有。", name=name or n + 1)
        yield Defect("rubric", f"{at}looks_at", text)


def _bonuses(facts: Facts) -> Iterator[Defect]:
    for n, row in enumerate(facts.units["bonuses"]):
        if not row["title_zh"]:
            text = say("请填写第 %(n)s 个加分项的名称。", n=n + 1)
            yield Defect("bonuses", f"bonuses-{n}-title_zh", text)
        if not row["basis_zh"]:
            text = say("请写明第 %(n)s 个加分项的依据。", n=n + 1)
            yield Defect("bonuses", f"bonuses-{n}-basis_zh", text)


def _method(facts: Facts) -> Iterator[Defect]:
    units, reviews = facts.units, [row["reviews_each"] or 0 for row in facts.units["stages"]]
    if units["method"] == "trimmed" and min(reviews, default=0) < ENOUGH_TO_TRIM:
        text = say("去掉最高分和最低分，每项申请至少要有 5 份评分。请调整评审份数或换一种方法。")
        yield Defect("method", "method", text)
    if units["method"] == "mixed" and not units["calibrated"]:
        text = say("校正评委宽严须事先公告。请确认已经公告，或换一种方法。")
        yield Defect("method", "calibrated", text)
    if not units["tie_rules"]:
        text = say("请至少规定一条同分时的次序，其后仍相同的才抽签。")
        yield Defect("method", "tie_rules", text)
    for rule in units["tie_rules"]:
        key = rule.removeprefix(TIE_CRITERION)
        if rule.startswith(TIE_CRITERION) and key not in facts.criterion_keys:
            text = say("同分时的次序引用了已经删除的评分标准。")
            yield Defect("method", "tie_rules", text)
    if units["least"] and units["most"] and units["least"] > units["most"]:
        yield Defect("method", "least", say("最少资助项数大于最多资助项数。"))


def _money(facts: Facts) -> Iterator[Defect]:
    purse = facts.purse_fen
    if not purse:
        yield Defect("method", "purse_fen", say("请填写资助总额。"))
        return
    if facts.call_purse_fen and purse > facts.call_purse_fen:
        text = say(
            "资助总额超过征集公告的 %(amount)s。",
            amount=money(facts.call_purse_fen, facts.currency),
        )
        yield Defect("method", "purse_fen", text)
    least = max(
        facts.units["least"] or 0, sum(row["min_winners"] or 0 for row in facts.units["tracks"])
    )
    if facts.call_floor_fen and facts.call_floor_fen * least > purse:
        text = say("按单项下限资助最少项数，已超过资助总额。")
        yield Defect("method", "purse_fen", text)


def _field(facts: Facts) -> Iterator[Defect]:
    if not facts.call_closed:
        yield Defect("call", "", say("征集尚未截止。"))
    if facts.in_screening:
        text = say("还有 %(n)s 项申请的资格审查没有办完。", n=facts.in_screening)
        yield Defect("screening", "", text)
    if not facts.applications:
        yield Defect("screening", "", say("没有通过资格审查的申请。"))


def _panel(facts: Facts) -> Iterator[Defect]:
    needed = max((row["reviews_each"] or 0 for row in facts.units["stages"]), default=0)
    members = facts.members
    if len(members) < needed:
        text = say(
            "每项申请要有 %(k)s 位评委，目前只有 %(n)s 位接受邀请。", k=needed, n=len(members)
        )
        yield Defect("panel", "", text)
    if waiting := sum(not (m.agreed and m.declared) for m in members):
        text = say("%(n)s 位评委尚未签署保密承诺或申报利害关系。", n=waiting)
        yield Defect("panel", "", text)
    first = facts.units["stages"][0] if facts.units["stages"] else None
    work = facts.applications * ((first and first["reviews_each"]) or 0)
    if members and (places := sum(m.max_load for m in members)) < work:
        text = say(
            "第一阶段需要 %(work)s 份评审，评委工作量上限合计只有 %(places)s 份。",
            work=work, places=places,
        )  # fmt: skip
        yield Defect("panel", "", text)
    asked = {row["id"] for row in facts.units["tracks"] if row["expertise"]}
    for track in facts.tracks:
        if track.id in asked and track.applications and not track.experts:
            text = say("“%(track)s”赛道没有具备相应专业的评委。", track=track.title)
            yield Defect("panel", "", text)


def _english(facts: Facts) -> Iterator[Defect]:
    if not facts.units["title_en"]:
        yield Defect("basics", "title_en", say("没有英文名称，英文页面将显示中文。"))
    for stage in facts.units["stages"]:
        rows = facts.rubrics.get(stage["id"], ())
        if any(not row["title_en"] or any(not a["en"] for a in row["anchors"]) for row in rows):
            text = say(
                "%(stage)s：评分标准没有全部译成英文，英文页面将显示中文。", stage=stage["title_zh"]
            )
            yield Defect("rubric", "criteria", text, stage["id"])


def _method_advice(facts: Facts) -> Iterator[Defect]:
    method, members = facts.units["method"], len(facts.members)
    stages = facts.units["stages"]
    if method == "trimmed":
        text = say("去掉最高分和最低分会降低选准的比例，除非上级文件要求，建议改用平均分。")
        yield Defect("method", "method", text)
    if method == "standardised" and members and stages:
        each = facts.applications * (stages[0]["reviews_each"] or 0) // members
        if each < ENOUGH_TO_STANDARDISE:
            text = say("标准化要求每位评委至少评 10 份，按目前人数平均只有 %(n)s 份。", n=each)
            yield Defect("method", "method", text)


def _panel_advice(facts: Facts) -> Iterator[Defect]:
    size = facts.units["panel_size"]
    if facts.members and len(facts.members) < size:
        text = say("原定 %(size)s 位评委，接受邀请的有 %(n)s 位。", size=size, n=len(facts.members))
        yield Defect("panel", "", text)
