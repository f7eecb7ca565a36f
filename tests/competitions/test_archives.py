"""Figures kept as JSON come back to the digit, sentences in every language."""

import json
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import force_locale

from charity_portal.competitions.rules.archives import (
    decimal_points,
    plain,
    ten_thousandths,
    told,
)
from charity_portal.competitions.rules.findings import Caveat
from charity_portal.kernel.i18n import say


def test_figures_survive_json_to_the_digit() -> None:
    caveat = Caveat("x", say("第 %(n)s 名", n=3), stage="papers")

    kept = json.loads(json.dumps(plain({"a": (Decimal("78.4000"), None, 3), "b": caveat})))

    assert kept["a"] == ["78.4000", None, 3]
    assert kept["b"]["stage"] == "papers"


def test_a_kept_sentence_is_said_in_the_reader_s_language(app: Flask) -> None:
    inner = say("立项")
    kept = plain(say("%(number)s：%(outcome)s", number="A-001", outcome=inner))

    with app.test_request_context(), force_locale("zh_Hans_CN"):
        assert str(told(kept)) == "A-001：立项"
    with app.test_request_context(), force_locale("en"):
        assert "立项" not in str(told(kept))


def test_points_go_into_whole_numbers_and_back() -> None:
    assert ten_thousandths(Decimal("78.4083")) == 784_083
    assert decimal_points(784_083) == Decimal("78.4083")
    assert ten_thousandths(None) is None and decimal_points(None) is None


def test_what_cannot_be_kept_is_refused() -> None:
    with pytest.raises(TypeError):
        plain(1.5)
