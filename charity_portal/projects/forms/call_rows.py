"""The rows of a call's form (tracks, questions, budget categories, slots)."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField

from charity_portal.kernel.form_rows import Row, options
from charity_portal.kernel.forms import (
    IntegerField,
    LongTextField,
    MoneyField,
    MultiChoiceField,
    NumberRange,
    Optional,
    PercentField,
    SelectField,
    TextField,
)
from charity_portal.kernel.i18n import say
from charity_portal.projects.models.calls import NEEDS, QUESTION_KINDS
from charity_portal.projects.rules.call_edits import as_lines, labelled_lines

KIND_WORDS = {
    "short": say("单行文字"),
    "long": say("多行文字"),
    "number": say("数字"),
    "choice": say("单选"),
    "multi": say("多选"),
    "date": say("日期"),
    "yes_no": say("是或否"),
}
NEED_WORDS = {
    "required": say("主要材料，缺少则不予受理"),
    "secondary": say("次要材料，可容缺后补"),
    "optional": say("选交材料"),
}
FILE_GROUPS: dict[str, tuple[tuple[str, ...], object]] = {
    "pdf": (("pdf",), "PDF"),
    "image": (("jpeg", "png", "webp"), say("图片")),
    "docx": (("docx",), say("Word 文档")),
    "xlsx": (("xlsx",), say("Excel 表格")),
    "pptx": (("pptx",), say("PPT 演示文稿")),
}
LARGEST_MB = 25


class TrackRow(Row):
    """A track."""

    title_zh = TextField(say("赛道名称"), longest=60)
    title_en = TextField(say("英文名称"), longest=120)
    purse_fen = MoneyField(say("本赛道金额"), [Optional()])

    def values(self) -> dict[str, Any]:
        """The row as a unit of the draft."""
        return {
            "id": self.saved_id,
            "title_zh": self.title_zh.data or "",
            "title_en": self.title_en.data or None,
            "purse_fen": self.purse_fen.data,
        }


class QuestionRow(Row):
    """A question. Choices are lines of `中文 | English`."""

    label_zh = TextField(say("问题"), longest=100)
    label_en = TextField(say("英文问题"), longest=200)
    help_zh = TextField(say("填写说明"), longest=300)
    help_en = TextField(say("英文说明"), longest=500)
    kind = SelectField(say("回答方式"), choices=options({k: KIND_WORDS[k] for k in QUESTION_KINDS}))
    longest = IntegerField(
        say("最多字数"), [Optional(), NumberRange(1, 10_000, say("字数应在 1 到 10000 之间。"))]
    )
    required = BooleanField(say("必答"))
    choices = LongTextField(say("选项"), longest=3000)

    def values(self, known: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
        """The row as a unit of the draft; `known` are its choices as saved."""
        kind = self.kind.data
        with_choices = kind in ("choice", "multi")
        return {
            "id": self.saved_id,
            "kind": kind,
            "label_zh": self.label_zh.data or "",
            "label_en": self.label_en.data or None,
            "help_zh": self.help_zh.data or None,
            "help_en": self.help_en.data or None,
            "required": bool(self.required.data),
            "longest": self.longest.data if kind in ("short", "long") else None,
            "choices": labelled_lines(self.choices.data or "", known) if with_choices else [],
        }


class CategoryRow(Row):
    """A budget category."""

    title_zh = TextField(say("科目名称"), longest=60)
    title_en = TextField(say("英文名称"), longest=120)
    cap_bp = PercentField(say("占资助金额上限"), [Optional()])
    is_management = BooleanField(say("属于管理费用"))

    def values(self) -> dict[str, Any]:
        """The row as a unit of the draft."""
        return {
            "id": self.saved_id,
            "title_zh": self.title_zh.data or "",
            "title_en": self.title_en.data or None,
            "cap_bp": self.cap_bp.data,
            "is_management": bool(self.is_management.data),
        }


class SlotRow(Row):
    """A slot for papers."""

    title_zh = TextField(say("材料名称"), longest=60)
    title_en = TextField(say("英文名称"), longest=120)
    help_zh = TextField(say("材料说明"), longest=300)
    help_en = TextField(say("英文说明"), longest=500)
    need = SelectField(say("要求"), choices=options({need: NEED_WORDS[need] for need in NEEDS}))
    kinds = MultiChoiceField(
        say("可交文件"), choices=options({key: word for key, (_, word) in FILE_GROUPS.items()})
    )
    max_files = IntegerField(
        say("最多文件数"), [NumberRange(1, 20, say("文件数应在 1 到 20 之间。"))], default=3
    )
    max_mb = IntegerField(
        say("单个文件上限（MB）"),
        [NumberRange(1, LARGEST_MB, say("单个文件上限应在 1 到 25 MB 之间。"))],
        default=20,
    )

    def values(self) -> dict[str, Any]:
        """The row as a unit of the draft."""
        kinds = [kind for key in self.kinds.data or [] for kind in FILE_GROUPS[key][0]]
        return {
            "id": self.saved_id,
            "title_zh": self.title_zh.data or "",
            "title_en": self.title_en.data or None,
            "help_zh": self.help_zh.data or None,
            "help_en": self.help_en.data or None,
            "need": self.need.data,
            "kinds": kinds,
            "max_files": self.max_files.data,
            "max_mb": self.max_mb.data,
        }


def shown_row(unit: str, values: dict[str, Any]) -> dict[str, Any]:
    """A row of the draft as the data of its form."""
    shown = dict(values)
    if unit == "questions":
        shown["choices"] = as_lines(values["choices"])
    if unit == "slots":
        have = set(values["kinds"])
        shown["kinds"] = [key for key, (kinds, _) in FILE_GROUPS.items() if have & set(kinds)]
    return shown
