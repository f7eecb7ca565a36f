"""A check that cannot fail is worth nothing: each rule is shown a file that breaks it and a twin.

The twin is as close to the offender as an honest file gets, and must pass.
"""

from pathlib import Path

import pytest

from tests.architecture.house import code, pages
from tests.architecture.house.source import Rule

RULES = {rule.name: rule for rule in (*code.RULES, *pages.RULES)}

# rule -> list of (path, offending text, honest text)
PLANTED: dict[str, list[tuple[str, str, str]]] = {
    "only the database module ends transactions": [
        (
            "charity_portal/funds/services.py",
            "def post(s):\n    s.commit()\n",
            "def post(s):\n    s.flush()\n",
        ),
        ("charity_portal/funds/views.py", "db.session.rollback()\n", "db.session.flush()\n"),
    ],
    "nothing but fire() sets a state": [
        ("charity_portal/funds/services.py", "entry.state = 'posted'\n", "entry.status = 1\n"),
        (
            "charity_portal/funds/services.py",
            "a.note, b.state = 1, 'x'\n",
            "fire(actor, a, 'post')\n",
        ),
        (
            "charity_portal/funds/services.py",
            "setattr(a, 'state', 'x')\n",
            "setattr(a, 'note', 'x')\n",
        ),
        (
            "charity_portal/funds/services.py",
            "update(Entry).values(state='x')\n",
            "update(Entry).values(note='x')\n",
        ),
    ],
    "an __init__ holds a docstring and no code": [
        ("charity_portal/funds/__init__.py", '"""Funds."""\nfrom x import y\n', '"""Funds."""\n'),
        ("charity_portal/funds/__init__.py", "", '"""Funds."""\n'),
    ],
    "imports stand at the top": [
        ("charity_portal/funds/rules.py", "def f():\n    import math\n", "import math\n"),
    ],
    "money is never a float": [
        (
            "charity_portal/funds/rules.py",
            "def f(a_fen):\n    return a_fen * 1.5\n",
            "def f(a_fen):\n    return a_fen * 3 // 2\n",
        ),
        (
            "charity_portal/funds/rules.py",
            "def f(a_fen):\n    return float(a_fen)\n",
            "def f(a_fen):\n    return int(a_fen)\n",
        ),
        (
            "charity_portal/funds/rules.py",
            "def f(a_fen):\n    return a_fen / 2\n",
            "def f(a_fen):\n    return folder / 'x'\n",
        ),
    ],
    "the clock module tells the time": [
        ("charity_portal/funds/rules.py", "datetime.now(UTC)\n", "clock.now()\n"),
        ("charity_portal/funds/rules.py", "datetime.date.today()\n", "clock.today()\n"),
        ("charity_portal/funds/rules.py", "x = func.now()\n", "x = func.count()\n"),
    ],
    "what is below the edges knows no request": [
        (
            "charity_portal/funds/services.py",
            "from flask import request\n",
            "from flask import current_app\n",
        ),
        (
            "charity_portal/funds/services/post.py",
            "from charity_portal.kernel.permissions import current_actor\n",
            "from charity_portal.kernel.permissions import Actor\n",
        ),
        (
            "charity_portal/funds/queries.py",
            "from flask_login import current_user\n",
            "import re\n",
        ),
    ],
    "rules decide on plain values": [
        ("charity_portal/funds/rules.py", "import sqlalchemy as sa\n", "import decimal\n"),
        (
            "charity_portal/funds/rules/a.py",
            "from charity_portal.kernel.database import db\n",
            "from charity_portal.kernel.money import ratio\n",
        ),
    ],
    "app.py alone reads the settings": [
        ("charity_portal/funds/services.py", "from config import Settings\n", "import re\n"),
    ],
    "no error is swallowed": [
        (
            "charity_portal/funds/services.py",
            "try:\n    f()\nexcept ValueError:\n    pass\n",
            "try:\n    f()\nexcept ValueError:\n    raise Wrong from None\n",
        ),
    ],
    "no text is marked as safe": [
        ("charity_portal/funds/views.py", "markupsafe.Markup(text)\n", "markupsafe.escape(text)\n"),
        (
            "charity_portal/funds/views.py",
            'Markup(f"<b>{text}</b>")\n',
            'Markup("<b>{}</b>").format(text)\n',
        ),
    ],
    "names say what a thing does": [
        ("charity_portal/funds/date_utils.py", "", ""),
        ("charity_portal/funds/helpers/x.py", "", ""),
        ("templates/common/x.html", "", ""),
    ],
    "everything said can be said in English": [
        ("charity_portal/funds/views.py", 'flash("已保存")\n', 'flash(_("已保存"))\n'),
        (
            "charity_portal/funds/rules.py",
            'WORDS = {"a": "草稿"}\n',
            '"""规则"""\nWORDS = {"a": say("草稿")}\n',
        ),
        (
            "charity_portal/funds/rules.py",
            'YES = ("是", "有")\n',
            'YES = {"是", "有"}\nif text == "是" or re.compile("市|县"):\n    pass\n',
        ),
        (
            "charity_portal/funds/rules.py",
            'CHOICES = [("draft", "草稿")]\n',
            'KINDS = {"社团": "association"}\nTITLE_ZH, TITLE_EN = "公告", "The notice"\n',
        ),
        (
            "charity_portal/funds/services.py",
            'Call(title=f"{year}年公告")\n',
            'Call(title_zh=f"{year}年公告", title_en=f"Notice of {year}")\n',
        ),
    ],
    "sentences are written out where they are said": [
        ("charity_portal/funds/views.py", "flash(_(text))\n", 'flash(_("已保存"))\n'),
        ("charity_portal/funds/rules.py", 'say(f"{n} 份")\n', 'say("%(n)s 份", n=n)\n'),
    ],
    "files and functions can be read at once": [
        ("charity_portal/funds/services.py", "x = 1\n" * 401, "x = 1\n" * 400),
        (
            "charity_portal/funds/services.py",
            "def f():\n" + "    x = 1\n" * 60,
            "def f():\n" + "    x = 1\n" * 59,
        ),
    ],
    "pages carry no inline style or script": [
        ("templates/funds/a.html", '<p style="color:red">', '<p class="warn">'),
        ("templates/funds/a.html", "<style>p{}</style>", "{# <style> #}"),
        ("templates/funds/a.html", "<script>x()</script>", '<script src="x.js"></script>'),
        ("templates/funds/a.html", '<a onclick="x()">', '<a data-on="x">'),
        ("templates/funds/a.html", '<a href="javascript:x()">', '<a href="/x">'),
    ],
    "pages mark no text as safe": [
        ("templates/funds/a.html", "{{ note | safe }}", "{{ note }}"),
        ("templates/funds/a.html", "{{ note|safe }}", """{{ ' checked="checked"' | safe }}"""),
        ("templates/funds/a.html", "{% autoescape false %}", "{% if safe %}"),
    ],
    "every word on a page can be said in English": [
        ("templates/funds/a.html", "<h1>资金</h1>", '<h1>{{ _("资金") }}</h1>'),
        ("templates/funds/a.html", '{{ field("金额") }}', '{{ field(_("金额"), n=1) }}'),
        (
            "templates/funds/a.html",
            '{{ ngettext("%(n)s 份", "共", n=1) }} 份',
            '{{ ngettext("%(n)s 份", "%(n)s 份", n=1) }}',
        ),
    ],
    "scripts take their words from the page": [
        ("static/js/a.js", 'say("已保存");', "say(words.saved); // 已保存"),
    ],
}


def test_every_rule_is_shown_an_offender() -> None:
    assert set(PLANTED) == set(RULES)


@pytest.mark.parametrize(
    ("rule", "path", "bad", "good"),
    [
        pytest.param(RULES[name], *case, id=f"{name.replace(' ', '-')}-{number}")
        for name, cases in PLANTED.items()
        for number, case in enumerate(cases)
    ],
)
def test_rule_finds_the_offender_and_lets_its_twin_pass(
    tmp_path: Path, rule: Rule, path: str, bad: str, good: str
) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(bad)
    assert rule.offences(tmp_path), "the offender was not found"
    if bad == good:  # here the name is the offence
        file.unlink()
        file = file.parent.parent / "receipts.py"
    file.write_text(good)
    assert rule.offences(tmp_path) == []
