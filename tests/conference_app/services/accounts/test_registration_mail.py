"""The mail that ends a registration: sent again after a wait, sent elsewhere when the address was mistyped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from conference_app.config import Settings
from conference_app.errors import InvalidInput, NotAllowed, NotFound, TooManyAttempts
from conference_app.services.accounts import registration_mail
from conference_app.services.limits import rate_limits
from conference_app.services.sign_in import email_proofs
from tests.conference_app.people import ADDRESS, confirmed, registered
from tests.fakes import ManualClock
from tests.mailing import Mails, html_of, links_in, text_of


def token_of(mails: Mails, address: str) -> str:
    """The secret in the newest mail to `address`."""
    [link] = [one for one in links_in(mails.to(address)[-1]) if "/verify" in one]
    return link.rpartition("#token=")[2]


async def test_it_is_sent_again_after_a_minute_and_five_times_an_hour(db: Settings, clock: ManualClock) -> None:
    ann = await registered("ann")
    with pytest.raises(TooManyAttempts) as refused:
        await registration_mail.send_again(ann.id)
    assert 0 < refused.value.wait_s <= 60
    for _time in range(5):
        clock.advance(61)
        await registration_mail.send_again(ann.id)
    clock.advance(61)
    with pytest.raises(TooManyAttempts) as refused:
        await registration_mail.send_again(ann.id)
    assert refused.value.wait_s > 60


async def test_a_mistyped_address_is_corrected_at_once(db: Settings, mails: Mails) -> None:
    ann = await registered("ann", email="anm@example.com")
    await mails.deliver()
    mistyped = token_of(mails, "anm@example.com")
    assert await registration_mail.correct(ann.id, " ann@Example.com ") == "ann@example.com"
    assert await registration_mail.waiting_address(ann.id) == "ann@example.com"
    await mails.deliver()
    with pytest.raises(NotFound):  # whoever reads the mail to the wrong address gets nothing by it
        await email_proofs.confirm(mistyped, address=ADDRESS)
    await email_proofs.confirm(token_of(mails, "ann@example.com"), address=ADDRESS)
    assert await registration_mail.waiting_address(ann.id) == ""


async def test_anothers_address_is_taken_like_any_other(db: Settings, mails: Mails) -> None:
    await confirmed("bob")
    ann = await registered("ann")
    await mails.deliver()
    assert await registration_mail.correct(ann.id, "bob@example.com") == "bob@example.com"
    assert await registration_mail.waiting_address(ann.id) == "bob@example.com"
    await mails.deliver()
    [told] = mails.to("bob@example.com")
    assert not [link for link in links_in(told) if "/verify" in link]


async def test_what_is_no_address_or_the_same_is_refused(db: Settings) -> None:
    ann = await registered("ann")
    for wrong in ("", "ann@", "ann@example.com", "x" * 5000, "a\r\nBcc: b@example.com"):
        with pytest.raises(InvalidInput) as refused:
            await registration_mail.correct(ann.id, wrong)
        assert set(refused.value.fields) == {"email"}


async def test_only_a_fresh_registration_is_corrected_without_the_password(db: Settings) -> None:
    ann, bob = await registered("ann"), await confirmed("bob")
    later = datetime.now(UTC) + timedelta(hours=1, seconds=1)
    with pytest.raises(NotAllowed):
        await registration_mail.correct(ann.id, "new@example.com", now=later)
    with pytest.raises(NotAllowed):
        await registration_mail.correct(bob.id, "new@example.com")
    assert await registration_mail.waiting_address(ann.id) == "ann@example.com"


async def test_corrections_are_counted_by_account_and_by_address(db: Settings) -> None:
    ann = await registered("ann")
    for number in range(5):
        await registration_mail.correct(ann.id, f"other{number}@example.com")
    with pytest.raises(TooManyAttempts):
        await registration_mail.correct(ann.id, "other6@example.com")
    for number in range(5 * rate_limits.OF_ALL):
        await rate_limits.count_about(rate_limits.REGISTER_PER_EMAIL, "target@example.com", f"account {number}")
    with pytest.raises(TooManyAttempts):
        await registration_mail.correct((await registered("eve")).id, "Target@example.com")


async def test_a_username_is_no_link_in_it(sqlite_db: Settings, mails: Mails) -> None:
    """Whoever types somebody's address chooses the username that they then read in an email of ours."""
    await registered("www.evil.example", email="ann@example.com")
    await mails.deliver()
    [mail] = mails.to("ann@example.com")
    for told in (text_of(mail), html_of(mail)):
        assert "www.\u2060evil.\u2060example" in told
        assert "www.evil" not in told
