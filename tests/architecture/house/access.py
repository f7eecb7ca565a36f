"""The sweep of all addresses: each one asked for as each persona, and the answer held to its rule."""

import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.routing import AnyConverter, Rule
from werkzeug.test import TestResponse

from charity_portal.kernel.permissions import Actor, can
from tests.factories.examples import Example, World
from tests.support.paths import ROOT

READING = ("GET",)
WRITING = ("POST", "PUT", "PATCH", "DELETE")

# Endpoint -> why it answers "sign in" or "forbidden" although its rule lets the person in.
HALF_WAY = "for somebody whose password was right and whose second factor is still missing"
STRICTER: dict[str, str] = {
    "accounts_second_factor.show": HALF_WAY,
    "accounts_second_factor.set_up": HALF_WAY,
    "accounts_second_factor.prepare": HALF_WAY,
}


@dataclass(frozen=True)
class Door:
    """One address with one method, and what its rule says about it."""

    endpoint: str
    method: str
    permission: str
    load: Callable[..., Any] | None
    arguments: tuple[str, ...]
    choices: Mapping[str, str]  # arguments that can only be one of a few words: the first of them

    def opens(self, actor: Actor, values: Mapping[str, object]) -> bool:
        """Whether the rule lets this person in. What does not exist is 404 for everybody."""
        if self.load is None:
            return can(actor, self.permission)
        subject = self.load(**values)
        return subject is None or can(actor, self.permission, subject)


def doors(app: Flask, methods: tuple[str, ...]) -> Iterator[Door]:
    """Every address of ours that takes one of the methods."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        view = app.view_functions[rule.endpoint]
        if rule.endpoint == "static" or not hasattr(view, "permission"):
            continue
        for method in sorted(set(methods) & (rule.methods or set())):
            yield Door(
                rule.endpoint,
                method,
                view.permission,
                getattr(view, "load", None),
                tuple(sorted(rule.arguments)),
                _choices(rule),
            )


def _choices(rule: Rule) -> dict[str, str]:
    converters = getattr(rule, "_converters")  # noqa: B009  (the map does not show them otherwise)
    return {
        name: sorted(converter.items)[0]
        for name, converter in converters.items()
        if isinstance(converter, AnyConverter)
    }


def without_example(app: Flask, examples: Mapping[str, Example]) -> list[str]:
    """Arguments of addresses for which nobody has given an example."""
    missing = {
        f"{argument}: needed by {door.endpoint}; add it to EXAMPLES in tests/factories/<domain>.py"
        for door in doors(app, READING + WRITING)
        for argument in set(door.arguments) - set(door.choices)
        if not {argument, f"{door.endpoint}.{argument}"} & set(examples)
    }
    return sorted(missing)


def build(app: Flask, examples: Mapping[str, Example], world: World) -> dict[str, object]:
    """One value for each example that an address needs."""
    needed = {
        key
        for door in doors(app, READING + WRITING)
        for argument in door.arguments
        for key in (argument, f"{door.endpoint}.{argument}")
        if key in examples
    }
    return {key: examples[key](world) for key in sorted(needed)}


def values_for(door: Door, built: Mapping[str, object]) -> dict[str, object]:
    """The arguments of one address."""
    given = {a: built.get(f"{door.endpoint}.{a}", built.get(a)) for a in door.arguments}
    return {**given, **door.choices}


def address(app: Flask, door: Door, values: Mapping[str, object]) -> str:
    """Where the door is."""
    with app.test_request_context():
        return url_for(door.endpoint, **values)  # type: ignore[arg-type]


def answer(response: TestResponse) -> str:
    """What an answer amounts to."""
    if response.status_code == 401:
        return "sign in"
    if response.status_code in (302, 303) and "/account/sign-in" in response.location:
        return "sign in"
    return {403: "forbidden"}.get(response.status_code, "in")


def expected(door: Door, actor: Actor, values: Mapping[str, object]) -> str:
    """What the rule says the answer should be."""
    if door.opens(actor, values):
        return "in"
    return "forbidden" if actor.signed_in else "sign in"


def knock(client: FlaskClient, url: str, door: Door, persona: str, wanted: str) -> str | None:
    """Ask for the address; what is wrong with what happens, if anything.

    A refusal is asked for without its page, which is the same each time and half the work; strangers
    get theirs whole.
    """
    plain = wanted == "forbidden" and persona != "stranger"
    headers = {"Accept": "application/json"} if plain else {}
    try:
        with client.open(url, method=door.method, headers=headers) as response:
            return judge(door, persona, wanted, response)
    except Exception as error:  # noqa: BLE001  (every fault of every view is reported, not the first)
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if "site-packages" not in frame.filename]
        where = f"{ours[-1].filename.removeprefix(f'{ROOT}/')}:{ours[-1].lineno}" if ours else "?"
        said = str(error).splitlines()[:1]
        return (
            f"{door.method} {door.endpoint} as {persona}: {type(error).__name__} {said} at {where}"
        )


def judge(door: Door, persona: str, wanted: str, response: TestResponse) -> str | None:
    """What is wrong with this answer, if anything."""
    got = answer(response)
    if response.status_code >= 500:
        return f"{door.method} {door.endpoint} as {persona}: {response.status_code}"
    if got == wanted or (wanted == "in" and door.endpoint in STRICTER):
        return None
    return (
        f"{door.method} {door.endpoint} as {persona}: {response.status_code} ({got}),"
        f" {door.permission} says {wanted}"
    )
