"""Facts that stop a request, each with the status and the words a person gets to read."""

from collections.abc import Mapping, Sequence

from charity_portal.kernel.i18n import Text, say


class PortalError(Exception):
    """Base of everything that the edges turn into a page (or JSON) in the reader's language."""

    status = 400

    def __init__(self, message: Text | None = None) -> None:
        self.message = message or self.default()
        super().__init__(self.message.msgid)

    @classmethod
    def default(cls) -> Text:
        """What is said when the raiser has nothing more exact to say."""
        return say("请求无法处理。")


class NotSignedIn(PortalError):
    """Nobody is signed in, and the page is for somebody (401)."""

    status = 401

    @classmethod
    def default(cls) -> Text:
        return say("请先登录。")


class Forbidden(PortalError):
    """The person is known and may not do this (403)."""

    status = 403

    @classmethod
    def default(cls) -> Text:
        return say("您没有权限查看或办理此事项。")


class NotFound(PortalError):
    """There is no such thing (404)."""

    status = 404

    @classmethod
    def default(cls) -> Text:
        return say("没有找到您要的页面或记录。")


class Conflict(PortalError):
    """Somebody else changed it first (409)."""

    status = 409

    @classmethod
    def default(cls) -> Text:
        return say("内容已被他人修改，请核对后再办理。")


class WrongState(Conflict):
    """The step does not exist from the state that the matter is in by now (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("该事项的状态已经变化，这一步现在不能办理。")


class TooLarge(PortalError):
    """More was sent than is accepted (413)."""

    status = 413

    @classmethod
    def default(cls) -> Text:
        return say("提交的内容超过大小限制。")


class Invalid(PortalError):
    """Something entered does not hold (422); `fields` says what and where."""

    status = 422

    def __init__(
        self, message: Text | None = None, fields: Mapping[str, Sequence[Text]] | None = None
    ) -> None:
        super().__init__(message)
        self.fields: dict[str, list[Text]] = {k: list(v) for k, v in (fields or {}).items()}

    @classmethod
    def default(cls) -> Text:
        return say("填写的内容有误，请更正后再提交。")


class Throttled(PortalError):
    """Too many tries in too short a time (429)."""

    status = 429

    @classmethod
    def default(cls) -> Text:
        return say("尝试次数过多，请稍后再试。")
