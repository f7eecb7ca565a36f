"""What can be measured about a page as it is drawn, and what its words should be."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser

import sqlalchemy as sa
from playwright.sync_api import Page

from charity_portal.kernel.database import Model, db
from charity_portal.kernel.i18n import english
from charity_portal.kernel.secrets import Encrypted
from charity_portal.organizations.rules import regions

HAN = re.compile(r"[\u3400-\u9fff]+")
HOLE = re.compile(r"%\(\w+\)[sd]|\{\w+\}")

TOO_LOW = """least => [...document.querySelectorAll(
    "button, select, a.button, summary, input[type=submit], input[type=file]")]
  .filter(node => node.checkVisibility() && !node.closest(".sr"))
  .map(node => [node, node.getBoundingClientRect()])
  .filter(([, box]) => box.width > 1 && box.height < least - 0.5)
  .map(([node, box]) => `${node.tagName} "${node.textContent.trim().slice(0, 20)}" ${box.height}px`)
"""
WIDER = """() => document.documentElement.scrollWidth > window.innerWidth
  ? [...document.querySelectorAll("body *")]
      .filter(node => node.getBoundingClientRect().right > innerWidth + 1)
      .slice(0, 3).map(node => `${node.tagName}.${node.className}`) : []
"""
UNREAD = ("script", "style", "template", "noscript")
NAMES = ("aria-label", "title", "alt", "placeholder")
VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)  # tags that never close


class _Words(HTMLParser):
    """The words of a page that are not marked as Chinese: its texts, and what its parts are called."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.names: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        marked = (given.get("lang") or "").startswith("zh") or tag in UNREAD
        foreign = marked or bool(self._open and self._open[-1][1])
        if not foreign:
            self.names += [given.get(name) or "" for name in NAMES]
        if tag not in VOID:
            self._open.append((tag, foreign))

    def handle_endtag(self, tag: str) -> None:
        while self._open and tag in [name for name, _ in self._open]:
            if self._open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        if not (self._open and self._open[-1][1]):
            self.texts.append(data)


def too_low(page: Page, least: int) -> list[str]:
    """Buttons, lists and the like that are lower than `least` CSS pixels."""
    found: list[str] = page.evaluate(TOO_LOW, least)
    return found


def wider(page: Page, width: int) -> list[str]:
    """What makes the page scroll sideways in a window of this width."""
    page.set_viewport_size({"width": width, "height": 800})
    found: list[str] = page.evaluate(WIDER)
    return found


@dataclass(frozen=True)
class Typed:
    """What people typed, and names of places: as whole texts, and together. Letters and jobs are the
    portal's words, so that they count as whole texts only."""

    texts: frozenset[str]
    together: str


def left_in_chinese(html: str, typed: Typed) -> list[str]:
    """Chinese on an English page that is neither marked as such nor something that people typed:
    messages of the catalogue, and words that stand nowhere in the database."""
    words = _Words()
    words.feed(html)
    texts = (text.strip() for text in (*words.texts, *words.names) if HAN.search(text))
    unknown = (text for text in texts if text not in typed.texts)
    parts = (part for text in unknown for part in text.split(" · ") if HAN.search(part))
    return [
        part
        for part in parts
        if part not in typed.texts
        and (_is_message(part) or any(run not in typed.together for run in HAN.findall(part)))
    ]


def _is_message(text: str) -> bool:
    plain, patterns = _messages()
    return text in plain or any(pattern.fullmatch(text) for pattern in patterns)


@lru_cache(maxsize=1)
def _messages() -> tuple[frozenset[str], list[re.Pattern[str]]]:
    """The catalogue's messages; names of two characters and less may be somebody's words too."""
    ids: Iterable[str] = (key if isinstance(key, str) else key[0] for key in english()._catalog)
    known = [key for key in ids if len("".join(HAN.findall(key))) > 4]
    holed = [key for key in known if HOLE.search(key)]
    patterns = [
        re.compile(".*".join(re.escape(part) for part in HOLE.split(key)), re.DOTALL)
        for key in holed
    ]
    return frozenset(known) - frozenset(holed), patterns


def everything_typed() -> Typed:
    """All text that the database keeps, sealed or not."""
    whole: set[str] = set()
    counties = [*regions.cities(), *regions.counties()]
    together = [place.name_zh for county in counties for place in (county, *below(county))]
    for table in Model.metadata.sorted_tables:
        for row in db.session.execute(sa.select(table)):
            values = [str(value) for value in row if isinstance(value, str | dict | list)]
            whole.update(value.strip() for value in values)
            if table.name not in ("outbox_mail", "job"):
                together += values
    for mapper in Model.registry.mappers:
        sealed = [n for n, v in vars(mapper.class_).items() if isinstance(v, Encrypted)]
        for row in db.session.scalars(sa.select(mapper.class_)) if sealed else ():
            together += [getattr(row, name) or "" for name in sealed]
    return Typed(frozenset(whole), "\n".join(together))


def below(county: regions.Region) -> Sequence[regions.Region]:
    return regions.townships(county.code) if county.level == "county" else ()
