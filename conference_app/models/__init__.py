"""Every table, imported here so that the migrations see them all."""

from sqlmodel import SQLModel

import conference_app.models.purpose_check  # noqa: F401 - no session exists without its check

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints have names, so that a migration can drop them on both databases."""

SQLModel.metadata.naming_convention = NAMING

from conference_app.models.accounts import AccountPhoto  # noqa: E402
from conference_app.models.addresses import AddressChange, AddressToken  # noqa: E402
from conference_app.models.audit import AuditEntry  # noqa: E402
from conference_app.models.cases import Case, CaseAnswer, CaseEvent  # noqa: E402
from conference_app.models.consent import ConsentEvent, MailStop, MeetingMailGrant, PrivacyState  # noqa: E402
from conference_app.models.contact import ContactMessage, ContactThread  # noqa: E402
from conference_app.models.documents import ConsentRecord, DocumentVersion  # noqa: E402
from conference_app.models.encryption import (  # noqa: E402
    EncryptionCommit,
    EncryptionGroup,
    EncryptionMember,
    KeyVault,
    KeyWrap,
    MeetingKeys,
)
from conference_app.models.jobs import Job  # noqa: E402
from conference_app.models.legal import LegalRequest, NonDisclosureChange  # noqa: E402
from conference_app.models.mail import BadAddress, OutgoingEmail  # noqa: E402
from conference_app.models.meetings import Meeting  # noqa: E402
from conference_app.models.newsletters import Newsletter, NewsletterTopic, PendingConsent  # noqa: E402
from conference_app.models.people import Account, Address  # noqa: E402
from conference_app.models.personal_data import LegalHold, StaffAccess  # noqa: E402
from conference_app.models.privacy import DataExport, Erasure  # noqa: E402
from conference_app.models.room import Admission, WaitingGuest  # noqa: E402
from conference_app.models.sign_in import (  # noqa: E402
    AccountToken,
    Authenticator,
    EmailChange,
    KnownDevice,
    Passkey,
    RecoveryCode,
    SignInSession,
    SignInTicket,
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
    "EncryptionCommit",
    "EncryptionGroup",
    "EncryptionMember",
    "Erasure",
    "NonDisclosureChange",
    "Job",
    "KeyVault",
    "KeyWrap",
    "KnownDevice",
    "LegalHold",
    "LegalRequest",
    "OutgoingEmail",
    "MailStop",
    "Meeting",
    "MeetingKeys",
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
