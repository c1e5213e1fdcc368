"""Tables about consent: the ledger that only grows, what waits for a confirmation, and addresses that get no mail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary
from sqlmodel import Field, SQLModel

from conference_app.models.columns import UTCDateTime, column, new_id
from conference_app.models.data_map import NOT_PERSONAL, Retention, days_after, kept_for
from conference_app.purposes import CONFIRM_ADDRESS, CONSENT_PROOF, KEEP_STOPPED
from conference_app.texts import n_

_AS_PROOF = Retention(
    n_("As long as the service runs. Once you are erased, the entry holds a random number that leads to nobody.")
)
_ASKED = days_after(0, "expires_at", n_("Until you follow the link, at most 48 hours."))
_STOPPED = Retention(n_("As long as the service runs, as a keyed hash that cannot be turned back into an address."))

GROWING_ID = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up by itself only in a column of exactly this type."""


def _proof(label: str, **more: Any) -> dict[str, Any]:
    return kept_for(CONSENT_PROOF, _AS_PROOF, label=label, stays=CONSENT_PROOF.reason, **more)


def _stop(**more: Any) -> dict[str, Any]:
    return kept_for(KEEP_STOPPED, _STOPPED, subject="subscriber", stays=KEEP_STOPPED.reason, **more)


def _asked(label: str, **more: Any) -> dict[str, Any]:
    return kept_for(CONFIRM_ADDRESS, _ASKED, subject="subscriber", label=label, **more)


class ConsentEvent(SQLModel, table=True):
    """One entry of the ledger. A trigger of the database refuses every UPDATE and DELETE.

    Acceptances of the terms and the policy are no consent (they belong to the contract, and cannot be taken back while
    it lasts), so they stay in `consent_record`.
    """

    __tablename__ = "consent_event"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_consent_event_purpose_subject", "purpose", "subject_id", "id"),)

    id: int | None = Field(default=None, sa_column=Column(GROWING_ID, primary_key=True, info=NOT_PERSONAL))
    subject_kind: str = Field(max_length=8, sa_column_kwargs={"info": NOT_PERSONAL})
    subject_id: str = Field(
        max_length=32,
        index=True,
        sa_column_kwargs={"info": _proof(n_("Account or address number"), belongs_to="subject_id")},
    )
    """An account's or an address's identifier, without a foreign key: it stays when they go, and names nobody then."""
    purpose: str = Field(max_length=64, sa_column_kwargs={"info": _proof(n_("Purpose"))})
    kind: str = Field(max_length=10, sa_column_kwargs={"info": _proof(n_("What you did"))})
    """given, withdrawn, expired or objected."""
    control: str = Field(max_length=60, sa_column_kwargs={"info": _proof(n_("By which control"))})
    page: str = Field(max_length=60, sa_column_kwargs={"info": _proof(n_("On which page"))})
    words_sha256: str = Field(max_length=64, sa_column_kwargs={"info": _proof(n_("Fingerprint of the words"))})
    language: str = Field(max_length=8, sa_column_kwargs={"info": _proof(n_("Language"))})
    reason: str = Field(default="", max_length=20, sa_column_kwargs={"info": _proof(n_("Your reason"))})
    """One of `consents.REASONS`; free text would be something to erase."""
    occurred_at: datetime = column(UTCDateTime, _proof(n_("When")))


class PendingConsent(SQLModel, table=True):
    """A sign-up that waits for its address to be confirmed by the link in our mail."""

    __tablename__ = "pending_consent"  # pyright: ignore[reportAssignmentType]

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    address_id: str = Field(
        sa_column=Column(
            ForeignKey("address.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
            info=_asked(n_("Address number"), belongs_to="address_id"),
        )
    )
    purpose: str = Field(max_length=64, sa_column_kwargs={"info": _asked(n_("Purpose"))})
    token_hash: bytes | None = column(LargeBinary(32), NOT_PERSONAL, nullable=True, unique=True)
    """SHA-256 of the link's token, which exists only in the mail; none before the mail leaves."""
    control: str = Field(max_length=60, sa_column_kwargs={"info": _asked(n_("By which control"))})
    page: str = Field(max_length=60, sa_column_kwargs={"info": _asked(n_("On which page"))})
    words_sha256: str = Field(max_length=64, sa_column_kwargs={"info": _asked(n_("Fingerprint of the words"))})
    language: str = Field(max_length=8, sa_column_kwargs={"info": _asked(n_("Language"))})
    asked_at: datetime = column(UTCDateTime, _asked(n_("When")))
    expires_at: datetime = column(UTCDateTime, NOT_PERSONAL, index=True)


class MailStop(SQLModel, table=True):
    """That an address, known by its keyed hash alone, wants no mail of a purpose; "*" for all that need a consent."""

    __tablename__ = "mail_stop"  # pyright: ignore[reportAssignmentType]

    email_key: bytes = column(LargeBinary(32), _stop(exported=False, belongs_to="email_key"), primary_key=True)
    purpose: str = Field(primary_key=True, max_length=64, sa_column_kwargs={"info": _stop(label=n_("Purpose"))})
    stopped_at: datetime = column(UTCDateTime, _stop(label=n_("When")))
