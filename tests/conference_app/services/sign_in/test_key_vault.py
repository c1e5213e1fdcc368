"""The key vault: kept locked, for its own account only, in the forms that browsers make and in no other."""

from __future__ import annotations

import asyncio
import base64
import secrets
from dataclasses import asdict, replace

import pytest
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import NotAllowed, NotFound, TooManyAttempts
from conference_app.models import KeyVault, KeyWrap
from conference_app.purposes import KEY_VAULT
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.limits import rate_limits
from conference_app.services.people.identity import AccountView
from conference_app.services.sign_in import account_tokens, email_proofs, key_vault, passkeys
from conference_app.services.sign_in.account_tokens import TokenKind
from conference_app.services.sign_in.key_vault import Wrap
from tests.conference_app.authenticator import Authenticator
from tests.conference_app.people import ADDRESS, confirmed, registered
from tests.fakes import LOOKING

pytestmark = pytest.mark.both_databases


def b64(length: int) -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(length)).rstrip(b"=").decode()


def by_password(**changes: object) -> Wrap:
    return replace(Wrap("password", "", b64(16), 600_000, b64(60)), **changes)


def by_phrase() -> Wrap:
    return Wrap("phrase", "", "", 0, b64(60))


def by_passkey(passkey_id: str) -> Wrap:
    return Wrap("passkey", passkey_id, "", 0, b64(60))


async def passkey_of(account: AccountView) -> str:
    device, ceremony = Authenticator(), await passkeys.begin_adding(account.id)
    added = await passkeys.finish_adding(account.id, "Phone", device.create(ceremony.options), ceremony.challenge)
    return added.id


async def test_wraps_come_back_as_they_were_put_each_in_place_of_its_own_kind(db: Settings) -> None:
    ann, vault_id = await registered("ann"), b64(16)
    assert await key_vault.get(ann.id) is None
    first, phrase, passkey = by_password(), by_phrase(), by_passkey(await passkey_of(ann))
    await key_vault.put(ann.id, vault_id, [first, phrase])
    await key_vault.put(ann.id, vault_id, [passkey])
    again = by_password(rounds=700_000)
    await key_vault.put(ann.id, vault_id, [again])
    vault = await key_vault.get(ann.id)
    assert vault is not None
    assert vault.vault_id == vault_id
    assert set(vault.wraps) == {again, phrase, passkey}


async def test_a_vault_may_begin_with_no_wrap(db: Settings) -> None:
    ann, vault_id = await registered("ann"), b64(16)
    await key_vault.put(ann.id, vault_id, [])
    assert await key_vault.get(ann.id) == key_vault.Vault(vault_id, ())


async def test_it_is_the_account_s_own(db: Settings) -> None:
    ann, bob = await registered("ann"), await registered("bob")
    await key_vault.put(ann.id, b64(16), [by_password()])
    assert await key_vault.get(bob.id) is None
    with pytest.raises(NotFound):
        await key_vault.put(bob.id, b64(16), [by_passkey(await passkey_of(ann))])
    assert await key_vault.get(bob.id) is None


async def test_another_key_takes_the_place_only_when_that_is_meant(db: Settings) -> None:
    ann, one, two = await confirmed("ann"), b64(16), b64(16)
    await key_vault.put(ann.id, one, [by_password(), by_phrase()])
    with pytest.raises(NotAllowed):
        await key_vault.put(ann.id, two, [by_password()])
    with pytest.raises(NotAllowed):
        await key_vault.replace(ann.id, one, [])
    wrap = by_password()
    await key_vault.replace(ann.id, two, [wrap])
    assert await key_vault.get(ann.id) == key_vault.Vault(two, (wrap,))
    assert AuditTag.KEYS_REPLACED in {entry.tag for entry in await audit.entries(ann.id)}
    assert AuditTag.KEYS_REPLACED.is_security_relevant


async def test_of_two_browsers_that_begin_at_once_one_wins(db: Settings) -> None:
    ann = await registered("ann")
    ids = [b64(16), b64(16)]
    done = await asyncio.gather(*(key_vault.put(ann.id, one, [by_password()]) for one in ids), return_exceptions=True)
    refused = [isinstance(one, NotAllowed) for one in done]
    assert sorted(refused) == [False, True]
    vault = await key_vault.get(ann.id)
    assert vault is not None
    assert vault.vault_id == ids[refused.index(False)]
    assert len(vault.wraps) == 1


GOOD = Wrap("password", "", "A" * 22, 600_000, "A" * 80)


@pytest.mark.parametrize(
    "changes",
    [
        {"rounds": 599_999},
        {"rounds": 10_000_001},
        {"salt": "A" * 20},
        {"salt": ""},
        {"wrapped": "A" * 79},
        {"wrapped": "A" * 82},
        {"wrapped": "*" * 80},
        {"passkey_id": "a" * 32},
        {"kind": "pin"},
        {"kind": "passkey"},
        {"kind": "phrase"},
        {"kind": "passkey", "passkey_id": "../other", "salt": "", "rounds": 0},
    ],
    ids=str,
)
async def test_what_no_browser_of_ours_makes_is_refused(db: Settings, changes: dict[str, object]) -> None:
    ann = await registered("ann")
    with pytest.raises(NotAllowed):
        await key_vault.put(ann.id, b64(16), [replace(GOOD, **changes)])
    assert await key_vault.get(ann.id) is None


@pytest.mark.parametrize(
    "parts",
    [
        None,
        [],
        "x",
        {},
        asdict(GOOD) | {"rounds": "600000"},
        asdict(GOOD) | {"rounds": True},
        asdict(GOOD) | {"salt": 1},
    ],
    ids=str,
)
def test_what_a_browser_sends_in_another_form_is_refused(parts: object) -> None:
    with pytest.raises(NotAllowed):
        key_vault.wrap_of(parts)


def test_a_wrap_comes_as_an_object_of_its_fields() -> None:
    assert key_vault.wrap_of(asdict(GOOD) | {"more": 1}) == GOOD


@pytest.mark.parametrize("vault_id", ["", "A" * 20, "A" * 24, "A" * 21 + "B", "*" * 22])
async def test_a_name_of_another_form_is_refused(db: Settings, vault_id: str) -> None:
    ann = await registered("ann")
    with pytest.raises(NotAllowed):
        await key_vault.put(ann.id, vault_id, [])


@pytest.mark.parametrize("wraps", [[GOOD] * 2, [GOOD] * 40], ids=["two of a kind", "forty"])
async def test_more_wraps_than_there_are_ways_are_refused(db: Settings, wraps: list[Wrap]) -> None:
    ann = await registered("ann")
    with pytest.raises(NotAllowed):
        await key_vault.put(ann.id, b64(16), wraps)


async def test_it_is_written_so_often_and_no_more(db: Settings) -> None:
    ann, vault_id = await registered("ann"), b64(16)
    for _time in range(rate_limits.VAULT_PER_ACCOUNT.amount):
        await rate_limits.count(rate_limits.VAULT_PER_ACCOUNT, ann.id)
    for write in (key_vault.put, key_vault.replace):
        with pytest.raises(TooManyAttempts):
            await write(ann.id, vault_id, [])


async def test_the_wrap_of_a_passkey_goes_with_it(db: Settings) -> None:
    ann, vault_id = await registered("ann"), b64(16)
    kept, gone = await passkey_of(ann), await passkey_of(ann)
    wraps = [by_password(), by_passkey(kept), by_passkey(gone)]
    await key_vault.put(ann.id, vault_id, wraps)
    await passkeys.remove(ann.id, gone)
    vault = await key_vault.get(ann.id)
    assert vault is not None
    assert set(vault.wraps) == set(wraps[:2])


async def test_the_database_holds_wraps_encrypted_once_more(db: Settings) -> None:
    ann, wrap = await registered("ann"), by_password()
    await key_vault.put(ann.id, b64(16), [wrap])
    async with database.session(KEY_VAULT) as session:
        assert (await session.exec(select(KeyVault))).one().account_id == ann.id
        raw = await (await session.connection()).exec_driver_sql("SELECT wrapped FROM key_wrap")
        stored = bytes(raw.scalar_one())
        assert (await session.exec(select(KeyWrap.kind))).one() == "password"
    assert base64.urlsafe_b64decode(wrap.wrapped) not in stored


@pytest.mark.parametrize("is_signed_in", [True, False])
async def test_who_proves_the_address_elsewhere_takes_no_stranger_s_keys_over(db: Settings, is_signed_in: bool) -> None:
    """Whoever registered with somebody's address would have the keys of the owner's later meetings."""
    ann = await registered("ann")
    await key_vault.put(ann.id, b64(16), [by_password()])
    async with database.session(*LOOKING) as session:
        proof = account_tokens.proof_of(ann.email)
        token = await account_tokens.issue(session, TokenKind.VERIFY_EMAIL, ann.id, ref=proof)
    await email_proofs.confirm(token, address=ADDRESS, by_account=ann.id if is_signed_in else "")
    assert (await key_vault.get(ann.id) is not None) is is_signed_in
