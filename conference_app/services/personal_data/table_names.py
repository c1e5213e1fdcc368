"""What the tables of the data map are called when one talks with a person: a title and the group it is shown in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from conference_app.models.data_map import PersonalTable
from conference_app.texts import _, n_

Group = Literal["account", "meetings", "mail", "safety", "requests"]

GROUPS: dict[Group, str] = {
    "account": n_("You and your account"),
    "meetings": n_("Your meetings"),
    "mail": n_("Mails and what you agreed to"),
    "safety": n_("Signing in and safety"),
    "requests": n_("Your requests"),
}
"""Titles of the groups, in the order they are shown; msgids."""


@dataclass(frozen=True, slots=True)
class TableWords:
    """A table's title (msgid) and its group."""

    title: str
    group: Group


WORDS: dict[str, TableWords] = {
    "account": TableWords(n_("Account"), "account"),
    "account_photo": TableWords(n_("Your picture"), "account"),
    "address": TableWords(n_("Your address on our lists"), "mail"),
    "meeting": TableWords(n_("Meetings you planned"), "meetings"),
    "admission": TableWords(n_("Who was let into your meetings"), "meetings"),
    "waiting_guest": TableWords(n_("Who waits to be let in"), "meetings"),
    "meeting_keys": TableWords(n_("Public keys of your meetings"), "meetings"),
    "encryption_group": TableWords(n_("Encrypted rooms that are open"), "meetings"),
    "encryption_commit": TableWords(n_("Changes of the keys in open rooms"), "meetings"),
    "encryption_member": TableWords(n_("Browsers in encrypted rooms"), "meetings"),
    "meeting_mail_grant": TableWords(n_("Meeting mails you asked for"), "meetings"),
    "consent_record": TableWords(n_("Terms and policy you accepted"), "mail"),
    "consent_event": TableWords(n_("What you agreed to, and when"), "mail"),
    "pending_consent": TableWords(n_("Newsletters you have not confirmed yet"), "mail"),
    "mail_stop": TableWords(n_("Mails you have stopped"), "mail"),
    "outgoing_email": TableWords(n_("Mails we sent you"), "mail"),
    "mail_bad_address": TableWords(n_("Addresses that cannot be reached"), "mail"),
    "newsletter": TableWords(n_("Newsletters you wrote"), "mail"),
    "newsletter_topic": TableWords(n_("Topics you keep"), "mail"),
    "sign_in_session": TableWords(n_("Where you are signed in"), "safety"),
    "known_device": TableWords(n_("Browsers you have signed in with"), "safety"),
    "sign_in_ticket": TableWords(n_("Sign-ins on their way"), "safety"),
    "account_token": TableWords(n_("Links we mailed you"), "safety"),
    "email_change": TableWords(n_("Changes of your e-mail address"), "safety"),
    "address_change": TableWords(n_("Changes of your e-mail address"), "safety"),
    "address_token": TableWords(n_("Links we mailed you"), "safety"),
    "key_vault": TableWords(n_("The vault of your meetings' keys"), "safety"),
    "key_wrap": TableWords(n_("What opens the vault"), "safety"),
    "passkey": TableWords(n_("Passkeys"), "safety"),
    "authenticator": TableWords(n_("Code generators"), "safety"),
    "recovery_code": TableWords(n_("Recovery codes"), "safety"),
    "audit_entry": TableWords(n_("What happened with your account"), "safety"),
    "staff_access": TableWords(n_("When our staff looked at your data"), "safety"),
    "contact_thread": TableWords(n_("Your messages to us"), "requests"),
    "contact_message": TableWords(n_("The texts of these messages"), "requests"),
    "privacy_case": TableWords(n_("Your requests"), "requests"),
    "privacy_case_answer": TableWords(n_("What we wrote to you about them"), "requests"),
    "privacy_case_event": TableWords(n_("What we did about them"), "requests"),
    "privacy_state": TableWords(n_("Your choices here"), "requests"),
    "legal_hold": TableWords(n_("Holds"), "requests"),
    "legal_request": TableWords(n_("Requests from authorities about you"), "requests"),
    "non_disclosure_change": TableWords(n_("Until when we could not tell you of them"), "requests"),
    "data_export": TableWords(n_("Copies you asked for"), "requests"),
}


def words_of(table: str) -> TableWords:
    """Title and group. Raises KeyError for a table without; a test looks that none is."""
    return WORDS[table]


def retention_words(days: int | None, words: str) -> str:
    """How long a value is kept, in the current language."""
    return _(words, days=days) if days is not None else _(words)


def recipients(one: PersonalTable) -> list[str]:
    """Who gets what of it beside the person and us, a line each."""
    told = [tag for tag in one.tags.values() if tag.label]
    found = {who: [_(tag.label) for tag in told if who in tag.recipients] for tag in told for who in tag.recipients}
    lines = [_("{who}: {what}.", who=_(who), what=", ".join(labels)) for who, labels in found.items()]
    return lines or [_("Nobody but you and the operator of this server.")]
