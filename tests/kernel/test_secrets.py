from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from charity_portal.kernel import secrets
from charity_portal.kernel.secrets import Encrypted, SealBroken, SealedRow

SECRET, OTHER = "first secret, long enough", "second secret, long enough"
IDENTITY = "11010519491231002X"


class Base(DeclarativeBase):
    pass


class Person(SealedRow, Base):
    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    identity = Encrypted("person.identity")
    phone = Encrypted("person.phone")
    identity_index: Mapped[str | None]


@pytest.fixture(autouse=True)
def _key() -> Iterator[None]:
    before = list(secrets._keys)
    secrets.configure(SECRET)
    yield
    secrets._keys[:] = before


@pytest.fixture
def session() -> Iterator[Session]:
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine, info={"writing": True}) as session:
        yield session
    engine.dispose()


def _person(session: Session, identity: str | None = IDENTITY) -> Person:
    person = Person(identity=identity, phone="13812341234")
    session.add(person)
    session.commit()
    return person


def test_a_sealed_value_opens_after_it_was_stored(session: Session) -> None:
    key = _person(session).id
    session.expire_all()
    person = session.get_one(Person, key)
    assert person.identity == IDENTITY
    assert person.phone == "13812341234"
    person.phone = None
    session.commit()
    assert person.phone is None


def test_nothing_readable_is_in_the_table(session: Session) -> None:
    _person(session)
    row = session.execute(sa.text("SELECT * FROM person")).one()
    assert IDENTITY not in repr(row)
    assert "13812341234" not in repr(row)


def test_equal_values_do_not_look_equal(session: Session) -> None:
    first, second = _person(session), _person(session)
    columns = Person.__table__.c
    stored = session.execute(sa.select(columns.identity_sealed)).scalars().all()
    assert len({*stored}) == 2
    assert first.identity == second.identity


def test_a_value_pasted_into_another_row_does_not_open(session: Session) -> None:
    victim, thief = _person(session, "victim"), _person(session, "thief")
    session.execute(
        sa.text(
            "UPDATE person SET identity_sealed = "
            "(SELECT identity_sealed FROM person WHERE id = :victim) WHERE id = :thief"
        ),
        {"victim": victim.id, "thief": thief.id},
    )
    session.expire_all()
    with pytest.raises(SealBroken):
        _ = thief.identity
    assert thief.phone == "13812341234"


def test_a_value_pasted_together_with_its_token_is_refused_by_the_table(session: Session) -> None:
    victim, thief = _person(session, "victim"), _person(session, "thief")
    with pytest.raises(sa.exc.IntegrityError):
        session.execute(
            sa.text(
                "UPDATE person SET (identity_sealed, seal_token) = "
                "(SELECT identity_sealed, seal_token FROM person WHERE id = :victim) WHERE id = :thief"
            ),
            {"victim": victim.id, "thief": thief.id},
        )


def test_a_value_pasted_into_another_column_does_not_open(session: Session) -> None:
    person = _person(session)
    session.execute(sa.text("UPDATE person SET phone_sealed = identity_sealed"))
    session.expire_all()
    with pytest.raises(SealBroken):
        _ = person.phone


def test_one_changed_byte_is_noticed(session: Session) -> None:
    person = _person(session)
    columns = Person.__table__.c
    sealed = session.execute(sa.select(columns.identity_sealed)).scalar_one()
    for position in range(len(sealed)):
        broken = bytearray(sealed)
        broken[position] ^= 1
        session.execute(sa.update(Person).values(identity_sealed=bytes(broken)))
        session.expire_all()
        with pytest.raises(SealBroken):
            _ = person.identity


def test_another_secret_opens_nothing(session: Session) -> None:
    person = _person(session)
    secrets.configure(OTHER)
    with pytest.raises(SealBroken):
        _ = person.identity


def test_after_a_change_of_secret_old_values_open_and_can_be_sealed_anew(session: Session) -> None:
    person = _person(session)
    secrets.configure(OTHER, previous=[SECRET])
    assert Person.identity.is_stale(person)
    person.identity = person.identity
    session.commit()
    assert not Person.identity.is_stale(person)
    secrets.configure(OTHER)
    assert person.identity == IDENTITY


def test_a_person_is_found_by_the_blind_index(session: Session) -> None:
    for identity in (IDENTITY, "440524188001010014"):
        person = Person(identity=identity, identity_index=secrets.blind_index("ric", identity))
        session.add(person)
    session.commit()
    wanted = Person.identity_index.in_(secrets.blind_indexes("ric", IDENTITY))
    assert session.scalars(sa.select(Person).where(wanted)).one().identity == IDENTITY


def test_blind_indexes_differ_by_kind_and_secret() -> None:
    index = secrets.blind_index("ric", IDENTITY)
    assert index == secrets.blind_index("ric", IDENTITY)
    assert len(index) == 64
    assert index != secrets.blind_index("phone", IDENTITY)
    secrets.configure(OTHER, previous=[SECRET])
    assert index != secrets.blind_index("ric", IDENTITY)
    assert index in secrets.blind_indexes("ric", IDENTITY)


def test_a_code_proves_that_the_portal_issued_it() -> None:
    code = secrets.sign("report", "42")
    assert len(code) == 16
    assert secrets.verify_signature("report", "42", code)
    assert secrets.verify_signature("report", "42", code.upper())
    assert not secrets.verify_signature("report", "43", code)
    assert not secrets.verify_signature("receipt", "42", code)
    assert not secrets.verify_signature("report", "42", code[:8])
    assert not secrets.verify_signature("report", "42", "码" * 16)
    secrets.configure(OTHER, previous=[SECRET])
    assert secrets.verify_signature("report", "42", code)
    secrets.configure(OTHER)
    assert not secrets.verify_signature("report", "42", code)


def test_without_a_secret_nothing_is_made() -> None:
    secrets._keys[:] = []
    for make in (secrets.sign, secrets.blind_index):
        with pytest.raises(RuntimeError):
            make("a", "b")
    with pytest.raises(ValueError):
        secrets.configure("short")
