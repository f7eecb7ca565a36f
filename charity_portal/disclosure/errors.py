"""Facts that stop a step in the disclosure domain."""

from charity_portal.kernel.errors import Conflict
from charity_portal.kernel.i18n import Text, say


class NothingNew(Conflict):
    """The published version already says what the record says (409)."""

    @classmethod
    def default(cls) -> Text:
        return say("记录与已发布的版本一致，无需发布新版本。")
