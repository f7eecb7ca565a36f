"""A genuine file is told from one with a changed byte, and from no file of ours."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.disclosure.models import ReportVersion
from charity_portal.disclosure.queries import verification
from charity_portal.kernel import files
from tests.factories.disclosure import publish_history
from tests.factories.history import record


def content_of(version: ReportVersion, language: str = "zh") -> bytes:
    [stored] = [file.stored for file in version.files if file.language == language]
    return files.path_of(stored).read_bytes()


def judge(content: bytes) -> verification.Finding:
    return verification.of_file(io.BytesIO(content))


def test_both_languages_are_genuine(app: Flask) -> None:
    version = publish_history()
    for language in ("zh", "en"):
        finding = judge(content_of(version, language))
        assert (finding.outcome, finding.number) == ("genuine", version.report.number)


@pytest.mark.parametrize("place", [0.3, 0.6, 0.999])
def test_one_changed_byte_is_altered_and_the_genuine_one_is_pointed_to(
    app: Flask, place: float
) -> None:
    version = publish_history()
    content = bytearray(content_of(version))
    content[int(len(content) * place)] ^= 1
    finding = judge(bytes(content))
    assert finding.outcome == "altered"
    assert finding.newest is not None
    assert finding.newest.report.number == version.report.number


def test_a_truncated_file_is_altered(app: Flask) -> None:
    content = content_of(publish_history())
    assert judge(content[:-1]).outcome == "altered"


def test_a_superseded_file_is_genuine_but_not_current(app: Flask) -> None:
    first = publish_history(record(1))
    old = content_of(first)
    second = publish_history(record(1, amountAwarded=901), accept_changes=True)
    finding = judge(old)
    assert finding.outcome == "superseded"
    assert (finding.version, finding.newest) == (first, second)
    assert judge(content_of(second)).outcome == "genuine"


def test_a_file_from_elsewhere_is_unknown(app: Flask) -> None:
    publish_history()
    assert judge(b"%PDF-1.7 nothing of ours").outcome == "unknown"
    assert judge(b"%PDF-1.7 GB-2026-999999").outcome == "unknown"


def test_a_number_tells_what_stands_under_it(app: Flask) -> None:
    version = publish_history()
    finding = verification.of_number(f"  {version.report.number.lower()} ")
    assert (finding.outcome, finding.newest) == ("report", version)
    assert verification.of_number("GB-2026-999999").outcome == "unknown"


@pytest.mark.parametrize(
    ("language", "genuine", "altered"),
    [("zh", "文件真实有效", "文件与公布的不一致"), ("en", "Genuine", "Not the published file")],
)
def test_the_page_says_it_in_the_readers_language_without_scripts(
    app: Flask, client: FlaskClient, csrf: None, language: str, genuine: str, altered: str
) -> None:
    content = content_of(publish_history())
    for given, says in ((content, genuine), (content[:-1], altered)):
        answer = client.post(
            f"/verify?lang={language}", data={"file": (io.BytesIO(given), "result.pdf")}
        )
        assert answer.status_code == 200
        assert says in answer.text


def test_no_file_chosen_is_told_at_the_field(client: FlaskClient) -> None:
    answer = client.post("/verify", data={})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "<title>错误：" in answer.text


def test_the_code_on_paper_leads_to_its_report(client: FlaskClient, app: Flask) -> None:
    version = publish_history()
    answer = client.get(f"/verify?number={version.report.number}")
    assert version.title_zh in answer.text
