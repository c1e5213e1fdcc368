"""Accounts: register and sign in. Sessions of the browser are in `sign_in_sessions`, hashing in `passwords`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from conference_app import database
from conference_app.config import LANGUAGES, settings
from conference_app.errors import ConferenceError, InvalidInput, NotAllowed
from conference_app.models import Account, ConsentRecord
from conference_app.models.columns import lookup_key, new_id
from conference_app.services import documents, passwords, rate_limits
from conference_app.services.passwords import Strength, password_strength
from conference_app.texts import language, n_

__all__ = ["AccountView", "RegistrationForm", "Strength", "password_strength", "register", "set_language", "sign_in"]

NAME_LENGTH = 100
USERNAME_LENGTH = 40
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
"""Characters that draw nothing or turn the text around: in a name they only serve to deceive."""
_USERNAME = re.compile(r"[\w.\-]{3,40}")
_WRONG = n_("That e-mail and password do not fit together.")


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


@dataclass(frozen=True, slots=True)
class AccountView:
    """What pages may know of an account."""

    id: str
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    username: str = field(repr=False)
    email: str = field(repr=False)
    language: str


def _view(account: Account) -> AccountView:
    return AccountView(
        account.id, account.first_name, account.last_name, account.username, account.email, account.language
    )


def clean_line(text: str) -> str:
    """`text` as one line: NFC, white space folded, characters that draw nothing taken out."""
    return " ".join(_CONTROL.sub(" ", unicodedata.normalize("NFC", text)).split())


def _check_name(text: str, missing: str) -> str | ConferenceError:
    name = clean_line(text[: 4 * NAME_LENGTH])
    if not name:
        return ConferenceError(missing)
    if len(name) > NAME_LENGTH:
        return ConferenceError(n_("Use at most {most} characters."), most=NAME_LENGTH)
    return name


def _check_username(text: str) -> str | ConferenceError:
    username = unicodedata.normalize("NFKC", text[:200]).strip()
    if not username:
        return ConferenceError(n_("Choose a username."))
    if not _USERNAME.fullmatch(username):
        return ConferenceError(n_("Use 3 to 40 letters, digits, dots, hyphens or underscores."))
    return username


def _check_email(text: str) -> str | ConferenceError:
    if not text.strip():
        return ConferenceError(n_("Enter your e-mail address."))
    try:
        checked = validate_email(
            text[:400].strip(),
            check_deliverability=False,
            allow_smtputf8=False,
            test_environment=not settings().is_production,
            globally_deliverable=not settings().intranet_email,
        )
    except EmailNotValidError:
        return ConferenceError(n_("This does not look like an e-mail address. It needs a form like ann@example.com."))
    return checked.normalized


def _check_password(form: RegistrationForm) -> str | ConferenceError:
    if len(form.password) < passwords.MIN_LENGTH:
        return ConferenceError(n_("Use at least 10 characters."))
    if len(form.password) > passwords.MAX_LENGTH:
        return ConferenceError(n_("Use at most {most} characters."), most=passwords.MAX_LENGTH)
    if form.password.casefold() in (form.email.strip().casefold(), form.username.strip().casefold()):
        return ConferenceError(n_("Choose a password that is not your e-mail or username."))
    return form.password


def _email_key(email: str) -> bytes:
    """The look-up key of a normalized address: NFKC and case-folded as a whole; dots and +tags stay."""
    local, _at, domain = email.rpartition("@")
    domain = domain.encode("idna").decode() if not domain.isascii() else domain
    return lookup_key("email", unicodedata.normalize("NFKC", f"{local}@{domain}").casefold())


def _username_key(username: str) -> bytes:
    return lookup_key("username", unicodedata.normalize("NFKC", username.casefold()))


@dataclass(frozen=True, slots=True)
class _Checked:
    """A form's fields, each the good value or what is wrong with it."""

    first_name: str | ConferenceError
    last_name: str | ConferenceError
    username: str | ConferenceError
    email: str | ConferenceError
    password: str | ConferenceError
    accepted: bool | ConferenceError

    def problems(self) -> dict[str, ConferenceError]:
        pairs = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: value for name, value in pairs if isinstance(value, ConferenceError)}


def _check(form: RegistrationForm) -> _Checked:
    return _Checked(
        first_name=_check_name(form.first_name, n_("Enter your first name.")),
        last_name=_check_name(form.last_name, n_("Enter your last name.")),
        username=_check_username(form.username),
        email=_check_email(form.email),
        password=_check_password(form),
        accepted=True
        if form.accepted is True
        else ConferenceError(n_("You need to accept the terms and the privacy policy to have an account.")),
    )


async def _taken(email: str | ConferenceError, username: str | ConferenceError) -> dict[str, ConferenceError]:
    """Which of the two belong to somebody already."""
    problems: dict[str, ConferenceError] = {}
    async with database.reading() as db:
        if isinstance(username, str):
            found = await db.exec(select(Account.id).where(Account.username_key == _username_key(username)))
            if found.first():
                problems["username"] = ConferenceError(n_("This username is taken. Choose another."))
        if isinstance(email, str):
            found = await db.exec(select(Account.id).where(Account.email_key == _email_key(email)))
            if found.first():
                problems["email"] = ConferenceError(n_("This e-mail already has an account. Sign in instead."))
    return problems


def _invalid(problems: dict[str, ConferenceError]) -> InvalidInput:
    """The error with its fields in the order of the form, so that the page goes to the first."""
    ordered = {name: problems[name] for name in _Checked.__slots__ if name in problems}
    return InvalidInput(n_("Some fields need another look."), ordered)


def _consents(account_id: str, code: str, now: datetime) -> list[ConsentRecord]:
    with language(code):
        return [
            ConsentRecord(
                account_id=account_id,
                document=document,
                language=code,
                text_sha256=documents.fingerprint(document),
                accepted_at=now,
            )
            for document in documents.DOCUMENTS
        ]


async def _insert(account: Account, consents: list[ConsentRecord]) -> None:
    async with database.session() as db:
        db.add(account)
        await db.flush()
        db.add_all(consents)


async def register(form: RegistrationForm, *, address: str, now: datetime | None = None) -> AccountView:
    """A new account. The consent to policy and terms is recorded with it.

    Raises InvalidInput with every wrong field at once (keys: the field names of RegistrationForm), TooManyAttempts,
    Unavailable. `address` is the client's network address (`session.client_address(state)`).
    """
    await rate_limits.count(rate_limits.REGISTER_PER_ADDRESS, rate_limits.network_of(address))
    checked = _check(form)
    problems = checked.problems() | await _taken(checked.email, checked.username)
    if problems:
        raise _invalid(problems)
    now = now or datetime.now(UTC)
    code = form.language if form.language in LANGUAGES else LANGUAGES[0]
    email, username = str(checked.email), str(checked.username)
    account = Account(
        id=new_id(),
        first_name=str(checked.first_name),
        last_name=str(checked.last_name),
        username=username,
        username_key=_username_key(username),
        email=email,
        email_key=_email_key(email),
        password_hash=await passwords.hash_password(form.password),
        language=code,
        created_at=now,
    )
    try:
        await _insert(account, _consents(account.id, code, now))
    except IntegrityError:
        # Somebody else took the name or the address while the password was being hashed. The database's words about
        # it stay out of the exception, since they may quote the row.
        raise _invalid(await _taken(email, username)) from None
    return _view(account)


async def _find(email: str) -> Account | None:
    checked = _check_email(email)
    if isinstance(checked, ConferenceError):
        return None
    async with database.reading() as db:
        return (await db.exec(select(Account).where(Account.email_key == _email_key(checked)))).first()


async def sign_in(email: str, password: str, *, address: str) -> AccountView:
    """The account, if the password fits.

    Raises NotAllowed in the same words and time for an unknown e-mail and a wrong password, TooManyAttempts (`wait_s`),
    Unavailable. Go on with `session.enter(state, account.id, next_path)`.
    """
    network, typed = rate_limits.network_of(address), email[:400].strip().casefold()
    await rate_limits.count(rate_limits.SIGN_IN_PER_ADDRESS, network)
    await rate_limits.count(rate_limits.SIGN_IN_PER_ACCOUNT, typed)
    account = await _find(email)
    kept = account.password_hash if account else None
    fits = await passwords.check_password(password[: passwords.MAX_LENGTH + 1], kept)
    if account is None or not fits:
        raise NotAllowed(_WRONG)
    await rate_limits.forgive(rate_limits.SIGN_IN_PER_ACCOUNT, typed)
    if passwords.needs_rehash(account.password_hash):
        await _replace_hash(account.id, await passwords.hash_password(password))
    return _view(account)


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
