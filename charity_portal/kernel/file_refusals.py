"""Why a file was not accepted, in words that say what to do next."""

from collections.abc import Collection

from charity_portal.kernel.confined.refusals import Refusal
from charity_portal.kernel.i18n import Text, say

# The same in every language.
_KIND_NAMES = {
    "pdf": "PDF",
    "docx": "Word (docx)",
    "xlsx": "Excel (xlsx)",
    "pptx": "PowerPoint (pptx)",
    "jpeg": "JPEG",
    "png": "PNG",
    "webp": "WebP",
    "csv": "CSV",
    "txt": "TXT",
}
_FOREIGN_WORDS = {
    "program": say("这是可执行程序，不予接收。"),
    "shortcut": say("这是快捷方式，不是文件本身，请上传它指向的文件。"),
    "script": say("这是脚本程序，不予接收。"),
    "old_office": say(
        "这是旧版办公文档或加密的文档，请去掉密码，另存为 docx、xlsx 或 PDF 后再上传。"
    ),
    "other_image": say("这种图片格式不能接收，请转为 JPEG 或 PNG 后再上传。"),
    "phone_image": say("这是手机的高效率图片格式，请转为 JPEG 后再上传。"),
    "media": say("音频、视频不能在此上传。"),
    "archive": say("压缩包不能在此上传，请解压后逐个上传。"),
    "web_page": say("网页和矢量图文件不能在此上传，请转为 PDF 或 PNG。"),
    "text": say("这是纯文本，扩展名应为 txt 或 csv。"),
    "unknown": say("无法识别文件的类型。"),
}
_WORDS = {
    "empty_file": say("文件是空的。"),
    "encrypted": say("文件设有密码或使用限制，请取消后再上传。"),
    "two_in_one": say("文件里还藏有另一个文件，不予接收。"),
    "archive_damaged": say("文件已损坏或没有传完整，请重新保存后再上传。"),
    "archive_hides": say("文件里还藏有另一个文件，不予接收。"),
    "archive_paths": say("文件的内部结构不正常，不予接收。"),
    "archive_entries": say("文件的内部结构不正常，不予接收。"),
    "archive_bomb": say("文件解开后过大，不予接收。"),
    "office_active": say("文档含有宏、控件或嵌入的对象，请去除后另存，或导出为 PDF 再上传。"),
    "office_outside": say("文档引用了外部文件或地址，请断开链接后另存，或导出为 PDF 再上传。"),
    "pdf_script": say("PDF 含有脚本或动态表单，请用“打印为 PDF”重新生成后再上传。"),
    "pdf_action": say(
        "PDF 含有会启动程序或跳转到外部文件的动作，请用“打印为 PDF”重新生成后再上传。"
    ),
    "pdf_media": say("PDF 含有音频、视频，请去除后再上传。"),
    "pdf_attachment": say("PDF 带有附件，请去除附件，或把附件单独上传。"),
    "pdf_damaged": say("PDF 已损坏或没有传完整，请重新导出后再上传。"),
    "image_damaged": say("图片已损坏或没有传完整，请重新保存后再上传。"),
}


def explain(refusal: Refusal, allowed: Collection[str]) -> Text:
    """The sentence for a refusal of confined.uploads; `allowed` are the kinds taken here."""
    if refusal.code == "foreign":
        return _FOREIGN_WORDS[str(refusal.params["kind"])]
    if refusal.code == "image_pixels":
        return say("图片的像素过多（上限 6000 万），请缩小后再上传。")
    if refusal.code == "not_allowed":
        return say(
            "这里不接收 %(kind)s 文件，可以上传：%(allowed)s。",
            kind=_KIND_NAMES[str(refusal.params["kind"])],
            allowed=" / ".join(name for kind, name in _KIND_NAMES.items() if kind in allowed),
        )
    return _WORDS[refusal.code]
