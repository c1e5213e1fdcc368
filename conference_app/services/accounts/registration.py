"""Registration: a new account of somebody who says who they are, and accepts the terms and the policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from conference_app import database
from conference_app.config import LANGUAGES, settings
from conference_app.errors import ConferenceError, InvalidInput
from conference_app.models import Account
from conference_app.models.columns import new_id
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.documents import acceptance
from conference_app.services.emails.recipients import AccountRecipient
from conference_app.services.limits import rate_limits
from conference_app.services.mail import outbox
from conference_app.services.people import identity, person_fields
from conference_app.services.people.email_addresses import email_key
from conference_app.services.people.identity import TAKEN, AccountView
from conference_app.services.sign_in import password_hashes, security_emails
from conference_app.texts import n_

UNCONFIRMED_LIFE = timedelta(days=30)
"""After it an account whose address nobody confirmed goes by itself, where confirming is demanded."""
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


def _check(form: RegistrationForm) -> dict[str, str | None | ConferenceError]:
    """Each field's good value, or what is wrong with it, in the order of the form."""
    country = form.typed("country").strip().upper()
    values = {one.name: person_fields.checked(one, form.typed(one.name), country=country) for one in _TYPED}
    if isinstance(values["password"], str):
        values["password"] = password_hashes.checked(form.password, form.email, form.username) or form.password
    if form.accepted is not True:
        values["accepted"] = ConferenceError(
            n_("You need to accept the terms and the privacy policy to have an account.")
        )
    return values


async def _problems(values: dict[str, str | None | ConferenceError]) -> dict[str, ConferenceError]:
    problems = dict(values)
    username = values["username"]
    if isinstance(username, str) and await identity.username_taken(username):
        problems["username"] = ConferenceError(TAKEN)
    return {name: value for name, value in problems.items() if isinstance(value, ConferenceError)}


def _known(code: str) -> str:
    return code if code in LANGUAGES else LANGUAGES[0]


def _row(values: Mapping[str, Any], code: str, password_hash: str, now: datetime) -> Account:
    account_id, email, username = new_id(), str(values["email"]), str(values["username"])
    account = Account(
        id=account_id,
        first_name=str(values["first_name"]),
        last_name=str(values["last_name"]),
        username=username,
        username_key=identity.username_key(username),
        email=email,
        email_key=identity.unclaimed_key(account_id),
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


async def _insert(account: Account, read_in: str, now: datetime) -> None:
    async with database.session() as db:
        db.add(account)
        await db.flush()
        acceptance.add_records(db, account.id, read_in, now=now)
        await audit.record(db, AuditTag.REGISTERED, account_id=account.id, now=now)
        await outbox.send(db, security_emails.VERIFY.message(AccountRecipient(account.id)))


async def register(form: RegistrationForm, *, address: str, now: datetime | None = None) -> AccountView:
    """A new account, and a mail to its address. The consent to policy and terms is recorded with it.

    An address that belongs to somebody is answered like any other; its owner gets a mail saying so. Raises
    InvalidInput with every wrong field at once (keys: the names of person_fields and "accepted"), TooManyAttempts,
    Unavailable. `address` is the client's network address (`session.client_address(state)`).
    """
    network = rate_limits.network_of(address)
    await rate_limits.count(rate_limits.REGISTER_PER_ADDRESS, network)
    values = _check(form)
    if problems := await _problems(values):
        raise InvalidInput(problems)
    await rate_limits.count_about(rate_limits.REGISTER_PER_EMAIL, str(values["email"]).casefold(), network)
    now = now or datetime.now(UTC)
    language = _known(form.optional.get("language") or form.language)
    account = _row(values, language, await password_hashes.hash_password(form.password), now)
    try:
        await _insert(account, _known(form.language), now)
    except IntegrityError:
        # Somebody else took the name while the password was being hashed. The database's words about it stay out of
        # the exception, since they may quote the row.
        raise InvalidInput({"username": ConferenceError(TAKEN)}) from None
    await rate_limits.count(rate_limits.MAIL_AGAIN, account.id)
    return identity.view(account)
