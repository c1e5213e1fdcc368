"""People and meetings for tests, made through the services."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pyotp import random_base32

from conference_app import database
from conference_app.errors import NotFound
from conference_app.models import Authenticator
from conference_app.services.accounts import registration
from conference_app.services.accounts.registration import RegistrationForm
from conference_app.services.meetings import meetings
from conference_app.services.meetings.meeting_forms import MeetingForm
from conference_app.services.meetings.meetings import OwnMeeting
from conference_app.services.people.identity import AccountView
from conference_app.services.sign_in import account_tokens, email_proofs, sessions
from conference_app.services.sign_in.account_tokens import TokenKind
from conference_app.services.sign_in.sessions import SignedIn
from tests.conference_app.links import give_keys
from tests.fakes import LOOKING

PASSWORD = "a quite long password"
ADDRESS = "192.0.2.7"


def form(username: str = "ann", **changes: object) -> RegistrationForm:
    """A good registration form of `username`, with `changes`."""
    fields: dict[str, object] = {
        "first_name": username.capitalize(),
        "last_name": "Nowak",
        "username": username,
        "email": f"{username}@example.com",
        "password": PASSWORD,
        "accepted": True,
    }
    return RegistrationForm(**(fields | changes))  # type: ignore[arg-type]


async def registered(username: str = "ann", **changes: object) -> AccountView:
    """A new account."""
    return await registration.register(form(username, **changes), address=ADDRESS)


async def confirm_address(account: AccountView) -> bool:
    """Follow the link that the mail to the account's address holds; whether the address is its own now."""
    async with database.session(*LOOKING) as db:
        proof = account_tokens.proof_of(account.email)
        token = await account_tokens.issue(db, TokenKind.VERIFY_EMAIL, account.id, ref=proof)
    try:
        await email_proofs.confirm(token, address=ADDRESS, by_account=account.id)
    except NotFound:
        return False
    return True


async def confirmed(username: str = "ann", **changes: object) -> AccountView:
    """A new account whose e-mail address is confirmed."""
    account = await registered(username, **changes)
    assert await confirm_address(account)
    return account


async def session_token(account: AccountView) -> str:
    """The cookie of a browser where the account is signed in."""
    token = await sessions.redeem_ticket(await sessions.issue_ticket(account.id))
    assert token is not None
    return token


async def session_of(account: AccountView) -> SignedIn:
    """The account, signed in."""
    caller = await sessions.resolve(await session_token(account))
    assert caller is not None
    return caller


async def meeting_of(account: AccountView, subject: str = "Plans", **changes: Any) -> OwnMeeting:
    """A new meeting of the account."""
    made = await meetings.create(account.id, MeetingForm(subject, **changes))
    await give_keys(account.id, made.id)
    return made


async def give_authenticator(account_id: str) -> str:
    """Put an authenticator app in force, as the staff's pages ask for, without the ceremony; its secret."""
    secret, now = random_base32(), datetime.now(UTC)
    async with database.session() as db:
        db.add(Authenticator(account_id=account_id, secret=secret, created_at=now, confirmed_at=now))
    return secret
