"""What applicants do: draft in two sittings, attach papers, hand in, correct, promise, take back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from charity_portal.demo import sources, writing
from charity_portal.demo.city import City
from charity_portal.demo.timeline import Story
from charity_portal.kernel import files
from charity_portal.kernel.database import transaction
from charity_portal.kernel.permissions import Actor
from charity_portal.projects.queries import applications, calls, drafts
from charity_portal.projects.services import attachments, screening, submissions
from charity_portal.projects.services import drafts as services

PAPERS = {
    "法人登记证书": "certificate",
    "登记或备案证明": "certificate",
    "项目负责人简历": "resume",
    "上年度审计报告": "audit",
    "食品经营许可证或备案证明": "licence",
    "村（社区）意见": "statement",
}
"""Which paper goes into which slot, by the slot's name; optional slots stay empty."""
LACKING = ("conditional", "promised", "completed")
"""Fates of applications that are handed in without their secondary papers."""
SITTINGS = ("title", "track", "summary", "answer:q1", "answer:q2")
"""What is written in the first sitting; the rest in the second."""

STARTED: dict[str, list[tuple[str, str]]] = {
    "draft": [("title", "title"), ("summary", "summary"), ("lead_name", "lead")],
    "discarded": [("title", "title")],
}
"""Drafts that get no further, and what stands in them."""


@dataclass(frozen=True)
class Window:
    """Working days (counted from today) between which applicants of a call write."""

    first: int
    last: int


def scripts(call: str) -> tuple[Mapping[str, Any], list[dict[str, Any]]]:
    """A call's data and its applications, each with the name of who leads it."""
    script = sources.read(f"calls/{call}")
    owners = {
        row["key"]: row.get("owner", "") for row in sources.rows("organizations", "organization")
    }
    return script, [{"lead": owners[spec["org"]], **spec} for spec in script["application"]]


def stories(city: City, call: str, window: Window) -> list[Story]:
    """Everybody who applies to a call, spread over the days of its window."""
    script, specs = scripts(call)
    days = window.last - window.first
    return [
        _story(city, call, script, spec, place, window.first + place * days // len(specs))
        for place, spec in enumerate(specs)
    ]


def writer(city: City, spec: Mapping[str, Any]) -> Actor:
    """Who writes: the officer where an organization cannot, else its owner or editor."""
    if spec.get("behalf"):
        return city.person("officer2")
    return city.person("editor") if spec["fate"] == "rich" else city.owner(spec["org"])


def _story(
    city: City, call: str, script: Mapping[str, Any], spec: dict[str, Any], place: int, day: int
) -> Story:
    yield city.at(day, 9 + place % 9, place * 17 % 60)
    actor = writer(city, spec)
    organization = city.organizations[spec["org"]]
    with transaction():
        draft = services.start(actor, city.calls[call], organization, bool(spec.get("behalf")))
        city.applications[call, place] = draft.id
    if spec["fate"] in STARTED:
        _save(actor, draft.id, {k: spec[v] for k, v in STARTED[spec["fate"]] if spec[v]})
        return
    start = city.calendar.day(day + 60)
    texts = writing.fields(script, spec, place, start)
    _save(actor, draft.id, {key: texts[key] for key in SITTINGS if key in texts})
    yield city.at(day + 1, 9 + place % 8, 3 + place * 23 % 57)
    _save(actor, draft.id, texts)
    _attach_all(city, actor, draft.id, spec)
    if spec["fate"] == "rich":
        return
    hand_in(actor, draft.id)


def _save(actor: Actor, application_id: int, texts: Mapping[str, str]) -> None:
    draft = applications.application(application_id)
    assert draft is not None
    with transaction():
        services.save_fields(actor, application_id, draft.rev, texts)


def _attach_all(city: City, actor: Actor, application_id: int, spec: Mapping[str, Any]) -> None:
    draft = applications.application(application_id)
    assert draft is not None
    for slot in calls.form_of(draft.call).slots:
        left_out = slot.need == "secondary" and spec["fate"] in (*LACKING, "rich")
        if slot.need != "optional" and not left_out:
            attach(city, actor, application_id, slot.key, PAPERS[slot.title_zh])


def attach(city: City, actor: Actor, application_id: int, slot: str, paper: str) -> None:
    """Put one of the city's papers into a slot, under a name of its own."""
    draft = applications.application(application_id)
    assert draft is not None
    prepared = city.papers[paper]
    title = prepared.name.partition("（")[0]
    with transaction():
        named = replace(
            prepared, name=files.clean_name(f"{title}-{application_id:03d}.pdf", ".pdf")
        )
        attachments.add(actor, application_id, slot, named)


def hand_in(actor: Actor, application_id: int) -> None:
    """Submit, or submit again after a correction."""
    draft = applications.application(application_id)
    assert draft is not None
    with transaction():
        submissions.submit(actor, application_id, draft.rev)


def correct(city: City, call: str, place: int, spec: Mapping[str, Any], day: int) -> Story:
    """The applicant mends what the office named, and hands in again."""
    yield city.at(day, 20, 10)
    application_id, actor = city.application(call, place), writer(city, spec)
    texts = drafts.texts(application_id)
    added = "活动前检查燃气阀门，食材当日采购并留样，现场配两只灭火器和急救包。"
    _save(actor, application_id, {k: texts[k] + added for k in spec["lacks"] if k in texts})
    yield city.at(day, 20, 40)
    hand_in(actor, application_id)


def promise(city: City, call: str, place: int, spec: Mapping[str, Any], day: int) -> Story:
    """The applicant promises the papers that are missing; some bring them."""
    yield city.at(day, 16, 25)
    application_id, actor = city.application(call, place), writer(city, spec)
    with transaction():
        screening.sign_promise(actor, application_id)
    if spec["fate"] == "completed":
        yield city.at(day + 1, 10, 5)
        attach(city, actor, application_id, "s1", "certificate")
        with transaction():
            submissions.hand_in_papers(actor, application_id)


def withdraw(city: City, call: str, place: int, spec: Mapping[str, Any], day: int) -> Story:
    """The applicant takes an application back."""
    yield city.at(day, 9, 40)
    with transaction():
        submissions.withdraw(writer(city, spec), city.application(call, place), spec["reason"])


def discard(city: City, call: str, place: int, spec: Mapping[str, Any], day: int) -> Story:
    """The applicant throws a draft away."""
    yield city.at(day, 17, 45)
    with transaction():
        services.discard(writer(city, spec), city.application(call, place))


def work_together(city: City) -> Story:
    """Owner and editor of one organization change the prepared canteen draft after each other."""
    script, specs = scripts("canteen")
    place = next(n for n, spec in enumerate(specs) if spec["fate"] == "rich")
    yield city.at(-2, 20, 15)
    application_id = city.application("canteen", place)
    texts = drafts.texts(application_id)
    supply = f"answer:q{script['answers'].index('supply') + 1}"
    more = "每月最后一个周五请就餐老人评菜单，评分最低的两道菜换掉。"
    _save(city.person("owner"), application_id, {supply: texts[supply] + more})
    yield city.at(-1, 19, 30)
    _save(city.person("editor"), application_id, {"confirmed": ""})
