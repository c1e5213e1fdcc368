"""What happened to a person's account or data, and when: tags and identifiers, never anything in clear.

`record` writes in the caller's transaction, so an act and its entry are kept together or not at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models.audit import AuditEntry
from conference_app.purposes import HISTORY
from conference_app.texts import n_

LISTED = 200
"""Entries a person is shown at most, newest first."""
_DETAIL = re.compile(r"[A-Za-z0-9_.:,\- ]{0,64}")


TOLD = True
"""Third of a tag's row: an email tells the person at once."""


class AuditTag(StrEnum):
    """Everything that is written down: the tag as it is kept, what the person reads of it (a msgid), and whether an
    email tells them at once, since it may be a stranger's doing.
    """

    words: str
    is_security_relevant: bool

    def __new__(cls, tag: str, words: str, is_security_relevant: bool = False) -> AuditTag:
        """Make a member that is equal to its tag."""
        member = str.__new__(cls, tag)
        member._value_ = tag
        member.words = words
        member.is_security_relevant = is_security_relevant
        return member

    REGISTERED = ("registered", n_("You registered."))
    EMAIL_VERIFIED = ("email_verified", n_("You confirmed your e-mail address."))
    EMAIL_CHANGE_ASKED = ("email_change_asked", n_("A change of your e-mail address was asked for."), TOLD)
    EMAIL_CHANGED = ("email_changed", n_("Your e-mail address was changed."), TOLD)
    EMAIL_CHANGE_REVOKED = ("email_change_revoked", n_("A change of your e-mail address was taken back."), TOLD)
    PASSWORD_CHANGED = ("password_changed", n_("Your password was changed."), TOLD)
    PASSWORD_RESET_ASKED = ("password_reset_asked", n_("A link to choose a new password was asked for."), TOLD)
    PASSWORD_RESET = ("password_reset", n_("A new password was chosen with a link in an e-mail."), TOLD)
    SIGNED_IN = ("signed_in", n_("You signed in."))
    SIGNED_IN_ANEW = (
        "signed_in_anew",
        n_("Somebody signed in with a browser that we had not seen on your account."),
        TOLD,
    )
    PASSWORD_FAILED = ("password_failed", n_("Somebody entered a wrong password."))
    SECOND_STEP_FAILED = ("second_step_failed", n_("Somebody with your password gave a wrong code."), TOLD)
    PASSKEY_ADDED = ("passkey_added", n_("A passkey was added."), TOLD)
    PASSKEY_RENAMED = ("passkey_renamed", n_("A passkey was renamed."))
    PASSKEY_REMOVED = ("passkey_removed", n_("A passkey was removed."), TOLD)
    AUTHENTICATOR_ADDED = ("authenticator_added", n_("An authenticator app was added."), TOLD)
    AUTHENTICATOR_REMOVED = ("authenticator_removed", n_("The authenticator app was removed."), TOLD)
    RECOVERY_CODE_USED = ("recovery_code_used", n_("A recovery code was used."), TOLD)
    RECOVERY_CODES_MADE = ("recovery_codes_made", n_("New recovery codes were made."), TOLD)
    SESSION_ENDED = ("session_ended", n_("A device was signed out."), TOLD)
    SESSIONS_ENDED = ("sessions_ended", n_("All other devices were signed out."), TOLD)
    KEYS_REPLACED = (
        "keys_replaced",
        n_("Your meetings' keys were given up for new ones: their earlier links let nobody in by themselves."),
        TOLD,
    )
    SESSIONS_ENDED_BY_STAFF = ("sessions_ended_by_staff", n_("Staff signed out all your devices."), TOLD)
    DOCUMENTS_ACCEPTED = ("documents_accepted", n_("You accepted the terms and the privacy policy."))
    PROFILE_CHANGED = ("profile_changed", n_("Your details were changed."))
    PHOTO_CHANGED = ("photo_changed", n_("Your photo was changed."))
    PHOTO_REMOVED = ("photo_removed", n_("Your photo was removed."))
    ROLE_GIVEN = ("role_given", n_("Your account became one of the staff's."), TOLD)
    ROLE_TAKEN = ("role_taken", n_("Your account is no longer one of the staff's."), TOLD)
    CONSENT_GIVEN = ("consent_given", n_("You agreed to receive something."))
    CONSENT_WITHDRAWN = ("consent_withdrawn", n_("You took an agreement back."))
    DATA_EXPORTED = ("data_exported", n_("A copy of your data was made."))
    DATA_CONFIRMED = ("data_confirmed", n_("You confirmed that your details are right."))
    RESTRICTED = ("restricted", n_("The use of your data was restricted."))
    UNRESTRICTED = ("unrestricted", n_("The restriction of your data ended."))
    OBJECTED = ("objected", n_("You objected to a use of your data."))
    OBJECTION_UNDONE = ("objection_undone", n_("You took an objection back."))
    DEACTIVATED = ("deactivated", n_("Your account was paused."), TOLD)
    REACTIVATED = ("reactivated", n_("Your account was opened again."), TOLD)
    ERASURE_ASKED = ("erasure_asked", n_("The erasure of your data was asked for."), TOLD)
    ERASURE_UNDONE = ("erasure_undone", n_("The erasure of your data was called off."), TOLD)
    READ_BY_STAFF = ("read_by_staff", n_("Staff looked at your data."))
    LEGAL_HOLD = ("legal_hold", n_("Your data must be kept for a legal reason."))
    LEGAL_HOLD_ENDED = ("legal_hold_ended", n_("The legal reason to keep your data ended."))
    CASE_OPENED = ("case_opened", n_("A request about your data was opened."))
    CASE_CLOSED = ("case_closed", n_("A request about your data was closed."))
    STAFF_READ = ("staff_read", n_("As staff, you looked at somebody's data."))
    STAFF_HOLD_PLACED = ("staff_hold_placed", n_("As staff, you held somebody's data."))
    STAFF_HOLD_LIFTED = ("staff_hold_lifted", n_("As staff, you lifted a hold."))
    STAFF_CASE_ANSWERED = ("staff_case_answered", n_("As staff, you answered a request."))
    STAFF_MESSAGE_ANSWERED = ("staff_message_answered", n_("As staff, you answered a message."))
    STAFF_MESSAGES_CLOSED = ("staff_messages_closed", n_("As staff, you closed a conversation."))
    STAFF_LEGAL_REQUEST_NOTED = ("staff_demand_noted", n_("As staff, you logged a request from an authority."))
    STAFF_LEGAL_REQUEST_DECIDED = ("staff_demand_decided", n_("As staff, you decided a request from an authority."))
    STAFF_NON_DISCLOSURE_CHANGED = (
        "staff_gag_changed",
        n_("As staff, you changed until when a person may not be told of a request."),
    )
    STAFF_DISCLOSED = ("staff_disclosed", n_("As staff, you made a file for an authority."))
    STAFF_SESSIONS_ENDED = ("staff_sessions_ended", n_("As staff, you signed out all of somebody's devices."))
    STAFF_JOB_RETRIED = ("staff_job_retried", n_("As staff, you had failed work tried again."))
    STAFF_JOB_DROPPED = ("staff_job_dropped", n_("As staff, you dropped failed work."))


COUNTED = frozenset({AuditTag.PASSWORD_FAILED, AuditTag.SECOND_STEP_FAILED})
"""What strangers can bring about at will: one entry a day whose detail is a count, so that nobody floods the table."""
COUNTED_SHARE = 1 / 4
"""How many entries of `COUNTED` are listed at most, for each of the others: they push none of these out of sight."""


class AuditSubject(Protocol):
    """A person with or without account, such as `services.people.subjects.Subject`."""

    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened."""

    at: datetime
    tag: AuditTag
    detail: str

    @property
    def times(self) -> int:
        """How often it happened on the day (UTC) of `at`, the last time then; 1 for what is not counted."""
        return int(self.detail or 1) if self.tag in COUNTED else 1


async def record(
    db: AsyncSession,
    tag: AuditTag,
    *,
    account_id: str | None = None,
    subject: AuditSubject | None = None,
    detail: str | None = None,
    now: datetime | None = None,
) -> str:
    """Write down that `tag` happened to an account or to the person `subject`; the entry's number.

    `detail` is a field's name, an identifier or a count (64 characters of letters, digits and simple signs). Raises
    ValueError for anything that looks like content.
    """
    if not _DETAIL.fullmatch(detail or ""):
        raise ValueError("an audit entry holds names of fields and counts, no content")
    if subject is not None and subject.kind == "account":
        account_id = subject.id
    entry = AuditEntry(
        at=now or datetime.now(UTC),
        tag=tag.value,
        account_id=account_id,
        address_id=subject.id if subject is not None and subject.kind == "address" else None,
        detail=detail or "",
    )
    db.add(entry)
    return entry.id


async def count(db: AsyncSession, tag: AuditTag, account_id: str, *, now: datetime | None = None) -> str:
    """Write down that a tag of `COUNTED` happened once more; the number of the entry of this day (UTC).

    The entry has the time of the day's last one. Of two at once, the second waits and counts on.
    """
    now = now or datetime.now(UTC)
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    await database.lock(db, "audit", account_id)
    of_day = select(AuditEntry).where(
        AuditEntry.account_id == account_id,
        AuditEntry.tag == tag.value,
        AuditEntry.at >= day,
        AuditEntry.at < day + timedelta(days=1),
    )
    async with database.within(db, HISTORY) as own:
        entry = (await own.exec(of_day)).first()
        if entry is not None:
            entry.at, entry.detail = max(entry.at, now), str(int(entry.detail or 1) + 1)
            return entry.id
    return await record(db, tag, account_id=account_id, detail="1", now=now)


def _known(tag: str) -> AuditTag | None:
    try:
        return AuditTag(tag)
    except ValueError:
        return None  # written by a newer release


async def entries(account_id: str = "", *, address_id: str = "", limit: int = LISTED) -> list[Entry]:
    """What happened to the account (or to the person without account), newest first.

    `limit` entries at most, and beside them those of `COUNTED`, `COUNTED_SHARE` as many at most.
    """
    if not account_id and not address_id:
        return []
    whose = col(AuditEntry.account_id) == account_id if account_id else col(AuditEntry.address_id) == address_id
    newest = select(AuditEntry).where(whose).order_by(col(AuditEntry.at).desc(), col(AuditEntry.id))
    is_counted = col(AuditEntry.tag).in_([tag.value for tag in COUNTED])
    async with database.reading(HISTORY) as db:
        rows = [
            *(await db.exec(newest.where(~is_counted).limit(limit))).all(),
            *(await db.exec(newest.where(is_counted).limit(int(limit * COUNTED_SHARE)))).all(),
        ]
    rows.sort(key=lambda row: row.at, reverse=True)
    return [Entry(row.at, tag, row.detail) for row in rows if (tag := _known(row.tag))]
