"""A blind edition whose applicant left its name everywhere: in the register, in every text, in files.

Everything that reviewers can see is fixed here, so that two worlds that differ only in the identity
must look the same to them.
"""

from dataclasses import dataclass

import pikepdf
from pikepdf import Dictionary, Name, String

from charity_portal.competitions.models.editions import Edition, Stage, StageEntry
from charity_portal.competitions.models.experts import Expert
from charity_portal.competitions.models.panels import Conflict, Panelist
from charity_portal.competitions.models.reviews import ReleasedPaper, Review
from charity_portal.competitions.queries import experts
from charity_portal.competitions.services import papers as services
from charity_portal.kernel import files
from charity_portal.kernel.bare_copies import bare_copy
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.identifiers import make_uscc
from charity_portal.kernel.permissions import Actor
from charity_portal.organizations.models import Organization
from charity_portal.projects.models.applications import Application, Attachment, DraftField
from charity_portal.projects.models.calls import Call
from tests.factories import notices, uploads
from tests.factories.accounts import make_user
from tests.factories.calls import make_call
from tests.factories.competitions import make_edition, make_expert, make_panelist
from tests.factories.examples import Example, World
from tests.factories.organizations import make_member, make_organization


@dataclass(frozen=True)
class Who:
    """An identity to hide. `short` and `brand` are what people call the organization."""

    name: str
    short: str
    name_en: str
    short_en: str
    uscc: str
    phone: str
    email: str
    website: str
    address: str
    legal_rep: str
    contact: str
    lead: str
    member: str

    @property
    def canaries(self) -> list[str]:
        """What must be found nowhere."""
        own = [self.name, self.short, self.name_en, self.short_en, self.uscc, self.uscc[8:17]]
        told = [self.phone, self.email, self.website, self.address, self.address[-6:]]
        return [*own, *told, self.legal_rep, self.contact, self.lead, self.member]


AMBER = Who(
    name="烟台市芝罘区琥珀灯塔社会工作服务中心",
    short="琥珀灯塔",
    name_en="Yantai Zhifu Amberlight Social Work Service Center",
    short_en="Amberlight",
    uscc=make_uscc("370602", 765_432, "2"),
    phone="0535-6671234",
    email="desk@amberlight-yt.org.cn",
    website="https://www.amberlight-yt.org.cn/about",
    address="烟台市芝罘区鲸歌路77号3楼",
    legal_rep="欧阳鹤鸣",
    contact="司徒青禾",
    lead="上官云岫",
    member="令狐见山",
)
CORAL = Who(
    name="海阳市珊瑚公益协会",
    short="珊瑚",
    name_en="Haiyang Coralreef Association",
    short_en="Coralreef",
    uscc=make_uscc("370687", 17, "1"),
    phone="13954500017",
    email="coralreefoffice@163.com",
    website="coralreef.cn",
    address="海阳市海翠路9号",
    legal_rep="李保国",
    contact="王芳",
    lead="赵一",
    member="孙立人",
)
LEADING = "本项目由{lead}主任牵头，联系人{contact}老师。"
TITLE = "{short}食光——社区老年助餐"
SUMMARY = (
    "我们是{name}（简称“{short}”，英文 {name_en}），信用代码 {uscc}，法定代表人{legal_rep}。"
    "{short}社工为独居老人送餐；烟台{short}社会工作服务中心的志愿者每周入户。" + LEADING
)
NEED = (
    "辖区独居老人三百余名。详询 {phone} 或 {email}，网站 {website}，地址：{address}。\n"
    "{short_en} volunteers visit twice a week.\n{spaced}也可拨打{phone}。"
)
ITEM = "{short}助餐点餐具（{lead}保管）"


def said(who: Who, text: str) -> str:
    """A text as this applicant wrote it."""
    return text.format(**vars(who), spaced="\u3000".join(who.short))


@dataclass(frozen=True)
class BlindCase:
    """The edition, its three applications of the same applicant, and the reviewer's reviews: one that
    is theirs, one that a conflict closed; the third application is somebody else's."""

    edition: Edition
    stage: Stage
    mine: Application
    barred: Application
    foreign: Application
    review: Review
    barred_review: Review
    foreign_review: Review
    paper: ReleasedPaper
    attachment: Attachment
    organization: Organization
    reviewer_id: int


def make_case(
    who: Who = AMBER, organization: Organization | None = None, reviewer_id: int | None = None
) -> BlindCase:
    """The whole of it."""
    officer = notices.staff("officer", "何经办")
    organization = organization or _organization(who)
    call = make_call(per_organization_limit=9)
    edition = make_edition(call, number=f"CT-2026-9{call.id:05d}", blind=True)
    (stage,) = edition.stages
    rows = [_application(who, organization, call, stage, n, officer) for n in range(3)]
    reviewer_id = reviewer_id or make_user("顾评审", roles=("reviewer",)).id
    own = _panelist(edition, reviewer_id, "J01")
    other = _panelist(edition, make_user("陆评审", roles=("reviewer",)).id, "J02")
    with transaction():
        mine, closed, foreign = (
            Review(
                stage_id=stage.id, panelist_id=judge.id, application_id=row.id, position=n, **more
            )
            for n, (judge, row, more) in enumerate(
                [(own, rows[0], {}), (own, rows[1], {"state": "void"}), (other, rows[2], {})]
            )
        )
        wall = Conflict(
            panelist_id=own.id, application_id=rows[1].id, found="declared", code="member"
        )
        db.session.add_all([mine, closed, foreign, wall])
        db.session.flush()
        closed.conflict_id = wall.id
    released = [_release(officer, edition, row) for row in rows]
    return BlindCase(
        edition, stage, *rows, mine, closed, foreign, *released[0], organization, reviewer_id
    )


def _organization(who: Who) -> Organization:
    organization = make_organization(
        name=who.name, kind="service" if "中心" in who.name else "association"
    )
    with transaction():
        row = db.session.get_one(Organization, organization.id)
        row.name_en, row.address, row.website = who.name_en, who.address, who.website
        row.legal_rep, row.contact_name = who.legal_rep, who.contact
        row.contact_phone, row.contact_email = who.phone, who.email
        row.uscc, row.org_ref = who.uscc, f"CN-SOC-{who.uscc}"
    make_member(organization, user=make_user(who.member))
    return organization


def _application(
    who: Who, organization: Organization, call: Call, stage: Stage, n: int, officer: Actor
) -> Application:
    title = said(who, TITLE) + str(n)
    row = notices.eligible(officer, call, organization=organization, title=title, papers=())
    fields = notices.fields_of(title, 50_000) | {
        "summary": said(who, SUMMARY),
        "lead_name": who.lead,
        "answer:need": said(who, NEED),
        "budget:AAAAAAAA:item": said(who, ITEM),
    }
    with transaction():
        row = db.session.get_one(Application, row.id)
        row.summary = fields["summary"]
        for key, value in fields.items():
            db.session.merge(DraftField(application_id=row.id, key=key, value=value, rev=2))
        for slot, content in (("certificate", telling_pdf(who)), ("pictures", uploads.picture())):
            _attach(row, slot, content, f"{who.short}{slot}")
        notices.freeze(row, fields)
        db.session.add(StageEntry(stage_id=stage.id, application_id=row.id, code=f"P-{n + 1:02d}"))
    return row


def telling_pdf(who: Who) -> bytes:
    """A page, and a name in every corner beside it."""
    document = uploads.blank()
    document.docinfo["/Author"] = who.short_en
    document.docinfo["/Title"] = who.name
    with document.open_metadata() as metadata:
        metadata["dc:creator"] = [who.name_en]
    with document.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(who.name, 0))
    page = document.pages[0]
    page.PieceInfo = Dictionary(Who=String(who.name))
    note = Dictionary(
        Type=Name.Annot, Subtype=Name.Text, Rect=[0, 0, 9, 9], T=String(who.legal_rep)
    )
    page.Annots = pikepdf.Array([note])
    return uploads.save(document)


def _attach(row: Application, slot_key: str, content: bytes, name: str) -> None:
    mime, ending = ("application/pdf", ".pdf") if content[:4] == b"%PDF" else ("image/jpeg", ".jpg")
    slot = next(s for s in row.call.slots if s.key == slot_key)
    stored = files.keep(Actor(), files.prepare_own(content, name + ending, mime))
    db.session.add(
        Attachment(application_id=row.id, slot_id=slot.id, file_id=stored.id, name=stored.name)
    )
    db.session.flush()


def _release(
    officer: Actor, edition: Edition, row: Application
) -> tuple[ReleasedPaper, Attachment]:
    attachment = db.session.query(Attachment).filter_by(application_id=row.id).first()
    assert attachment is not None
    copy = files.prepare_own(bare_copy(attachment.file), "材料 1 登记证书.pdf", "application/pdf")
    with transaction():
        return services.release(officer, edition.id, row.id, attachment.id, copy), attachment


def _panelist(edition: Edition, user_id: int, code: str) -> Panelist:
    expert: Expert | None = experts.expert_of(user_id)
    return make_panelist(
        edition,
        expert or make_expert(user_id=user_id),
        code=code,
        position=int(code[1:]),
    )


@dataclass(frozen=True)
class _Ids:
    """A case by its numbers: rows do not outlive the session that they were made in."""

    edition: int
    application: int
    attachment: int
    review: int
    paper: int


def _case(world: World) -> _Ids:
    """One case a world, so that all arguments of an address belong together."""
    if "blind" not in world.made:
        owner = db.session.get_one(Organization, world.organization_id)
        case = make_case(AMBER, owner, world.people["reviewer"])
        world.made["blind"] = _Ids(
            case.edition.id, case.mine.id, case.attachment.id, case.review.id, case.paper.id
        )
    ids: _Ids = world.made["blind"]
    return ids


def _term(world: World) -> int:
    case = _case(world)
    with transaction():
        officer = Actor(world.people["officer"], "", frozenset({"officer"}))
        return services.add_term(officer, case.edition, case.application, "琥珀").id


EXAMPLES: dict[str, Example] = {
    "competitions_blind.index.edition_id": lambda world: _case(world).edition,
    **{
        f"competitions_blind.{view}.{argument}": example
        for view in ("show", "hide", "reveal", "original", "copy", "release", "withhold")
        for argument, example in {
            "edition_id": lambda world: _case(world).edition,
            "application_id": lambda world: _case(world).application,
            "attachment_id": lambda world: _case(world).attachment,
        }.items()
    },
    "term_id": _term,
    "competitions_papers.show.review_id": lambda world: _case(world).review,
    "paper_id": lambda world: _case(world).paper,
}
