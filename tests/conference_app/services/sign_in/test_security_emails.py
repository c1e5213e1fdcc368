"""Whatever a stranger could do to an account is told to its owner: every such tag, by the act that writes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from pyotp.totp import TOTP
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings, settings
from conference_app.errors import InvalidInput
from conference_app.models.jobs import Job
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.people.identity import AccountView
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import deactivation, erasure_requests
from conference_app.services.sign_in import (
    account_passwords,
    email_proofs,
    key_vault,
    passkeys,
    second_factors,
    session_list,
    sessions,
)
from conference_app.services.sign_in.browser_names import Device
from conference_app.services.sign_in.by_password import SecondStep, sign_in
from conference_app.services.staff import ended_sessions
from tests.conference_app.authenticator import Authenticator
from tests.conference_app.people import ADDRESS, PASSWORD, confirmed, registered, session_of, session_token
from tests.fakes import LOOKING
from tests.mailing import Mails, links_in, text_of

SECURITY_RELEVANT = {tag for tag in AuditTag if tag.is_security_relevant}
NEW = "another horse in the stable"
EMAIL = "ann@example.com"


class Story:
    """Ann, what arrives for her, and what can be done to her account."""

    def __init__(self, ann: AccountView, mails: Mails, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ann, self.mails, self.monkeypatch = ann, mails, monkeypatch

    async def token(self, address: str, page: str) -> str:
        """The secret of the newest link to `page`."""
        await self.mails.deliver()
        return [url for mail in self.mails.to(address) for url in links_in(mail) if f"{page}#" in url][-1].split("=")[1]

    async def add_passkey(self) -> None:
        ceremony = await passkeys.begin_adding(self.ann.id)
        await passkeys.finish_adding(self.ann.id, "Key", Authenticator().create(ceremony.options), ceremony.challenge)

    async def remove_passkey(self) -> None:
        await self.add_passkey()
        [one] = await passkeys.listed(self.ann.id)
        await passkeys.remove(self.ann.id, one.id)

    async def add_app(self) -> list[str]:
        setup = await second_factors.begin(self.ann.id)
        return await second_factors.finish(self.ann.id, TOTP(setup.secret.replace(" ", "")).now())

    async def remove_app(self) -> None:
        await self.add_app()
        await second_factors.remove(self.ann.id)

    async def use_code(self, wrong: bool = False) -> None:
        codes = await self.add_app()
        step = await sign_in(EMAIL, PASSWORD, address=ADDRESS)
        assert isinstance(step, SecondStep)
        try:
            await second_factors.pass_second_step(step.token, "000000" if wrong else codes[0], address=ADDRESS)
        except InvalidInput:
            assert wrong

    async def wrong_code(self) -> None:
        await self.use_code(wrong=True)

    async def make_codes(self) -> None:
        await self.add_app()
        await second_factors.new_codes(self.ann.id)

    async def change_password(self) -> None:
        session = await session_of(self.ann)
        await account_passwords.change_password(
            self.ann.id, PASSWORD, NEW, session_hash=session.session_hash, address=ADDRESS
        )

    async def ask_reset(self) -> None:
        await account_passwords.ask_reset(EMAIL, address=ADDRESS)

    async def reset(self) -> None:
        await self.ask_reset()
        await account_passwords.reset(await self.token(EMAIL, "/reset/choose"), NEW, address=ADDRESS)

    async def ask_change(self) -> None:
        await email_proofs.ask_change(self.ann.id, "new@example.com", PASSWORD, address=ADDRESS)

    async def change_email(self) -> None:
        await self.ask_change()
        await email_proofs.confirm(await self.token("new@example.com", "/verify"), address=ADDRESS)

    async def revoke(self) -> None:
        await self.change_email()
        await email_proofs.revoke(await self.token(EMAIL, "/revoke"), address=ADDRESS)

    async def enter_anew(self) -> None:
        for browser in ("Firefox", "Chrome"):
            ticket = await sessions.issue_ticket(self.ann.id)
            assert await sessions.redeem_ticket(ticket, Device(browser, "Linux"))

    async def end_session(self) -> None:
        await session_token(self.ann)
        [one] = await session_list.list_open(self.ann.id)
        assert await session_list.end_listed(self.ann.id, one.id)

    async def end_others(self) -> None:
        await session_token(self.ann)
        session = await session_of(self.ann)
        assert await session_list.sign_out_others(self.ann.id, session.session_hash) == 1

    async def replace_keys(self) -> None:
        await key_vault.put(self.ann.id, "A" * 22, [])
        await key_vault.replace(self.ann.id, "B" * 21 + "A", [])

    async def end_by_staff(self) -> None:
        await session_token(self.ann)
        staff = await confirmed("editor")
        assert await ended_sessions.end_all(DataOwner(self.ann.id), staff_id=staff.id) == 1

    async def give_role(self) -> None:
        self.monkeypatch.setenv("PARLEY_STAFF", EMAIL)
        settings.cache_clear()
        await session_token(self.ann)

    async def take_role(self) -> None:
        await self.give_role()
        self.monkeypatch.delenv("PARLEY_STAFF")
        settings.cache_clear()
        await session_token(self.ann)

    async def deactivate(self) -> None:
        await deactivation.deactivate(self.ann.id, PASSWORD, address=ADDRESS)

    async def reactivate(self) -> None:
        await self.deactivate()
        await deactivation.reactivate(self.ann.id)

    async def ask_erasure(self) -> None:
        await erasure_requests.ask(self.ann.id, PASSWORD, address=ADDRESS)

    async def undo_erasure(self) -> None:
        await self.ask_erasure()
        await deactivation.reactivate(self.ann.id)


ACTS: dict[AuditTag, Callable[[Story], Awaitable[object]]] = {
    AuditTag.EMAIL_CHANGE_ASKED: Story.ask_change,
    AuditTag.EMAIL_CHANGED: Story.change_email,
    AuditTag.EMAIL_CHANGE_REVOKED: Story.revoke,
    AuditTag.PASSWORD_CHANGED: Story.change_password,
    AuditTag.PASSWORD_RESET_ASKED: Story.ask_reset,
    AuditTag.PASSWORD_RESET: Story.reset,
    AuditTag.SIGNED_IN_ANEW: Story.enter_anew,
    AuditTag.SECOND_STEP_FAILED: Story.wrong_code,
    AuditTag.PASSKEY_ADDED: Story.add_passkey,
    AuditTag.PASSKEY_REMOVED: Story.remove_passkey,
    AuditTag.AUTHENTICATOR_ADDED: Story.add_app,
    AuditTag.AUTHENTICATOR_REMOVED: Story.remove_app,
    AuditTag.RECOVERY_CODE_USED: Story.use_code,
    AuditTag.RECOVERY_CODES_MADE: Story.make_codes,
    AuditTag.SESSION_ENDED: Story.end_session,
    AuditTag.SESSIONS_ENDED: Story.end_others,
    AuditTag.KEYS_REPLACED: Story.replace_keys,
    AuditTag.SESSIONS_ENDED_BY_STAFF: Story.end_by_staff,
    AuditTag.ROLE_GIVEN: Story.give_role,
    AuditTag.ROLE_TAKEN: Story.take_role,
    AuditTag.DEACTIVATED: Story.deactivate,
    AuditTag.REACTIVATED: Story.reactivate,
    AuditTag.ERASURE_ASKED: Story.ask_erasure,
    AuditTag.ERASURE_UNDONE: Story.undo_erasure,
}
OWN_WORDS = {
    AuditTag.EMAIL_CHANGE_ASKED: "has asked to change its e-mail address",
    AuditTag.PASSWORD_RESET_ASKED: "Somebody asked for a new password",
    AuditTag.ERASURE_ASKED: "will be erased",
    AuditTag.ERASURE_UNDONE: "Nothing is erased",
}
"""Emails that say it in words of their own; all others quote the history."""
NEVER_THEIRS = {AuditTag.SESSIONS_ENDED_BY_STAFF, AuditTag.ROLE_GIVEN, AuditTag.ROLE_TAKEN}
"""What staff or the operator did: no email about it asks whether it was the person."""


def test_every_tag_that_matters_has_an_act_here_and_words() -> None:
    assert set(ACTS) == SECURITY_RELEVANT
    assert all(tag.words for tag in AuditTag)
    harmless = {AuditTag.PHOTO_CHANGED, AuditTag.PHOTO_REMOVED, AuditTag.PROFILE_CHANGED, AuditTag.PASSKEY_RENAMED}
    assert not SECURITY_RELEVANT & harmless


@pytest.mark.parametrize("tag", sorted(SECURITY_RELEVANT))
@pytest.mark.slow
async def test_the_owner_is_told(db: Settings, mails: Mails, monkeypatch: pytest.MonkeyPatch, tag: AuditTag) -> None:
    story = Story(await confirmed("ann"), mails, monkeypatch)
    await ACTS[tag](story)
    await mails.deliver(datetime.now(UTC))
    words = OWN_WORDS.get(tag, tag.words)
    told = [mail for mail in mails.all() if words in f"{mail['Subject']} {' '.join(text_of(mail).split())}"]
    assert told, [str(mail["Subject"]) for mail in mails.all()]
    assert {mail["X-RcptTo"] for mail in told} <= {EMAIL, "new@example.com"}
    if tag not in OWN_WORDS:
        asks = "If it was you, there is nothing to do." in " ".join(text_of(told[-1]).split())
        assert asks == (tag not in NEVER_THEIRS)
    assert tag in {one.tag for one in await audit.entries(story.ann.id)}
    assert all(PASSWORD not in mail.as_string() and NEW not in mail.as_string() for mail in mails.all())


async def test_the_strange_browser_stands_in_the_message_and_not_in_the_queue(
    db: Settings, mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = Story(await confirmed("ann"), mails, monkeypatch)
    await story.enter_anew()
    async with database.reading(*LOOKING) as session:
        waiting = (await session.exec(select(Job.payload))).all()
    assert waiting
    assert not [payload for payload in waiting if "Chrome" in payload]
    await mails.deliver(datetime.now(UTC))
    [told] = [one for one in mails.all() if AuditTag.SIGNED_IN_ANEW.words in " ".join(text_of(one).split())]
    assert "Chrome, Linux" in text_of(told)


async def test_wrong_codes_fill_nobodys_mailbox(db: Settings, mails: Mails, monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story(await confirmed("ann"), mails, monkeypatch)
    await story.add_app()
    step = await sign_in(EMAIL, PASSWORD, address=ADDRESS)
    assert isinstance(step, SecondStep)
    for _try in range(4):
        with pytest.raises(InvalidInput):
            await second_factors.pass_second_step(step.token, "000000", address=ADDRESS)
    await mails.deliver()
    told = [mail for mail in mails.all() if AuditTag.SECOND_STEP_FAILED.words in text_of(mail)]
    assert len(told) == 1


async def test_who_confirms_is_shown_which_account_it_is_for(db: Settings, mails: Mails) -> None:
    await registered("mallory", email="victim@example.com")
    await mails.deliver()
    [mail] = mails.to("victim@example.com")
    assert "mallory" in text_of(mail)
    assert "stranger's account" in " ".join(text_of(mail).split())
