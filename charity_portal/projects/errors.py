"""Facts that stop a step in the projects domain."""

from collections.abc import Sequence

from charity_portal.kernel.errors import Conflict, Invalid
from charity_portal.kernel.i18n import Text, say
from charity_portal.projects.rules.history import Problem


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
    """Another officer saved the draft call first (409)."""
