"""How people shorten the name of an organization, in Chinese and in English."""

import re
from collections.abc import Iterable, Iterator, Sequence


def words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


LEGAL = words(
    "社会工作服务中心 社会组织服务中心 社会工作服务社 志愿服务促进会 志愿服务联合会 社会工作促进会 公益服务中心 "
    "公益发展中心 社区服务中心 养老服务中心 心理咨询服务中心 有限责任公司 股份有限公司 有限公司 志愿者协会 "
    "志愿服务协会 志愿服务队 志愿服务站 公益促进会 公益协会 公益基金会 慈善基金会 慈善总会 慈善协会 公益事业 "
    "服务中心 发展中心 促进中心 指导中心 救助中心 救援中心 促进会 联合会 基金会 研究会 研究院 互助会 合作社 "
    "俱乐部 工作室 工作站 服务队 救援队 义工队 志愿队 服务社 服务站 幼儿园 养老院 敬老院 总会 分会 协会 "
    "商会 学会 联盟 中心 机构 团队 社团 书院 学院 学校 医院"
)
"""What says only which kind of organization it is."""
FIELDS = words(
    "社会工作 社会组织 乡村振兴 志愿服务 志愿者 未成年人 青少年 老年人 残疾人 社工 公益 慈善 志愿 义工 助老 "
    "助残 助学 助困 助医 养老 为老 敬老 扶贫 扶老 救助 救援 应急 心理 咨询 健康 医疗 康复 护理 社区 儿童 少年 "
    "青年 老年 妇女 妇联 家庭 文化 教育 艺术 体育 环保 环境 生态 法律 普法 科普 服务 事业 发展 促进 指导 互助 "
    "大学 城市 农村 乡村"
)
"""What says only which work it does."""
ORDINARY = frozenset(
    words(
        "阳光 爱心 幸福 温暖 希望 春天 同心 和谐 平安 快乐 美好 未来 关爱 仁爱 博爱 奉献 夕阳 朝阳 家园 邻里 "
        "彩虹 春风 微光 光明 健康 成长 蓝天 绿色 青春 红色 东方 中华 齐鲁 胶东 人民 友爱 互助 启航 童心 童年"
    )
)
"""Words of two characters that are as often just words; hidden only where they stand for the name."""
WORDS_EN = frozenset(
    words(
        "the of for and a an in social work service services center centre association foundation "
        "society charity charitable volunteer volunteers voluntary public welfare organization "
        "organisation development promotion community care elderly aged children youth women family "
        "health education culture rescue league union federation club institute academy school group "
        "team studio company limited ltd co inc city county district province china chinese"
    )
)

_PLACE = re.compile(
    r"^(?:中国)?(?:[一-鿿]{2,6}?(?:省|自治区|市|地区|州|盟))?"
    r"(?:[一-鿿]{1,5}?(?:(?<![社小园校景片])区|县|市|旗))?(?:[一-鿿]{1,5}?(?:街道|镇|乡))?"
)
_AFTER = "|".join(sorted({*LEGAL, "社会工作", "社工", "公益", "慈善"}, key=len, reverse=True))
_ENDINGS = sorted({*LEGAL, *FIELDS}, key=len, reverse=True)
MORE = re.compile(f"(?:{_AFTER}|服务队|志愿队)+")
"""What belongs to a short form that stands before it: “银龄” in “银龄社工”."""


def place_forms(places: Iterable[str]) -> list[str]:
    """Names of places as they stand before a name, with and without 市, 区, 县; the longest first."""
    found = set()
    for place in places:
        found.add(place)
        short = re.sub(r"(?:省|市|区|县|镇|乡|街道)$", "", place)
        if len(short) >= 2:
            found.add(short)
    return sorted(found - {""}, key=len, reverse=True)


def without_place(text: str, places: Sequence[str]) -> str:
    """A name or address without the province, city, county and town before it."""
    rest, before = text, ""
    while rest != before:
        before = rest
        place = next((p for p in places if rest.startswith(p)), "")
        rest = rest.removeprefix(place) if place else _PLACE.sub("", rest)
        rest = rest if len(rest) >= 2 else before
    return rest


def short_forms(name: str, places: Sequence[str]) -> Iterator[str]:
    """A Chinese name without its place, then shorter and shorter: at least two characters, and never
    words that only say which kind of organization it is."""
    rest = without_place(name, places)
    yield rest
    while True:
        ending = next((e for e in _ENDINGS if rest.endswith(e) and len(rest) - len(e) >= 2), None)
        if ending is None:
            return
        rest = rest.removesuffix(ending)
        if _says_something(rest):
            yield rest


def _says_something(text: str) -> bool:
    for word in _ENDINGS:
        text = text.replace(word, "")
    return len(text) > 0


def english_forms(name: str, places: Iterable[str]) -> Iterator[str]:
    """An English name without its place, its own words alone, and its initials (four or more)."""
    words = re.findall(r"[\w'’-]+", name)
    known = {part.casefold() for place in places for part in place.split()}
    rest = words
    while rest and rest[0].casefold() in known | {"the"}:
        rest = rest[1:]
    if len(rest) > 1:
        yield " ".join(rest)
    own = [w for w in rest if w.casefold() not in WORDS_EN | known]
    if len("".join(own)) >= 4:
        yield " ".join(own)
    for given in (words, rest):
        initials = "".join(w[0] for w in given if w[0].isupper())
        if len(initials) >= 4:
            yield initials
