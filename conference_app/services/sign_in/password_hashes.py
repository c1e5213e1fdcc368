"""Passwords: hashing, checking, and what speaks against a new one.

bcrypt reads at most 72 bytes, so it is given base64(HMAC-SHA384(pepper, password)): always 64 bytes, no NUL, nothing
cut off. The pepper is outside the database. The prefix names the scheme, so that another can follow at sign-in.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import bcrypt

from conference_app.config import settings
from conference_app.errors import ConferenceError, Unavailable
from conference_app.services.sign_in import weak_passwords
from conference_app.texts import n_

Result = TypeVar("Result")

ROUNDS = 12
"""bcrypt's cost: 2^12 rounds take about 0.3 s of one core. Tests lower it."""
MIN_LENGTH, MAX_LENGTH = 10, 1024
"""Characters of a password."""
_SCHEME = "bcrypt-hmac-sha384$"
_MAX_WAITING = 64
"""Hashes waiting for a core; beyond it a flood of sign-ins is turned away instead of starving everything else."""

_hashers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")
_waiting = 0


def checked(password: str, *personal: str) -> ConferenceError | None:
    """What speaks against `password` as a new one; None if nothing does. `personal`: the e-mail and the username."""
    if len(password) < MIN_LENGTH:
        return ConferenceError(n_("Use at least 10 characters."))
    if len(password) > MAX_LENGTH:
        return ConferenceError(n_("Use at most {most} characters."), most=MAX_LENGTH)
    if password.casefold() in (text.strip().casefold() for text in personal):
        return ConferenceError(n_("Choose a password that is not your e-mail or username."))
    if weak_passwords.is_weak(password):
        return ConferenceError(n_("Many people use this password, so it is tried first. Choose another."))
    return None


def _digest(password: str) -> bytes:
    pepper = settings().secrets.password_pepper.encode()
    normal = unicodedata.normalize("NFC", password)
    return base64.b64encode(hmac.digest(pepper, normal.encode("utf-8", "surrogatepass"), "sha384"))


async def _in_thread(work: Callable[..., Result], *arguments: bytes) -> Result:
    global _waiting
    if _waiting >= _MAX_WAITING:
        raise Unavailable(n_("Too many people are signing in right now. Try again in a minute."))
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_hashers, work, *arguments)
    finally:
        _waiting -= 1


async def hash_password(password: str) -> str:
    """What the database keeps of `password`. Raises Unavailable in a flood."""
    hashed = await _in_thread(bcrypt.hashpw, _digest(password), bcrypt.gensalt(ROUNDS))
    return _SCHEME + hashed.decode()


async def check_password(password: str, kept: str | None) -> bool:
    """Whether `password` is the one behind `kept`; None (no such account) takes as long and is False."""
    if kept is None or not kept.startswith(_SCHEME):
        await hash_password(password)
        return False
    return await _in_thread(bcrypt.checkpw, _digest(password), kept.removeprefix(_SCHEME).encode())


def needs_rehash(kept: str) -> bool:
    """Whether `kept` was made with another scheme or cost than today's."""
    return not kept.startswith(f"{_SCHEME}$2b${ROUNDS:02d}$")
