"""What the office writes to applicants. Each letter is said in Chinese and in English.

What an officer typed (reasons, defects) is quoted as typed. A letter about an outcome names no day of
the notice: it is drafted when the decision is made and released, unchanged, when it is published.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from charity_portal.kernel.i18n import Text, money, say
from charity_portal.projects.rules.wording import When


@dataclass(frozen=True)
class Letter:
    """A title and its paragraphs, in no language yet."""

    title: Text
    paragraphs: tuple[Text, ...]


@dataclass(frozen=True)
class About:
    """Which application a letter is about. `call` is said in the reader's language."""

    number: str
    title: str
    call: object
    link: str
    currency: str = "CNY"


@dataclass(frozen=True)
class Lack:
    """One thing that does not hold: the row's name and what the officer wrote."""

    label: Text
    note: str = ""


def _opening(about: About) -> Text:
    return say(
        "贵单位在“%(call)s”中申报的项目“%(title)s”（申请编号 %(number)s）：",
        call=about.call,
        title=about.title,
        number=about.number,
    )


def _closing(about: About) -> Text:
    return say("登录平台查看详情：%(link)s", link=about.link)


def _listed(lacks: Sequence[Lack]) -> list[Text]:
    return [
        say("%(n)s. %(label)s：%(note)s", n=n, label=lack.label, note=lack.note)
        if lack.note
        else say("%(n)s. %(label)s", n=n, label=lack.label)
        for n, lack in enumerate(lacks, 1)
    ]


def letter(title: Text, about: About, *middle: Text) -> Letter:
    """A letter about an application: which one, what there is to say, where to read on."""
    return Letter(title, (_opening(about), *middle, _closing(about)))


def correction(about: About, lacks: Sequence[Lack], due_at: datetime) -> Letter:
    """The one-time notice (一次性告知): every defect, and until when it can be mended."""
    return letter(
        say("补正通知：%(title)s", title=about.title),
        about,
        say("经审查，以下 %(n)s 项需要补正，现一次性告知：", n=len(lacks)),
        *_listed(lacks),
        say("请于 %(due)s 前在平台修改并重新提交。逾期未提交的，本次申请失效。", due=When(due_at)),
    )


def conditional(about: About, missing: Sequence[Lack], due_at: datetime) -> Letter:
    """Accepted while secondary papers are missing: which, until when, and what follows otherwise."""
    return letter(
        say("容缺受理通知：%(title)s", title=about.title),
        about,
        say("主要材料齐全，现予容缺受理。尚缺下列次要材料："),
        *_listed(missing),
        say(
            "请于 %(due)s 前在平台签署补齐承诺并上传上述材料。"
            "逾期未签署或未补齐的，容缺受理自动失效，本次申请终止。",
            due=When(due_at),
        ),
    )


def accepted(about: About) -> Letter:
    """The completeness check is passed."""
    return letter(
        say("审查通过：%(title)s", title=about.title),
        about,
        say("经审查，申请资格和申请材料符合要求，进入评审。评审结果以公示为准。"),
    )


def rejected(about: About, reason: str) -> Letter:
    """The application does not go on, and why."""
    return letter(
        say("审查结果通知：%(title)s", title=about.title),
        about,
        say("经审查，本次申请不符合要求，审查不通过。"),
        say("理由：%(reason)s", reason=reason),
        say("如对审查结果有疑问，请与征集公告中的联系人联系。"),
    )


def lapsed(about: About, due_at: datetime) -> Letter:
    """A deadline went by."""
    return letter(
        say("申请失效通知：%(title)s", title=about.title),
        about,
        say("截至 %(due)s 未按要求补正或补齐材料，本次申请已失效。", due=When(due_at)),
        say("因不可抗力等原因未能按期办理的，请与征集公告中的联系人联系。"),
    )


def reopened(about: About, reason: str) -> Letter:
    """The office takes the application up again."""
    return letter(
        say("恢复审查通知：%(title)s", title=about.title),
        about,
        say("本次申请已恢复审查。"),
        say("理由：%(reason)s", reason=reason),
    )


def outcome(
    about: About, result: str, requested_fen: int, amount_fen: int, rank: int | None, reason: str
) -> Letter:
    """What was decided: award, partial, reserve or refuse."""
    requested, amount = money(requested_fen, about.currency), money(amount_fen, about.currency)
    said = {
        "award": say("经评审，拟予立项，拟资助 %(amount)s（与申请金额一致）。", amount=amount),
        "partial": say(
            "经评审，拟予立项，拟资助 %(amount)s（申请金额 %(requested)s）。",
            amount=amount,
            requested=requested,
        ),
        "reserve": say("经评审，列为候补项目，候补顺位第 %(rank)s 位。", rank=rank or 1),
        "refuse": say("经评审，本次不予资助。"),
    }[result]
    after = {
        "reserve": say("如有拟立项项目取消，将按顺位递补并另行公示。"),
        "refuse": say("感谢贵单位的申报。如对结果有疑问，请与征集公告中的联系人联系。"),
    }.get(result, say("拟立项名单现予公示，公示期满且无异议或异议不成立的，予以确认立项。"))
    why = [say("理由：%(reason)s", reason=reason)] if reason.strip() else []
    return letter(say("评审结果通知：%(title)s", title=about.title), about, said, *why, after)


def confirmed(about: About, amount_fen: int) -> Letter:
    """The notice is over: the award stands."""
    return letter(
        say("立项通知：%(title)s", title=about.title),
        about,
        say(
            "公示期满，现确认立项，资助金额 %(amount)s。", amount=money(amount_fen, about.currency)
        ),
        say("请等候签订资助协议的通知。"),
    )


def cancelled(about: About, findings: Sequence[str]) -> Letter:
    """An objection was upheld: the award does not stand, and what was found."""
    return letter(
        say("取消立项通知：%(title)s", title=about.title),
        about,
        say("公示期间收到异议，经复核异议成立，取消拟立项。"),
        *(say("复核结论：%(finding)s", finding=finding) for finding in findings),
    )


def reserve_ended(about: About) -> Letter:
    """The call is over and the reserve was not needed."""
    return letter(
        say("候补结束通知：%(title)s", title=about.title),
        about,
        say("本次征集已办结，候补项目未递补。感谢贵单位的申报。"),
    )
