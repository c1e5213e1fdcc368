"""What staff answer on their page, its person reads with the request, in the privacy center and by mail."""

from __future__ import annotations

import pytest

from conference_app import database
from conference_app.pages.privacy.center import PrivacyCenterState
from conference_app.pages.privacy.center_by_link import GuestCenterState
from conference_app.pages.staff.case import StaffCaseState
from conference_app.services.cases import cases
from conference_app.services.people import email_addresses, signed_links
from conference_app.services.privacy.privacy_emails import LINK_LIFE
from tests.conference_app.people import confirmed
from tests.conference_app.staff_desk import staff_tab, tab_of
from tests.conference_app.tabs import Processor, Tab, name_of
from tests.fakes import LOOKING
from tests.mailing import Mails, links_in, text_of

WORDS = "We have deleted your invoices.\nThe rest stays, as you wished."


async def answered(processor: Processor, monkeypatch: pytest.MonkeyPatch, **subject: str) -> None:
    """A request of `subject`, answered by staff on its page."""
    async with database.session(*LOOKING) as db:
        case_id = await cases.open_case(db, "erase", opened_from="privacy center", **subject)  # type: ignore[arg-type]
    _staff, tab = await staff_tab(processor, monkeypatch, f"/staff/cases/{case_id}")
    await tab.send(name_of(StaffCaseState.load))
    await tab.send(name_of(StaffCaseState.answer), form={"status": "done", "words": WORDS})


def read(values: dict[str, object]) -> tuple[str, list[str]]:
    """State and answers of the one request that a center shows."""
    [row] = values["cases"]  # type: ignore[misc]
    return row.state, [answer.words for answer in row.answers]


@pytest.mark.promise("P95")
@pytest.mark.slow
async def test_a_member_reads_the_answer_with_the_request_and_by_mail(
    processor: Processor, monkeypatch: pytest.MonkeyPatch, mails: Mails
) -> None:
    ann, ben = await confirmed("ann"), await confirmed("ben")
    await answered(processor, monkeypatch, account_id=ann.id)
    tab = await tab_of(processor, ann, "/privacy-center")
    await tab.send(name_of(PrivacyCenterState.load))
    assert read(await tab.vars_of(PrivacyCenterState)) == ("Done", [WORDS])
    other = await tab_of(processor, ben, "/privacy-center")
    await other.send(name_of(PrivacyCenterState.load))
    assert (await other.vars_of(PrivacyCenterState))["cases"] == []
    await mails.deliver()
    [mail] = [one for one in mails.to(ann.email) if one["Subject"].startswith("About your request")]
    assert WORDS in text_of(mail).replace("\r\n", "\n")
    assert links_in(mail)[0].endswith("/privacy-center")
    assert mails.to(ben.email) == [one for one in mails.to(ben.email) if "request" not in one["Subject"]]


@pytest.mark.promise("P95")
@pytest.mark.slow
async def test_a_guest_reads_the_answer_behind_the_link(
    processor: Processor, monkeypatch: pytest.MonkeyPatch, mails: Mails
) -> None:
    async with database.session(*LOOKING) as db:
        address = await email_addresses.find_or_add(db, "guest@example.com", language="en")
    await answered(processor, monkeypatch, address_id=address.id)
    for email, expected in (("guest@example.com", [("Done", [WORDS])]), ("other@example.com", [])):
        token = signed_links.make("privacy", email_addresses.email_key(email), life=LINK_LIFE)
        tab = Tab(processor, path=f"/privacy-center/{token}")
        await tab.hydrate()
        await tab.send(name_of(GuestCenterState.load))
        values = await tab.vars_of(GuestCenterState)
        assert ([read(values)] if values["cases"] else []) == expected
    await mails.deliver()
    [mail] = mails.to("guest@example.com")
    assert WORDS in text_of(mail).replace("\r\n", "\n")
