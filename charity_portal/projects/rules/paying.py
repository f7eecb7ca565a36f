"""How an award is paid: in tranches, each tied to a condition."""

from charity_portal.kernel.i18n import Text, say

CONDITIONS: dict[str, Text] = {
    "agreement": say("资助协议已签订"),
    "midterm": say("中期评估合格"),
    "closing": say("结项验收通过"),
}
