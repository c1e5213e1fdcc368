"""The vault of an account: the random key behind the keys of its meetings, which only its owner's browsers can open.

We keep it locked: each wrap is the key under AES-256-GCM, for a password, a passkey or a phrase. What opens a wrap is
made in the browser and never sent here as such.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, get_args

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import NotAllowed, NotFound
from conference_app.models import Account, KeyVault, KeyWrap, Passkey
from conference_app.purposes import KEY_VAULT, SECOND_FACTOR, SIGN_IN
from conference_app.services.audit import AuditTag
from conference_app.services.limits import rate_limits
from conference_app.services.people import identity
from conference_app.services.sign_in import security_emails
from conference_app.texts import n_

Kind = Literal["password", "passkey", "phrase"]
MIN_ROUNDS = 600_000
"""Of PBKDF2-SHA-256, as OWASP asks for."""
MAX_ROUNDS = 10_000_000
ID_BYTES, SALT_BYTES, WRAPPED_BYTES = 16, 16, 60
_MOST_WRAPS = 3
"""In one call: a browser knows one password, one phrase and the passkey just used."""
_ID_TEXT = re.compile(r"[0-9a-f]{32}")
_UNFIT = n_("Your browser sent keys that do not fit. Reload the page and try again.")
_OTHER = n_("Your account has other keys by now. Reload the page to use them.")


@dataclass(frozen=True, slots=True)
class Wrap:
    """The key, locked in one way. Texts of bytes are base64url without padding."""

    kind: str
    """A `Kind`."""
    passkey_id: str
    """The passkey that opens it; empty for the other kinds."""
    salt: str = field(repr=False)
    rounds: int
    wrapped: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Vault:
    """What a browser needs to open the key."""

    vault_id: str
    wraps: tuple[Wrap, ...]


def wrap_of(parts: object) -> Wrap:
    """A wrap as a browser sends it: a JSON object. Raises NotAllowed for another form."""
    match parts:
        case {
            "kind": str(kind),
            "passkey_id": str(passkey_id),
            "salt": str(salt),
            "rounds": int(rounds),
            "wrapped": str(wrapped),
        } if not isinstance(rounds, bool):
            return Wrap(kind, passkey_id, salt, rounds, wrapped)
        case _:
            raise NotAllowed(_UNFIT)


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str, length: int) -> bytes:
    """Raises NotAllowed for anything but the base64url of so many bytes."""
    if len(text) != -(-length * 8 // 6):
        raise NotAllowed(_UNFIT)
    try:
        value = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotAllowed(_UNFIT) from None
    if _text(value) != text:  # spare bits at the end
        raise NotAllowed(_UNFIT)
    return value


def _checked(account_id: str, wrap: Wrap, now: datetime) -> KeyWrap:
    """`wrap` as a row. Raises NotAllowed unless its kind, passkey, salt, rounds and length belong together."""
    is_password, is_passkey = wrap.kind == "password", wrap.kind == "passkey"
    fits = (
        wrap.kind in get_args(Kind)
        and bool(_ID_TEXT.fullmatch(wrap.passkey_id) if is_passkey else wrap.passkey_id == "")
        and (MIN_ROUNDS <= wrap.rounds <= MAX_ROUNDS if is_password else wrap.rounds == 0)
    )
    if not fits:
        raise NotAllowed(_UNFIT)
    return KeyWrap(
        account_id=account_id,
        kind=wrap.kind,
        passkey_id=wrap.passkey_id or None,
        salt=_bytes(wrap.salt, SALT_BYTES if is_password else 0),
        rounds=wrap.rounds,
        wrapped=_bytes(wrap.wrapped, WRAPPED_BYTES),
        created_at=now,
    )


async def get(account_id: str) -> Vault | None:
    """The account's vault; None while it has none."""
    query = select(KeyWrap).where(KeyWrap.account_id == account_id).order_by(col(KeyWrap.created_at))
    async with database.reading(KEY_VAULT) as db:
        vault = await db.get(KeyVault, account_id)
        rows: Sequence[KeyWrap] = (await db.exec(query)).all() if vault else []
    if vault is None:
        return None
    wraps = [Wrap(row.kind, row.passkey_id or "", _text(row.salt), row.rounds, _text(row.wrapped)) for row in rows]
    return Vault(_text(vault.vault_id), tuple(wraps))


async def put(account_id: str, vault_id: str, wraps: Sequence[Wrap], *, now: datetime | None = None) -> None:
    """Keep wraps of the key named `vault_id`, each in place of the one of its kind (or passkey); the first call makes the vault.

    Raises NotAllowed for what does not fit and for another key than the vault's, TooManyAttempts.
    """
    now = now or datetime.now(UTC)
    named, rows = _bytes(vault_id, ID_BYTES), _rows(account_id, wraps, now)
    await rate_limits.count(rate_limits.VAULT_PER_ACCOUNT, account_id)
    async with database.session(KEY_VAULT, SECOND_FACTOR, SIGN_IN) as db:
        await identity.lock(db, account_id)
        vault = await db.get(KeyVault, account_id)
        if vault is None:
            await _begin(db, account_id, named, now)
        elif vault.vault_id != named:
            raise NotAllowed(_OTHER)
        await _keep(db, account_id, rows)


async def replace(account_id: str, vault_id: str, wraps: Sequence[Wrap], *, now: datetime | None = None) -> None:
    """Give up the key for the one named `vault_id`, under `wraps` alone; the person is told by email.

    Raises as `put` does; NotAllowed also if it is the same key, which would take its other wraps away.
    """
    now = now or datetime.now(UTC)
    named, rows = _bytes(vault_id, ID_BYTES), _rows(account_id, wraps, now)
    await rate_limits.count(rate_limits.VAULT_PER_ACCOUNT, account_id)
    async with database.session(KEY_VAULT, SECOND_FACTOR, SIGN_IN) as db:
        await identity.lock(db, account_id)
        vault = await db.get(KeyVault, account_id)
        if vault is not None and vault.vault_id == named:
            raise NotAllowed(_OTHER)
        await drop(db, account_id)
        await _begin(db, account_id, named, now)
        await _keep(db, account_id, rows)
        if vault is not None:
            await security_emails.tell(db, account_id, AuditTag.KEYS_REPLACED, now=now)


async def drop(db: AsyncSession, account_id: str) -> None:
    """Forget the vault in the caller's transaction: a browser that still has the key may put it again."""
    await db.exec(delete(KeyWrap).where(col(KeyWrap.account_id) == account_id))
    await db.exec(delete(KeyVault).where(col(KeyVault.account_id) == account_id))


def _rows(account_id: str, wraps: Sequence[Wrap], now: datetime) -> list[KeyWrap]:
    rows = [_checked(account_id, wrap, now) for wrap in wraps[:_MOST_WRAPS]]
    if len({(row.kind, row.passkey_id) for row in rows}) != len(wraps):
        raise NotAllowed(_UNFIT)
    return rows


async def _begin(db: AsyncSession, account_id: str, named: bytes, now: datetime) -> None:
    if await db.get(Account, account_id) is None:
        raise NotFound(n_("This account no longer exists."))
    db.add(KeyVault(account_id=account_id, vault_id=named, created_at=now))
    await db.flush()


async def _keep(db: AsyncSession, account_id: str, rows: list[KeyWrap]) -> None:
    for row in rows:
        if row.passkey_id is not None:
            await _check_own(db, account_id, row.passkey_id)
        same = col(KeyWrap.passkey_id) == row.passkey_id if row.passkey_id else col(KeyWrap.passkey_id).is_(None)
        await db.exec(delete(KeyWrap).where(col(KeyWrap.account_id) == account_id, col(KeyWrap.kind) == row.kind, same))
        db.add(row)


async def _check_own(db: AsyncSession, account_id: str, passkey_id: str) -> None:
    query = select(Passkey.id).where(Passkey.id == passkey_id, Passkey.account_id == account_id)
    if (await db.exec(query)).first() is None:
        raise NotFound(n_("There is no such passkey."))
