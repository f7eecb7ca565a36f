"""What the office writes to an organization about the money of its award."""

from dataclasses import dataclass
from datetime import date

from charity_portal.kernel.i18n import Text, money, say
from charity_portal.projects.rules.letters import About, Letter, letter
from charity_portal.projects.rules.paying import ASKED, CONDITIONS
from charity_portal.projects.rules.wording import Day


@dataclass(frozen=True)
class Which:
    """Which part of an award a letter is about."""

    position: int
    condition: str
    amount_fen: int


@dataclass(frozen=True)
class Demanded:
    """What is asked back, by when and why; `barred_until` when no new application is taken."""

    number: str
    amount_fen: int
    due_on: date
    reason: str
    barred_until: date | None = None


def _part(which: Which) -> Text:
    return say(
        "第 %(n)s 期，%(amount)s，拨付条件：%(condition)s。",
        n=which.position,
        amount=money(which.amount_fen),
        condition=CONDITIONS[which.condition],
    )


def _why(reason: str) -> Text:
    return say("理由：%(reason)s", reason=reason)


def sent_back(about: About, which: Which, reason: str) -> Letter:
    """The condition was not found to be met after all."""
    return letter(
        say("拨付条件需要重新确认：%(title)s", title=about.title),
        about,
        _part(which),
        say("经复核，该期拨付条件尚不能确认。"),
        _why(reason),
        say("请按要求办理：%(asked)s。", asked=ASKED[which.condition]),
    )


def paid(about: About, which: Which, paid_on: date) -> Letter:
    """A part was paid."""
    return letter(
        say("付款通知：%(title)s", title=about.title),
        about,
        _part(which),
        say("该期资助款已于 %(day)s 付出，请查收并按协议使用。", day=Day(paid_on)),
    )


def stopped(about: About, which: Which, reason: str) -> Letter:
    """A part is not paid for the time being."""
    return letter(
        say("停止拨付通知：%(title)s", title=about.title),
        about,
        _part(which),
        say("该期资助款停止拨付。"),
        _why(reason),
        say("如有异议，请与征集公告中的联系人联系。"),
    )


def resumed(about: About, which: Which, reason: str) -> Letter:
    """A part may be paid again once its condition is met."""
    return letter(
        say("恢复拨付通知：%(title)s", title=about.title),
        about,
        _part(which),
        say("该期资助款恢复拨付，条件满足后办理。"),
        _why(reason),
    )


def reclaimed(about: About, demanded: Demanded) -> Letter:
    """Money has to come back; perhaps no new application is taken for some years."""
    bar = []
    if demanded.barred_until is not None:
        bar.append(
            say(
                "自今日起暂停贵单位申请资助，至 %(day)s 止；正在填写的申请在此期间不能提交。",
                day=Day(demanded.barred_until),
            )
        )
    return letter(
        say("退回资助款通知：%(title)s", title=about.title),
        about,
        say(
            "请于 %(day)s 前退回资助款 %(amount)s（通知编号 %(number)s）。",
            day=Day(demanded.due_on),
            amount=money(demanded.amount_fen),
            number=demanded.number,
        ),
        _why(demanded.reason),
        *bar,
        say("请退回原付款账户，并在用途中注明通知编号。如有异议，请与征集公告中的联系人联系。"),
    )


def came_back(about: About, number: str, amount_fen: int, left_fen: int) -> Letter:
    """Money came back: how much, and what is still missing."""
    rest = (
        say("尚需退回 %(left)s。", left=money(left_fen))
        if left_fen
        else say("款项已全部退回，本次追缴办结。")
    )
    return letter(
        say("收到退款：%(title)s", title=about.title),
        about,
        say("已收到退回的资助款 %(amount)s（通知编号 %(number)s）。", amount=money(amount_fen),
            number=number),
        rest,
    )  # fmt: skip


def waived(about: About, number: str, left_fen: int, reason: str) -> Letter:
    """What is still missing need not come back."""
    return letter(
        say("免除退款通知：%(title)s", title=about.title),
        about,
        say("通知编号 %(number)s 中尚未退回的 %(left)s 不再追缴。", number=number,
            left=money(left_fen)),
        _why(reason),
    )  # fmt: skip


def bar_lifted(about: About, reason: str) -> Letter:
    """The organization may apply again."""
    return letter(
        say("恢复申请资格通知：%(title)s", title=about.title),
        about,
        say("贵单位即日起可以重新申请资助。"),
        _why(reason),
    )
