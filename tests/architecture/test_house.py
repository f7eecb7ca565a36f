"""The house rules hold for every file."""

import pytest

from tests.architecture.house import code, pages
from tests.architecture.house.source import Rule, expect_none
from tests.support.paths import ROOT

RULES = (*code.RULES, *pages.RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name.replace(" ", "-"))
def test_rule_holds(rule: Rule) -> None:
    expect_none(rule.offences(ROOT))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name.replace(" ", "-"))
def test_each_exception_is_still_needed(rule: Rule) -> None:
    expect_none(rule.idle_exceptions(ROOT))
