"""The one schema of what an account asks of a person: registration, profile, policy and export all read it.

Purpose, basis and retention stand in the tag of the column (models.data_map); here are the order, what must be filled,
and what makes a value good. A blank optional field is NULL, never an empty text.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import phonenumbers
from babel import Locale

from conference_app.config import LANGUAGES
from conference_app.errors import ConferenceError
from conference_app.models.accounts import AccountPhoto
from conference_app.models.data_map import DataTag, Retention, tag_of
from conference_app.models.people import Account
from conference_app.purposes import Basis
from conference_app.services.people import time_zones
from conference_app.services.people.email_addresses import check_email
from conference_app.services.people.typed_text import clean_line
from conference_app.texts import current_language, n_

Kind = Literal["line", "username", "email", "password", "phone", "country", "time_zone", "language", "photo"]
Check = Callable[[str], str]
"""Makes the stored form of what was typed. Raises ConferenceError with the words that stand beside the field."""

NAME_LENGTH = 100
_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})
"""Alphabets that share the looks of letters, as the names of their letters begin (Unicode TR 39 calls them confusable)."""
_USERNAME = re.compile(r"[\w.\-]{3,40}")
_OF_THE_SERVICE = frozenset(
    "abuse admin administrator billing help helpdesk hostmaster info legal moderator noreply operator parley postmaster "
    "privacy root security service staff support system team webmaster".split()
)
"""Usernames by which somebody could pass for the service; compared without signs between and without case."""
_LANGUAGE_NAMES = {"en": "English", "pl": "Polski"}


def check_line(text: str) -> str:
    """One line of at most 100 characters."""
    line = clean_line(text[: 4 * NAME_LENGTH])
    if len(line) > NAME_LENGTH:
        raise ConferenceError(n_("Use at most {most} characters."), most=NAME_LENGTH)
    return line


def check_username(text: str) -> str:
    """3 to 40 letters, digits, dots, hyphens, underscores, as typed but NFKC, and of one alphabet among those alike.

    Names that speak for the service are nobody's.
    """
    username = unicodedata.normalize("NFKC", clean_line(text[:200]))
    if not _USERNAME.fullmatch(username) or not any(sign.isalnum() for sign in username):
        raise ConferenceError(n_("Use 3 to 40 letters, digits, dots, hyphens or underscores."))
    if len(_ALIKE & {unicodedata.name(sign, "").partition(" ")[0] for sign in username}) > 1:
        raise ConferenceError(n_("Use letters of one alphabet only: some look like those of another."))
    if re.sub(r"[\W_]", "", username.casefold().replace("ı", "i")) in _OF_THE_SERVICE:
        raise ConferenceError(n_("This username is reserved for the people who run this service. Choose another."))
    return username


def check_phone(text: str, country: str = "") -> str:
    """A number in the form +48221234567 (E.164); `country` is whose national form is understood, such as PL."""
    try:
        number = phonenumbers.parse(clean_line(text[:50]), country or None)
    except phonenumbers.NumberParseException:
        raise ConferenceError(n_("Write the number with its country code, like +48 22 123 45 67.")) from None
    if not phonenumbers.is_valid_number(number):
        raise ConferenceError(n_("There is no such phone number. Check its digits."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def shown_phone(kept: str) -> str:
    """A stored number the way it is written: +48 22 123 45 67. What is no number is shown as it is kept."""
    try:
        number = phonenumbers.parse(kept)
    except phonenumbers.NumberParseException:
        return kept
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@functools.cache
def countries(code: str) -> tuple[tuple[str, str], ...]:
    """(ISO 3166 code, name in language `code`) of every country, by name."""
    names = Locale(code).territories
    pairs = [(iso, names[iso]) for iso in phonenumbers.SUPPORTED_REGIONS if iso in names]
    return tuple(sorted(pairs, key=lambda pair: unicodedata.normalize("NFKD", pair[1]).casefold()))


def check_country(text: str) -> str:
    """An ISO 3166 code of two letters."""
    code = text.strip().upper()
    if code not in dict(countries(LANGUAGES[0])):
        raise ConferenceError(n_("Choose a country from the list."))
    return code


def check_time_zone(text: str) -> str:
    """An IANA name; of an older one, the one that is offered instead."""
    zone = time_zones.canonical(text.strip())
    if not zone:
        raise ConferenceError(n_("Choose a time zone from the list."))
    return zone


def languages() -> tuple[tuple[str, str], ...]:
    """(code, name in itself) of every language pages and mails come in."""
    return tuple((code, _LANGUAGE_NAMES[code]) for code in LANGUAGES)


def check_language(text: str) -> str:
    """One of our languages."""
    if text not in LANGUAGES:
        raise ConferenceError(n_("Choose a language from the list."))
    return text


def _as_typed(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Field:
    """One thing an account may hold about a person. Texts are msgids."""

    name: str
    """Of the form's field and of its errors, and of the column unless `column` says another."""
    label: str
    kind: Kind
    required: bool
    check: Check
    missing: str = ""
    """What is said when a required field is empty."""
    column: str = ""
    auto_complete: str = ""
    """The browser's name for it (HTML, autofill)."""

    @property
    def tag(self) -> DataTag:
        """What the data map says of its column."""
        table = AccountPhoto if self.kind == "photo" else Account
        tag = tag_of(table.__table__.columns[self.column or self.name])  # type: ignore[attr-defined]
        if tag is None:
            raise ValueError(f"the column of {self.name} is not in the data map")
        return tag

    @property
    def purpose(self) -> str:
        """Why it is asked, in words of the current language."""
        return self.tag.purpose

    @property
    def bases(self) -> tuple[Basis, ...]:
        """On what legal basis it is kept."""
        return self.tag.bases

    @property
    def retention(self) -> Retention:
        """For how long."""
        return self.tag.retention

    @property
    def is_column(self) -> bool:
        """Whether its value is a text in the account's own row that may be shown and edited."""
        return self.kind not in ("password", "photo")


FIELDS: tuple[Field, ...] = (
    Field(
        "first_name",
        n_("First name"),
        "line",
        True,
        check_line,
        n_("Enter your first name."),
        auto_complete="given-name",
    ),
    Field(
        "last_name", n_("Last name"), "line", True, check_line, n_("Enter your last name."), auto_complete="family-name"
    ),
    Field(
        "username", n_("Username"), "username", True, check_username, n_("Choose a username."), auto_complete="username"
    ),
    Field("email", n_("E-mail"), "email", True, check_email, n_("Enter your e-mail address."), auto_complete="email"),
    Field(
        "password",
        n_("Password"),
        "password",
        True,
        _as_typed,
        n_("Use at least 10 characters."),
        column="password_hash",
        auto_complete="new-password",
    ),
    Field("company", n_("Company"), "line", False, check_line, auto_complete="organization"),
    Field("title", n_("Title"), "line", False, check_line, auto_complete="organization-title"),
    Field("institution", n_("Educational institution"), "line", False, check_line),
    Field("phone", n_("Phone"), "phone", False, check_phone, auto_complete="tel"),
    Field("country", n_("Country"), "country", False, check_country, auto_complete="country"),
    Field("time_zone", n_("Time zone"), "time_zone", False, check_time_zone),
    Field("language", n_("Language"), "language", False, check_language, auto_complete="language"),
    Field("photo", n_("Photo"), "photo", False, _as_typed, column="image", auto_complete="photo"),
)
"""In the order of the forms. The photo is uploaded by itself (services.photos) once there is an account."""

BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}
REQUIRED = tuple(field for field in FIELDS if field.required)
OPTIONAL = tuple(field for field in FIELDS if not field.required)


def checked(field: Field, typed: str, *, country: str = "") -> str | None | ConferenceError:
    """What to keep of `typed`, None for a blank optional field, or what is wrong with it."""
    if not typed.strip() or (field.kind not in ("password", "email") and not clean_line(typed[:400])):
        return ConferenceError(field.missing) if field.required else None
    try:
        return check_phone(typed, country) if field.kind == "phone" else field.check(typed)
    except ConferenceError as error:
        return error


def as_typed(field: Field, kept: str) -> str:
    """A kept value the way the field's input holds it."""
    match field.kind:
        case "phone":
            return shown_phone(kept)
        case "time_zone":
            return time_zones.canonical(kept) or kept
        case _:
            return kept


def shown(field: Field, kept: str | None) -> str:
    """A kept value the way a person reads it in the current language; "" for none."""
    if not kept:
        return ""
    match field.kind:
        case "phone":
            return shown_phone(kept)
        case "country":
            return dict(countries(current_language())).get(kept, kept)
        case "language":
            return _LANGUAGE_NAMES.get(kept, kept)
        case _:
            return kept
