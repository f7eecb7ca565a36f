"""Chinese is complete by construction; English is complete by these tests."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.architecture.house import language
from tests.architecture.house.source import expect_none
from tests.support.paths import ROOT

Check = Callable[[Path], Iterable[str]]
CHECKS = [language.missing, language.stale, language.wrong, language.not_chinese]
HEAD = (
    'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n'
    'Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_holds(check: Check) -> None:
    expect_none(check(ROOT))


def house(root: Path, code: str, page: str, english: str) -> Path:
    """A small house that says something."""
    (root / "charity_portal/translations/en").mkdir(parents=True)
    (root / "templates").mkdir()
    (root / "charity_portal/views.py").write_text(code)
    (root / "templates/a.html").write_text(page)
    (root / "charity_portal/translations/en/funds.po").write_text(HEAD + "\n" + english)
    return root


GOOD = 'msgid "共 %(n)s 份"\nmsgstr "%(n)s in all"\n'
SAYS = 'x = say("共 %(n)s 份", n=1)\n'


def test_nothing_is_wrong_in_a_good_house(tmp_path: Path) -> None:
    root = house(tmp_path / "h", SAYS, '{{ _("共 %(n)s 份", n=2) }}', GOOD)
    assert [list(check(root)) for check in CHECKS] == [[], [], [], []]


WRONG = {
    "python untranslated": (language.missing, SAYS, "", ""),
    "page untranslated": (language.missing, "", '{{ _("草稿") }}', ""),
    "block untranslated": (language.missing, "", "{% trans %}草稿{% endtrans %}", ""),
    "plural untranslated": (language.missing, 'ngettext("份", "份", 2)', "", ""),
    "context untranslated": (
        language.missing,
        'pgettext("state", "草稿")',
        "",
        'msgid "草稿"\nmsgstr "Draft"\n',
    ),
    "empty": (language.missing, SAYS, "", GOOD.replace("%(n)s in all", "")),
    "stale": (language.stale, "", "", GOOD),
    "renamed placeholder": (language.wrong, SAYS, "", GOOD.replace("%(n)s in", "%(m)s in")),
    "Chinese in English": (language.wrong, SAYS, "", GOOD.replace("in all", "份 in all")),
    "fuzzy": (language.wrong, SAYS, "", "#, fuzzy\n" + GOOD),
    "English message": (language.not_chinese, 'x = say("Draft saved")', "", ""),
}


@pytest.mark.parametrize(
    ("check", "code", "page", "english"),
    [pytest.param(*case, id=name.replace(" ", "-")) for name, case in WRONG.items()],
)
def test_check_finds_what_is_wrong(
    tmp_path: Path, check: Check, code: str, page: str, english: str
) -> None:
    assert list(check(house(tmp_path / "h", code, page, english)))


def test_two_catalogues_that_differ_are_found(tmp_path: Path) -> None:
    root = house(tmp_path / "h", SAYS, "", GOOD)
    other = HEAD + "\n" + GOOD.replace("in all", "altogether")
    (root / "charity_portal/translations/en/kernel.po").write_text(other)
    assert list(language.wrong(root))
