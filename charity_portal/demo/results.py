"""Results as reports: published, corrected and published again, and one still waiting."""

from charity_portal.demo import evenings
from charity_portal.demo.city import City
from charity_portal.demo.timeline import Story
from charity_portal.disclosure.queries import reports
from charity_portal.disclosure.services import call_results, versions
from charity_portal.kernel.database import transaction
from charity_portal.projects.queries import calls
from charity_portal.projects.services import call_corrections
from charity_portal.projects.services.call_corrections import TEXTS, Texts


def contest(city: City) -> Story:
    """The contest's result, and its second edition after a correction of the English title."""
    yield city.at(-30, 10)
    _ask(city, "contest")
    yield city.at(-30, 10, 2)
    evenings.catch_up(city)
    yield city.at(-24, 9, 45)
    _retitle(
        city,
        "contest",
        "{old}: Public Benefit Projects",
        "英文名称补充“公益项目”字样，与中文名称一致。",
    )
    with transaction():
        call_results.draft(city.person("officer"), city.calls["contest"])
    yield city.at(-23, 15, 20)
    _ask(
        city, "contest", "更正英文名称，与中文名称一致；获资助项目和金额没有变化。",
        "The English title was put right; projects and amounts are unchanged.",
    )  # fmt: skip
    yield city.at(-23, 15, 22)
    evenings.catch_up(city)


def stations(city: City) -> Story:
    """A first draft was given up for a second one, which the approver has not published yet."""
    yield city.at(-3, 10, 30)
    _retitle(city, "stations", "{old}: equipment and teams", "英文名称不完整，补充资助内容。")
    with transaction():
        call_results.draft(city.person("officer"), city.calls["stations"])


def _ask(city: City, key: str, correction_zh: str = "", correction_en: str = "") -> None:
    version_id = _draft(city.calls[key])
    with transaction():
        versions.ask_to_publish(city.person("approver"), version_id, correction_zh, correction_en)


def _draft(call_id: int) -> int:
    for version in reports.office_page().items:
        if version.report.call_id == call_id and version.state == "draft":
            return int(version.id)
    raise LookupError(f"no draft of the result of call {call_id}")


def _retitle(city: City, key: str, title: str, reason: str) -> None:
    call = calls.whole_call(city.calls[key])
    assert call is not None
    texts = {name: getattr(call, name) for name in TEXTS}
    texts["title_en"] = title.format(old=call.title_en)
    with transaction():
        call_corrections.correct(
            city.person("officer"), call.id, Texts(texts, {}), call.rev, reason
        )
