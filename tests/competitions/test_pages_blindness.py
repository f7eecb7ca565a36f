"""Nothing that a reviewer can reach names the applicant: every address, every answer, every header.

Two proofs. Canaries: the applicant's name and all else that names it lie everywhere they could, and
must be found nowhere. Metamorphosis: a second world differs in nothing but that identity, and every
byte that a reviewer gets must be the same. Equal are compared after CSRF tokens alone are taken out
(they are random; session cookies are not among what is compared).
"""

import contextlib
import html
import inspect
import io
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.queries import identities
from charity_portal.competitions.rules import blinding
from charity_portal.kernel.database import db, transaction
from tests.architecture.house import access
from tests.architecture.house.access import Door
from tests.factories.blinding import AMBER, CORAL, BlindCase, Who, make_case
from tests.factories.personas import settle
from tests.support.apps import Portal
from tests.support.people import sign_in

NAMES_EVERYBODY = {
    "organizations_public.index": "the city's public register lists all its organizations",
    "organizations_public.show": "its page about one of them",
    "organizations_public.export": "the same register as a file",
}
"""Addresses that name every organization as such. None of them says that one applied."""
SEARCH_THE_REGISTER = {
    "competitions_own_panel.declaration": "ties are declared to any registered organization",
    "competitions_own_expert.new_employer": "an employer is looked up in the register",
}
"""Addresses that name what the register finds for `?q=`, applicant or not; without it, nobody."""
RANDOM = {"accounts_second_factor.set_up": "a new secret at each sight"}
CLOCK = ("Set-Cookie", "Date", "Expires")
"""Headers that tell the time of the machine (the portal's own clock stands still) or the session."""
OWN_PAGES = "competitions_"
REVIEWERS = tuple(f"competitions_{room}." for room in ("desk", "reviews", "papers", "sheets"))
"""Where reviewers work; enough to see a sweep fail."""
CSRF = re.compile(
    rb'(?<=name="csrf_token" value=")[^"]+|(?<=name="csrf-token" content=")[^"]+'
    rb'|(?<="token":")[^"]+'
)
_ASKED = re.compile(r"""request\.args\.get\(\s*"(\w+)"|"(\w+)" (?:not )?in request\.args""")


@dataclass(frozen=True)
class Answer:
    """One address and everything that came back."""

    asked: str
    endpoint: str
    status: int
    headers: str
    body: bytes

    @property
    def readable(self) -> str:
        """All of it, unpacked and unescaped."""
        return "\n".join(dict.fromkeys([unquote(self.headers), *unpacked(self.body)]))


def unpacked(body: bytes) -> Iterator[str]:
    """A body as text: packed files opened, escapes undone."""
    if body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                yield name
                yield from unpacked(archive.read(name))
        return
    if body[:5] == b"%PDF-":
        buffer = io.BytesIO(body)
        with contextlib.suppress(pikepdf.PdfError), pikepdf.open(io.BytesIO(body)) as document:
            document.save(
                buffer,
                compress_streams=False,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
                stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            )
        yield buffer.getvalue().decode("utf-8", "replace")
        yield buffer.getvalue().decode("utf-16-be", "ignore")
    text = body.decode("utf-8", "replace")
    yield text
    yield html.unescape(text)
    yield unquote(text)
    if text[:1] in ("{", "["):
        yield json.dumps(json.loads(text), ensure_ascii=False)


def found_in(answer: Answer, who: Who, numbers: list[str]) -> list[str]:
    """The canaries in an answer, however they are written; not what was asked with, which a page may
    say again."""
    tight, asked = blinding.squeeze(answer.readable), unquote(answer.asked)
    canaries = (c for c in (*who.canaries, *numbers) if c not in asked)
    return [c for c in canaries if blinding.squeeze(c) in tight]


def parameters(app: Flask, door: Door) -> list[str]:
    """Every name that the views beside this one read from an address."""
    module = sys.modules[inspect.unwrap(app.view_functions[door.endpoint]).__module__]
    found = _ASKED.findall(inspect.getsource(module))
    return sorted({name for pair in found for name in pair if name} | {"q"})


def variants(app: Flask, door: Door, who: Who) -> Iterator[str]:
    """The address with everything one might add to it."""
    if not door.endpoint.startswith(OWN_PAGES):
        return
    for name in parameters(app, door):
        for value in (who.short, "title", "csv"):
            yield f"?{name}={value}"


def values(door: Door, case: BlindCase) -> Iterator[dict[str, object]]:
    """What may stand in an address: the reviewer's own, what a conflict closed, a neighbour's, nothing.

    Arguments of other parts of the portal are 1: the first of its kind, where there is one.
    """
    chosen = (
        (case.mine, case.review),
        (case.barred, case.barred_review),
        (case.foreign, case.foreign_review),
        (None, None),
    )
    for application, review in chosen if door.arguments else chosen[:1]:
        known: dict[str, object] = {
            "edition_id": case.edition.id,
            "stage_id": case.stage.id,
            "call_id": case.edition.call_id,
            "panelist_id": case.review.panelist_id,
            "organization_id": case.organization.id,
            "application_id": application.id if application else 10**9,
            "review_id": review.id if review else 10**9,
            "paper_id": case.paper.id,
            "attachment_id": case.attachment.id,
            "file_id": case.attachment.file_id,
        }
        if door.endpoint.startswith("competitions_public"):
            known["number"] = case.edition.number
        yield {**{k: known.get(k, 1) for k in door.arguments}, **door.choices}


def walk(
    app: Flask,
    case: BlindCase,
    methods: tuple[str, ...] = access.READING,
    only: tuple[str, ...] = ("",),
) -> Iterator[Answer]:
    """Ask for every address as the reviewer, with all that may be added to it.

    `only`: what the endpoints begin with.
    """
    client = app.test_client()
    sign_in(client, case.reviewer_id)
    asked = set()
    for door in access.doors(app, methods):
        if not door.endpoint.startswith(only):
            continue
        for given in values(door, case):
            url = access.address(app, door, given)
            if (door.method, url) in asked:
                continue
            asked.add((door.method, url))
            first = ask(client, door, url)
            yield first
            if door.method == "GET" and first.status == 200:
                for more in variants(app, door, AMBER):
                    yield ask(client, door, url + more)


def ask(client: FlaskClient, door: Door, url: str) -> Answer:
    """One request, with its answer taken apart."""
    db.session.rollback()
    with client.open(url, method=door.method) as response:
        headers = "\n".join(f"{k}: {v}" for k, v in response.headers if k not in CLOCK)
        return Answer(
            f"{door.method} {url}", door.endpoint, response.status_code, headers, body_of(response)
        )


def body_of(response: TestResponse) -> bytes:
    """The bytes without CSRF tokens."""
    return CSRF.sub(b"", response.get_data())


def named_as_such(answer: Answer) -> bool:
    """Whether an address names organizations because it shows the public register."""
    searched = answer.endpoint in SEARCH_THE_REGISTER and "?q=" in answer.asked
    return searched or answer.endpoint in NAMES_EVERYBODY


def unquoted(body: bytes) -> bytes:
    """Addresses in a page as they are typed."""
    return unquote(body.decode()).encode()


def world_of(who: Who) -> BlindCase:
    """Everybody, and the blind edition with its reviewer."""
    return make_case(who, reviewer_id=settle().people["reviewer"])


def seen_by_reviewer(
    app: Flask, who: Who, methods: tuple[str, ...] = access.READING, only: tuple[str, ...] = ("",)
) -> tuple[list[Answer], list[str]]:
    """All answers in a world of this applicant, and which of them name it."""
    case = world_of(who)
    numbers = [a.number for a in (case.mine, case.barred, case.foreign) if a.number]
    answers = list(walk(app, case, methods, only))
    db.session.remove()
    return answers, [
        f"{answer.asked} ({answer.status}) names {named}"
        for answer in answers
        if not named_as_such(answer) and (named := found_in(answer, who, numbers))
    ]


def two_worlds(portal: Portal, only: tuple[str, ...] = ("",)) -> tuple[list[str], list[str]]:
    """Where the applicant is named, and where two worlds that differ in the identity alone differ."""
    seen, named = [], []
    for who in (AMBER, CORAL):
        portal.restore()
        with portal.app.app_context():
            answers, leaks = seen_by_reviewer(portal.app, who, only=only)
        seen.append(answers)
        named.extend(leaks)
    first, second = seen
    assert [a.asked for a in first] == [a.asked for a in second]
    return named, [
        a.asked
        for a, b in zip(first, second, strict=True)
        if not named_as_such(a)
        and a.endpoint not in RANDOM
        and (a.status, a.headers, a.body) != (b.status, b.headers, b.body)
    ]


@pytest.fixture
def small(portals: Callable[[str], Portal]) -> Portal:
    """A database that gives the same ids again."""
    return portals("sqlite")


def test_no_address_names_the_applicant_and_two_worlds_look_the_same(small: Portal) -> None:
    named, different = two_worlds(small)
    assert named == []
    assert different == []


def test_reviewers_pages_name_nobody_on_either_database(app: Flask) -> None:
    answers, named = seen_by_reviewer(app, AMBER, only=REVIEWERS)
    assert named == []
    assert {200, 403, 404} <= {a.status for a in answers}


def test_no_refusal_names_the_applicant_to_a_reviewer(small: Portal) -> None:
    small.restore()
    with small.app.app_context():
        _, named = seen_by_reviewer(small.app, AMBER, access.WRITING)
    assert named == []


def test_the_sweeps_see_a_name_that_is_not_hidden(
    small: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        identities, "_hidden", lambda _who, text, _language: blinding.Redacted(text)
    )
    named, different = two_worlds(small, REVIEWERS)
    assert named
    assert different


def test_a_mark_that_knew_the_length_of_the_name_would_be_seen(
    small: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def telling(who: blinding.Identity, text: str, _language: str) -> blinding.Redacted:
        found = blinding.Blinder(who).hide(text)
        return blinding.Redacted(found.text + "·" * (len(text) - len(found.text)), found.counts)

    monkeypatch.setattr(identities, "_hidden", telling)
    named, different = two_worlds(small, REVIEWERS)
    assert not named
    assert different


def test_the_sweeps_see_an_edition_that_is_not_blind(small: Portal) -> None:
    small.restore()
    with small.app.app_context():
        case = world_of(AMBER)
        with transaction():
            db.session.get_one(Edition, case.edition.id).blind = False
        answers = list(walk(small.app, case, only=REVIEWERS))
        db.session.remove()
    named = [a for a in answers if found_in(a, AMBER, [])]
    assert {"competitions_reviews.show", "competitions_papers.show"} <= {a.endpoint for a in named}


def test_what_is_allowed_to_name_organizations_still_exists(app: Flask) -> None:
    allowed = NAMES_EVERYBODY.keys() | SEARCH_THE_REGISTER.keys() | RANDOM.keys()
    assert allowed <= app.view_functions.keys()


def test_a_conflict_looks_like_nothing_at_all(client: FlaskClient, app: Flask) -> None:
    case = make_case(AMBER)
    sign_in(client, case.reviewer_id)
    seen = []
    for review_id in (case.barred_review.id, 10**9):
        with client.get(f"/reviews/{review_id}/papers/{case.paper.id}") as response:
            address = f"/reviews/{review_id}/".encode()
            seen.append((response.status_code, unquoted(body_of(response)).replace(address, b"")))
    assert seen[0] == seen[1]
    assert seen[0][0] == 404


def test_only_what_was_released_is_shown_and_under_a_neutral_name(
    client: FlaskClient, app: Flask
) -> None:
    case = make_case(AMBER)
    sign_in(client, case.reviewer_id)
    address = f"/reviews/{case.review.id}/papers"
    with client.get(f"{address}/{case.paper.id}") as shown:
        assert shown.status_code == 200
        assert "材料 1" in unquote(shown.headers["Content-Disposition"])
    with client.get(f"{address}/{case.paper.id}", headers={"Range": "bytes=0-7"}) as part:
        assert (part.status_code, part.data[:5]) == (206, b"%PDF-")
    for url, status in (
        (f"{address}/{case.attachment.id + 1000}", 404),
        (f"/reviews/{case.foreign_review.id}/papers/{case.paper.id}", 403),
    ):
        with client.get(url) as refused:
            assert refused.status_code == status
