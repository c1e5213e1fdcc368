"""The pages about a guest's other address: every handler acts for the holder of a link alone."""

from __future__ import annotations

import pytest

from conference_app.components.addresses.change_form import GuestAddressState
from conference_app.components.frame.link_token import LinkTokenState
from conference_app.pages.addresses.address_links import AddressLinkState
from conference_app.services.addresses import changes, holder_details
from conference_app.services.people import signed_links
from conference_app.services.people.email_addresses import email_key
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import center_links
from conference_app.services.privacy.privacy_emails import KEEP
from tests.conference_app.services.addresses.test_changes import token
from tests.conference_app.services.addresses.test_holder_details import guest
from tests.conference_app.tabs import Processor, Tab, name_of
from tests.mailing import Mails

NEW = "gus@new.example.com"


def center(processor: Processor, email: str, use: str = "") -> Tab:
    return Tab(processor, path=f"/privacy-center/{signed_links.make('privacy', email_key(email), use)}")


async def shown(tab: Tab) -> tuple[str, str]:
    await tab.send(name_of(GuestAddressState.load))
    seen = await tab.vars_of(GuestAddressState)
    return seen["email"], seen["waiting"]


@pytest.mark.promise("P72")
@pytest.mark.slow
async def test_the_holder_of_a_link_asks_for_their_own_address_alone(processor: Processor) -> None:
    gus, eve = await guest(), await guest("eve")
    tab = center(processor, "gus@example.com")
    await tab.send(name_of(GuestAddressState.ask), form={"new_email": NEW, "email": "eve@example.com"})
    assert await shown(tab) == ("gus@example.com", NEW)
    assert [await changes.waiting(one) for one in (gus, eve)] == [NEW, ""]
    await tab.send(name_of(GuestAddressState.drop))
    assert await shown(tab) == ("gus@example.com", "")


@pytest.mark.promise("P76")
@pytest.mark.parametrize("use", ["", KEEP])
async def test_no_good_link_asks_for_nothing(processor: Processor, use: str) -> None:
    """Made up, or good for keeping data only."""
    gus = await guest()
    tab = center(processor, "gus@example.com", use) if use else Tab(processor, path="/privacy-center/AAAA")
    for handler in (GuestAddressState.load, GuestAddressState.drop, GuestAddressState.open):
        await tab.send(name_of(handler))
    await tab.send(name_of(GuestAddressState.ask), form={"new_email": NEW})
    assert await shown(tab) == ("", "")
    assert await changes.waiting(gus) == ""
    assert "gus@" not in processor.wire


@pytest.mark.parametrize("typed", [None, 7, ["x"], {"a": 1}, "", "\x00", "a@b@c", "x" * 5000])
@pytest.mark.slow
async def test_what_is_no_address_is_said_beside_the_field(processor: Processor, typed: object) -> None:
    gus = await guest()
    tab = center(processor, "gus@example.com")
    await tab.hydrate()
    await tab.send(name_of(GuestAddressState.ask), form={"new_email": typed})
    assert set((await tab.vars_of(GuestAddressState))["errors"]) == {"email"}
    assert await changes.waiting(gus) == ""


async def pressed(processor: Processor, secret: str, handler: object, path: str) -> dict[str, object]:
    tab = Tab(processor, path=path)
    await tab.send(name_of(LinkTokenState.take), token=secret)
    await tab.send(name_of(AddressLinkState.load))
    await tab.send(name_of(handler))
    return await tab.vars_of(AddressLinkState)


@pytest.mark.promise("P72")
@pytest.mark.slow
async def test_the_links_do_their_one_thing_once(processor: Processor, mails: Mails) -> None:
    gus = await guest()
    await changes.ask(gus, NEW)
    secret, undo = await token(mails, NEW, "confirm"), await token(mails, "gus@example.com", "revoke")
    wrong = await pressed(processor, undo, AddressLinkState.confirm, "/address/confirm")
    assert (wrong["done"], wrong["center"]) == (False, "")
    assert wrong["problem"]
    done = await pressed(processor, secret, AddressLinkState.confirm, "/pl/address/confirm")
    assert done["done"] is True
    assert str(done["center"]).startswith("/pl/privacy-center/")
    me: DataOwner = center_links.person_of(str(done["center"]).rpartition("/")[2])
    assert (await holder_details.held(me)).email == NEW
    again = await pressed(processor, secret, AddressLinkState.confirm, "/address/confirm")
    assert (again["done"], again["center"]) == (False, "")
    assert (await pressed(processor, undo, AddressLinkState.revoke, "/address/revoke"))["done"] is True
    assert (await holder_details.held(gus)).email == "gus@example.com"
