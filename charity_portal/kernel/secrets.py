"""Columns that only the running portal can read, and short codes that only it can make.

    class Person(SealedRow, Model):
        __tablename__ = "person"
        phone = Encrypted("person.phone")            # str | None; stored in column phone_sealed
        phone_index: Mapped[str | None]              # blind_index("phone", phone), to search by

**Row binding.** AES-GCM with a random nonce keeps a value secret and unforged, but not in its
place: a sealed value copied into another row would open there, and one person's bank account would
become another's. A column type sees one value and no row, so the row must be brought in: each row
carries a random `seal_token`, unique in its table, made when the object is, and never changed; token,
table and column name are authenticated with every value. A pasted value therefore fails to open
(SealBroken), and a pasted token with it collides with the unique index. What is left to somebody
who can write to the table is to swap whole rows, plain columns and all.

That is why Encrypted is an attribute and not a type: it opens the value when it is read (a list that
does not touch it pays nothing), and it cannot be used in a query by mistake.

**Keys** come from the portal's secret by HKDF, one for each purpose. Each sealed value starts with
the id of its key: after a new secret is set with the old one as `previous`, old values still open, and
assigning a value to itself seals it anew (`is_stale` finds them).
"""

import base64
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, overload

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

_NONCE = 12
_SHORTEST_SECRET = 16


class SealBroken(Exception):
    """A sealed value does not open: it was changed, moved, or made under a key that is not known."""


@dataclass(frozen=True)
class _Key:
    """What one secret gives: an id byte, a key for sealing, one for indexes, one for signatures."""

    ident: int
    seal: bytes
    index: bytes
    sign: bytes


_keys: list[_Key] = []


def configure(secret: str, previous: Sequence[str] = ()) -> None:
    """Derive the keys at start-up; `previous` secrets still open and verify, but make nothing new."""
    keys = [_derive(text) for text in (secret, *previous)]
    if len({key.ident for key in keys}) != len(keys):
        raise ValueError("two secrets share a key id: choose another one")
    _keys[:] = keys


def _derive(secret: str) -> _Key:
    if len(secret) < _SHORTEST_SECRET:
        raise ValueError("the secret is too short")

    def part(purpose: bytes, length: int = 32) -> bytes:
        kdf = HKDF(SHA256(), length=length, salt=None, info=b"charity-portal:" + purpose)
        return kdf.derive(secret.encode())

    return _Key(part(b"id", 1)[0], part(b"seal"), part(b"index"), part(b"sign"))


def _current() -> _Key:
    if not _keys:
        raise RuntimeError("secrets.configure() has not been called")
    return _keys[0]


class SealedRow:
    """Mixin of every model with Encrypted attributes: the token that ties values to their row."""

    seal_token: Mapped[bytes] = mapped_column(LargeBinary, unique=True)

    def __init__(self, **values: Any) -> None:
        self.seal_token = os.urandom(16)
        super().__init__(**values)


class Encrypted:
    """A text attribute that is stored sealed, in a column of its own named `<attribute>_sealed`.

    `place` is "table.column": it is authenticated with every value and must stay as it is even if
    the table is renamed. Reading raises SealBroken when the value was tampered with.
    """

    def __init__(self, place: str) -> None:
        self._place = place
        self._column = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._column = f"{name}_sealed"
        setattr(owner, self._column, mapped_column(LargeBinary, nullable=True))

    @overload
    def __get__(self, row: None, owner: type) -> "Encrypted": ...
    @overload
    def __get__(self, row: SealedRow, owner: type) -> str | None: ...
    def __get__(self, row: SealedRow | None, owner: type) -> "Encrypted | str | None":
        if row is None:
            return self
        sealed: bytes | None = getattr(row, self._column)
        return None if sealed is None else _open(sealed, self._associated(row))

    def __set__(self, row: SealedRow, text: str | None) -> None:
        sealed = None if text is None else _seal(text, self._associated(row))
        setattr(row, self._column, sealed)

    def is_stale(self, row: SealedRow) -> bool:
        """Whether the value was sealed under a previous secret."""
        sealed: bytes | None = getattr(row, self._column)
        return sealed is not None and sealed[0] != _current().ident

    def _associated(self, row: SealedRow) -> bytes:
        return self._place.encode() + b"\x00" + row.seal_token


def _seal(text: str, associated: bytes) -> bytes:
    key, nonce = _current(), os.urandom(_NONCE)
    return bytes([key.ident]) + nonce + AESGCM(key.seal).encrypt(nonce, text.encode(), associated)


def _open(sealed: bytes, associated: bytes) -> str:
    _current()
    for key in _keys:
        if key.ident == sealed[0]:
            nonce, body = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
            try:
                return AESGCM(key.seal).decrypt(nonce, body, associated).decode()
            except (InvalidTag, ValueError) as broken:
                raise SealBroken from broken
    raise SealBroken


def blind_index(kind: str, text: str) -> str:
    """64 hex characters that are equal for equal text, to find a sealed value by; normalise first.

    `kind` keeps the indexes of different things apart. Equal values show as equal to whoever reads
    the table, nothing more.
    """
    return _mac(_current().index, kind, text).hex()


def blind_indexes(kind: str, text: str) -> list[str]:
    """blind_index under the current and all previous secrets, for `column.in_(…)`."""
    _current()
    return [_mac(key.index, kind, text).hex() for key in _keys]


def sign(purpose: str, text: str, length: int = 16) -> str:
    """A code of `length` characters (a-z, 2-7; 5 bits each) that proves the portal issued `text`."""
    return _code(_current(), purpose, text, length)


def verify_signature(purpose: str, text: str, code: str, length: int = 16) -> bool:
    """Whether `code` is sign(purpose, text, length) under a current or previous secret."""
    _current()
    given = code.lower().encode()
    made = [_code(key, purpose, text, length).encode() for key in _keys]
    return any(hmac.compare_digest(given, one) for one in made)


def _code(key: _Key, purpose: str, text: str, length: int) -> str:
    if not 8 <= length <= 51:
        raise ValueError("a code has 8 to 51 characters")
    return base64.b32encode(_mac(key.sign, purpose, text)).decode().lower()[:length]


def _mac(key: bytes, kind: str, text: str) -> bytes:
    return hmac.new(key, kind.encode() + b"\x00" + text.encode(), sha256).digest()
