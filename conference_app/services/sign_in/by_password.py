"""Signing in by password: throttled, in the same words and time for whatever is wrong, with a second step where there
is one. Passkeys are in `passkeys`, the session that follows in `sessions`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import update
from sqlmodel import col, select

from conference_app import database
from conference_app.errors import NotAllowed
from conference_app.models import Account, Authenticator, Passkey
from conference_app.purposes import SECOND_FACTOR, SIGN_IN
from conference_app.services.limits import rate_limits
from conference_app.services.people import identity
from conference_app.services.people.identity import AccountView
from conference_app.services.sign_in import account_tokens, failed_passwords, known_devices, password_hashes, throttle
from conference_app.services.sign_in.account_tokens import TokenKind
from conference_app.texts import n_

_WRONG = n_("Wrong e-mail or password.")


@dataclass(frozen=True, slots=True)
class SecondStep:
    """The password fits, and something more is asked for. `token` stays with the server's side of the page."""

    token: str = field(repr=False)
    methods: frozenset[Literal["code", "passkey"]]


async def _guarded(email: str) -> str:
    """The account that guesses at this address are aimed at: its owner's, else the only one that waits for it.

    Anybody may register with anybody's address: a browser or a password of such an account must not lift the throttle
    that keeps others out of the owner's.
    """
    owner, waiting = await identity.of_address(email)
    candidates = [owner] if owner else waiting
    return candidates[0].id if len(candidates) == 1 else ""


async def _with_password(email: str, password: str) -> Account | None:
    """The account of `email` that `password` opens.

    Two checks at least, so that the time tells neither whether the address has an owner nor whether one waits for it.
    """
    owner, waiting = await identity.of_address(email)
    for candidate in (owner, *waiting, *[None] * (not waiting)):
        fits = await password_hashes.check_password(password, candidate.password_hash if candidate else None)
        if candidate and fits and await identity.has_still(candidate.id, candidate.password_hash):
            return candidate
    return None


async def sign_in(email: str, password: str, *, address: str, device: str = "") -> AccountView | SecondStep:
    """The account, if the password fits, or what is asked for beside it.

    Raises NotAllowed in the same words and time for an unknown e-mail and a wrong password, TooManyAttempts (`wait_s`),
    Unavailable. `device` is the browser's `session.device_hash(state)`. Go on with
    `session.enter(state, account.id, next_path)`.
    """
    network, key = rate_limits.network_of(address), throttle.account_key(email)
    guarded = await _guarded(email)
    is_known = bool(device and guarded) and await known_devices.knows([guarded], device)
    await (throttle.count_known(device) if is_known else throttle.count_stranger(key, network))
    account = await _with_password(email, password[: password_hashes.MAX_LENGTH + 1])
    if account is None:
        failed_passwords.note_later(guarded)
        raise NotAllowed(_WRONG)
    if account.id == guarded:
        await (throttle.forgive_known(device) if is_known else throttle.forgive_stranger(key, network))
    if password_hashes.needs_rehash(account.password_hash):
        await _replace_hash(account, await password_hashes.hash_password(password))
    return await _second_step(account.id) or identity.view(account)


async def _second_step(account_id: str) -> SecondStep | None:
    async with database.session(SECOND_FACTOR) as db:
        authenticator = await db.get(Authenticator, account_id)
        if authenticator is None or authenticator.confirmed_at is None:
            return None
        has_passkey = (await db.exec(select(Passkey.id).where(Passkey.account_id == account_id))).first()
        token = await account_tokens.issue(db, TokenKind.SECOND_STEP, account_id)
    return SecondStep(token, frozenset({"code", "passkey"} if has_passkey else {"code"}))


async def _replace_hash(checked: Account, password_hash: str) -> None:
    """Keep the same password under today's cost, unless it was changed since it was checked."""
    same = (col(Account.id) == checked.id, col(Account.password_hash) == checked.password_hash)
    async with database.session(SIGN_IN) as db:
        await db.exec(update(Account).where(*same).values(password_hash=password_hash))
