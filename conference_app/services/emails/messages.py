"""Emails as values: what may be written to whom.

An email has a class, and the class decides who can be its recipient and whether a live grant is needed when it leaves:

| class       | recipient                              | leaves                                             |
|-------------|----------------------------------------|----------------------------------------------------|
| necessary   | an account, an address, a contact      | always: receipts, confirmations, answers, security |
| service     | an account                             | always: changes of the service, maintenance        |
| newsletter  | an account or an address               | only with a live grant of its purpose              |
| promotion   | an account or an address               | only with a live grant of its purpose              |
| participant | a participant of the email's meeting  | only what the participant asked for                |

A wrong pair is a type error, and refused when the value is made. Emails carry identifiers; `mail` reads the rows and
renders the template when the email leaves. What an email says stands in `template`, who gets it in
`recipients`.

    RESET = register(
        NecessaryTemplate(
            "password_reset", subject=n_("Choose a new password"), purpose=ACCOUNT_MAIL,
            body=(paragraph(n_("Somebody asked for a new password for your account.")), button(n_("Choose"), "link")),
            compose=_reset_values, sample={"link": "/reset/abc"},
        )
    )
    await mail.send(db, RESET.email(AccountRecipient(account.id), reset_id=row.id))
"""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass, field
from types import MappingProxyType
from typing import Literal

from conference_app.purposes import ACCOUNT_MAIL, PARTICIPANT_MAIL, Purpose
from conference_app.services.emails.recipients import (
    AccountRecipient,
    AddressRecipient,
    ParticipantRecipient,
    RowRecipient,
    SubjectRecipient,
)
from conference_app.services.emails.template import NAME, TEMPLATES, Refs, Template

Occasion = Literal["confirmation", "change", "reminder", "follow_up"]
"""What a participant may have asked for; a change or the end of the meeting belongs to the confirmation."""

_REF = re.compile(r"[A-Za-z0-9_.:\-]{0,200}")


class NecessaryTemplate(Template):
    """Makes emails that the service cannot do without."""

    __slots__ = ()
    email_class = "necessary"

    def message(
        self, recipient: SubjectRecipient | RowRecipient, *, language: str = "", **refs: str | int
    ) -> NecessaryMessage:
        """An email to `recipient`; `language` empty means the recipient's own."""
        return NecessaryMessage(self, recipient, MappingProxyType(refs), language)


@dataclass(frozen=True, slots=True)
class ServiceTemplate(Template):
    """Makes emails about the service itself: changes, maintenance."""

    email_class = "service"
    _: KW_ONLY
    purpose: Purpose = ACCOUNT_MAIL

    def message(self, recipient: AccountRecipient, *, language: str = "", **refs: str | int) -> ServiceMessage:
        """An email to `recipient`; `language` empty means the recipient's own."""
        return ServiceMessage(self, recipient, MappingProxyType(refs), language)


class NewsletterTemplate(Template):
    """Makes emails that leave only with a live grant."""

    __slots__ = ()
    email_class = "newsletter"

    def message(
        self, recipient: SubjectRecipient, *, language: str = "", purpose: str = "", **refs: str | int
    ) -> NewsletterMessage:
        """An email to `recipient`; `purpose` is the grant it needs, if not the template's."""
        return NewsletterMessage(self, recipient, MappingProxyType(refs), language, purpose or self.purpose.id)


class PromotionTemplate(Template):
    """Makes emails that leave only with a live grant."""

    __slots__ = ()
    email_class = "promotion"

    def message(self, recipient: SubjectRecipient, *, language: str = "", **refs: str | int) -> PromotionMessage:
        """An email to `recipient`; `language` empty means the recipient's own."""
        return PromotionMessage(self, recipient, MappingProxyType(refs), language, self.purpose.id)


@dataclass(frozen=True, slots=True)
class ParticipantTemplate(Template):
    """Makes the emails of a meeting to its participants."""

    email_class = "participant"
    _: KW_ONLY
    purpose: Purpose = PARTICIPANT_MAIL
    occasion: Occasion
    """What the participant must have asked for."""

    def message(self, recipient: ParticipantRecipient, *, language: str = "", **refs: str | int) -> ParticipantMessage:
        """An email of the recipient's meeting, and of no other."""
        return ParticipantMessage(self, recipient, MappingProxyType(refs), language)


@dataclass(frozen=True, slots=True)
class NecessaryMessage:
    """Receipts, confirmations, answers, security: cannot be opted out of."""

    template: NecessaryTemplate
    recipient: SubjectRecipient | RowRecipient
    refs: Refs = field(default_factory=dict[str, str | int])
    language: str = ""

    def __post_init__(self) -> None:
        _check(self, NecessaryTemplate, (AccountRecipient, AddressRecipient, RowRecipient))


@dataclass(frozen=True, slots=True)
class ServiceMessage:
    """Changes of the service and maintenance, to account holders."""

    template: ServiceTemplate
    recipient: AccountRecipient
    refs: Refs = field(default_factory=dict[str, str | int])
    language: str = ""

    def __post_init__(self) -> None:
        _check(self, ServiceTemplate, (AccountRecipient,))


@dataclass(frozen=True, slots=True)
class NewsletterMessage:
    """Leaves only with a live grant of `purpose`."""

    template: NewsletterTemplate
    recipient: SubjectRecipient
    refs: Refs
    language: str
    purpose: str

    def __post_init__(self) -> None:
        _check(self, NewsletterTemplate, (AccountRecipient, AddressRecipient))
        _check_purpose(self.purpose)


@dataclass(frozen=True, slots=True)
class PromotionMessage:
    """Leaves only with a live grant of `purpose`."""

    template: PromotionTemplate
    recipient: SubjectRecipient
    refs: Refs
    language: str
    purpose: str

    def __post_init__(self) -> None:
        _check(self, PromotionTemplate, (AccountRecipient, AddressRecipient))
        _check_purpose(self.purpose)


@dataclass(frozen=True, slots=True)
class ParticipantMessage:
    """A meeting's email to a participant of that meeting."""

    template: ParticipantTemplate
    recipient: ParticipantRecipient
    refs: Refs = field(default_factory=dict[str, str | int])
    language: str = ""

    def __post_init__(self) -> None:
        _check(self, ParticipantTemplate, (ParticipantRecipient,))
        if self.refs.get("meeting_id", self.recipient.meeting_id) != self.recipient.meeting_id:
            raise WrongRecipient("a participant gets emails of the meeting they take part in only")


Message = NecessaryMessage | ServiceMessage | NewsletterMessage | PromotionMessage | ParticipantMessage


class WrongRecipient(TypeError):
    """This email cannot be addressed like that: a mistake in our code."""


def _check(message: Message, template: type[Template], recipients: tuple[type, ...]) -> None:
    """Refuse at run time what the types refuse already, exact classes only. Raises WrongRecipient, ValueError."""
    if type(message.template) is not template or TEMPLATES.get(message.template.name) is not message.template:
        raise WrongRecipient(f"{type(message).__name__} cannot be made of this template")
    if type(message.recipient) not in recipients:
        raise WrongRecipient(f"{type(message).__name__} cannot go to a {type(message.recipient).__name__}")
    for name, value in message.refs.items():
        if not NAME.fullmatch(name) or not _is_ref(value):
            raise ValueError(f"the reference {name!r} of an email is no identifier")


def _is_ref(value: object) -> bool:
    return type(value) is int or (isinstance(value, str) and _REF.fullmatch(value) is not None)


def _check_purpose(purpose: str) -> None:
    if not purpose:
        raise WrongRecipient("an email that needs a grant names its purpose")
