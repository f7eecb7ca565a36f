"""Who refuses to be named is named nowhere: not on any page that everybody may open, in no file, not
in the log, and nowhere in the database or on the disk but sealed.

The donors' names, numbers, addresses and every name they ever gave lie in every field that takes one;
a donor who agreed stands beside them, so that a page that shows no donor at all proves nothing.
"""

import logging
from collections.abc import Callable, Iterator
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.funds.models.donations import Donation, Donor
from charity_portal.funds.queries import naming
from charity_portal.funds.services import donors
from charity_portal.kernel.database import Model, db, transaction
from charity_portal.kernel.permissions import ANONYMOUS, can
from tests.architecture.house import access
from tests.architecture.house.access import Door
from tests.factories.donor_canaries import AGREED_AS, CANARIES, PERSON, Canaries, make_canaries
from tests.factories.examples import Example, all_examples
from tests.factories.personas import settle
from tests.support.apps import Portal
from tests.support.unpacking import readable
from tests.support.working import Worker

EVERYWHERE = ("", f"?q={PERSON['name']}")
OF_FUNDS = (
    *EVERYWHERE,
    "?lang=en",
    f"?q={PERSON['phone']}",
    "?format=csv",
    "?sort=name",
    "?kind=income&source=donation",
)
"""What is added to an address; every page must bear it."""
ENOUGH = 4
"""So many entries are opened: one of every form of gift."""


@pytest.fixture
def portal(portals: Callable[[str], Portal]) -> Portal:
    """What a page says does not depend on the database; one is enough."""
    found = portals("sqlite")
    found.restore()
    return found


class Reader:
    """Somebody without an account who opens everything there is."""

    def __init__(self, app: Flask, canaries: Canaries) -> None:
        self.app, self.canaries, self.world = app, canaries, settle()
        self.examples = all_examples()
        self.built: dict[str, list[object]] = {}
        self.opened: dict[str, str] = {}

    def open_everything(self, only: str = "") -> list[str]:
        """What was asked for and named somebody. `only`: what the endpoints begin with."""
        found = []
        for door in access.doors(self.app, access.READING):
            if not door.endpoint.startswith(only):
                continue
            for values in self.values(door):
                if door.opens(ANONYMOUS, values):
                    found += self.ask(access.address(self.app, door, values))
        return found

    def ask(self, address: str) -> Iterator[str]:
        """One address, alone and with everything that might be added to it."""
        client = self.app.test_client()
        about = any(room in address for room in ("/funds", "/campaigns", "/entries"))
        added = [*(OF_FUNDS if about else EVERYWHERE)]
        if "/verify" in address:
            added += [f"?number={number}" for number in self.canaries.papers]
        for more in added:
            db.session.rollback()
            with client.open(address + more) as response:
                asked = unquote(address + more)
                said = "\n".join([unquote(str(response.headers)), *readable(response.get_data())])
                self.opened[asked] = said
                named = [c for c in CANARIES if c in said and c not in asked]
                if named:
                    yield f"{asked} ({response.status_code}) names {named}"
                if response.status_code != 200:
                    return

    def values(self, door: Door) -> Iterator[dict[str, object]]:
        """Every set of arguments under which this door shows our fund, its campaigns and entries."""
        if not _may_open(door):
            return
        known = {name: self.known(door, name) for name in door.arguments}
        count = max((len(values) for values in known.values()), default=1)
        for n in range(count):
            given = {name: values[n % len(values)] for name, values in known.items()}
            yield {**given, **door.choices}

    def known(self, door: Door, name: str) -> list[object]:
        """What may stand for an argument."""
        made = self.canaries
        if name == "number" and "campaign" in door.endpoint:
            return list(made.campaign_numbers)
        if name == "number" and "fund" in door.endpoint:
            return [made.fund_number]
        if name == "entry_id":
            return list(made.entries[:ENOUGH])
        if name == "donation_number":
            return list(made.numbers)
        if name == "organization_id":
            return [made.fund.host_id]
        if door.endpoint.startswith("competitions_"):
            return [1]  # contests know no donors, and are dear to make
        key = f"{door.endpoint}.{name}" if f"{door.endpoint}.{name}" in self.examples else name
        if key not in self.built:
            example: Example = self.examples.get(key, lambda world: 1)
            self.built[key] = [example(self.world)]
        return self.built[key]


def _may_open(door: Door) -> bool:
    """Whether a rule lets anybody in at all; rules that look at a subject are asked later."""
    try:
        return door.load is not None or can(ANONYMOUS, door.permission)
    except AttributeError:
        return True


@pytest.fixture
def canaries(app: Flask, worker: Worker, caplog: pytest.LogCaptureFixture) -> Canaries:
    caplog.set_level(logging.DEBUG)
    return make_canaries(worker)


def test_nobody_who_refuses_is_named_to_anybody(
    app: Flask, canaries: Canaries, caplog: pytest.LogCaptureFixture
) -> None:
    reader = Reader(app, canaries)
    assert reader.open_everything() == []
    for shown in (
        AGREED_AS,
        *canaries.papers,
    ):  # what must be there, so that silence proves something
        assert any(shown in said for said in reader.opened.values()), shown
    assert [c for c in CANARIES if c in caplog.text] == []


def test_nobody_who_refuses_is_named_in_the_database_or_on_the_disk(
    app: Flask, canaries: Canaries
) -> None:
    kept = []
    for table in Model.metadata.sorted_tables:
        for row in db.session.execute(sa.select(table)):
            said = "\n".join(str(value) for value in row)
            kept += [f"{table.name}: {c}" for c in CANARIES if c in said]
    for path in app.config["DATA_DIR"].rglob("*"):
        inside = "\n".join(readable(path.read_bytes())) if path.is_file() else ""
        kept += [f"{path}: {c}" for c in CANARIES if c in inside + path.name]
    assert kept == []


def test_the_sweep_sees_a_name_that_is_shown(
    app: Flask, canaries: Canaries, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(donation: Donation, _donors: dict[int, Donor]) -> str | None:
        return donation.public_name or (donation.donor.name if donation.donor else None)

    monkeypatch.setattr(naming, "_name", careless)
    found = "\n".join(Reader(app, canaries).open_everything(only="funds_"))
    assert f"/campaigns/{canaries.campaign_numbers[0]}" in found
    assert f"/funds/{canaries.fund_number}/donations" in found


def test_a_withdrawn_refusal_names_again_and_a_new_one_hides_at_once(
    client: FlaskClient, canaries: Canaries
) -> None:
    address = f"/campaigns/{canaries.campaign_numbers[0]}/donations.csv"
    steps = (
        (donors.withdraw_refusal, True),
        (donors.refuse_naming, False),
    )
    assert "琥珀小筑" not in client.get(address).get_data(as_text=True)
    for step, named in steps:
        with transaction():
            step(canaries.fund.staff, canaries.donors[0], "本人来函")
        assert ("琥珀小筑" in client.get(address).get_data(as_text=True)) is named
