"""Facts that stop a step in competitions."""

from collections.abc import Sequence

from charity_portal.kernel.errors import Conflict, Invalid, WrongState
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


class ScoresMoved(Conflict):
    """Scores changed while they were being counted; nothing was kept (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("计算期间评分有变动，结果没有保存。请重新计算。")


class RankingOutdated(Conflict):
    """The scores changed since the ranking was computed (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("排名计算之后评分有变动，请先重新计算排名。")


class NoRanking(Conflict):
    """A ranking is needed first (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("尚未计算排名。")


class NotCounted(Conflict):
    """Scores cannot be counted yet; `message` says what stands in the way (409)."""


class SelectionMoved(Conflict):
    """A colleague changed the proposal since it was looked at (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("您查看之后，同事又调整了拟资助名单。您的操作没有生效，请核对最新名单。")


class SelectionSettled(Conflict):
    """The selection is confirmed; changing it means withdrawing that first (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("拟资助名单已经确定，需要调整的，请先撤回。")


class SelectionImpossible(Invalid):
    """No choice keeps to all limits with these decisions (422); `message` names the limits."""


class NoticeBegun(Conflict):
    """The proposals were put to the public: what was confirmed stands (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("公示已经开始，拟资助名单不能撤回。公示期内的问题通过异议程序处理。")


class NotPublishable(Conflict):
    """The result cannot be published yet; `problems` names everything that is missing (409)."""

    def __init__(self, problems: Sequence[Text]) -> None:
        super().__init__(say("还有 %(n)s 项问题，结果没有公布。", n=len(problems)))
        self.problems = list(problems)


class EditionNotReady(Invalid):
    """The edition still has defects that stand in the way of opening (422)."""

    @classmethod
    def default(cls) -> Text:
        return say("评审还不能开始，请先处理列出的问题。")


class StaleEdition(Conflict):
    """Another officer saved the edition first (409). `clashes` names what both changed, `rev` is the
    revision as saved."""

    def __init__(self, clashes: Sequence[str], rev: int) -> None:
        super().__init__()
        self.clashes, self.rev = list(clashes), rev


class RulesFixed(WrongState):
    """What decides the outcome is fixed from the opening on (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("评审已经开始，标准和规则不能再修改。")


class StageNotReady(Conflict):
    """The stage cannot take this step yet; `message` says why (409)."""


class PlanUndecided(Conflict):
    """Neither a plan nor a proof that there is none was found within the solver's limits (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("在计算限度内既没有找到方案，也没有证明无解。请放宽要求后重新计算。")


class PlanRefused(Conflict):
    """What the solver found breaks a rule; it is not kept (409)."""

    def __init__(self, problem: Text) -> None:
        super().__init__(say("计算结果未通过核对，没有保存：%(problem)s", problem=problem))
