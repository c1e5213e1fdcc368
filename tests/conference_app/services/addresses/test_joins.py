"""What two addresses that are one person now make of what either had wanted, also once they part again."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from conference_app import database
from conference_app.config import Settings
from conference_app.models import OutgoingEmail
from conference_app.services.consent import ledger as consents
from conference_app.services.consent import mail_stops, participant_mail, person_state
from conference_app.services.emails.messages import NewsletterMessage
from conference_app.services.emails.recipients import AddressRecipient
from conference_app.services.mail import outbox
from conference_app.services.newsletters import sending
from conference_app.services.people.email_addresses import email_key
from conference_app.services.people.subjects import Subject
from conference_app.services.personal_data import personal_rows
from conference_app.services.personal_data.personal_rows import of_email
from conference_app.services.privacy import privacy_requests
from tests.conference_app.consent_people import agrees, is_live, reader
from tests.conference_app.moved_addresses import NEW, OLD, back, counted, ledger, moved, of_address
from tests.conference_app.participants import takes_part
from tests.conference_app.people import confirmed, meeting_of
from tests.fakes import LOOKING, NOON

pytestmark = pytest.mark.both_databases


PURPOSES = ("newsletter", "promotion")
_numbers = itertools.count(1)


@pytest.mark.promise("P58")
@pytest.mark.parametrize("is_known", [False, True])
async def test_what_was_ended_meanwhile_ends_for_both(db: Settings, is_known: bool) -> None:
    await agrees(await reader(OLD), "newsletter")
    if is_known:
        await agrees(await reader(NEW), "newsletter")
    done = await moved()
    both = await of_address(NEW)
    assert both is not None
    async with database.session(*LOOKING) as session:
        await consents.withdraw(session, both, "newsletter", act="a", page="p", now=NOON)
    await back(done)
    for email in (OLD, NEW):
        assert (await ledger(email))[-1] == ("newsletter", "withdrawn", "12:00")


@pytest.mark.promise("P58")
async def test_an_objection_of_either_outlives_what_the_other_took_back(db: Settings) -> None:
    old, new = await reader(OLD), await reader(NEW)
    async with database.session(*LOOKING) as session:
        for subject in (old, new):
            await consents.object_to(session, subject, "devices", act="a", page="p", now=NOON)
        await consents.stop_objecting(session, new, "devices", act="a", page="p", now=NOON)
    await moved()
    assert (await ledger(NEW))[-1] == ("devices", "objected", "12:00")


acts = st.lists(
    st.tuples(st.sampled_from(PURPOSES), st.sampled_from(["give", "withdraw", "object", "stop"])), max_size=4
)
stops = st.booleans()


async def _live_through(subject: Subject, email: str, done: list[tuple[str, str]], stopped: bool) -> None:
    async with database.session(*LOOKING) as db:
        for purpose, act in done:
            match act:
                case "give":
                    await consents.give(db, subject, purpose, act="a", page="p", words="Yes.", now=NOON)
                case "withdraw":
                    await consents.withdraw(db, subject, purpose, act="a", page="p", now=NOON)
                case "object":
                    await consents.object_to(db, subject, purpose, act="a", page="p", now=NOON)
                case _:
                    await mail_stops.stop(db, email_key(email), purpose, now=NOON)
        if stopped:
            await mail_stops.stop(db, email_key(email), now=NOON)


async def _wishes(subject: Subject, email: str, purpose: str) -> tuple[bool, bool]:
    """Whether it is given, and whether it is stopped in any way."""
    async with database.reading(*LOOKING) as db:
        newest = [one.kind for one in await consents.history(db, subject) if one.purpose == purpose][:1]
        stopped = await mail_stops.of_key(db, email_key(email)) & {purpose, mail_stops.ALL}
    return newest == ["given"], bool(stopped) or (bool(newest) and newest != ["given"])


@pytest.mark.promise("P58")
@pytest.mark.promise("P72")
@pytest.mark.slow
@pytest.mark.timeout(180)
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mine=acts, theirs=acts, mine_stopped=stops, theirs_stopped=stops)
async def test_no_stop_is_lost_and_no_grant_is_made_up(
    db: Settings, mine: list[tuple[str, str]], theirs: list[tuple[str, str]], mine_stopped: bool, theirs_stopped: bool
) -> None:
    number = next(_numbers)
    old_email, new_email = f"old{number}@example.com", f"new{number}@example.com"
    old, new = await reader(old_email), await reader(new_email)
    await _live_through(old, old_email, mine, mine_stopped)
    await _live_through(new, new_email, theirs, theirs_stopped)
    before = {
        (who, one): await _wishes(who, mail_of, one)
        for who, mail_of in ((old, old_email), (new, new_email))
        for one in PURPOSES
    }
    was_live = {(who, one): await is_live(who, one) for who in (old, new) for one in PURPOSES}
    done = await moved(old_email, new_email)
    for one in PURPOSES:
        given_by, stopped_by = zip(before[old, one], before[new, one], strict=True)
        assert await is_live(old, one) == (any(given_by) and not any(stopped_by))
    now_live = {one: await is_live(old, one) for one in PURPOSES}
    await agrees(old, "promotion")  # one new grant brings nothing else back
    assert await is_live(old, "newsletter") == now_live["newsletter"]
    await back(done, old_email, new_email)
    parted = {old: await of_address(old_email), new: await of_address(new_email)}
    assert parted[new] == new
    for one in PURPOSES:
        assert was_live[old, one] or not await is_live(parted[old] or old, one)
    # What was agreed to since then was at the new address, which keeps it.
    assert was_live[new, "newsletter"] or not await is_live(new, "newsletter")
    for who, one in before:
        stopped_then = any(before[each, one][1] for each in (old, new))
        assert not (stopped_then and one == "newsletter" and await is_live(parted[who] or who, one))


@pytest.mark.promise("P60")
@pytest.mark.parametrize("since", [NOON, NOON + timedelta(minutes=1)], ids=["before", "the clock was put back"])
@pytest.mark.slow
async def test_of_a_meeting_both_take_part_in_only_what_both_want_comes(db: Settings, since: datetime) -> None:
    made = await meeting_of(await confirmed())
    old, new = await reader(OLD), await reader(NEW)
    async with database.session(*LOOKING) as session:
        both = {"meeting_id": made.id, "follow_up": True, "now": since}
        await takes_part(session, address_id=old.id, reminder=True, **both)
        await takes_part(session, address_id=new.id, reminder=False, **both)

    async def wants(subject: Subject) -> tuple[bool, bool]:
        async with database.reading(*LOOKING) as session:
            asked = {"meeting_id": made.id, "address_id": subject.id}
            return (
                await participant_mail.wants(session, **asked, occasion="reminder"),
                await participant_mail.wants(session, **asked, occasion="follow_up"),
            )

    done = await moved()
    assert await wants(old) == (False, True)
    await back(done)
    mine = await of_address(OLD)
    assert mine is not None
    assert (await wants(mine), await wants(new)) == ((False, True), (False, True))


@pytest.mark.promise("P92")
@pytest.mark.parametrize("who", [OLD, NEW])
@pytest.mark.slow
async def test_a_restriction_and_an_erasure_of_either_hold(db: Settings, who: str) -> None:
    await reader(OLD)
    await reader(NEW)
    await privacy_requests.restrict(of_email(email_key(who)), True, now=NOON)
    async with database.session(*LOOKING) as session:
        row = await person_state.row_of(session, of_email(email_key(who)))
        row.erase_asked_at, row.erase_due_at = NOON, NOON + timedelta(days=7)
    done = await moved()
    state = await person_state.read(of_email(email_key(NEW)))
    assert (state.restricted_at, state.erase_due_at) == (NOON, NOON + timedelta(days=7))
    assert (await person_state.read(of_email(email_key(OLD)))).restricted_at is None
    await back(done)
    for email in (OLD, NEW):
        assert (await person_state.read(of_email(email_key(email)))).restricted_at == NOON
    assert (await person_state.read(of_email(email_key(OLD)))).erase_due_at is None
    mine = await of_address(OLD)
    assert mine is not None
    async with database.reading(*LOOKING) as session:
        assert not await person_state.may_use(session, mine)


async def test_what_an_account_restricted_stays_so_when_its_address_leaves_it(db: Settings) -> None:
    ann = await confirmed("ann")
    old = await reader("ann@example.com")
    await privacy_requests.restrict(personal_rows.DataOwner(ann.id), True, now=NOON)
    await moved("ann@example.com")
    async with database.reading(*LOOKING) as session:
        assert not await person_state.may_use(session, old)


async def test_of_one_newsletter_that_waits_for_both_one_comes(db: Settings) -> None:
    old, new = await reader(OLD), await reader(NEW)
    async with database.session(*LOOKING) as session:
        for subject in (old, new):
            row = outbox.email_row(_news(subject), key=None, now=NOON, newsletter_id="n")
            session.add(OutgoingEmail(**row))
    await moved()
    assert (await counted(NEW))["outgoing_email"] == 1


def _news(subject: Subject) -> NewsletterMessage:
    return sending.MESSAGE.message(AddressRecipient(subject.id), purpose="newsletter", newsletter_id="n")
