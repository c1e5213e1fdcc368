"""What the security page says of the account's history, and what it asks for before a second factor is changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from conference_app.components.sign_in.authenticator_section import AuthenticatorState
from conference_app.components.sign_in.passkeys_section import PasskeysState
from conference_app.components.sign_in.security_form import SecurityState
from conference_app.services.people.identity import AccountView
from conference_app.services.sign_in import failed_passwords, passkeys, second_factors
from tests.conference_app.authenticator import Authenticator
from tests.conference_app.people import PASSWORD, confirmed, give_authenticator, session_token
from tests.conference_app.tabs import Processor, Tab, name_of

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


async def test_the_owner_reads_how_often_on_the_security_page(processor: Processor) -> None:
    ann = await confirmed("ann")
    tab = Tab.signed_in(processor, await session_token(ann), path="/account/security")
    await failed_passwords.note(ann.id, now=NOON)
    for _try in range(3):
        await failed_passwords.note(ann.id, now=NOON + timedelta(days=1))
    await tab.send(name_of(SecurityState.load))
    read = [one.what for one in (await tab.vars_of(SecurityState))["events"]]
    once = "Somebody entered a wrong password."
    assert [what for what in read if what.startswith(once)] == [f"{once} 3 times within a day.", once]


async def two_factors(processor: Processor) -> tuple[AccountView, Tab]:
    """Ann with a passkey and an authenticator app, and a tab of hers that was signed in before the app."""
    ann = await confirmed("ann")
    tab = Tab.signed_in(processor, await session_token(ann), path="/account/security")
    ceremony = await passkeys.begin_adding(ann.id)
    await passkeys.finish_adding(ann.id, "Mine", Authenticator().create(ceremony.options), ceremony.challenge)
    await give_authenticator(ann.id)
    return ann, tab


async def change(tab: Tab, ann: AccountView, form: str) -> None:
    """Send the open form as its owner would."""
    handler = {
        "passkey": PasskeysState.add_passkey,
        "remove_passkey": PasskeysState.remove_passkey,
        "new_codes": AuthenticatorState.make_codes,
        "remove_authenticator": AuthenticatorState.remove_authenticator,
    }[form]
    if form == "remove_passkey":
        [one] = await passkeys.listed(ann.id)
        await tab.send(name_of(PasskeysState.choose), form=form, passkey_id=one.id, name=one.name)
    else:
        await tab.send(name_of(SecurityState.open_form), form=form)
    await tab.send(name_of(handler), form={"password": PASSWORD, "passkey_name": "Another"})


CHANGES = ["passkey", "remove_passkey", "new_codes", "remove_authenticator"]


@pytest.mark.parametrize("form", CHANGES)
async def test_a_second_factor_is_not_changed_by_the_password_alone(processor: Processor, form: str) -> None:
    ann, tab = await two_factors(processor)
    await change(tab, ann, form)
    values = await tab.vars_of(SecurityState)
    assert (values["factor_due"], values["form"], values["passkey_options"], values["busy"]) == (True, "", "", False)
    assert len(await passkeys.listed(ann.id)) == 1
    assert await second_factors.status(ann.id) == second_factors.Status(has_authenticator=True, codes_left=0)
    await tab.send(name_of(SecurityState.load))
    assert (await tab.vars_of(SecurityState))["factor_due"]


@pytest.mark.parametrize("form", CHANGES)
async def test_a_second_factor_is_changed_after_a_sign_in_with_one(processor: Processor, form: str) -> None:
    ann, _old = await two_factors(processor)
    tab = Tab.signed_in(processor, await session_token(ann), path="/account/security")
    await tab.send(name_of(SecurityState.load))
    assert not (await tab.vars_of(SecurityState))["factor_due"]
    await change(tab, ann, form)
    values, status = await tab.vars_of(SecurityState), await second_factors.status(ann.id)
    done = {
        "passkey": bool(values["passkey_options"]),
        "remove_passkey": await passkeys.listed(ann.id) == [],
        "new_codes": status.codes_left == second_factors.RECOVERY_CODES,
        "remove_authenticator": not status.has_authenticator,
    }
    assert done[form]
    assert not values["factor_due"]


async def test_a_passkey_that_was_begun_before_the_app_is_not_kept_after(processor: Processor) -> None:
    ann = await confirmed("ann")
    tab = Tab.signed_in(processor, await session_token(ann), path="/account/security")
    await change(tab, ann, "passkey")
    options = (await tab.vars_of(SecurityState))["passkey_options"]
    await give_authenticator(ann.id)
    await tab.send(name_of(PasskeysState.answer_passkey), answer=Authenticator().create(options))
    assert (await tab.vars_of(SecurityState))["factor_due"]
    assert await passkeys.listed(ann.id) == []
