"""Letters to experts, in the language of whoever receives them."""

from collections.abc import Callable

from flask import current_app
from flask_babel import force_locale

from charity_portal.accounts import queries as accounts
from charity_portal.competitions.models.experts import Expert
from charity_portal.competitions.models.panels import Panelist
from charity_portal.kernel import mail
from charity_portal.kernel.i18n import Text, localized, say, time_text
from charity_portal.kernel.permissions import Actor

INVITATION = "competitions.invitation"
REMINDER = "competitions.invitation_reminder"
RELEASED = "competitions.panel_released"
POOL = "competitions.expert"
_LOCALES = {"zh": "zh_Hans_CN", "en": "en"}


def address_of(endpoint: str, **values: object) -> str:
    """The full address of a page; jobs write letters too, where no request exists."""
    path = current_app.url_map.bind("portal").build(endpoint, values)
    return f"{current_app.config['PUBLIC_URL']}{path}"


def _post(
    actor: Actor, user_id: int, kind: str, subject_id: int,
    title: Callable[[], Text | str], *paragraphs: Callable[[], Text | str],
) -> None:  # fmt: skip
    """Post a letter to somebody whose account is open; everything is put into words in their language."""
    person = accounts.person(user_id)
    if person is None or not person.is_active:
        return
    with force_locale(_LOCALES[person.locale]):
        site = current_app.config["SITE_NAME_EN" if person.locale == "en" else "SITE_NAME_ZH"]
        greeting = say("%(name)s：您好。", name=person.name)
        body = "\n\n".join([str(greeting), *(str(said()) for said in paragraphs), str(site)])
        mail.post(actor, person.email, f"{title()} · {site}", body, kind, subject_id)


def _edition(panelist: Panelist) -> str:
    return localized(panelist.edition, "title")


def _link(panelist: Panelist) -> str:
    return address_of("competitions_own_panel.show", panelist_id=panelist.id)


def _load(panelist: Panelist) -> Text:
    return say(
        "每一阶段评审项目 %(least)s 至 %(most)s 个。",
        least=panelist.min_load,
        most=panelist.max_load,
    )


def invited(actor: Actor, panelist: Panelist) -> None:
    """Ask somebody who was drawn to sit on the panel."""
    _post(
        actor, panelist.user_id, INVITATION, panelist.id,
        lambda: say("评审邀请：%(edition)s", edition=_edition(panelist)),
        lambda: say("您被随机抽取为“%(edition)s”的评审专家。", edition=_edition(panelist)),
        lambda: _load(panelist),
        lambda: say(
            "请于 %(time)s 前答复是否接受。逾期未答复的，由候补专家递补。",
            time=time_text(panelist.answer_due_at),
        ),
        lambda: say("查看评审安排并答复：%(url)s", url=_link(panelist)),
        lambda: say("评审结果公布前，请勿向他人透露您参加评审。"),
    )  # fmt: skip


def reminded(actor: Actor, panelist: Panelist) -> None:
    """Call an unanswered invitation to mind."""
    _post(
        actor, panelist.user_id, REMINDER, panelist.id,
        lambda: say("请答复评审邀请：%(edition)s", edition=_edition(panelist)),
        lambda: say(
            "您尚未答复评审邀请，答复截止时间为 %(time)s。", time=time_text(panelist.answer_due_at)
        ),
        lambda: say("查看评审安排并答复：%(url)s", url=_link(panelist)),
    )  # fmt: skip


def released(actor: Actor, panelist: Panelist) -> None:
    """Tell somebody who had been invited that the seat is no longer theirs."""
    _post(
        actor, panelist.user_id, RELEASED, panelist.id,
        lambda: say("评审邀请已失效：%(edition)s", edition=_edition(panelist)),
        lambda: say(
            "您参加“%(edition)s”评审的邀请已失效，无需再答复。感谢您的关注。",
            edition=_edition(panelist),
        ),
    )  # fmt: skip


def withdrawn(actor: Actor, panelist: Panelist, reason: str) -> None:
    """Tell a member whom an officer took off the panel, with the reason."""
    _post(
        actor, panelist.user_id, RELEASED, panelist.id,
        lambda: say("您已退出评审：%(edition)s", edition=_edition(panelist)),
        lambda: say(
            "您已退出“%(edition)s”的评审，未提交的评审已经作废，已提交的评审保留。",
            edition=_edition(panelist),
        ),
        lambda: say("理由：%(reason)s", reason=reason),
    )  # fmt: skip


def nominated(actor: Actor, expert: Expert) -> None:
    """Ask somebody who has an account to fill in their entry."""
    _post(
        actor, expert.user_id, POOL, expert.id,
        lambda: say("您已被提名进入专家库"),
        lambda: say("请填写专业领域、任职经历和可以参评的时间，供审批人审核。"),
        lambda: say("填写专家资料：%(url)s", url=address_of("competitions_own_expert.show")),
    )  # fmt: skip


def decided(actor: Actor, expert: Expert, reason: str) -> None:
    """Tell an expert what became of their place in the pool."""
    _post(
        actor, expert.user_id, POOL, expert.id,
        lambda: say("专家库：%(state)s", state=Expert.MACHINE.word(expert.state)),
        lambda: say("您在专家库中的状态变更为“%(state)s”。", state=Expert.MACHINE.word(expert.state)),
        lambda: say("理由：%(reason)s", reason=reason),
        lambda: say("查看专家资料：%(url)s", url=address_of("competitions_own_expert.show")),
    )  # fmt: skip
