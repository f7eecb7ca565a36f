"""HTML to PDF in a child process that is killed when it takes too long.

Promises: PDF/A-3a and PDF/UA-1 in one file; the same arguments give the same bytes; nothing is
fetched from disk or network (only `data:` addresses and `asset:<name>` of the given assets), an attempt
ends the rendering; a picture without a description, a missing title or language, a link to nowhere
end it as well, because such a document must not be published.
"""

import json
import logging
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from charity_portal.kernel.confined.refusals import Refusal
from charity_portal.kernel.confined.running import Crashed, OutOfMemory, TookTooLong, run
from charity_portal.kernel.pdf import fonts

_log = logging.getLogger(__name__)


class RenderingFailed(Exception):
    """The document could not be made; the text is for the log, not for readers."""


@dataclass(frozen=True)
class Attachment:
    """A data file inside the document: its name decides its type (`donations.csv`).

    Names are plain ASCII, because readers show others garbled; `description` takes any words.
    """

    name: str
    content: bytes
    description: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", self.name):
            raise ValueError(f"{self.name!r} is not a plain file name")


def render(
    html: str,
    *,
    created: datetime,
    identifier: str,
    attachments: Sequence[Attachment] = (),
    assets: Mapping[str, bytes] | None = None,
    variant: str = "pdf/a-3a",
    timeout_s: int = 120,
    memory_mb: int = 1500,
) -> bytes:
    """Render a whole HTML document (templates that extend `pdf/base.html`); outside transaction().

    `created` and `identifier` belong to the document's record: they are what makes two renderings
    equal. Characters that the fonts cannot show become 〓 (see `fonts`). Raises RenderingFailed.
    """
    text, replaced = fonts.replace_missing(html)
    if replaced:
        signs = " ".join(f"U+{ord(sign):04X}" for sign in replaced)
        _log.warning("document %s: no glyph for %s", identifier, signs)
    with tempfile.TemporaryDirectory(prefix="pdf-") as name:
        folder = Path(name)
        (folder / "fonts.conf").write_text(fonts.configuration())
        (folder / "in.html").write_text(text)
        arguments: dict[str, Any] = {
            "html": str(folder / "in.html"),
            "out": str(folder / "out.pdf"),
            "assets": _lay_out(folder / "assets", assets or {}),
            "attachments": _attach(folder / "attachments", attachments),
            "created": created.astimezone(UTC).replace(microsecond=0).isoformat(),
            "identifier": identifier,
            "variant": variant,
        }
        _run(arguments, folder / "fonts.conf", timeout_s, memory_mb)
        return (folder / "out.pdf").read_bytes()


def _run(arguments: dict[str, Any], font_file: Path, seconds: int, memory_mb: int) -> None:
    try:
        run(
            "charity_portal.kernel.pdf.worker",
            arguments,
            seconds=seconds,
            memory_mb=memory_mb,
            environment={"FONTCONFIG_FILE": str(font_file)},
        )
    except Refusal as refusal:
        raise RenderingFailed(f"{refusal.code}: {json.dumps(refusal.params)}") from refusal
    except (TookTooLong, OutOfMemory, Crashed) as trouble:
        raise RenderingFailed(f"{type(trouble).__name__}: {trouble}") from trouble


def _lay_out(folder: Path, contents: Mapping[str, bytes]) -> dict[str, str]:
    """Write contents under names of our own; returns where each given name lies."""
    folder.mkdir()
    places = {}
    for number, (name, content) in enumerate(contents.items()):
        places[name] = str(folder / str(number))
        (folder / str(number)).write_bytes(content)
    return places


def _attach(folder: Path, attachments: Sequence[Attachment]) -> list[dict[str, str]]:
    places = _lay_out(folder, {one.name: one.content for one in attachments})
    return [
        {"name": one.name, "path": places[one.name], "description": one.description}
        for one in attachments
    ]
