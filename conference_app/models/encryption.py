"""Tables of end-to-end encryption: meetings' public keys, organizers' locked key vaults, what browsers hand each other.

What they hand each other is opaque to us: messages of MLS (RFC 9420) or of a large meeting's leader, which members check
themselves. They name people, so they are encrypted at rest, and they go when the room closes. A vault holds the random key
from which the keys of its organizer's meetings are made; browsers lock and open it, and nothing that we keep opens it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, false
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedBytes, EncryptedText, UTCDateTime, column, new_id
from conference_app.models.data_map import NOT_PERSONAL, PEOPLE_MET, UNTIL_ERASED, Retention, kept_for
from conference_app.models.shared_columns import owner_column, owner_key_column, secret_info, time_field
from conference_app.purposes import ENCRYPTION, KEY_VAULT
from conference_app.texts import n_

_WITH_ROOM = Retention(n_("Until the room closes; deleted with it."))
_WITH_MEETING = Retention(n_("Until you delete the meeting."))
_HASH = kept_for(ENCRYPTION, _WITH_ROOM, exported=False)
_PASSED_ON = kept_for(ENCRYPTION, _WITH_ROOM, recipients=(PEOPLE_MET,), exported=False)


def _meeting_column(retention: Retention, *, primary_key: bool = False) -> Column[str]:
    """Make the foreign key to the meeting a row belongs to: the row goes with it."""
    return Column(
        ForeignKey("meeting.id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
        index=None if primary_key else True,
        info=kept_for(ENCRYPTION, retention, label=n_("Meeting number"), belongs_to="meeting_id"),
    )


def _room_column() -> Column[str]:
    """Make the foreign key to the room's group: the row goes with it."""
    return Column(
        ForeignKey("encryption_group.room", ondelete="CASCADE"),
        primary_key=True,
        nullable=False,
        info=kept_for(ENCRYPTION, _WITH_ROOM, exported=False, belongs_to="room"),
    )


class MeetingKeys(SQLModel, table=True):
    """The public keys of a meeting: the private ones never leave its organizer's browsers. Texts are base64url."""

    __tablename__ = "meeting_keys"  # pyright: ignore[reportAssignmentType]

    meeting_id: str = Field(sa_column=_meeting_column(_WITH_MEETING, primary_key=True))
    version: int = Field(default=1, sa_column_kwargs={"info": NOT_PERSONAL})
    root_public: str = Field(
        max_length=43,
        sa_column_kwargs={"info": kept_for(ENCRYPTION, _WITH_MEETING, label=n_("Public key of the meeting"))},
    )
    link_public: str = Field(
        max_length=43,
        sa_column_kwargs={"info": kept_for(ENCRYPTION, _WITH_MEETING, label=n_("Public key of the link"))},
    )
    link_certificate: str = Field(
        max_length=86,
        sa_column_kwargs={"info": kept_for(ENCRYPTION, _WITH_MEETING, label=n_("Signature over the link's key"))},
    )
    """Empty when the host lets in everybody in person: the link alone does not suffice then."""
    created_at: datetime = column(UTCDateTime, kept_for(ENCRYPTION, _WITH_MEETING, label=n_("Keys made at")))


class EncryptionGroup(SQLModel, table=True):
    """The one group of a room, as far as we know it: its epoch, what a newcomer needs, and whose turn it is."""

    __tablename__ = "encryption_group"  # pyright: ignore[reportAssignmentType]

    room: str = Field(primary_key=True, max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    meeting_id: str = Field(sa_column=_meeting_column(_WITH_ROOM))
    driver: str = Field(default="mls", max_length=8, sa_column_kwargs={"info": NOT_PERSONAL})
    version: int = Field(default=1, sa_column_kwargs={"info": NOT_PERSONAL})
    epoch: int = Field(default=-1, sa_column_kwargs={"info": NOT_PERSONAL})
    """-1 until somebody has created the group."""
    info: bytes | None = column(EncryptedBytes, _PASSED_ON, nullable=True)
    """By which a newcomer joins: the GroupInfo of this epoch, or the leader's newest entry."""
    turn_identity: str = Field(default="", max_length=64, sa_column_kwargs={"info": _HASH})
    """Who may commit now; empty: nobody."""
    turn_at: datetime | None = column(UTCDateTime, NOT_PERSONAL, nullable=True)
    """When the last turn began."""
    turns: int = Field(default=0, sa_column_kwargs={"info": NOT_PERSONAL})
    """How many turns were asked for: the next number in the queue."""
    changes: int = Field(default=0, sa_column_kwargs={"info": NOT_PERSONAL})
    """Grows with every change that other processes have to see."""
    cards: int = Field(default=0, sa_column_kwargs={"info": NOT_PERSONAL, "server_default": "0"})
    """How many cards were shown: the number of the newest."""


class EncryptionCommit(SQLModel, table=True):
    """The commit that led to an epoch of a room's group. One epoch has one: the primary key decides races."""

    __tablename__ = "encryption_commit"  # pyright: ignore[reportAssignmentType]

    room: str = Field(sa_column=_room_column())
    epoch: int = Field(primary_key=True, sa_column_kwargs={"info": NOT_PERSONAL, "autoincrement": False})
    """The epoch after it."""
    message: bytes = column(EncryptedBytes, _PASSED_ON)
    identity: str = Field(max_length=64, sa_column_kwargs={"info": _HASH})
    roll: str | None = column(EncryptedText, _PASSED_ON, nullable=True)
    """JSON: the identities that a leader has let in and put out by it, {"in": […], "out": […]}; None with MLS."""
    created_at: datetime = column(UTCDateTime, kept_for(ENCRYPTION, _WITH_ROOM, label=n_("Keys changed at")))


class EncryptionMember(SQLModel, table=True):
    """Somebody whose browser is or was connected to a room's delivery service."""

    __tablename__ = "encryption_member"  # pyright: ignore[reportAssignmentType]

    room: str = Field(sa_column=_room_column())
    identity: str = Field(primary_key=True, max_length=64, sa_column_kwargs={"info": _HASH})
    socket: str = Field(max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    """Names the newest socket of this identity, in whichever process it is."""
    seen_until: datetime = column(UTCDateTime, kept_for(ENCRYPTION, _WITH_ROOM, label=n_("Connected until")))
    """Who is not there any more by then counts as gone."""
    is_member: bool = Field(
        default=False,
        sa_column_kwargs={
            "info": kept_for(ENCRYPTION, _WITH_ROOM, label=n_("Was given the keys")),
            "server_default": false(),
        },
    )
    """Whether a commit of theirs was accepted, or a leader has let them in: somebody has to take them out of the group once
    they are gone."""
    is_removed: bool = Field(
        default=False,
        sa_column_kwargs={
            "info": kept_for(ENCRYPTION, _WITH_ROOM, label=n_("Sent out")),
            "server_default": false(),
        },
    )
    turn: int | None = Field(default=None, sa_column_kwargs={"info": NOT_PERSONAL})
    """Their number in the queue for turns; None: they do not wait."""
    ready_epoch: int | None = Field(default=None, sa_column_kwargs={"info": NOT_PERSONAL})
    """The epoch whose keys their browser has said to have; -1 before it says so, None while it follows no group."""
    card: bytes | None = column(EncryptedBytes, _PASSED_ON, nullable=True)
    """With a leader: who they are and by which key a secret reaches them, as they say."""
    card_number: int | None = Field(default=None, sa_column_kwargs={"info": NOT_PERSONAL})
    """Which of the room's cards it is; the newest has the highest number."""
    sealed: bytes | None = column(EncryptedBytes, _PASSED_ON, nullable=True)
    """The meeting's secret as the leader has sealed it for them last: nobody else can open it."""
    sealed_epoch: int | None = Field(default=None, sa_column_kwargs={"info": NOT_PERSONAL})
    """The epoch of the commit that it came with."""


_SECRET = secret_info(KEY_VAULT, UNTIL_ERASED)


class KeyVault(SQLModel, table=True):
    """Names the one key of an account: a hash of it, by which browsers tell whether theirs is the same."""

    __tablename__ = "key_vault"  # pyright: ignore[reportAssignmentType]

    account_id: str = Field(sa_column=owner_key_column(KEY_VAULT))
    vault_id: bytes = column(LargeBinary(16), _SECRET)
    created_at: datetime = time_field(KEY_VAULT, UNTIL_ERASED, n_("Keys made at"))


class KeyWrap(SQLModel, table=True):
    """The key of the vault, locked in one way. There is one for the password, one for the phrase, one for each passkey."""

    __tablename__ = "key_wrap"  # pyright: ignore[reportAssignmentType]

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32, sa_column_kwargs={"info": _SECRET})
    account_id: str = Field(sa_column=owner_column(KEY_VAULT, UNTIL_ERASED))
    kind: str = Field(
        max_length=8, sa_column_kwargs={"info": kept_for(KEY_VAULT, UNTIL_ERASED, label=n_("What opens the keys"))}
    )
    """password, passkey or phrase."""
    passkey_id: str | None = Field(
        default=None,
        sa_column=Column(ForeignKey("passkey.id", ondelete="CASCADE"), nullable=True, unique=True, info=dict(_SECRET)),
    )
    """The passkey that opens it, with which it goes."""
    salt: bytes = column(LargeBinary(16), _SECRET)
    """Of the password's derivation; empty for the other kinds."""
    rounds: int = Field(sa_column=Column(Integer, nullable=False, info=dict(_SECRET)))
    """Of PBKDF2-SHA-256; 0 for the other kinds."""
    wrapped: bytes = column(EncryptedBytes, _SECRET)
    """AES-256-GCM: nonce of 12 bytes, the 32 bytes locked, tag of 16 bytes."""
    created_at: datetime = time_field(KEY_VAULT, UNTIL_ERASED, n_("Locked so at"))
