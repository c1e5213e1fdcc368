"""Letters as values: what may be written to whom.

A letter has a class, and the class decides who can be its recipient and whether a live grant is needed when it leaves:

| class       | recipient                              | leaves                                             |
|-------------|----------------------------------------|----------------------------------------------------|
| necessary   | an account, an address, a contact      | always: receipts, confirmations, answers, security |
| service     | an account                             | always: changes of the service, maintenance        |
| newsletter  | an account or an address               | only with a live grant of its purpose              |
| promotion   | an account or an address               | only with a live grant of its purpose              |
| participant | a participant of the letter's meeting  | only what the participant asked for                |

A wrong pair is a type error, and refused when the value is made. Letters carry identifiers; `mail` reads the rows and
renders the template when the letter leaves. What a letter says stands in `letter_template`, who gets it in
`letter_recipients`.

    RESET = register(
        NecessaryTemplate(
            "password_reset", subject=n_("Choose a new password"), purpose=ACCOUNT_MAIL,
            body=(paragraph(n_("Somebody asked for a new password for your account.")), button(n_("Choose"), "link")),
            compose=_reset_values, sample={"link": "/reset/abc"},
        )
    )
    await mail.send(db, RESET.letter(AccountRecipient(account.id), reset_id=row.id))
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
    Person,
    RowRecipient,
)
from conference_app.services.emails.template import NAME, TEMPLATES, Refs, Template

Occasion = Literal["confirmation", "change", "reminder", "follow_up"]
"""What a participant may have asked for; a change or the end of the meeting belongs to the confirmation."""

_REF = re.compile(r"[A-Za-z0-9_.:\-]{0,200}")


class NecessaryTemplate(Template):
    """Makes letters that the service cannot do without."""

    __slots__ = ()
    letter_class = "necessary"

    def letter(self, recipient: Person | RowRecipient, *, language: str = "", **refs: str | int) -> NecessaryLetter:
        """A letter to `recipient`; `language` empty means the recipient's own."""
        return NecessaryLetter(self, recipient, MappingProxyType(refs), language)


@dataclass(frozen=True, slots=True)
class ServiceTemplate(Template):
    """Makes letters about the service itself: changes, maintenance."""

    letter_class = "service"
    _: KW_ONLY
    purpose: Purpose = ACCOUNT_MAIL

    def letter(self, recipient: AccountRecipient, *, language: str = "", **refs: str | int) -> ServiceLetter:
        """A letter to `recipient`; `language` empty means the recipient's own."""
        return ServiceLetter(self, recipient, MappingProxyType(refs), language)


class NewsletterTemplate(Template):
    """Makes letters that leave only with a live grant."""

    __slots__ = ()
    letter_class = "newsletter"

    def letter(
        self, recipient: Person, *, language: str = "", purpose: str = "", **refs: str | int
    ) -> NewsletterLetter:
        """A letter to `recipient`; `purpose` is the grant it needs, if not the template's."""
        return NewsletterLetter(self, recipient, MappingProxyType(refs), language, purpose or self.purpose.id)


class PromotionTemplate(Template):
    """Makes letters that leave only with a live grant."""

    __slots__ = ()
    letter_class = "promotion"

    def letter(self, recipient: Person, *, language: str = "", **refs: str | int) -> PromotionLetter:
        """A letter to `recipient`; `language` empty means the recipient's own."""
        return PromotionLetter(self, recipient, MappingProxyType(refs), language, self.purpose.id)


@dataclass(frozen=True, slots=True)
class ParticipantTemplate(Template):
    """Makes the letters of a meeting to its participants."""

    letter_class = "participant"
    _: KW_ONLY
    purpose: Purpose = PARTICIPANT_MAIL
    occasion: Occasion
    """What the participant must have asked for."""

    def letter(self, recipient: ParticipantRecipient, *, language: str = "", **refs: str | int) -> ParticipantLetter:
        """A letter of the recipient's meeting, and of no other."""
        return ParticipantLetter(self, recipient, MappingProxyType(refs), language)


@dataclass(frozen=True, slots=True)
class NecessaryLetter:
    """Receipts, confirmations, answers, security: cannot be opted out of."""

    template: NecessaryTemplate
    recipient: Person | RowRecipient
    refs: Refs = field(default_factory=dict[str, str | int])
    language: str = ""

    def __post_init__(self) -> None:
        _check(self, NecessaryTemplate, (AccountRecipient, AddressRecipient, RowRecipient))


@dataclass(frozen=True, slots=True)
class ServiceLetter:
    """Changes of the service and maintenance, to account holders."""

    template: ServiceTemplate
    recipient: AccountRecipient
    refs: Refs = field(default_factory=dict[str, str | int])
    language: str = ""

    def __post_init__(self) -> None:
        _check(self, ServiceTemplate, (AccountRecipient,))


@dataclass(frozen=True, slots=True)
class NewsletterLetter:
    """Leaves only with a live grant of `purpose`."""

    template: NewsletterTemplate
    recipient: Person
    refs: Refs
    language: str
    purpose: str

    def __post_init__(self) -> None:
        _check(self, NewsletterTemplate, (AccountRecipient, AddressRecipient))
        _check_purpose(self.purpose)


@dataclass(frozen=True, slots=True)
class PromotionLetter:
    """Leaves only with a live grant of `purpose`."""

    template: PromotionTemplate
    recipient: Person
    refs: Refs
    language: str
    purpose: str

    def __post_init__(self) -> None:
        _check(self, PromotionTemplate, (AccountRecipient, AddressRecipient))
        _check_purpose(self.purpose)


@dataclass(frozen=True, slots=True)
class ParticipantLetter:
    """A meeting's letter to a participant of that meeting."""

    template: ParticipantTemplate
    recipient: ParticipantRecipient
    refs: Refs = field(default_factory=dict[str, str | int])
    language: str = ""

    def __post_init__(self) -> None:
        _check(self, ParticipantTemplate, (ParticipantRecipient,))
        if self.refs.get("meeting_id", self.recipient.meeting_id) != self.recipient.meeting_id:
            raise WrongRecipient("a participant gets letters of the meeting they take part in only")


Letter = NecessaryLetter | ServiceLetter | NewsletterLetter | PromotionLetter | ParticipantLetter


class WrongRecipient(TypeError):
    """This letter cannot be addressed like that: a mistake in our code."""


def _check(letter: Letter, template: type[Template], recipients: tuple[type, ...]) -> None:
    """Refuse at run time what the types refuse already, exact classes only. Raises WrongRecipient, ValueError."""
    if type(letter.template) is not template or TEMPLATES.get(letter.template.name) is not letter.template:
        raise WrongRecipient(f"{type(letter).__name__} cannot be made of this template")
    if type(letter.recipient) not in recipients:
        raise WrongRecipient(f"{type(letter).__name__} cannot go to a {type(letter.recipient).__name__}")
    for name, value in letter.refs.items():
        if not NAME.fullmatch(name) or not _is_ref(value):
            raise ValueError(f"the reference {name!r} of a letter is no identifier")


def _is_ref(value: object) -> bool:
    return type(value) is int or (isinstance(value, str) and _REF.fullmatch(value) is not None)


def _check_purpose(purpose: str) -> None:
    if not purpose:
        raise WrongRecipient("a letter that needs a grant names its purpose")
