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
renders the template when the letter leaves. Templates are made of the blocks below, in words of the catalogue.

    RESET = letters.necessary(
        "password_reset", subject=n_("Choose a new password"), purpose="account",
        body=(paragraph(n_("Somebody asked for a new password for your account.")), button(n_("Choose"), "link")),
        compose=_reset_values, sample={"link": "/reset/abc"},
    )
    await mail.send(db, RESET.letter(AccountRecipient(account.id), reset_id=row.id))
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar, Literal

from sqlmodel.ext.asyncio.session import AsyncSession

LetterClass = Literal["necessary", "service", "newsletter", "promotion", "participant"]
Occasion = Literal["confirmation", "change", "reminder", "follow_up"]
"""What a participant may have asked for; a change or the end of the meeting belongs to the confirmation."""

Refs = Mapping[str, str | int]
"""Identifiers by name, never anything about a person: they wait in the job table."""


@dataclass(frozen=True, slots=True)
class AccountRecipient:
    """A registered person, at the address of the account when the letter leaves."""

    account_id: str


@dataclass(frozen=True, slots=True)
class AddressRecipient:
    """A person without account who gave us an address (models.person.Address)."""

    address_id: str


@dataclass(frozen=True, slots=True)
class RowRecipient:
    """Somebody whose address stands in another row only, such as a contact thread or an address not verified yet.

    `source` names a function registered with `mail.address_source`; only necessary letters go there.
    """

    source: str
    row_id: str


@dataclass(frozen=True, slots=True)
class ParticipantRecipient:
    """A participant, in no other role than in this meeting."""

    meeting_id: str
    address_id: str


Person = AccountRecipient | AddressRecipient
Recipient = AccountRecipient | AddressRecipient | RowRecipient | ParticipantRecipient


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a letter's body: a template under letter_templates/blocks/ and what fills it.

    `text` is a msgid whose {placeholders} come from the letter's values; `value` names the value the block shows.
    """

    kind: Literal["heading", "paragraph", "button", "code", "facts", "note", "plain", "rich"]
    text: str = ""
    value: str = ""
    when: str = ""
    """Name of a value; the block stands in the letter only if that is true."""


def heading(text: str, *, when: str = "") -> Block:
    """A heading inside the letter."""
    return Block("heading", text, when=when)


def paragraph(text: str, *, when: str = "") -> Block:
    """A paragraph; `text` is a msgid with {placeholders}."""
    return Block("paragraph", text, when=when)


def button(text: str, link: str = "link", *, when: str = "") -> Block:
    """The one thing to do. `link` names a value: a path of this site, such as /verify/…, made absolute in the mail."""
    return Block("button", text, link, when)


def code(value: str, text: str = "", *, when: str = "") -> Block:
    """A code to copy, in large figures, with `text` above it."""
    return Block("code", text, value, when)


def facts(value: str, *, when: str = "") -> Block:
    """A list of (label, text) pairs in the words of the page; `value` names it."""
    return Block("facts", value=value, when=when)


def note(text: str, *, when: str = "") -> Block:
    """Small print: what to do if the letter is a surprise."""
    return Block("note", text, when=when)


def plain(value: str, *, when: str = "") -> Block:
    """Text that a person wrote, as it is, with its line breaks; `value` names it."""
    return Block("plain", value=value, when=when)


def rich(value: str) -> Block:
    """Markdown written by staff; `value` names it. Only newsletters, promotions and their test copies have one."""
    return Block("rich", value=value)


@dataclass(frozen=True, slots=True)
class Context:
    """What `compose` knows: who gets the letter, in which language, and the identifiers given with it."""

    recipient: Recipient
    refs: Refs
    language: str
    name: str = field(repr=False)
    """The first name, or empty."""
    now: datetime
    letter_id: str = ""


Values = Mapping[str, object]
Compose = Callable[[AsyncSession, Context], Awaitable[Values | None]]
"""Values for the template from the rows of this moment, in the letter's language (texts are in it already). It may
write, for instance make the link's token. None: the letter is not wanted any more, and is dropped. The value `headers`
may set Reply-To, In-Reply-To, References, and `message_id` the Message-ID."""

TEMPLATES: dict[str, Template] = {}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_REF = re.compile(r"[A-Za-z0-9_.:\-]{0,200}")


@dataclass(frozen=True, slots=True)
class Template:
    """What a letter says, by class. Made by `necessary`, `service`, `newsletter`, `promotion`, `for_participants`."""

    letter_class: ClassVar[LetterClass]
    name: str
    purpose: str
    subject: str
    body: tuple[Block, ...]
    sample: Values
    """Values to show and to test the template with."""
    compose: Compose | None = None
    summary: str = ""
    """The line mail programs show beside the subject; a msgid."""
    automatic_reply: bool = False
    """Whether it answers a mail by itself (RFC 3834: auto-replied instead of auto-generated)."""


class NecessaryTemplate(Template):
    """Makes letters that the service cannot do without."""

    __slots__ = ()
    letter_class = "necessary"

    def letter(self, recipient: Person | RowRecipient, *, language: str = "", **refs: str | int) -> NecessaryLetter:
        """A letter to `recipient`; `language` empty means the recipient's own."""
        return NecessaryLetter(self, recipient, MappingProxyType(refs), language)


class ServiceTemplate(Template):
    """Makes letters about the service itself: changes, maintenance."""

    __slots__ = ()
    letter_class = "service"

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
        return NewsletterLetter(self, recipient, MappingProxyType(refs), language, purpose or self.purpose)


class PromotionTemplate(Template):
    """Makes letters that leave only with a live grant."""

    __slots__ = ()
    letter_class = "promotion"

    def letter(self, recipient: Person, *, language: str = "", **refs: str | int) -> PromotionLetter:
        """A letter to `recipient`; `language` empty means the recipient's own."""
        return PromotionLetter(self, recipient, MappingProxyType(refs), language, self.purpose)


@dataclass(frozen=True, slots=True)
class ParticipantTemplate(Template):
    """Makes the letters of a meeting to its participants."""

    letter_class = "participant"
    occasion: Occasion = "confirmation"

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
        if not _NAME.fullmatch(name) or not _is_ref(value):
            raise ValueError(f"the reference {name!r} of a letter is no identifier")


def _is_ref(value: object) -> bool:
    return type(value) is int or (isinstance(value, str) and _REF.fullmatch(value) is not None)


def _check_purpose(purpose: str) -> None:
    if not purpose:
        raise WrongRecipient("a letter that needs a grant names its purpose")


def _checked(name: str, body: Sequence[Block], letter_class: LetterClass) -> tuple[Block, ...]:
    if not _NAME.fullmatch(name) or name in TEMPLATES:
        raise ValueError(f"{name!r} is no good name for a letter, or taken")
    if letter_class in ("service", "participant") and any(block.kind == "rich" for block in body):
        raise ValueError(f"{name}: letters of class {letter_class} hold no text that staff write")
    return tuple(body)


def necessary(
    name: str,
    *,
    subject: str,
    body: Sequence[Block],
    purpose: str,
    sample: Values,
    compose: Compose | None = None,
    summary: str = "",
    automatic_reply: bool = False,
) -> NecessaryTemplate:
    """Register a necessary letter. `subject`, `summary` and the blocks' texts are msgids; `purpose` says what for."""
    blocks = _checked(name, body, "necessary")
    made = NecessaryTemplate(name, purpose, subject, blocks, sample, compose, summary, automatic_reply)
    TEMPLATES[name] = made
    return made


def service(
    name: str, *, subject: str, body: Sequence[Block], sample: Values, compose: Compose | None = None, summary: str = ""
) -> ServiceTemplate:
    """Register a letter about the service itself."""
    made = ServiceTemplate(name, "service", subject, _checked(name, body, "service"), sample, compose, summary)
    TEMPLATES[name] = made
    return made


def newsletter(
    name: str,
    *,
    subject: str,
    body: Sequence[Block],
    purpose: str,
    sample: Values,
    compose: Compose | None = None,
    summary: str = "",
) -> NewsletterTemplate:
    """Register a newsletter; `purpose` is the consent it needs (consents.PURPOSES)."""
    made = NewsletterTemplate(name, purpose, subject, _checked(name, body, "newsletter"), sample, compose, summary)
    TEMPLATES[name] = made
    return made


def promotion(
    name: str,
    *,
    subject: str,
    body: Sequence[Block],
    purpose: str,
    sample: Values,
    compose: Compose | None = None,
    summary: str = "",
) -> PromotionTemplate:
    """Register a promotion; `purpose` is the consent it needs (consents.PURPOSES)."""
    made = PromotionTemplate(name, purpose, subject, _checked(name, body, "promotion"), sample, compose, summary)
    TEMPLATES[name] = made
    return made


def for_participants(
    name: str,
    *,
    subject: str,
    body: Sequence[Block],
    occasion: Occasion,
    sample: Values,
    compose: Compose | None = None,
    summary: str = "",
) -> ParticipantTemplate:
    """Register a meeting's letter; `occasion` is what the participant must have asked for."""
    blocks = _checked(name, body, "participant")
    made = ParticipantTemplate(name, "meeting", subject, blocks, sample, compose, summary, occasion=occasion)
    TEMPLATES[name] = made
    return made
