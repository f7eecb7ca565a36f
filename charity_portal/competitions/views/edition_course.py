"""Where an edition stands between draft and result: its steps, what is due next, where work is done."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.queries.edition_desk import Desk
from charity_portal.competitions.views.edition_pages import link
from charity_portal.kernel.i18n import Text, _, localized, say
from charity_portal.kernel.permissions import can, current_actor
from charity_portal.kernel.time_left import remaining


@dataclass(frozen=True)
class Next:
    """What is due, in words, and where to do it."""

    what: Text
    url: str | None = None


def phases(edition: Edition) -> tuple[list[str], int]:
    """The steps from the draft to the result, and which of them is being taken."""
    words = [
        _("筹备"),
        *(localized(s, "title") for s in edition.stages),
        _("计分与选取"),
        _("公布"),
    ]
    if edition.state == "draft":
        return words, 0
    if edition.state == "judging":
        closed = sum(stage.state == "closed" for stage in edition.stages)
        return words, min(closed + 1, len(edition.stages))
    return words, len(words) - (2 if edition.state == "scored" else 1)


def next_step(edition: Edition, figures: Desk, blockers: int, now: datetime) -> Next | None:
    """The one thing that is due next."""
    if edition.state == "draft":
        what = say("规则齐全、评委到位，可以开始评审")
        if blockers:
            what = say("开始前还需处理 %(n)s 处", n=blockers)
        return Next(what, url_for("competitions_editions.check", edition_id=edition.id))
    if edition.state == "judging":
        return _next_of_stages(edition, figures, now)
    if edition.state == "scored":
        return Next(
            say("计算排名，确定拟资助名单"),
            link("competitions_ranking.show", edition_id=edition.id),
        )
    if edition.state == "selected":
        return Next(
            say("公示期满、异议办结后公布结果"),
            link("competitions_publishing.show", edition_id=edition.id),
        )
    return None


def _next_of_stages(edition: Edition, figures: Desk, now: datetime) -> Next:
    current = next((s for s in edition.stages if s.state != "closed"), None)
    if current is None:
        return Next(say("各阶段评分均已截止，可以结束评分"), None)
    progress, title = figures.stages[current.id], localized(current, "title")
    url = url_for("competitions_stages.show", stage_id=current.id)
    if current.state == "waiting":
        if not progress.entries:
            return Next(say("%(stage)s：确定参加的申请", stage=title), url)
        if not progress.reviews:
            return Next(say("%(stage)s：分配评审", stage=title), url)
        return Next(say("%(stage)s：可以开始评分", stage=title), url)
    if not progress.open:
        return Next(say("%(stage)s：评审已全部提交，可以截止", stage=title), url)
    if current.due_at is not None and current.due_at > now:
        left = remaining(current.due_at, now)
        text = say(
            "%(stage)s：还有 %(n)s 份未提交，距截止 %(left)s",
            stage=title, n=progress.open, left=left,
        )  # fmt: skip
        return Next(text, url)
    return Next(say("%(stage)s：已到期，还有 %(n)s 份未提交", stage=title, n=progress.open), url)


def places(edition: Edition) -> list[tuple[str, str]]:
    """The other parts of the work on this edition."""
    wanted = [
        (_("评审组"), link("competitions_panel.show", edition_id=edition.id)),
        (_("回避"), link("competitions_conflicts.index", edition_id=edition.id)),
    ]
    if can(current_actor(), "competitions:blind:prepare", edition):
        wanted.append((_("匿名准备"), link("competitions_blind.index", edition_id=edition.id)))
    if edition.opened_at is not None:
        wanted += [
            (_("评审进度"), link("competitions_office_reviews.index", edition_id=edition.id)),
            (_("排名"), link("competitions_ranking.show", edition_id=edition.id)),
            (_("拟资助名单"), link("competitions_selection.show", edition_id=edition.id)),
            (_("公布结果"), link("competitions_publishing.show", edition_id=edition.id)),
        ]
    if edition.bonuses:
        wanted.append((_("加分登记"), url_for("competitions_bonuses.index", edition_id=edition.id)))
    return [(word, url) for word, url in wanted if url is not None]
