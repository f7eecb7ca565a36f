"""Facts that stop a change to a fund or to its ledger."""

from charity_portal.kernel.errors import Conflict, Invalid
from charity_portal.kernel.i18n import Text, money, say


class FundUnfit(Invalid):
    """A fund cannot begin (or end) like this; `problems` says everything that stands in the way (422)."""

    def __init__(self, problems: list[Text]) -> None:
        super().__init__(say("基金尚不具备条件：%(first)s", first=problems[0]))
        self.problems = problems


class Overdrawn(Conflict):
    """There is less money (or goods) than the step would take (409)."""

    def __init__(self, available_fen: int, wanted_fen: int) -> None:
        super().__init__(
            say(
                "余额不足：可用 %(available)s，需要 %(wanted)s。",
                available=money(available_fen),
                wanted=money(wanted_fen),
            )
        )
        self.available_fen, self.wanted_fen = available_fen, wanted_fen


class EarmarkBroken(Invalid):
    """The money is not meant for that (422)."""

    @classmethod
    def default(cls) -> Text:
        return say("专款专用：该用途的资金不能用于此项支出。")


class PurposeElsewhere(Invalid):
    """The purpose belongs to another fund (422)."""

    @classmethod
    def default(cls) -> Text:
        return say("所选用途不属于该基金。")


class SourceTaken(Conflict):
    """The same cause was posted before, with other facts (409); `entry_id` is that entry."""

    def __init__(self, source: str, entry_id: int) -> None:
        super().__init__(say("来源“%(source)s”已经记过账，且内容不同，请先核对。", source=source))
        self.entry_id = entry_id


class MonthClosed(Conflict):
    """The day lies in a month that is closed (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("该月份已经结账，不能再记入当月的账目。")


class AlreadyReversed(Conflict):
    """The entry was taken back before (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("这笔账已经冲销，不能再次冲销。")


class NotReversible(Conflict):
    """The entry cannot be taken back as things stand (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("冲销记录本身不能再冲销，请按实际情况重新记账。")


class AlreadyPaid(Conflict):
    """The allocation was paid before (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("这笔拨付已经付款。")


class CampaignUnfit(Invalid):
    """A campaign cannot start like this; `problems` says everything that stands in the way (422)."""

    def __init__(self, problems: list[Text]) -> None:
        super().__init__(say("活动尚不具备条件：%(first)s", first=problems[0]))
        self.problems = problems


class StaleCampaign(Conflict):
    """Another officer saved the plan first (409). `clashes` names what both changed, `rev` is the
    revision as saved."""

    def __init__(self, clashes: list[str], rev: int) -> None:
        super().__init__()
        self.clashes, self.rev = clashes, rev


class BulletinAhead(Conflict):
    """Somebody else published the bulletin meanwhile (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("刚刚已有人发布了这一期通报，请查看后再决定是否另发一期。")


class EntryTaken(Conflict):
    """An entry is part of another line of the bank already, or does not touch the bank (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("所选账目已经对上其他流水，或者不经过银行。请刷新页面后重新选择。")
