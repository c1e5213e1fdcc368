"""The documents a person agrees to: their text, and the fingerprint a consent is recorded with.

One source: the pages show these sections, the consent's fingerprint is made of them, and every text that was ever shown
is kept by `document_versions`. The privacy policy is made of the data map and of what the operator declares, so it can
name no less than what the tables hold.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from conference_app.config import Settings, settings
from conference_app.models import SQLModel
from conference_app.models.data_map import BASES, PersonalTable, personal_tables
from conference_app.services.export_files import retention_words
from conference_app.services.personal_words import words_of
from conference_app.texts import _, current_language, language, n_

Document = Literal["terms", "privacy"]
DOCUMENTS: tuple[Document, ...] = ("terms", "privacy")
DOCUMENT_TITLES: dict[Document, str] = {"terms": n_("Terms"), "privacy": n_("Privacy policy")}


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document, in the language it was asked in."""

    title: str
    paragraphs: tuple[str, ...]
    points: tuple[str, ...] = ()
    """A list after the paragraphs."""


_TERMS: tuple[str, ...] = (
    n_("{brand} lets you hold online meetings. You may use it for anything lawful."),
    n_("Do not use it to harm or to watch others, or to record people without their consent."),
    n_("You answer for what you say and show. The host decides who may be in a meeting."),
    n_("The service is run with care, but without a promise that it never fails."),
    n_("You can leave at any time. An account that harms others can be closed."),
)
_TERMS_GUESTS: tuple[str, ...] = (
    n_(
        "As a host you get to know your guests' names and addresses. They are confidential: use them for that meeting only."
    ),
    n_("Do not pass them on, do not sell them, and send your guests nothing that they did not ask for."),
)


def sections(document: Document) -> tuple[Section, ...]:
    """The document's parts in the current language."""
    return _sections(document, current_language(), settings())


@functools.cache
def _sections(document: Document, code: str, shown: Settings) -> tuple[Section, ...]:
    with language(code):
        return tuple(_terms(shown) if document == "terms" else _privacy(shown))


def paragraphs(document: Document) -> list[str]:
    """The whole text in the current language, a heading, a paragraph or a point at a time."""
    return [text for part in sections(document) for text in (part.title, *part.paragraphs, *part.points) if text]


def fingerprint(document: Document) -> str:
    """SHA-256, in hex, of the exact text in the current language: its paragraphs with an empty line between."""
    return sha256_of(full_text(document))


def full_text(document: Document) -> str:
    """The text as it is kept and fingerprinted."""
    return "\n\n".join(paragraphs(document))


def sha256_of(text: str) -> str:
    """The fingerprint of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _terms(shown: Settings) -> Iterator[Section]:
    brand, operator = shown.brand_name, shown.controller
    yield Section(
        _("Between whom"),
        (
            _(
                "These terms hold between you and {name}, {address}, who runs {brand}.",
                name=operator.name,
                address=operator.address,
                brand=brand,
            ),
        ),
    )
    yield Section(_("What you may do"), tuple(_(text, brand=brand) for text in _TERMS[:3]))
    yield Section(_("Your guests"), tuple(_(text) for text in _TERMS_GUESTS))
    yield Section(_("What you can expect"), tuple(_(text, brand=brand) for text in _TERMS[3:]))


def covered_host(shown: Settings) -> str:
    """The name of the site the policy is about."""
    return urlsplit(shown.public_url).hostname or ""


def _privacy(shown: Settings) -> Iterator[Section]:
    yield _who(shown)
    yield _covers(shown)
    yield Section(
        _("What is kept, and why"),
        (
            _(
                "Only what you give, and what comes about when you use the service. Nothing is bought, guessed or looked up elsewhere."
            ),
            _("These are all the things that are kept:"),
        ),
        tuple(_point(one) for one in personal_tables(SQLModel.metadata)),
    )
    yield _receives(shown)
    yield _where(shown)
    yield _in_meetings()
    yield _mails()
    yield _protected()
    yield _rights(shown)
    yield _staff()
    yield Section(
        _("Cookies"),
        (_("Only what the service needs is set before you agree to more. The page about cookies lists each one."),),
    )
    yield Section(
        _("Changes"),
        (
            _("Every version of this text is kept, and the page about changes shows what is new."),
            _("When it changes, you are asked again at your next sign-in, with the changes marked."),
        ),
    )


def _who(shown: Settings) -> Section:
    one = shown.controller
    return Section(
        _("Who answers for your data"),
        (
            _("{name}, {address}, is the controller of your data.", name=one.name, address=one.address),
            _("Write to {email} or call {phone} about anything in this text.", email=one.email, phone=one.phone),
        ),
    )


def _covers(shown: Settings) -> Section:
    return Section(
        _("What this policy covers"),
        (
            _(
                "It covers {host} and the meetings held there: for people with an account, for guests, and for those who only look.",
                host=covered_host(shown),
            ),
            _("Links may lead to other sites. This policy does not cover them: read theirs."),
        ),
    )


def _point(one: PersonalTable) -> str:
    tags = list(one.tags.values())
    labels = dict.fromkeys(_(tag.label).lower() for tag in tags if tag.label)
    purposes = dict.fromkeys(_(tag.purpose) for tag in tags)
    bases = dict.fromkeys(_(BASES[tag.basis]) for tag in tags)
    kept = dict.fromkeys(retention_words(tag.retention.days, tag.retention.words) for tag in tags)
    what = ", ".join(labels) or _("a keyed hash")
    return " ".join((f"{_(words_of(one.table.name).title)}: {what}.", *purposes, *bases, *kept))


def _receives(shown: Settings) -> Section:
    nobody = _("Your data is not sold, rented, lent or given away. No list of addresses leaves this server.")
    asked = _("Nothing is passed to anybody new without asking you first.")
    if not shown.processors:
        return Section(
            _("Who receives it"),
            (nobody, asked, _("No other company handles it: everything runs on the operator's own servers.")),
        )
    return Section(
        _("Who receives it"),
        (nobody, asked, _("These companies handle it for the operator, and only what is named here:")),
        tuple(processor_words(shown)),
    )


def processor_words(shown: Settings) -> list[str]:
    """The operator's processors, a sentence each."""
    return [
        " ".join(
            (
                f"{one.name} ({one.country}): {one.does}.",
                _("It gets: {data}.", data=", ".join(one.data)),
                one.safeguard,
            )
        ).strip()
        for one in shown.processors
    ]


def _where(shown: Settings) -> Section:
    hosting = shown.controller.hosting or _("The operator hosts them.")
    abroad = [one for one in shown.processors if one.country != shown.controller.country]
    transfers = (
        _("Data also goes to: {countries}.", countries=", ".join(dict.fromkeys(one.country for one in abroad)))
        if abroad
        else _("Data is not sent to other countries by us. A mail goes where its recipient's mailbox is.")
    )
    return Section(
        _("Where it is"),
        (_("The servers stand in {country}. {hosting}", country=shown.controller.country, hosting=hosting), transfers),
    )


def _in_meetings() -> Section:
    return Section(
        _("In meetings"),
        (
            _(
                "Calls pass through this server and are not recorded. What you say, show or write there reaches everybody in the room, and others can copy it."
            ),
            _(
                "Guests' names and addresses are confidential to the host of the meeting. They are never used for advertising, by us or by anybody else."
            ),
            _(
                "They are kept only to hold that meeting, and deleted by themselves after it. Guests see and erase them here too, by a link to their address."
            ),
        ),
    )


def _mails() -> Section:
    return Section(
        _("Mails"),
        (
            _("Mails about your account and your meetings come because the service needs them."),
            _(
                "Newsletters and offers come only if you asked for them, and stop at once by one click, in the privacy center, or when you tell us."
            ),
        ),
    )


def _protected() -> Section:
    return Section(
        _("How it is protected"),
        (
            _(
                "The way to the server is encrypted. Names, addresses and what you write are encrypted in the database, passwords cannot be read by anybody."
            ),
            _("No protection is complete. The page about its limits says what is not protected."),
        ),
    )


def _rights(shown: Settings) -> Section:
    return Section(
        _("Your rights"),
        (
            _(
                "You can see all that is kept about you, correct it, take a copy, restrict its use, object, let your account rest, and have everything erased. It costs nothing."
            ),
            _("With an account, all of it is in the privacy center. Without one, ask for a link to your address."),
            _("What cannot be done there is done by the operator within 30 days, and you see how far it is."),
            _(
                "An erasure waits {days} days, in which you can take it back. What has to stay, and why, is shown before.",
                days=shown.erasure_days,
            ),
            _("You can complain to the data protection authority of your country."),
        ),
    )


def _staff() -> Section:
    return Section(
        _("Staff, courts and authorities"),
        (
            _(
                "Staff look at your data only when they need to, to help you or to keep the service safe. Each time is written down, with the reason, where you can read it."
            ),
            _(
                "A court or an authority may demand data. Only what is demanded goes out, and only what exists: what was said in meetings is not kept."
            ),
            _("While a law or a dispute needs some of your data, it is held. You see that, and the reason."),
        ),
    )
