"""Accounts: register and sign in. Browser sessions are in `sign_in_sessions`, mailed links in `email_proofs`.

An e-mail address belongs to an account once its mail was read: until then `email_key` is a made-up value and the true
key waits in `claim_key`. So anybody may type any address, nobody learns whether it is known, and nobody can keep its
owner out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from conference_app import database
from conference_app.config import LANGUAGES, settings
from conference_app.errors import ConferenceError, InvalidInput, NotAllowed
from conference_app.models import Account, Authenticator, Passkey
from conference_app.models.columns import lookup_key, new_id
from conference_app.services import (
    acceptance,
    account_tokens,
    audit,
    mail,
    passwords,
    person_fields,
    rate_limits,
    security_letters,
)
from conference_app.services.account_tokens import TokenKind
from conference_app.services.addresses import check_email, email_key
from conference_app.services.audit import AuditTag
from conference_app.services.letters import AccountRecipient
from conference_app.services.passwords import Strength, password_strength
from conference_app.services.person_fields import clean_line
from conference_app.texts import n_

__all__ = [
    "AccountView",
    "RegistrationForm",
    "SecondStep",
    "Strength",
    "clean_line",
    "password_strength",
    "register",
    "set_language",
    "sign_in",
]

UNCONFIRMED_LIFE = timedelta(days=30)
"""After it an account whose address nobody confirmed goes by itself, where confirming is demanded."""
_SAME_ADDRESS = 5
"""Unconfirmed accounts of one address that a sign-in looks at, oldest first."""
_WRONG = n_("That e-mail and password do not fit together.")
_TYPED = tuple(one for one in person_fields.FIELDS if one.kind not in ("photo", "language"))


@dataclass(frozen=True, slots=True)
class RegistrationForm:
    """What a person typed on the registration page, unchecked."""

    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    username: str = field(repr=False)
    email: str = field(repr=False)
    password: str = field(repr=False)
    accepted: bool
    language: str = "en"
    """The page's, kept unless `optional` names another."""
    optional: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """Field name → what was typed, for fields of person_fields.OPTIONAL."""

    def typed(self, name: str) -> str:
        """What stands in field `name`."""
        return self.optional.get(name, "") if name not in self.__slots__ else str(getattr(self, name))


@dataclass(frozen=True, slots=True)
class AccountView:
    """What pages may know of an account."""

    id: str
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    username: str = field(repr=False)
    email: str = field(repr=False)
    language: str


@dataclass(frozen=True, slots=True)
class SecondStep:
    """The password fits, and something more is asked for. `token` stays with the server's side of the page."""

    token: str = field(repr=False)
    methods: frozenset[Literal["code", "passkey"]]


def view(account: Account) -> AccountView:
    """The row as pages may see it."""
    return AccountView(
        account.id, account.first_name, account.last_name, account.username, account.email, account.language
    )


def username_key(username: str) -> bytes:
    """The look-up key of a username: letters that look alike are one."""
    return lookup_key("username", unicodedata.normalize("NFKC", username.casefold()))


def _check(form: RegistrationForm) -> dict[str, str | None | ConferenceError]:
    """Each field's good value, or what is wrong with it, in the order of the form."""
    country = form.typed("country").strip().upper()
    values = {one.name: person_fields.checked(one, form.typed(one.name), country=country) for one in _TYPED}
    if isinstance(values["password"], str):
        values["password"] = passwords.checked(form.password, form.email, form.username) or form.password
    if form.accepted is not True:
        values["accepted"] = ConferenceError(
            n_("You need to accept the terms and the privacy policy to have an account.")
        )
    return values


async def username_taken(username: str, *, by_another_than: str = "") -> bool:
    """Whether an account has this username."""
    async with database.reading() as db:
        found = (await db.exec(select(Account.id).where(Account.username_key == username_key(username)))).first()
    return found is not None and found != by_another_than


TAKEN = n_("This username is taken. Choose another.")
LOOK_AGAIN = n_("Some fields need another look.")


async def _problems(values: dict[str, str | None | ConferenceError]) -> dict[str, ConferenceError]:
    problems = dict(values)
    username = values["username"]
    if isinstance(username, str) and await username_taken(username):
        problems["username"] = ConferenceError(TAKEN)
    return {name: value for name, value in problems.items() if isinstance(value, ConferenceError)}


def _language(form: RegistrationForm) -> str:
    wanted = form.optional.get("language") or form.language
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


def _row(values: Mapping[str, Any], code: str, password_hash: str, now: datetime) -> Account:
    account_id, email, username = new_id(), str(values["email"]), str(values["username"])
    account = Account(
        id=account_id,
        first_name=str(values["first_name"]),
        last_name=str(values["last_name"]),
        username=username,
        username_key=username_key(username),
        email=email,
        email_key=unclaimed_key(account_id),
        claim_key=email_key(email),
        password_hash=password_hash,
        language=code,
        created_at=now,
        lapses_at=now + UNCONFIRMED_LIFE if settings().require_verified_email else None,
    )
    for one in person_fields.OPTIONAL:
        if one.name in values:
            setattr(account, one.name, values[one.name])
    return account


def unclaimed_key(account_id: str) -> bytes:
    """What stands in `email_key` while the address is not the account's own."""
    return lookup_key("unclaimed", account_id)


async def _insert(account: Account, now: datetime) -> None:
    async with database.session() as db:
        db.add(account)
        await db.flush()
        acceptance.add_records(db, account.id, account.language, now=now)
        await audit.record(db, AuditTag.REGISTERED, account_id=account.id, now=now)
        await mail.send(db, security_letters.VERIFY.letter(AccountRecipient(account.id)))


async def register(form: RegistrationForm, *, address: str, now: datetime | None = None) -> AccountView:
    """A new account, and a mail to its address. The consent to policy and terms is recorded with it.

    An address that belongs to somebody is answered like any other; its owner gets a mail saying so. Raises
    InvalidInput with every wrong field at once (keys: the names of person_fields and "accepted"), TooManyAttempts,
    Unavailable. `address` is the client's network address (`session.client_address(state)`).
    """
    await rate_limits.count(rate_limits.REGISTER_PER_ADDRESS, rate_limits.network_of(address))
    values = _check(form)
    if problems := await _problems(values):
        raise InvalidInput(LOOK_AGAIN, problems)
    await rate_limits.count(rate_limits.REGISTER_PER_EMAIL, str(values["email"]).casefold())
    now = now or datetime.now(UTC)
    account = _row(values, _language(form), await passwords.hash_password(form.password), now)
    try:
        await _insert(account, now)
    except IntegrityError:
        # Somebody else took the name while the password was being hashed. The database's words about it stay out of
        # the exception, since they may quote the row.
        raise InvalidInput(LOOK_AGAIN, {"username": ConferenceError(TAKEN)}) from None
    return view(account)


async def _candidates(email: str) -> tuple[Account | None, list[Account]]:
    """Whose the address is, and who only said so."""
    try:
        key = email_key(check_email(email))
    except ConferenceError:
        return None, []
    claims = select(Account).where(Account.claim_key == key).order_by(col(Account.created_at)).limit(_SAME_ADDRESS)
    async with database.reading() as db:
        owner = (await db.exec(select(Account).where(Account.email_key == key))).first()
        return owner, list((await db.exec(claims)).all())


async def find_for_reset(email: str) -> Account | None:
    """The account a link for a new password is for: the address's owner, else the oldest that waits for it."""
    owner, waiting = await _candidates(email)
    return owner or (waiting[0] if waiting else None)


async def _with_password(email: str, password: str) -> Account | None:
    """The account of `email` that `password` opens.

    Two checks at least, so that the time tells neither whether the address has an owner nor whether one waits for it.
    """
    owner, waiting = await _candidates(email)
    for candidate in (owner, *waiting, *[None] * (not waiting)):
        if await passwords.check_password(password, candidate.password_hash if candidate else None):
            return candidate
    return None


async def sign_in(email: str, password: str, *, address: str) -> AccountView | SecondStep:
    """The account, if the password fits, or what is asked for beside it.

    Raises NotAllowed in the same words and time for an unknown e-mail and a wrong password, TooManyAttempts (`wait_s`),
    Unavailable. Go on with `session.enter(state, account.id, next_path)`.
    """
    network, typed = rate_limits.network_of(address), email[:400].strip().casefold()
    await rate_limits.count(rate_limits.SIGN_IN_PER_ADDRESS, network)
    await rate_limits.count(rate_limits.SIGN_IN_PER_ACCOUNT, typed)
    account = await _with_password(email, password[: passwords.MAX_LENGTH + 1])
    if account is None:
        raise NotAllowed(_WRONG)
    await rate_limits.forgive(rate_limits.SIGN_IN_PER_ACCOUNT, typed)
    if passwords.needs_rehash(account.password_hash):
        await _replace_hash(account.id, await passwords.hash_password(password))
    return await _second_step(account.id) or view(account)


async def _second_step(account_id: str) -> SecondStep | None:
    async with database.session() as db:
        authenticator = await db.get(Authenticator, account_id)
        if authenticator is None or authenticator.confirmed_at is None:
            return None
        has_passkey = (await db.exec(select(Passkey.id).where(Passkey.account_id == account_id))).first()
        token = await account_tokens.make(db, TokenKind.SECOND_STEP, account_id)
    return SecondStep(token, frozenset({"code", "passkey"} if has_passkey else {"code"}))


async def _replace_hash(account_id: str, password_hash: str) -> None:
    async with database.session() as db:
        if account := await db.get(Account, account_id):
            account.password_hash = password_hash


async def set_language(account_id: str, language: str) -> None:
    """Remember the language this account wants pages and mails in; one we have not is ignored."""
    if language not in LANGUAGES:
        return
    async with database.session() as db:
        if account := await db.get(Account, account_id):
            account.language = language
