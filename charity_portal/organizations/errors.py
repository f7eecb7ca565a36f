"""Facts that stop a change to the register or to an organization's members."""

from charity_portal.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from charity_portal.kernel.i18n import Text, say


class Duplicate(Conflict):
    """An organization with this code is in the register already (409); `organization_id` is it."""

    def __init__(self, organization_id: int, name: str) -> None:
        super().__init__(say("登记库中已有该代码的机构：%(name)s。", name=name))
        self.organization_id = organization_id


class StandingOverlaps(Invalid):
    """A standing would begin before the one that it follows has begun (422)."""

    @classmethod
    def default(cls) -> Text:
        return say("起始日期应晚于上一条名录记录的起止日期。")


class LastOwner(Conflict):
    """The step would leave an organization without an owner (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("机构必须始终有一名负责人。请先把负责人移交给其他成员。")


class AlreadyMember(Conflict):
    """The person acts for the organization already (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("该用户已经是本机构成员。")


class AlreadyClaimed(Conflict):
    """The organization has an owner, or the same person's claim is still open (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("您对该机构的认领申请正在审核，请等候结果。")


class HasOwner(Conflict):
    """Who wants to act for an organization that has an owner asks that owner (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("该机构已有负责人，请联系负责人邀请您加入。")


class UnknownCode(NotFound):
    """No organization of the register has that code (404)."""

    @classmethod
    def default(cls) -> Text:
        return say("登记库中没有该代码的机构，请核对代码；如确已登记，请联系民政局。")


class InvitationForeign(Forbidden):
    """The invitation went to another address than the account's (403)."""

    @classmethod
    def default(cls) -> Text:
        return say("这份邀请发给了另一个电子邮箱。请用收到邀请的邮箱登录，或请邀请人重新发送。")


class RegisterMoved(Conflict):
    """The register changed between the check of a roster and its application (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("检查之后登记库有变动，名册没有导入。请重新检查后再确认。")
