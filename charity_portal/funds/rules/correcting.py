"""Which entries are taken back where: most by a reversal of the books, some by the record that made
them, which must not go on believing in money that is gone.
"""

from charity_portal.kernel.i18n import Text, say

OWNERS: dict[tuple[str, str], Text] = {
    ("donation", "income"): say("这笔账来自捐赠记录，请在捐赠页面办理退回，账目随之冲销。"),
    ("spending", "allocation"): say("这笔账来自资金使用申请，请在申请页面撤销批准，账目随之冲销。"),
    ("spending", "handout"): say("这笔账来自资金使用申请，请在申请页面撤销批准，账目随之冲销。"),
    ("spending", "payment"): say(
        "这笔账来自资金使用申请，请在申请页面办理付款退回，账目随之冲销。"
    ),
    ("tranche", "allocation"): say("这笔账来自项目拨付，请在拨付页面停止拨付，账目随之冲销。"),
}
"""By the first word of the cause (of a payment: of what it pays) and the kind of the entry. A grant's
payment is followed by its tranche when the books take it back."""

OWN_SOURCES = ("interest", "payout", "release", "surplus")
"""First words of the sources of what a fund's own office pages post."""


def owner(source: str, kind: str) -> Text | None:
    """Where an entry is taken back when not here; None when a reversal of the books does it.

    `source` is the entry's own, for a payment that of the promise it pays.
    """
    return OWNERS.get((source.partition(":")[0], kind))


def is_surplus(source: str) -> bool:
    """Whether an entry passes on what is left of a fund that ends."""
    return source.startswith("surplus:")
