"""Facts that stop a step in competitions."""

from collections.abc import Sequence

from charity_portal.kernel.errors import Conflict, Invalid
from charity_portal.kernel.i18n import Text, say


class NotEnoughExperts(Invalid):
    """Nobody is left in the pool who could be drawn (422)."""

    @classmethod
    def default(cls) -> Text:
        return say("专家库中没有可以抽取的专家。")


class SeedMissing(Invalid):
    """Lots cannot be drawn before the seed is published (422)."""

    @classmethod
    def default(cls) -> Text:
        return say("尚未公布抽取种子，不能抽取专家。")


class AnswerTooLate(Conflict):
    """The date by which an invitation was to be answered has passed (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("答复期限已过，名额已由候补专家递补。")


class PanelSettled(Conflict):
    """The panel can no longer be changed: judging is over (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("评审已经结束，评审组不能再变更。")


class NotDeclared(Conflict):
    """Confidentiality and ties come before any dossier (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("请先签署保密承诺并申报利害关系，再查看评审材料。")


class RoundNotReady(Conflict):
    """Reviews cannot be distributed now; `message` says what is missing (409)."""


class RoundChanged(Conflict):
    """Members, applications, loads or conflicts changed while the plan was computed (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("计算期间，评委、申请、工作量或回避情况有变化，结果没有保存。请重新计算。")


class PlanMoved(Conflict):
    """A colleague changed the plan since it was looked at (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("您查看之后，同事又调整了这份方案。请核对最新方案后再办理，您的操作没有生效。")


class PlanSettled(Conflict):
    """The plan is adopted, or another was adopted after it was computed (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("这份方案已采用，或其后已采用另一份方案，不能再改动。")


class PlanOutdated(Conflict):
    """The plan no longer keeps the hard rules as things stand now; `problems` names each (409)."""

    def __init__(self, problems: Sequence[Text]) -> None:
        super().__init__(
            say(
                "按目前的名单和回避情况，方案有 %(n)s 处不符合硬性规则，没有采用。", n=len(problems)
            )
        )
        self.problems = list(problems)


class ChangeRefused(Invalid):
    """A hard rule forbids the change by hand (422)."""


class IncompleteReview(Invalid):
    """A review cannot be handed in yet; `missing` names the fields in the order of the page (422)."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(say("还有 %(n)s 项没有完成，尚未提交。", n=len(missing)))
        self.missing = list(missing)


class NotForReviewers(Invalid):
    """What was asked for cannot be shown to, or hidden from, reviewers; `message` says why (422)."""


class PitchRefused(Conflict):
    """A pitch session does not allow this step now; `message` says why (409)."""
