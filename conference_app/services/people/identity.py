"""Accounts: what pages may know of one, and whose an e-mail address is.

An address belongs to an account once its mail was read: until then `email_key` is a made-up value and the true key
waits in `claim_key`. So anybody may type any address, nobody learns whether it is known, and nobody can keep its owner
out. Accounts begin in `registration`, are opened in `by_password`, and mailed links are in `email_proofs`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import LANGUAGES
from conference_app.errors import ConferenceError
from conference_app.models import Account
from conference_app.models.columns import lookup_key
from conference_app.purposes import INTRODUCE, LANGUAGE, SIGN_IN
from conference_app.services.people.email_addresses import check_email, email_key
from conference_app.texts import n_

TAKEN = n_("This username is taken. Choose another.")
_SAME_ADDRESS = 5
"""Unconfirmed accounts of one address that are looked at, oldest first."""


@dataclass(frozen=True, slots=True)
class AccountView:
    """What pages may know of an account."""

    id: str
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    username: str = field(repr=False)
    email: str = field(repr=False)
    language: str


def view(account: Account) -> AccountView:
    """The row as pages may see it."""
    return AccountView(
        account.id, account.first_name, account.last_name, account.username, account.email, account.language
    )


def username_key(username: str) -> bytes:
    """The look-up key of a username: one for capitals and small letters, and for the forms of a letter that Unicode
    holds to be the same (NFKC). Letters of two alphabets stay two, also where they look alike; no username mixes them.
    """
    return lookup_key("username", unicodedata.normalize("NFKC", username.casefold()).replace("ı", "i"))


async def username_taken(username: str, *, by_another_than: str = "") -> bool:
    """Whether an account has this username."""
    async with database.reading() as db:
        found = (await db.exec(select(Account.id).where(Account.username_key == username_key(username)))).first()
    return found is not None and found != by_another_than


def unclaimed_key(account_id: str) -> bytes:
    """What stands in `email_key` while the address is not the account's own."""
    return lookup_key("unclaimed", account_id)


def own_address(account: Account, email: str, now: datetime) -> None:
    """The account's owner has proven that they read the mail of `email`: nobody else can have it from now on."""
    account.email, account.email_key = email, email_key(email)
    account.email_verified_at, account.claim_key, account.lapses_at = now, None, None


async def lock(db: AsyncSession, account_id: str) -> None:
    """Let nobody else change the account's address or password, or use its links, until the transaction of `db` ends.

    Call it before reading what decides: a link must not prove an address that is replaced at the same moment.
    """
    await database.lock(db, "account", account_id)


async def has_still(account_id: str, password_hash: str) -> bool:
    """Whether the password that was checked against `password_hash` is the account's even now.

    A check may wait for a core for seconds, in which the owner chooses a new one to keep a stranger out.
    """
    async with database.reading(SIGN_IN) as db:
        return (await db.exec(select(Account.password_hash).where(Account.id == account_id))).first() == password_hash


async def of_address(email: str) -> tuple[Account | None, list[Account]]:
    """Whose the address is, and who only said so."""
    try:
        key = email_key(check_email(email))
    except ConferenceError:
        return None, []
    claims = select(Account).where(Account.claim_key == key).order_by(col(Account.created_at)).limit(_SAME_ADDRESS)
    async with database.reading(SIGN_IN, INTRODUCE, LANGUAGE) as db:
        owner = (await db.exec(select(Account).where(Account.email_key == key))).first()
        return owner, list((await db.exec(claims)).all())


async def find_for_reset(email: str) -> Account | None:
    """The account a link for a new password is for: the address's owner, else the oldest that waits for it."""
    owner, waiting = await of_address(email)
    return owner or (waiting[0] if waiting else None)


async def set_language(account_id: str, language: str) -> None:
    """Remember the language this account wants pages and mails in; one we have not is ignored."""
    if language not in LANGUAGES:
        return
    async with database.session() as db:
        if account := await db.get(Account, account_id):
            account.language = language
