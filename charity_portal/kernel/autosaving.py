"""Saving a form while it is written: what became of a save, and how page and script are told.

The script (`static/js/autosave.js`) sends changed fields with the revision it last saw; the same form
without scripts is posted whole. `kernel.merging` decides about each field.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import jsonify

from charity_portal.kernel import clock
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import say
from charity_portal.kernel.merging import Saved


def understood(body: Any) -> tuple[int, dict[str, Any]]:
    """Revision and fields of a script's request; Invalid when it is none."""
    rev = body.get("rev") if isinstance(body, dict) else None
    fields = body.get("fields") if isinstance(body, dict) else None
    if type(rev) is not int or rev < 0 or not isinstance(fields, dict):
        raise Invalid(say("保存请求的格式有误。"))
    return rev, fields


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def texts(
    fields: Mapping[str, Any], read: Callable[[object], str | None] = _text
) -> dict[str, str]:
    """The fields as texts; Invalid names those that `read` does not understand."""
    read_fields = {key: read(value) for key, value in fields.items()}
    wrong = [key for key, text in read_fields.items() if text is None]
    if wrong:
        raise Invalid(fields={key: [say("这一项的内容无法识别。")] for key in wrong})
    return {key: text for key, text in read_fields.items() if text is not None}


def answer(
    saved: Saved, people: Mapping[int, str], show: Callable[[str, str], Any] = lambda _key, t: t
) -> Any:
    """What the script is told: 200, or 409 with both versions of what clashes.

    `people` are names by id; `show(key, text)` gives a text as the page's control wants it.
    """
    told: dict[str, Any] = {
        "rev": saved.rev,
        "saved_at": clock.local(clock.now()).isoformat(timespec="seconds"),
        "merged": {key: show(key, text) for key, text in saved.merged.items()},
    }
    if not saved.conflicts:
        return jsonify(told)
    told["saved"] = saved.saved
    told["conflicts"] = {
        key: {
            "mine": show(key, conflict.mine),
            "theirs": show(key, conflict.theirs),
            "by": people.get(conflict.changed_by or 0, ""),
            "at": clock.local(conflict.at).isoformat(timespec="seconds"),
        }
        for key, conflict in saved.conflicts.items()
    }
    return jsonify(told), 409


def posted_rev(form: Mapping[str, str]) -> int:
    """The revision that a posted form was drawn at; Invalid when it does not say."""
    text = form.get("rev", "")
    if not text.isdecimal() or len(text) > 15:
        raise Invalid(say("页面缺少版本信息，请刷新后再试。"))
    return int(text)


def chosen(form: Mapping[str, str]) -> dict[str, str]:
    """What was decided on the page with both versions: only one's own texts have to be written."""
    return {
        key: form[f"mine-{key}"]
        for key in (name.removeprefix("choice-") for name in form)
        if form.get(f"choice-{key}") == "mine" and f"mine-{key}" in form
    }


def versions(
    saved: Saved,
    people: Mapping[int, str],
    label: Callable[[str], str],
    show: Callable[[str, str], str] = lambda _key, text: text,
) -> dict[str, dict[str, Any]]:
    """Both versions of every clashing field, as the macro `conflict_table` draws them."""
    return {
        key: {
            "label": label(key),
            "mine": conflict.mine,
            "theirs": conflict.theirs,
            "mine_shown": show(key, conflict.mine),
            "theirs_shown": show(key, conflict.theirs),
            "by": people.get(conflict.changed_by or 0, ""),
            "at": conflict.at,
        }
        for key, conflict in saved.conflicts.items()
    }
