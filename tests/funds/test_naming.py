"""Who may be named, and which texts name somebody who may not."""

import pytest
from flask import Flask

from charity_portal.funds.queries import naming
from charity_portal.funds.services import donors
from charity_portal.funds.services.naming import refuse_donor_names, refuse_hidden_names
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.secrets import blind_index
from tests.factories.donations import make_donation, make_donor, make_pledge
from tests.factories.funds import make_fund, make_staff
from tests.support.statements import counted

WELL_WISHER = "爱心人士"


def test_who_agreed_is_named_as_agreed(app: Flask) -> None:
    fund, donor = make_fund(), make_donor(name="琥珀青禾")
    plain = make_donation(fund, donor, naming="named")
    other = make_donation(fund, donor, naming="named", public_name="青禾一家")
    silent = make_donation(fund, donor)
    nobody = make_donation(fund)
    names = naming.public_names([plain, other, silent, nobody])
    assert names == {
        plain.id: "琥珀青禾", other.id: "青禾一家", silent.id: WELL_WISHER, nobody.id: WELL_WISHER
    }  # fmt: skip


def test_a_refusal_hides_every_gift_at_once_and_its_end_shows_them_again(app: Flask) -> None:
    staff, fund, donor = make_staff("officer"), make_fund(), make_donor(name="琥珀青禾")
    donation = make_donation(fund, donor, naming="named", public_name="青禾一家")
    with transaction():
        donors.refuse_naming(staff, donor.id, "来函")
    assert naming.public_names([donation])[donation.id] == WELL_WISHER
    with transaction():
        donors.withdraw_refusal(staff, donor.id, "来函")
    assert naming.public_names([donation])[donation.id] == "青禾一家"


def test_names_cost_one_statement(app: Flask) -> None:
    fund = make_fund()
    gifts = [make_donation(fund, make_donor(), naming="named") for _ in range(5)]
    db.session.expire_all()
    for row in gifts:
        assert row.naming == "named"
    with counted(app) as statements:
        naming.public_names(gifts)
    assert len(statements) == 1


def test_a_text_that_names_a_refusing_donor_is_refused(app: Flask) -> None:
    make_donor(refuses=True, name="琥珀青禾", phone="13954500017")
    for text in ("感谢琥珀青禾女士捐赠", "感谢琥 珀·青禾", "联系 139-5450-0017 领取"):
        assert naming.hidden_name_in(text)
    assert not naming.hidden_name_in("感谢琥珀先生，联系 139-5450-0018")
    with pytest.raises(Invalid) as refused:
        refuse_hidden_names(goods="棉被（琥珀青禾）", quantity="20 床")
    assert list(refused.value.fields) == ["goods"]


def test_long_names_of_organizations_are_found(app: Flask) -> None:
    make_donor(refuses=True, kind="organization", name="烟台市芝罘区琥珀灯塔社会工作服务中心")
    assert naming.hidden_name_in("由烟台市芝罘区琥珀灯塔社会工作服务中心捐赠的棉被")


def test_latin_names_are_found_as_words_only(app: Flask) -> None:
    make_donor(refuses=True, name="Ann Amber")
    assert naming.hidden_name_in("with thanks to ANN  AMBER!")
    assert not naming.hidden_name_in("Joann Amberson")


def test_who_agreed_to_everything_may_be_named_in_what_can_be_changed_only(app: Flask) -> None:
    fund, donor = make_fund(), make_donor(name="琥珀青禾")
    assert naming.hidden_name_in("琥珀青禾")  # agreed to nothing yet
    make_donation(fund, donor, naming="named")
    refuse_hidden_names(title="琥珀青禾")
    with pytest.raises(Invalid):
        refuse_donor_names(description="琥珀青禾")
    make_donation(fund, donor)
    assert naming.hidden_name_in("琥珀青禾")


def test_a_matcher_is_named_as_agreed_for_the_campaign_only(app: Flask) -> None:
    donor = make_donor(name="琥珀青禾")
    make_pledge(donor=donor, naming="named")
    assert naming.matcher_name(1, donor.id) == WELL_WISHER


def test_indexes_are_made_the_same_way_where_they_are_kept_and_sought(app: Flask) -> None:
    donor = make_donor(name=" 琥 珀·青禾 ", phone="+86 139-5450-0017")
    assert donor.name_index == blind_index("donor.name", "琥珀青禾")
    assert donor.phone_index == blind_index("donor.phone", "13954500017")
