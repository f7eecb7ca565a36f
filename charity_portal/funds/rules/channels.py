"""Ways to give to a hosting charity (慈善法, art. 27): its own account or counter, or a platform that
the authorities designated. The portal only tells them.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from charity_portal.funds.rules.establishing import CHANNELS
from charity_portal.kernel.i18n import Text, say

LONGEST_NAME, LONGEST_DETAIL = 100, 1000
MOST_POSITION = 999


@dataclass(frozen=True)
class Channel:
    """One way to give, as it is told. `url` is where a platform is found."""

    kind: str
    name_zh: str
    detail_zh: str
    name_en: str | None = None
    detail_en: str | None = None
    url: str | None = None
    position: int = 0


def problems(channel: Channel) -> dict[str, list[Text]]:
    """Everything that is wrong with a channel, by field; empty when all is well."""
    found: dict[str, list[Text]] = {}
    if channel.kind not in CHANNELS:
        found["kind"] = [say("请选择一项。")]
    texts = (("name_zh", LONGEST_NAME), ("detail_zh", LONGEST_DETAIL))
    for name, longest in texts:
        text = getattr(channel, name).strip()
        if not text:
            found[name] = [say("请填写此项。")]
        elif len(text) > longest:
            found[name] = [say("不能超过 %(n)s 个字。", n=longest)]
    if channel.kind == "platform" and not channel.url:
        found["url"] = [say("请填写平台网址。")]
    elif channel.url and not _is_secure(channel.url):
        found["url"] = [say("网址应以 https:// 开头。")]
    if not 0 <= channel.position <= MOST_POSITION:
        found["position"] = [say("顺序应在 0 到 %(n)s 之间。", n=MOST_POSITION)]
    return found


def _is_secure(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and " " not in url
