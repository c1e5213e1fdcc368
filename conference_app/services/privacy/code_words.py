"""Codes of the database in words: for the privacy center and for the page in a person's copy.

The JSON and the CSV in a copy hold the codes as they are. A code that has no words here is shown as it is, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from conference_app.config import settings
from conference_app.purposes import PURPOSES
from conference_app.services import audit
from conference_app.services.cases import cases
from conference_app.services.consent import ledger, mail_stops
from conference_app.services.documents import registry
from conference_app.services.emails import messages
from conference_app.services.legal import legal_requests
from conference_app.services.mail.outbox import Status
from conference_app.services.people import person_fields
from conference_app.services.sign_in.account_tokens import TokenKind
from conference_app.texts import _, n_

_SLOT = re.compile(r"\{(\w+)\}")

_DONE = {
    "given": n_("You agreed"),
    "withdrawn": n_("You took it back"),
    "expired": n_("It ended automatically"),
    "objected": n_("You objected"),
}
_CONTROLS = {
    "switch": n_("A switch"),
    "button": n_("A button"),
    "undo": n_("Undo"),
    "one-click": n_("One click in a mail program"),
    "stop everything": n_("Stop everything"),
    "object": n_("Object to other uses"),
    "take back": n_("Take the objection back"),
    "reason": n_("If you like, tell us why"),
    "asked in words": n_("A message to us"),
    "newsletter form, confirmed by mail": n_("The newsletter's form, confirmed with a link in an e-mail"),
}
_MESSAGE_CLASSES = {
    "necessary": n_("The service needs it"),
    "service": n_("About the service itself"),
    "newsletter": n_("Newsletter"),
    "promotion": n_("Offers"),
    "participant": n_("E-mails about a meeting"),
}
_MESSAGE_ENDS = {
    Status.QUEUED: n_("It waits to leave"),
    Status.HANDING_OVER: n_("It is leaving"),
    Status.SENT: n_("It was sent"),
    Status.WITHHELD: n_("It was held back on purpose"),
    Status.REFUSED: n_("The mail server of the address refused it"),
    Status.BOUNCED: n_("It came back"),
    Status.UNCERTAIN: n_("The connection broke off while it left"),
    Status.FAILED: n_("It could not be made"),
}
_WITHHELD = {
    "no_grant": n_("You did not agree to it, or no longer"),
    "no_address": n_("There was no address any more"),
    "not_wanted": n_("It was not needed any more"),
    "not_verified": n_("The address was not confirmed"),
    "restricted": n_("You have restricted the use of your data"),
    "bad_address": n_("E-mails to the address came back before"),
}
_TOKENS = {
    TokenKind.VERIFY_EMAIL: n_("Confirm my address"),
    TokenKind.CHANGE_EMAIL: n_("Confirm your new e-mail address"),
    TokenKind.REVOKE_EMAIL: n_("Take the change back"),
    TokenKind.RESET_PASSWORD: n_("Choose a new password"),
    TokenKind.SECOND_STEP: n_("Sign in"),
    "confirm": n_("Confirm your new e-mail address"),
    "revoke": n_("Take the change back"),
}
_OPENED_FROM = {
    "privacy center": n_("Privacy center"),
    "contact form": n_("Contact"),
    "mail": n_("An e-mail to us"),
}
_BY = {"person": n_("You"), "staff": n_("Staff"), "system": n_("The service itself")}
_DIRECTIONS = {"in": n_("From you to us"), "out": n_("From us to you")}
_ROLES = {"staff": n_("Staff")}


def _named(words: Mapping[Any, str]) -> Callable[[str], str]:
    return lambda code: _(words[code]) if code in words else code


def _purpose(code: str) -> str:
    """What a purpose is for; a detail, such as the number of a topic, is left out."""
    if code == mail_stops.ALL:
        return _("Everything that needs your consent")
    one = PURPOSES.get(code.partition(":")[0])
    return _(one.reason) if one else code


def _message(code: str) -> str:
    """The subject of an email, with dots where it names something."""
    if (template := messages.TEMPLATES.get(code)) is None:
        return code
    values = dict.fromkeys(_SLOT.findall(template.subject), "…") | {"brand": settings().brand_name}
    return _(template.subject, **values)


def _field(kind: str) -> Callable[[str], str]:
    field = next(one for one in person_fields.FIELDS if one.kind == kind)
    return lambda code: person_fields.shown(field, code)


_ANYWHERE: dict[str, Callable[[str], str]] = {
    "language": _field("language"),
    "country": _field("country"),
    "phone": _field("phone"),
    "purpose": _purpose,
    "control": _named(_CONTROLS),
}
"""Columns of this name, in whatever table."""
_COLUMNS: dict[tuple[str, str], Callable[[str], str]] = {
    ("account", "role"): _named(_ROLES),
    ("account_token", "kind"): _named(_TOKENS),
    ("address_token", "kind"): _named(_TOKENS),
    ("audit_entry", "tag"): _named({tag.value: tag.words for tag in audit.AuditTag}),
    ("consent_event", "kind"): _named(_DONE),
    ("consent_record", "document"): _named(registry.DOCUMENT_TITLES),
    ("consent_event", "reason"): _named(ledger.REASONS),
    ("contact_message", "direction"): _named(_DIRECTIONS),
    ("legal_request", "kind"): _named(legal_requests.KINDS),
    ("legal_request", "decision"): _named(legal_requests.DECISIONS),
    ("outgoing_email", "email_class"): _named(_MESSAGE_CLASSES),
    ("outgoing_email", "template"): _message,
    ("outgoing_email", "status"): _named(_MESSAGE_ENDS),
    ("outgoing_email", "reason"): _named(_WITHHELD),
    ("privacy_case", "kind"): _named(cases.KINDS),
    ("privacy_case", "status"): _named(cases.STATUSES),
    ("privacy_case", "opened_from"): _named(_OPENED_FROM),
    ("privacy_case_event", "status"): _named(cases.STATUSES),
    ("privacy_case_event", "by"): _named(_BY),
    ("staff_access", "what"): _,
    ("staff_access", "reason"): _,
}


def in_words(table: str, column: str, code: str) -> str:
    """What a value of a column says, in the current language; itself where it is no code."""
    say = _COLUMNS.get((table, column)) or _ANYWHERE.get(column)
    return say(code) if say and code else code
