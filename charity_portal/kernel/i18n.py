"""Two languages: Chinese is written in the source, English in one catalogue a domain.

A message id is the Chinese sentence itself, so zh is complete by construction. English stands in
`charity_portal/translations/en/<domain>.po`; the files are merged when the app starts.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale, numbers
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, Request, g, has_request_context, request
from flask_babel import Babel, Domain, get_domain, get_locale
from flask_babel import gettext as _gettext
from flask_babel import ngettext as _ngettext
from flask_babel import pgettext as _pgettext
from markupsafe import Markup, escape

from charity_portal.kernel import clock

LANGUAGES = ("zh", "en")
LANGUAGE_COOKIE = "language"
_HAN = re.compile(r"[\u4e00-\u9fff]")
TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"

_ = gettext = _gettext
ngettext = _ngettext
pgettext = _pgettext


@dataclass(frozen=True)
class Text:
    """A sentence that knows its parameters and is put into the reader's language when shown."""

    msgid: str
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return _gettext(self.msgid, **{k: _shown(v) for k, v in self.params.items()})

    def __html__(self) -> str:
        return escape(str(self))

    def __mod__(self, values: Any) -> "Text":
        """WTForms fills its own placeholders into messages; ours are filled already."""
        return self

    def in_source(self) -> str:
        """The sentence in Chinese whatever the reader's language; for records and commands."""
        return (
            self.msgid % {k: str(v) for k, v in self.params.items()} if self.params else self.msgid
        )


def say(msgid: str, **params: Any) -> Text:
    """A message for later: usable in rules, errors and tables, where no request exists yet."""
    return Text(msgid, params)


def _shown(value: Any) -> Any:
    return str(value) if isinstance(value, Text) else value


class _MergedDomain(Domain):
    """Flask-Babel's catalogue lookup, fed from the merged .po files instead of .mo files on disk."""

    def get_translations(self) -> NullTranslations:
        locale = get_locale()
        return english() if locale is not None and locale.language == "en" else NullTranslations()


@lru_cache(maxsize=1)
def english() -> Translations:
    """All English catalogues merged into one; read once a process."""
    merged = Catalog(locale="en")
    for path in sorted((TRANSLATIONS / "en").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if message.id:
                    merged.add(message.id, message.string, context=message.context)
    buffer = BytesIO()
    write_mo(buffer, merged)
    buffer.seek(0)
    return Translations(buffer)


def language_of(incoming: Request) -> str:
    """The reader's language: asked for in the address, remembered in a cookie, else Chinese."""
    asked = incoming.args.get("lang") or incoming.cookies.get(LANGUAGE_COOKIE)
    return asked if asked in LANGUAGES else "zh"


def _select_locale() -> str:
    if not has_request_context():
        return str(g.get("language", "zh_Hans_CN")) if g else "zh_Hans_CN"
    return {"zh": "zh_Hans_CN", "en": "en"}[language_of(request)]


def speak_as_terminal() -> None:
    """Let a command answer in the language of the terminal it was typed into (LANG)."""
    g.language = "zh_Hans_CN" if os.environ.get("LANG", "").startswith("zh") else "en"


def language() -> str:
    """`zh` or `en`, for the page (or document) being made."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


def localized(thing: Any, attribute: str) -> str:
    """`thing.title_en` for an English reader when it was written, else `thing.title_zh`."""
    if language() == "en":
        english_text = getattr(thing, f"{attribute}_en", None)
        if english_text:
            return str(english_text)
    return str(getattr(thing, f"{attribute}_zh") or "")


def minor_digits(currency: str) -> int:
    """Decimal places of a currency: 2 for CNY and GBP, 0 for JPY."""
    return int(numbers.get_currency_precision(currency))


def money(fen: int | None, currency: str = "CNY") -> str:
    """An amount in minor units as people read it: `¥1,234.50`, `£200.00`; `—` for none."""
    if fen is None:
        return "—"
    digits = minor_digits(currency)
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 10**digits)
    symbol = numbers.get_currency_symbol(currency, locale=Locale.parse("zh_Hans_CN"))
    return f"{sign}{symbol}{whole:,}" + (f".{rest:0{digits}d}" if digits else "")


def number(value: int | None) -> str:
    """A count with thousands separators; `—` for none."""
    return "—" if value is None else f"{value:,}"


def percent(part: int | None, whole: int | None, places: int = 1) -> str:
    """`part` of `whole` in per cent, exactly rounded half up from integers; `—` when undefined."""
    if part is None or not whole:
        return "—"
    scaled = (abs(part) * 100 * 10**places * 2 + whole) // (2 * whole)
    before, after = divmod(scaled, 10**places)
    sign = "-" if part < 0 else ""
    return f"{sign}{before}.{after:0{places}d}%" if places else f"{sign}{before}%"


def date_text(day: date | None) -> str:
    """`2026年3月5日` / `5 March 2026`."""
    if day is None:
        return "—"
    if isinstance(day, datetime):
        day = clock.local(day).date()
    if language() == "en":
        return f"{day.day} {day.strftime('%B')} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"


def day_text(iso: str | None) -> str:
    """A day that a stored document holds as `2026-03-05`, as people read it."""
    return date_text(date.fromisoformat(iso) if iso else None)


def time_text(moment: datetime | None) -> str:
    """Date and minute on the city's clocks."""
    if moment is None:
        return "—"
    there = clock.local(moment)
    return f"{date_text(there.date())} {there:%H:%M}"


def lang_of(value: object) -> Markup:
    """The `lang` attribute for what somebody wrote in Chinese and an English page shows as it is
    (WCAG 3.1.2); nothing on a Chinese page."""
    foreign = language() == "en" and isinstance(value, str) and _HAN.search(value)
    return Markup(' lang="zh-CN"') if foreign else Markup("")


def domain() -> Domain:
    """The catalogue in use (tests look into it)."""
    return get_domain()


def init_app(app: Flask) -> None:
    """Install languages, filters and template globals."""
    babel = Babel()
    babel.init_app(
        app,
        default_locale="zh_Hans_CN",
        default_timezone="Asia/Shanghai",
        locale_selector=_select_locale,
    )
    babel.domain_instance = _MergedDomain()  # type: ignore[no-untyped-call]
    app.jinja_env.filters.update(
        money=money, number=number, date_text=date_text, day_text=day_text, time_text=time_text
    )
    app.jinja_env.globals.update(
        localized=localized, percent=percent, language=language, lang_of=lang_of
    )
    app.jinja_env.policies["ext.i18n.trimmed"] = True
