"""What the scores amount to, and what was chosen within the purse."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from charity_portal.competitions.models.editions import Edition
from charity_portal.kernel import clock
from charity_portal.kernel.database import Fen, Id, JsonDict, JsonList, Model, Stamp, one_of
from charity_portal.kernel.files import StoredFile
from charity_portal.kernel.triggers import append_only

OUTCOMES = ("award", "partial", "reserve", "refuse")
BANDS = ("in", "discuss", "out")

append_only("ranking")
append_only("ranking_row")
append_only("advancement")


class Ranking(Model):
    """One computation over the sealed scores. `input_hash` tells whether scores changed since.

    `figures` holds what concerns the whole: the method used, its gate, caveats, judges, the line.
    `stage_id` names the one stage that it ranks (to see who goes on); None: the whole edition.
    """

    __tablename__ = "ranking"
    id: Mapped[Id]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"), index=True)
    stage_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stage.id"))
    input_hash: Mapped[str]
    method: Mapped[str]
    figures: Mapped[JsonDict]
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    made_at: Mapped[Stamp] = mapped_column(default=clock.now)

    rows: Mapped[list["RankingRow"]] = relationship(order_by="RankingRow.rank")


class RankingRow(Model):
    """One application's place. Points in 1e-4 of 100; shares in basis points; None: not to be had."""

    __tablename__ = "ranking_row"
    ranking_id: Mapped[int] = mapped_column(sa.ForeignKey("ranking.id"), primary_key=True)
    application_id: Mapped[int] = mapped_column(
        sa.ForeignKey("application.id"), primary_key=True, index=True
    )
    rank: Mapped[int]
    points: Mapped[int | None]
    raw_points: Mapped[int | None]
    reviews: Mapped[int]
    lowest: Mapped[int | None]
    highest: Mapped[int | None]
    sd: Mapped[int | None]
    funded_bp: Mapped[int | None]
    stable_bp: Mapped[int | None]
    band: Mapped[str | None]
    details: Mapped[JsonDict]

    __table_args__ = (one_of("band", BANDS),)


class Advancement(Model):
    """Who went on from a stage: `going` the application ids, `changes` where people decided otherwise than
    the ranking: [{"application", "goes", "reason"}]. The reasons are published."""

    __tablename__ = "advancement"
    id: Mapped[Id]
    stage_id: Mapped[int] = mapped_column(sa.ForeignKey("stage.id"), index=True)
    ranking_id: Mapped[int] = mapped_column(sa.ForeignKey("ranking.id"))
    going: Mapped[JsonList]
    changes: Mapped[JsonList] = mapped_column(default=list)
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    made_at: Mapped[Stamp] = mapped_column(default=clock.now)


class Selection(Model):
    """A choice within the purse, made from a ranking: first computed, then confirmed by people.

    `inversions` lists every pair where a lower place is funded and a higher one is not, with the reason.
    """

    __tablename__ = "selection"
    id: Mapped[Id]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"), index=True)
    ranking_id: Mapped[int] = mapped_column(sa.ForeignKey("ranking.id"))
    figures: Mapped[JsonDict]
    inversions: Mapped[JsonList] = mapped_column(default=list)
    rev: Mapped[int] = mapped_column(default=0)
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    made_at: Mapped[Stamp] = mapped_column(default=clock.now)
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    confirmed_at: Mapped[Stamp | None]

    ranking: Mapped[Ranking] = relationship()
    rows: Mapped[list["SelectionRow"]] = relationship(order_by="SelectionRow.position")


class SelectionRow(Model):
    """What is proposed for one application. `proposed` is what the rule gave; where people decided
    otherwise `override_reason` says why, and is published."""

    __tablename__ = "selection_row"
    selection_id: Mapped[int] = mapped_column(sa.ForeignKey("selection.id"), primary_key=True)
    application_id: Mapped[int] = mapped_column(
        sa.ForeignKey("application.id"), primary_key=True, index=True
    )
    position: Mapped[int]
    outcome: Mapped[str]
    proposed: Mapped[str]
    amount_fen: Mapped[Fen]
    code: Mapped[str | None]
    override_reason: Mapped[str | None]
    overridden_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))

    __table_args__ = (
        one_of("outcome", OUTCOMES),
        sa.CheckConstraint("amount_fen >= 0", name="amount"),
        sa.CheckConstraint(
            "outcome = proposed OR override_reason IS NOT NULL", name="override_reason"
        ),
    )


class Bundle(Model):
    """The file from which anybody recomputes a published outcome, and its fingerprint."""

    __tablename__ = "bundle"
    id: Mapped[Id]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"), unique=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"))
    sha256: Mapped[str]
    made_at: Mapped[Stamp] = mapped_column(default=clock.now)

    edition: Mapped[Edition] = relationship()
    file: Mapped[StoredFile] = relationship()
