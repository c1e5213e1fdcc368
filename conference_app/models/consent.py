"""Tables of consent: the ledger that only grows, stopped addresses, grants of one meeting, and what a person restricted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, LargeBinary
from sqlmodel import Field, SQLModel

from conference_app.models.columns import UTCDateTime, column, new_id
from conference_app.models.data_map import NOT_PERSONAL, Retention, days_after, kept_for
from conference_app.models.shared_columns import GROWING_ID, account_column, email_key_column, time_column
from conference_app.purposes import CONSENT_PROOF, KEEP_STOPPED, PARTICIPANT_MAIL, WISHES
from conference_app.texts import n_

_AS_PROOF = Retention(
    n_("As long as the service runs. Once you are erased, the entry holds a random number that leads to nobody.")
)

_STOPPED = Retention(n_("As long as the service runs, as a keyed hash that cannot be turned back into an address."))


def _proof(label: str, **more: Any) -> dict[str, Any]:
    return kept_for(CONSENT_PROOF, _AS_PROOF, label=label, stays=CONSENT_PROOF.reason, **more)


def _stop(**more: Any) -> dict[str, Any]:
    return kept_for(KEEP_STOPPED, _STOPPED, subject="subscriber", stays=KEEP_STOPPED.reason, **more)


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


class MailStop(SQLModel, table=True):
    """That an address, known by its keyed hash alone, wants no mail of a purpose; "*" for all that need a consent."""

    __tablename__ = "mail_stop"  # pyright: ignore[reportAssignmentType]

    email_key: bytes = column(LargeBinary(32), _stop(exported=False, belongs_to="email_key"), primary_key=True)
    purpose: str = Field(primary_key=True, max_length=64, sa_column_kwargs={"info": _stop(label=n_("Purpose"))})
    stopped_at: datetime = column(UTCDateTime, _stop(label=n_("When")))


def _grant(label: str, *, belongs_to: str = "") -> dict[str, Any]:
    kept = days_after(365, "created_at")
    return kept_for((PARTICIPANT_MAIL, CONSENT_PROOF), kept, subject="participant", label=label, belongs_to=belongs_to)


class MeetingMailGrant(SQLModel, table=True):
    """That an address takes part in a meeting, and which of its emails the participant asked for."""

    __tablename__ = "meeting_mail_grant"  # pyright: ignore[reportAssignmentType]

    meeting_id: str = Field(
        sa_column=Column(
            ForeignKey("meeting.id", ondelete="CASCADE"),
            primary_key=True,
            nullable=False,
            info=_grant(n_("Meeting number")),
        )
    )
    address_id: str = Field(
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": _grant(n_("Address number"), belongs_to="address_id")},
    )
    wants_reminder: bool = Field(default=False, sa_column_kwargs={"info": _grant(n_("Wants a reminder"))})
    wants_follow_up: bool = Field(default=False, sa_column_kwargs={"info": _grant(n_("Wants mail after the meeting"))})
    created_at: datetime = column(UTCDateTime, _grant(n_("Since")))


_WITH_PERSON = Retention(n_("As long as we know you; erased with you."))


class PrivacyState(SQLModel, table=True):
    """What holds for one person now. No row means: nothing was ever asked for."""

    __tablename__ = "privacy_state"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": kept_for(WISHES, _WITH_PERSON, exported=False)},
    )
    account_id: str | None = Field(
        default=None,
        sa_column=account_column(
            kept_for(WISHES, _WITH_PERSON, exported=False, belongs_to="account_id"),
            nullable=True,
            unique=True,
        ),
    )
    email_key: bytes | None = Field(
        default=None,
        sa_column=email_key_column(kept_for(WISHES, _WITH_PERSON, exported=False, belongs_to="email_key"), unique=True),
    )
    restricted_at: datetime | None = Field(
        default=None,
        sa_column=time_column(kept_for(WISHES, _WITH_PERSON, label=n_("Use restricted since"))),
    )
    deactivated_at: datetime | None = Field(
        default=None,
        sa_column=time_column(kept_for(WISHES, _WITH_PERSON, label=n_("Account paused since"))),
    )
    erase_asked_at: datetime | None = Field(
        default=None,
        sa_column=time_column(kept_for(WISHES, _WITH_PERSON, label=n_("Erasure asked for at"))),
    )
    erase_due_at: datetime | None = Field(
        default=None,
        sa_column=time_column(kept_for(WISHES, _WITH_PERSON, label=n_("Erasure due at"))),
    )
    reviewed_at: datetime | None = Field(
        default=None,
        sa_column=time_column(kept_for(WISHES, _WITH_PERSON, label=n_("Data looked through at"))),
    )
    """When the person last said that all is right, or put the question off."""
