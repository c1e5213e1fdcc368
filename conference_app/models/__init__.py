"""Every table, imported here so that the migrations see them all."""

from sqlmodel import SQLModel

import conference_app.models.reading  # noqa: F401 - no session exists without its check

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints have names, so that a migration can drop them on both databases."""

SQLModel.metadata.naming_convention = NAMING

from conference_app.models.account import Account, ConsentRecord, SignInSession, SignInTicket  # noqa: E402
from conference_app.models.account_security import (  # noqa: E402
    AccountPhoto,
    AccountToken,
    AuditEntry,
    Authenticator,
    EmailChange,
    Passkey,
    RecoveryCode,
)
from conference_app.models.address_change import AddressChange, AddressToken  # noqa: E402
from conference_app.models.case import Case, CaseAnswer, CaseEvent  # noqa: E402
from conference_app.models.consent import ConsentEvent, MailStop, PendingConsent  # noqa: E402
from conference_app.models.contact import ContactMessage, ContactThread  # noqa: E402
from conference_app.models.job import Job  # noqa: E402
from conference_app.models.known_device import KnownDevice  # noqa: E402
from conference_app.models.legal import LegalRequest, NonDisclosureChange  # noqa: E402
from conference_app.models.mail import (  # noqa: E402
    BadAddress,
    MeetingMailGrant,
    Newsletter,
    NewsletterTopic,
    OutgoingEmail,
)
from conference_app.models.meeting import Admission, Meeting, WaitingGuest  # noqa: E402
from conference_app.models.person import Address  # noqa: E402
from conference_app.models.privacy import (  # noqa: E402
    DataExport,
    DocumentVersion,
    Erasure,
    LegalHold,
    PrivacyState,
    StaffAccess,
)

__all__ = [
    "Account",
    "AccountPhoto",
    "AccountToken",
    "Address",
    "AddressChange",
    "AddressToken",
    "Admission",
    "AuditEntry",
    "Authenticator",
    "BadAddress",
    "Case",
    "CaseAnswer",
    "CaseEvent",
    "ConsentEvent",
    "ConsentRecord",
    "ContactMessage",
    "ContactThread",
    "DataExport",
    "DocumentVersion",
    "EmailChange",
    "Erasure",
    "NonDisclosureChange",
    "Job",
    "KnownDevice",
    "LegalHold",
    "LegalRequest",
    "OutgoingEmail",
    "MailStop",
    "Meeting",
    "MeetingMailGrant",
    "Newsletter",
    "NewsletterTopic",
    "Passkey",
    "PendingConsent",
    "PrivacyState",
    "RecoveryCode",
    "SQLModel",
    "SignInSession",
    "SignInTicket",
    "StaffAccess",
    "WaitingGuest",
]
