"""The office's pages about donors, gifts and promises."""

import io

from flask import Flask
from flask.testing import FlaskClient

from charity_portal.funds.models.donations import Donation, DonationList
from charity_portal.funds.models.papers import FundPaper
from charity_portal.kernel import audit
from charity_portal.kernel.database import db
from charity_portal.kernel.files import StoredFile, path_of
from tests.factories.accounts import make_user
from tests.factories.donations import make_donation, make_donor, make_pledge
from tests.factories.funds import make_fund
from tests.factories.personas import settle
from tests.support.people import sign_in
from tests.support.unpacking import readable
from tests.support.working import Worker

NAME, PHONE = "琥珀青禾", "13954500017"


def enter(client: FlaskClient, persona: str = "finance") -> None:
    sign_in(client, settle().people[persona])


def opened(client: FlaskClient, address: str) -> int:
    with client.get(address) as response:
        return response.status_code


def text_of(client: FlaskClient, address: str) -> str:
    return "\n".join(readable(client.get(address).get_data()))


def test_lists_and_files_show_donors_masked(client: FlaskClient) -> None:
    fund, donor = make_fund(), make_donor(name=NAME, phone=PHONE)
    pledge, gift = make_pledge(fund, donor), make_donation(fund, donor)
    enter(client)
    for address in (
        "/office/donors",
        f"/office/donors/{donor.id}",
        "/office/donations",
        f"/office/donations/{gift.id}",
        "/office/donations/donations.xlsx",
        "/office/donations/donations.csv",
        f"/office/donations/new?pledge={pledge.id}",
        "/office/pledges",
        f"/office/pledges/{pledge.id}",
    ):
        said = text_of(client, address)
        assert NAME not in said and PHONE not in said, address
    assert "琥*禾" in text_of(client, "/office/donations/donations.csv")


def test_a_donor_is_found_by_what_is_typed_whole_and_shown_once_for_a_reason(
    client: FlaskClient,
) -> None:
    donor = make_donor(name=NAME, phone=PHONE)
    enter(client)
    for typed in (NAME, "139-5450-0017", donor.number):
        found = client.post("/office/donors/search", data={"text": typed}).get_data(as_text=True)
        assert donor.number in found
    nobody = client.post("/office/donors/search", data={"text": NAME[:2]}).get_data(as_text=True)
    assert donor.number not in nobody
    address = f"/office/donors/{donor.id}/reveal"
    assert client.post(address, data={"reveal-reason": ""}).status_code == 422
    shown = client.post(address, data={"reveal-reason": "核对票据"}).get_data(as_text=True)
    assert NAME in shown and PHONE in shown
    assert NAME not in text_of(client, f"/office/donors/{donor.id}")
    db.session.refresh(donor)
    assert audit.history(donor)[0].action == "funds.donor.reveal"


def test_a_donor_is_opened_for_a_reason_and_saved_by_one_at_a_time(client: FlaskClient) -> None:
    donor = make_donor(name=NAME)
    enter(client, "officer")
    assert NAME not in text_of(client, f"/office/donors/{donor.id}/edit")
    opened = client.post(f"/office/donors/{donor.id}/edit", data={"reason": "改电话"})
    assert NAME in opened.get_data(as_text=True)
    told = {"kind": "person", "name": NAME, "phone": PHONE, "rev": "0"}
    assert client.post(f"/office/donors/{donor.id}/save", data=told).status_code == 303
    stale = client.post(f"/office/donors/{donor.id}/save", data=told | {"phone": "1"})
    assert stale.status_code in (409, 422)
    assert donor.phone == PHONE


def test_a_gift_sent_twice_is_one_and_a_faulty_one_keeps_what_was_typed(
    client: FlaskClient,
) -> None:
    fund = make_fund()
    enter(client)
    address = f"/office/donations/new?fund={fund.fund_id}"
    told = {
        "cause": "abc", "purpose_id": str(fund.purpose), "amount_fen": "88.00", "form": "bank",
        "received_on": "2026-03-01", "income_source": "donation", "donor_choice": "new",
        "donor_kind": "person", "donor_name": NAME, "donor_phone": PHONE, "naming": "unnamed",
    }  # fmt: skip
    faulty = client.post(address, data=told | {"donor_name": "", "note": "请回访"})
    assert faulty.status_code == 422
    assert "请填写完整的姓名或名称" in faulty.get_data(as_text=True)
    assert "请回访" in faulty.get_data(as_text=True)
    first, second = (client.post(address, data=told) for _ in range(2))
    assert (first.status_code, first.location) == (303, second.location)
    assert db.session.query(Donation).count() == 1
    known = {"cause": "d", "donor_choice": "known", "donor_text": NAME}
    assert client.post(address, data=told | known).status_code == 303
    assert len({d.donor_id for d in db.session.query(Donation)}) == 1


def test_a_gift_is_corrected_and_given_back_on_its_page(client: FlaskClient) -> None:
    gift = make_donation(donor=make_donor(name=NAME))
    enter(client)
    address = f"/office/donations/{gift.id}"
    told = {"naming": "named", "receipt_number": "370001", "receipt_on": "2026-03-02", "rev": "0"}
    assert client.post(f"{address}/correct", data=told).status_code == 303
    assert client.post(f"{address}/correct", data=told).status_code == 409
    assert (
        client.post(f"{address}/give-back", data={"back-reason": f"{NAME}要求"}).status_code == 422
    )
    assert client.post(f"{address}/give-back", data={"back-reason": "汇错"}).status_code == 303
    assert client.post(f"{address}/certificate").status_code == 409
    assert gift.state == "returned"


def test_a_promise_is_written_down_amended_and_cancelled(client: FlaskClient) -> None:
    fund, donor = make_fund(), make_donor()
    enter(client, "officer")
    told = {
        "donor_text": donor.number, "purpose_id": str(fund.purpose), "amount_fen": "1000",
        "due_on": "2026-03-01", "income_source": "donation", "naming": "unnamed",
    }  # fmt: skip
    address = f"/office/pledges/new?fund={fund.fund_id}"
    assert client.post(address, data=told | {"donor_text": "无此人"}).status_code == 422
    made = client.post(address, data=told)
    assert "逾期未到账" in text_of(client, "/office/pledges?overdue=y")
    amended = {"amend-amount_fen": "2000", "amend-due_on": "2026-06-01"}
    assert client.post(f"{made.location}/amend", data=amended).status_code == 303
    assert "逾期未到账" not in text_of(client, "/office/pledges?overdue=y")
    assert client.post(f"{made.location}/cancel", data={"cancel-reason": "协商"}).status_code == 303


def test_a_list_is_uploaded_refused_with_a_sheet_or_imported(
    client: FlaskClient, worker: Worker
) -> None:
    fund = make_fund()
    enter(client)
    head = "到账日期,金额（元）,姓名或单位名称,用途\n"
    good = f"{head}2026-03-01,12.5,{NAME},助老\n"

    def upload(content: str) -> DonationList:
        file = (io.BytesIO(content.encode()), f"{NAME}.csv")
        told = {"fund": str(fund.fund_id), "file": file}
        assert client.post("/office/donation-lists", data=told).status_code == 303
        worker()
        return db.session.query(DonationList).order_by(DonationList.id.desc()).limit(1).one()

    faulty = upload(f"{good}2026-03-01,许多,{NAME},助老\n")
    assert "请填写金额" in text_of(client, f"/office/donation-lists/{faulty.id}")
    assert "错误说明" in text_of(client, f"/office/donation-lists/{faulty.id}/errors.xlsx")
    sound = upload(good)
    assert client.post(f"/office/donation-lists/{sound.id}/apply").status_code == 303
    worker()
    assert "已登记入账" in text_of(client, f"/office/donation-lists/{sound.id}")
    assert "到账日期" in text_of(client, "/office/donation-lists/template.xlsx")
    file = (io.BytesIO("日期,金额\n1,2\n".encode()), "x.csv")
    told = {"fund": str(fund.fund_id), "file": file}
    assert client.post("/office/donation-lists", data=told).status_code == 422


def test_papers_for_a_donor_carry_the_name_and_say_that_they_are_no_receipt(
    app: Flask, client: FlaskClient, worker: Worker
) -> None:
    donor = make_donor(name=NAME, refuses=True)
    gift = make_donation(donor=donor, amount_fen=123_45)
    enter(client)
    period = {"period-since": "2026-01-01", "period-until": "2026-03-02"}
    asked = [
        client.post(f"/office/donors/{donor.id}/statement", data=period),
        client.post(f"/office/donations/{gift.id}/certificate?lang=zh"),
    ]
    assert [response.status_code for response in asked] == [303, 303]
    worker()
    for paper in db.session.query(FundPaper):
        stored = db.session.get_one(StoredFile, paper.file_id)
        said = "".join("".join(readable(path_of(stored).read_bytes())).split())
        assert NAME in said and "不是捐赠票据" in said and "¥123.45" in said
        assert NAME not in stored.name
    papers = [f"/office/papers/{paper.id}" for paper in db.session.query(FundPaper)]
    assert [opened(client, f"{address}/file") for address in papers] == [200, 200]
    sign_in(client, make_user(roles=("approver",)).id)
    assert [opened(client, address) for address in papers] == [200, 200]
    assert [opened(client, f"{address}/file") for address in papers] == [403, 403]
