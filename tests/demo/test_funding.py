"""The city's funds: the figures of the texts they come from, and books that hold."""

import sqlalchemy as sa
from flask.testing import FlaskClient

from charity_portal.demo import sources
from charity_portal.demo.city import City
from charity_portal.funds.models.funds import Fund
from charity_portal.funds.models.ledger import LedgerAccount
from charity_portal.funds.queries import checking, ledger
from charity_portal.kernel.database import db

YUAN = 100


def test_21_funds_raised_1_850_000_yuan(city: City, client: FlaskClient) -> None:
    begun = db.session.scalars(sa.select(Fund.id).where(Fund.state != "draft"))
    found = ledger.balances(begun)
    assert len(found) == 21
    assert sum(balance.received_fen for balance in found.values()) == 1_850_000 * YUAN
    page = client.get("/funds").get_data(as_text=True)
    assert "1,850,000.00" in page


def test_every_balance_is_what_the_entries_say_and_all_accounts_are_zero(city: City) -> None:
    assert checking.recount().difference is None
    below = sa.select(sa.func.sum(LedgerAccount.balance_fen)).where(LedgerAccount.kind != "purse")
    assert db.session.scalar(below) == 0


def test_842_people_in_hardship_are_insured_for_168_000_yuan(city: City) -> None:
    fund_id = city.funds["jiujinan"]
    spent = [line for line in ledger.entries_page(fund_id).items if line.spent_on == "insurance"]
    assert [line.amount_fen for line in spent] == [168_000 * YUAN]
    assert "842" in spent[0].description


def test_who_refuses_to_be_named_is_on_no_page_of_any_fund(city: City, client: FlaskClient) -> None:
    hidden = [row["name"] for row in sources.rows("funds", "donor") if row.get("refuses")]
    assert len(hidden) >= 3
    numbers = db.session.scalars(sa.select(Fund.number).where(Fund.state != "draft")).all()
    pages = [
        client.get(f"/funds/{number}{part}").get_data(as_text=True)
        for number in numbers
        for part in ("", "/donations", "/entries")
    ]
    assert not [name for name in hidden for page in pages if name in page]
    named = next(row["name"] for row in sources.rows("funds", "donor") if "refuses" not in row)
    assert any(named in page for page in pages)
