"""Running numbers of documents and cases: one sequence for each kind and year, without gaps."""

from sqlalchemy import CheckConstraint, update
from sqlalchemy.orm import Mapped, mapped_column

from charity_portal.kernel.database import (
    Model,
    WriteOutsideTransaction,
    db,
    in_transaction,
    insert_if_absent,
)


class Counter(Model):
    """The last number given out; its row lock makes the next one wait for the commit."""

    __tablename__ = "counter"
    __table_args__ = (CheckConstraint("last >= 0", name="last"),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


def next_number(kind: str, year: int, width: int = 6) -> str:
    """The next number of `kind` in `year`, as `SL-2026-000123`.

    Only inside transaction(): a rollback gives the number back, so that a sequence has no gaps.
    Whoever comes second waits until the first one's transaction ends.
    """
    return next_numbers(kind, year, 1, width)[0]


def next_numbers(kind: str, year: int, count: int, width: int = 6) -> list[str]:
    """The next so many numbers of `kind` in `year`, in order; the same promises."""
    if not in_transaction():
        raise WriteOutsideTransaction
    insert_if_absent(Counter, kind=kind, year=year, last=0)
    raised = (
        update(Counter)
        .where(Counter.kind == kind, Counter.year == year)
        .values(last=Counter.last + count)
        .returning(Counter.last)
        .execution_options(synchronize_session=False)
    )
    last = db.session.execute(raised).scalar_one()
    return [f"{kind}-{year}-{n:0{width}d}" for n in range(last - count + 1, last + 1)]
