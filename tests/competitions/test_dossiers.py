"""What a reviewer reads of an application."""

from flask import Flask
from flask.testing import FlaskClient

from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.queries import dossiers
from charity_portal.kernel.database import db, transaction
from tests.factories.blinding import AMBER, CORAL, SUMMARY, make_case, said
from tests.support.people import sign_in
from tests.support.statements import counted


def test_a_blind_dossier_is_whole_but_for_the_applicant(app: Flask) -> None:
    case = make_case(AMBER)
    dossier = dossiers.dossier_for(case.review)
    assert dossier is not None
    assert (dossier.code, dossier.title) == ("P-01", "〔申请机构〕食光——社区老年助餐0")
    assert [s.key for s in dossier.sections][:2] == ["answer:need", "answer:area"]
    assert "辖区独居老人三百余名" in dossier.sections[0].text
    assert dossier.totals.grant_fen == 5_000_000
    assert sum(line.amount_fen for line in dossier.lines) == dossier.totals.amount_fen
    assert (len(dossier.papers), dossier.withheld) == (1, 1)
    assert (dossier.applicant, dossier.lead_name) == (None, None)
    told = " ".join(text for _, text in dossiers.texts(dossier))
    assert not [c for c in AMBER.canaries if c in told]


def test_an_open_edition_names_the_applicant(app: Flask) -> None:
    case = make_case(CORAL)
    with transaction():
        db.session.get_one(Edition, case.edition.id).blind = False
    dossier = dossiers.dossier_for(case.review)
    assert dossier is not None
    assert dossier.applicant is not None
    assert (dossier.applicant.name, dossier.lead_name) == (CORAL.name, CORAL.lead)
    assert dossier.summary == said(CORAL, SUMMARY)
    assert len(dossier.papers) == 2


def test_titles_for_lists_are_those_of_the_dossiers(app: Flask) -> None:
    case = make_case(AMBER)
    reviews = [case.review, case.foreign_review]
    assert dossiers.titles_for(reviews) == {
        r.id: d.title for r in reviews if (d := dossiers.dossier_for(r))
    }


def test_titles_and_dossiers_cost_a_fixed_number_of_statements(app: Flask) -> None:
    case = make_case(AMBER)
    reviews = [case.review, case.barred_review, case.foreign_review]
    costs = []
    for some in (reviews[:1], reviews):
        for review in some:
            assert review.stage.edition.blind
        with counted(app) as statements:
            dossiers.titles_for(some)
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 5
    db.session.expire_all()
    assert case.review.stage.edition.blind
    with counted(app) as statements:
        dossiers.dossier_for(case.review)
    assert len(statements) <= 14


def test_marks_are_in_the_language_of_whoever_reads(client: FlaskClient, app: Flask) -> None:
    case = make_case(AMBER)
    sign_in(client, case.reviewer_id)
    for address in ("/reviews", f"/reviews/{case.review.id}"):
        for tongue, mark in (
            ("zh", "〔申请机构〕食光"),
            ("en", "[applicant]食光"),
            ("zh", "〔申请机构〕食光"),
        ):
            assert mark in client.get(f"{address}?lang={tongue}").text
