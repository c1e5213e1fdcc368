"""Accounts: register, sign in, strength of a password. Sessions of the browser are in `sign_in_sessions`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RegistrationForm:
    """What a person typed on the registration page, unchecked."""

    first_name: str
    last_name: str
    username: str
    email: str
    password: str = field(repr=False)
    accepted: bool
    language: str = "en"


@dataclass(frozen=True, slots=True)
class AccountView:
    """What pages may know of an account."""

    id: str
    first_name: str
    last_name: str
    username: str
    email: str
    language: str


@dataclass(frozen=True, slots=True)
class Strength:
    """How hard a password is to guess: `score` 0 (at once) … 4 (very hard); `advice` is a msgid."""

    score: int
    advice: str


async def register(form: RegistrationForm, *, address: str, now: datetime | None = None) -> AccountView:
    """A new account. The consent to policy and terms is recorded with it.

    Raises InvalidInput with every wrong field at once (keys: the field names of RegistrationForm), TooManyAttempts.
    `address` is the client's network address (`session.client_address(state)`).
    """
    raise NotImplementedError


async def sign_in(email: str, password: str, *, address: str) -> AccountView:
    """The account, if the password fits.

    Raises NotAllowed in the same words and time for an unknown e-mail and a wrong password, TooManyAttempts (`wait_s`).
    Go on with `session.enter(state, account.id, next_path)`.
    """
    raise NotImplementedError


async def set_language(account_id: str, language: str) -> None:
    """Remember the language this account wants pages and mails in."""
    raise NotImplementedError


def password_strength(password: str, *personal: str) -> Strength:
    """How hard `password` is to guess for somebody who knows the `personal` words (names, e-mail)."""
    raise NotImplementedError
