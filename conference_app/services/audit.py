"""What happened to a person's account or data, and when: tags and identifiers, never anything in clear.

`record` writes in the caller's transaction, so an act and its entry are kept together or not at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
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


class AuditTag(StrEnum):
    """Everything that is written down. Add yours, with its words in `WORDS`."""

    REGISTERED = "registered"
    EMAIL_VERIFIED = "email_verified"
    EMAIL_CHANGE_ASKED = "email_change_asked"
    EMAIL_CHANGED = "email_changed"
    EMAIL_CHANGE_REVOKED = "email_change_revoked"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word, no password
    PASSWORD_RESET_ASKED = "password_reset_asked"  # noqa: S105
    PASSWORD_RESET = "password_reset"  # noqa: S105
    SIGNED_IN = "signed_in"
    SIGNED_IN_ANEW = "signed_in_anew"
    SECOND_STEP_FAILED = "second_step_failed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_RENAMED = "passkey_renamed"
    PASSKEY_REMOVED = "passkey_removed"
    AUTHENTICATOR_ADDED = "authenticator_added"
    AUTHENTICATOR_REMOVED = "authenticator_removed"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    SESSION_ENDED = "session_ended"
    SESSIONS_ENDED = "sessions_ended"
    DOCUMENTS_ACCEPTED = "documents_accepted"
    PROFILE_CHANGED = "profile_changed"
    PHOTO_CHANGED = "photo_changed"
    PHOTO_REMOVED = "photo_removed"
    ROLE_GIVEN = "role_given"
    ROLE_TAKEN = "role_taken"
    CONSENT_GIVEN = "consent_given"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    DATA_EXPORTED = "data_exported"
    DATA_CONFIRMED = "data_confirmed"
    RESTRICTED = "restricted"
    UNRESTRICTED = "unrestricted"
    OBJECTED = "objected"
    OBJECTION_UNDONE = "objection_undone"
    DEACTIVATED = "deactivated"
    REACTIVATED = "reactivated"
    ERASURE_ASKED = "erasure_asked"
    ERASURE_UNDONE = "erasure_undone"
    READ_BY_STAFF = "read_by_staff"
    LEGAL_HOLD = "legal_hold"
    LEGAL_HOLD_ENDED = "legal_hold_ended"
    CASE_OPENED = "case_opened"
    CASE_CLOSED = "case_closed"
    STAFF_READ = "staff_read"
    STAFF_HOLD_PLACED = "staff_hold_placed"
    STAFF_HOLD_LIFTED = "staff_hold_lifted"
    STAFF_CASE_ANSWERED = "staff_case_answered"
    STAFF_MESSAGE_ANSWERED = "staff_message_answered"
    STAFF_MESSAGES_CLOSED = "staff_messages_closed"
    STAFF_LEGAL_REQUEST_NOTED = "staff_demand_noted"
    STAFF_LEGAL_REQUEST_DECIDED = "staff_demand_decided"
    STAFF_NON_DISCLOSURE_CHANGED = "staff_gag_changed"
    STAFF_DISCLOSED = "staff_disclosed"
    STAFF_JOB_RETRIED = "staff_job_retried"
    STAFF_JOB_DROPPED = "staff_job_dropped"


WORDS: dict[AuditTag, str] = {
    AuditTag.REGISTERED: n_("You registered."),
    AuditTag.EMAIL_VERIFIED: n_("You confirmed your e-mail address."),
    AuditTag.EMAIL_CHANGE_ASKED: n_("A change of your e-mail address was asked for."),
    AuditTag.EMAIL_CHANGED: n_("Your e-mail address was changed."),
    AuditTag.EMAIL_CHANGE_REVOKED: n_("A change of your e-mail address was taken back."),
    AuditTag.PASSWORD_CHANGED: n_("Your password was changed."),
    AuditTag.PASSWORD_RESET_ASKED: n_("A link to choose a new password was asked for."),
    AuditTag.PASSWORD_RESET: n_("A new password was chosen by a link in a mail."),
    AuditTag.SIGNED_IN: n_("You signed in."),
    AuditTag.SIGNED_IN_ANEW: n_("Somebody signed in with a browser that we had not seen on your account."),
    AuditTag.SECOND_STEP_FAILED: n_("Somebody with your password gave a wrong code."),
    AuditTag.PASSKEY_ADDED: n_("A passkey was added."),
    AuditTag.PASSKEY_RENAMED: n_("A passkey was renamed."),
    AuditTag.PASSKEY_REMOVED: n_("A passkey was removed."),
    AuditTag.AUTHENTICATOR_ADDED: n_("An authenticator app was added."),
    AuditTag.AUTHENTICATOR_REMOVED: n_("The authenticator app was removed."),
    AuditTag.RECOVERY_CODE_USED: n_("A recovery code was used."),
    AuditTag.RECOVERY_CODES_MADE: n_("New recovery codes were made."),
    AuditTag.SESSION_ENDED: n_("A device was signed out."),
    AuditTag.SESSIONS_ENDED: n_("All other devices were signed out."),
    AuditTag.DOCUMENTS_ACCEPTED: n_("You accepted the terms and the privacy policy."),
    AuditTag.PROFILE_CHANGED: n_("Your details were changed."),
    AuditTag.PHOTO_CHANGED: n_("Your photo was changed."),
    AuditTag.PHOTO_REMOVED: n_("Your photo was removed."),
    AuditTag.ROLE_GIVEN: n_("Your account became one of the staff's."),
    AuditTag.ROLE_TAKEN: n_("Your account is no longer one of the staff's."),
    AuditTag.CONSENT_GIVEN: n_("You agreed to receive something."),
    AuditTag.CONSENT_WITHDRAWN: n_("You took an agreement back."),
    AuditTag.DATA_EXPORTED: n_("A copy of your data was made."),
    AuditTag.DATA_CONFIRMED: n_("You confirmed that your details are right."),
    AuditTag.RESTRICTED: n_("The use of your data was restricted."),
    AuditTag.UNRESTRICTED: n_("The restriction of your data ended."),
    AuditTag.OBJECTED: n_("You objected to a use of your data."),
    AuditTag.OBJECTION_UNDONE: n_("You took an objection back."),
    AuditTag.DEACTIVATED: n_("Your account was deactivated."),
    AuditTag.REACTIVATED: n_("Your account was activated again."),
    AuditTag.ERASURE_ASKED: n_("The erasure of your data was asked for."),
    AuditTag.ERASURE_UNDONE: n_("The erasure of your data was called off."),
    AuditTag.READ_BY_STAFF: n_("Staff looked at your data."),
    AuditTag.LEGAL_HOLD: n_("Your data must be kept for a legal reason."),
    AuditTag.LEGAL_HOLD_ENDED: n_("The legal reason to keep your data ended."),
    AuditTag.CASE_OPENED: n_("A request about your data was opened."),
    AuditTag.CASE_CLOSED: n_("A request about your data was closed."),
    AuditTag.STAFF_READ: n_("As staff, you looked at somebody's data."),
    AuditTag.STAFF_HOLD_PLACED: n_("As staff, you held somebody's data."),
    AuditTag.STAFF_HOLD_LIFTED: n_("As staff, you lifted a hold."),
    AuditTag.STAFF_CASE_ANSWERED: n_("As staff, you answered a request."),
    AuditTag.STAFF_MESSAGE_ANSWERED: n_("As staff, you answered a message."),
    AuditTag.STAFF_MESSAGES_CLOSED: n_("As staff, you closed a conversation."),
    AuditTag.STAFF_LEGAL_REQUEST_NOTED: n_("As staff, you noted a demand of an authority."),
    AuditTag.STAFF_LEGAL_REQUEST_DECIDED: n_("As staff, you decided a demand of an authority."),
    AuditTag.STAFF_NON_DISCLOSURE_CHANGED: n_("As staff, you changed until when a person may not be told of a demand."),
    AuditTag.STAFF_DISCLOSED: n_("As staff, you made a file for an authority."),
    AuditTag.STAFF_JOB_RETRIED: n_("As staff, you had failed work tried again."),
    AuditTag.STAFF_JOB_DROPPED: n_("As staff, you dropped failed work."),
}
"""What the person reads for each tag; msgids."""


SECURITY_RELEVANT = frozenset(
    {
        AuditTag.EMAIL_CHANGE_ASKED,
        AuditTag.EMAIL_CHANGED,
        AuditTag.EMAIL_CHANGE_REVOKED,
        AuditTag.PASSWORD_CHANGED,
        AuditTag.PASSWORD_RESET_ASKED,
        AuditTag.PASSWORD_RESET,
        AuditTag.SIGNED_IN_ANEW,
        AuditTag.SECOND_STEP_FAILED,
        AuditTag.PASSKEY_ADDED,
        AuditTag.PASSKEY_REMOVED,
        AuditTag.AUTHENTICATOR_ADDED,
        AuditTag.AUTHENTICATOR_REMOVED,
        AuditTag.RECOVERY_CODE_USED,
        AuditTag.RECOVERY_CODES_MADE,
        AuditTag.SESSION_ENDED,
        AuditTag.SESSIONS_ENDED,
        AuditTag.ROLE_GIVEN,
        AuditTag.ROLE_TAKEN,
        AuditTag.DEACTIVATED,
        AuditTag.REACTIVATED,
        AuditTag.ERASURE_ASKED,
        AuditTag.ERASURE_UNDONE,
    }
)
"""What the person gets an email about at once, since it may be a stranger's doing."""


class AuditSubject(Protocol):
    """A person with or without account, such as `consents.Subject`."""

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


def _known(tag: str) -> AuditTag | None:
    try:
        return AuditTag(tag)
    except ValueError:
        return None  # written by a newer release


async def entries(account_id: str = "", *, address_id: str = "", limit: int = LISTED) -> list[Entry]:
    """What happened to the account (or to the person without account), newest first."""
    query = select(AuditEntry).order_by(col(AuditEntry.at).desc(), col(AuditEntry.id)).limit(limit)
    if account_id:
        query = query.where(AuditEntry.account_id == account_id)
    elif address_id:
        query = query.where(AuditEntry.address_id == address_id)
    else:
        return []
    async with database.reading(HISTORY) as db:
        rows = (await db.exec(query)).all()
    return [Entry(row.at, tag, row.detail) for row in rows if (tag := _known(row.tag))]
