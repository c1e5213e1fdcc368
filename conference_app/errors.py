"""The tree of errors the product raises on purpose.

Each has a stable `code` for programs and a message for the person, written as a gettext msgid with named
placeholders, so that the edge that shows it translates it into the page's language (`texts.error_text`).
"""

from __future__ import annotations

from collections.abc import Mapping


class ConferenceError(Exception):
    """Something a person can be told about, with what to do now.

    `message` is a msgid of the catalogue; `values` fill its `{placeholders}`. `str(error)` is the code alone, so
    that a log line never carries what a person typed.
    """

    code = "error"
    status = 400
    """HTTP status for edges that speak HTTP."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(self.code)
        self.message = message
        self.values = values


class InvalidInput(ConferenceError):
    """One or more fields need another value: `fields` maps a field's name to what is wrong with it.

    Of the whole it says only that; `texts.error_text` has the words.
    """

    code = "invalid_input"
    status = 422

    def __init__(self, fields: Mapping[str, ConferenceError]) -> None:
        super().__init__("")
        self.fields = dict(fields)


class NotAllowed(ConferenceError):
    """The person is known but may not do this."""

    code = "not_allowed"
    status = 403


class NoLiveBasis(NotAllowed):
    """Nothing allows this use of the person's data now: no consent, a restriction, an objection, a deactivated account."""

    code = "no_live_basis"


class NoConsent(NoLiveBasis):
    """The person has not agreed to this purpose, or took it back: their data may not be used for it."""

    code = "no_consent"


class SignInRequired(ConferenceError):
    """Nobody is signed in."""

    code = "sign_in_required"
    status = 401


class NotFound(ConferenceError):
    """It does not exist, or it is not theirs: the same answer for both."""

    code = "not_found"
    status = 404


class TooManyAttempts(ConferenceError):
    """A limit is reached; `wait_s` seconds until the next try counts."""

    code = "too_many_attempts"
    status = 429

    def __init__(self, message: str, wait_s: int, **values: object) -> None:
        super().__init__(message, wait_s=wait_s, **values)
        self.wait_s = wait_s


class Unavailable(ConferenceError):
    """A part of the service is down; trying again later helps."""

    code = "unavailable"
    status = 503


class ConfigurationError(Exception):
    """The operator's settings cannot work: a plain line for each that says which it is and what to do."""


class WrongPurpose(Exception):
    """A personal value was read for a purpose that its column is not tagged with: a mistake in our code."""
