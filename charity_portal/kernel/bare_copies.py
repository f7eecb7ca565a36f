"""Copies of files that show the same and say nothing about who made them; see `confined.bare`."""

import shutil
import tempfile
from pathlib import Path

from flask import current_app

from charity_portal.kernel.confined.refusals import Refusal
from charity_portal.kernel.confined.running import Crashed, OutOfMemory, TookTooLong, run
from charity_portal.kernel.file_refusals import explain
from charity_portal.kernel.files import BadFile, StoredFile, path_of
from charity_portal.kernel.i18n import say

MIMES = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp"})
"""Only of these can everything but the page or picture be taken away."""
_SECONDS = 60
_MEMORY_MB = 1500


def bare_copy(stored: StoredFile) -> bytes:
    """The content without metadata, attachments, links and comments; outside transaction().

    Raises BadFile for another kind of file, and for one that cannot be read.
    """
    if stored.mime not in MIMES:
        raise BadFile(say("只有 PDF 和图片可以去除作者信息，其他格式请申请机构另行提交。"))
    with tempfile.TemporaryDirectory(prefix="bare-", dir=_folder()) as folder:
        path = Path(folder) / "content"
        shutil.copyfile(path_of(stored), path)
        arguments = {"path": str(path), "mime": stored.mime}
        try:
            run(
                "charity_portal.kernel.confined.bare",
                arguments,
                seconds=_SECONDS,
                memory_mb=_MEMORY_MB,
            )
        except Refusal as refusal:
            raise BadFile(explain(refusal, frozenset({"pdf", "jpeg", "png", "webp"}))) from refusal
        except (OutOfMemory, TookTooLong, Crashed) as trouble:
            raise BadFile(say("文件过于复杂或已损坏，无法去除作者信息。")) from trouble
        return path.read_bytes()


def _folder() -> Path:
    folder = Path(current_app.config["DATA_DIR"]) / "files"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
