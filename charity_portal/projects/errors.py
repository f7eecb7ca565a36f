"""Facts that stop a step in the projects domain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from charity_portal.kernel import clock
from charity_portal.kernel.errors import Conflict, Forbidden, Invalid
from charity_portal.kernel.i18n import Text, money, say


@dataclass(frozen=True)
class Problem:
    """Why a file cannot be taken over: the row (None for the file), the field, the reason."""

    row: int | None
    field: str
    why: Text


class BrokenHistory(Invalid):
    """A funder's file has faults (422); nothing of it was taken over. `problems` names each."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = list(problems)

    @classmethod
    def default(cls) -> Text:
        return say("文件有误，未导入任何内容。")


class HistoryDiffers(Conflict):
    """Records taken over before say something else now (409); what is published is not overwritten."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = list(problems)

    @classmethod
    def default(cls) -> Text:
        return say("文件中有记录与此前导入的内容不一致，未作任何改动。")


class ClosedCall(Conflict):
    """The call takes no applications at this moment (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("本次征集当前不接受申请，请查看征集公告中的起止时间。")


class CallNotReady(Invalid):
    """The call still has defects that stand in the way of publishing (422); `fields` has them all."""

    @classmethod
    def default(cls) -> Text:
        return say("征集尚不能发布，请先处理列出的问题。")


class StaleCall(Conflict):
    """Another officer saved the draft call first (409). `clashes` names what both changed, `rev` is
    the revision as saved."""

    def __init__(self, clashes: Sequence[str], rev: int) -> None:
        super().__init__()
        self.clashes, self.rev = list(clashes), rev


class AlreadyHandled(Conflict):
    """Somebody else took a step with this matter since the page was opened (409).

    `who`, `what` and `at` say whose step it was; nothing of the second attempt is kept.
    """

    def __init__(self, who: str = "", what: Text | None = None, at: datetime | None = None) -> None:
        message = None
        if what is not None and at is not None:
            when = f"{clock.local(at):%Y-%m-%d %H:%M}"
            message = say(
                "%(who)s已于 %(when)s 办理“%(what)s”，您的操作没有生效，数据没有改变。",
                who=who or say("平台"),
                when=when,
                what=what,
            )
        super().__init__(message)
        self.who, self.what, self.at = who, what, at

    @classmethod
    def default(cls) -> Text:
        return say("该事项已有新的进展，您的操作没有生效，数据没有改变。")


class OwnOrganization(Forbidden):
    """Staff do not handle what their own organization applied for (403)."""

    @classmethod
    def default(cls) -> Text:
        return say("您是该机构的成员，应当回避，不能办理本机构的申请。")


class DeadlinePassed(Conflict):
    """The time for this step is over (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("期限已过，不能再办理。")


class PurseExceeded(Invalid):
    """The decisions grant more than the call's purse holds (422); `over_fen` says by how much."""

    def __init__(self, over_fen: int, currency: str = "CNY") -> None:
        over = money(over_fen, currency)
        super().__init__(say("资助合计超出资金总额 %(over)s，没有保存。", over=over))
        self.over_fen = over_fen


class TrackPurseExceeded(Invalid):
    """The decisions grant more than a track's purse holds (422)."""

    def __init__(self, track: str, over_fen: int, currency: str = "CNY") -> None:
        over = money(over_fen, currency)
        super().__init__(
            say(
                "“%(track)s”赛道资助合计超出该赛道资金 %(over)s，没有保存。", track=track, over=over
            )
        )
        self.over_fen = over_fen


class TooManyAwards(Invalid):
    """More projects are awarded than the call allows (422)."""

    def __init__(self, awards: int, most: int) -> None:
        super().__init__(
            say("拟立项 %(n)s 项，超过最多 %(most)s 项，没有保存。", n=awards, most=most)
        )


class RankTaken(Invalid):
    """Two reserves of one call have the same rank (422)."""

    def __init__(self, rank: int) -> None:
        super().__init__(say("候补顺位 %(rank)s 重复，每个顺位只能有一个项目。", rank=rank))


class NoticeOver(Conflict):
    """The notice no longer takes objections (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("公示期已满，不再受理异议。如需反映情况，请与主办单位联系。")


class Anonymous(Invalid):
    """An objection without a real name or a way to reach the person (422)."""

    @classmethod
    def default(cls) -> Text:
        return say(
            "异议须实名提出，匿名异议不予受理。姓名和联系方式加密保存，只用于核实，不会公开。"
        )


class OpenObjections(Conflict):
    """Objections are still being examined; nothing is awarded before they are answered (409)."""

    def __init__(self, numbers: Sequence[str]) -> None:
        super().__init__(
            say("还有异议未办结（%(numbers)s），不能确认立项。", numbers="、".join(numbers))
        )
        self.numbers = list(numbers)


class NoticeUnderWay(Conflict):
    """The notice has not run its full period (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("公示期未满，不能办结。")


class Unfinished(Conflict):
    """Something of the call is still open; `what` says what (409)."""

    def __init__(self, what: Text) -> None:
        super().__init__(what)


class LimitReached(Conflict):
    """The organization has as many applications to this call as it allows (409)."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            say("每家机构最多申请 %(n)s 项，贵机构已达到上限，没有新建申请。", n=limit)
        )
        self.limit = limit


class NotEligible(Invalid):
    """The organization does not meet the call's conditions (422); `fields` names each."""

    @classmethod
    def default(cls) -> Text:
        return say("贵机构目前不符合本次征集的申请条件：")


class NotComplete(Invalid):
    """The application still has defects (422); `fields` names each."""

    @classmethod
    def default(cls) -> Text:
        return say("申请还不能提交，请先处理列出的问题。")


class OutOfScope(Invalid):
    """Something was to be changed that may not change at this moment (422)."""

    @classmethod
    def default(cls) -> Text:
        return say("这一项不在本次可以修改的范围内。")


class DraftMoved(Conflict):
    """The draft was changed by somebody else since it was looked at (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("您查看之后，同事又修改了这份申请。请核对最新内容后再提交。")


class PlanMoved(Conflict):
    """The plan of an award was changed since it was looked at (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("您打开之后，拨付计划已经变化。请核对现在的计划后再保存。")


class UnfitPurse(Invalid):
    """The money cannot come from there (422)."""


class ReclaimMoved(Conflict):
    """Something was demanded or came back since the page was opened (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("您打开之后，该项目的付款或退款已有变化，您的操作没有生效。请核对后再办理。")
