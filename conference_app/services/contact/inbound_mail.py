"""Mails that people send us, as the mail server hands them over: raw, hostile, and sometimes written by machines."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from datetime import datetime
from email.header import decode_header
from email.utils import getaddresses
from typing import TYPE_CHECKING, Literal

from conference_app import texts
from conference_app.config import settings
from conference_app.errors import ConferenceError, TooManyAttempts
from conference_app.services.contact import mail_text, reply_addresses, threads
from conference_app.services.contact.threads import Incoming
from conference_app.services.limits import rate_limits
from conference_app.services.mail import bounces, delivery_reports, raw_mail
from conference_app.services.people import email_addresses
from conference_app.texts import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from conference_app.services.mail.raw_mail import Mail

logger = logging.getLogger(__name__)

MAX_BYTES = 1_048_576
Outcome = Literal["stored", "known", "machine", "unreadable", "too many", "report"]

_ROBOTS = re.compile(
    r"mailer-daemon|postmaster|listserv|majordomo|auto[-_.]?(?:reply|responder)|bounces?(?:[+-].*)?"
    r"|.*?(?:no|do[-_.]?not)[-_.]?reply(?:[+-].*)?|owner-.*|.*-(?:request|owner|bounces)",
    re.I,
)
_OURS = re.compile(r"(?:contact|bounce)(?:\+.*)?", re.I)
"""Where mails to us come in, at the domain of our mails."""
_BULK = re.compile(r"\s*(?:bulk|list|junk|auto_reply)", re.I)
_SUPPRESSED = re.compile(r"\b(?:all|oof|autoreply)\b", re.I)
_POLISH = re.compile(r"[ąćęłńśźż]|\b(?:proszę|dzień dobry|jest|nie|się)\b", re.I)
_RECIPIENTS = ("Delivered-To", "X-Original-To", "To", "Cc")
_REFERENCES = ("In-Reply-To", "References", "Subject")


async def take(raw: bytes, *, now: datetime | None = None) -> Outcome:
    """Keep a mail (RFC 5322) as a message of its thread. What cannot be read, or comes from a machine, is dropped.

    A machine's mail is kept only in a thread it answers to, and is never answered.
    """
    if (report := await asyncio.to_thread(bounces.read_report, raw)) is not None:
        await delivery_reports.take(report, now=now)
        return "report"
    read = await asyncio.to_thread(_read, raw)
    if read is None:
        return _dropped("unreadable")
    incoming, thread_id = read
    if not incoming.may_be_thanked and not thread_id:
        return _dropped("machine")
    try:
        await rate_limits.count(rate_limits.INBOUND_PER_EMAIL, email_addresses.email_key(incoming.email).hex())
    except TooManyAttempts:
        return _dropped("too many")
    kept = await threads.receive(incoming, thread_id=thread_id, language=incoming.language, now=now)
    return "stored" if kept else "known"


def _read(raw: bytes) -> tuple[Incoming, str] | None:
    """The message and the thread it names; None for what cannot be read. Some mails take a second: run in a thread."""
    mail = raw_mail.parsed(raw, MAX_BYTES)
    incoming = _incoming(mail, raw) if mail is not None else None
    return (incoming, _thread_of(mail)) if mail is not None and incoming is not None else None


def _dropped(why: Outcome) -> Outcome:
    logger.info("a mail to us was dropped: %s", why)
    return why


def _header(mail: Mail, name: str, limit: int = 2000) -> str:
    """The header's text on one line, its encoded words read (RFC 2047), cut at `limit`; empty without it."""
    return _in_words(_raw_header(mail, name, limit))


def _raw_header(mail: Mail, name: str, limit: int = 2000) -> str:
    """The header as it came; bytes that no header may hold are read as UTF-8, as their programs mean them."""
    found = next((str(value) for given, value in mail.raw_items() if given.casefold() == name.casefold()), "")
    return " ".join(found[: 4 * limit].encode("utf-8", "surrogateescape").decode("utf-8", "replace")[:limit].split())


def _in_words(given: str) -> str:
    try:
        parts = decode_header(given)
        text = "".join(
            part.decode(charset or "ascii", "replace") if isinstance(part, bytes) else part for part, charset in parts
        )
    except (ValueError, LookupError):
        text = given
    return " ".join(text.split())


def _sender(mail: Mail) -> tuple[str, str] | None:
    """(name, address) of the one sender; None for none, several, ourselves, or what is no address.

    The name is read after the header was taken apart: what it encodes, such as a comma, is no part of its form.
    """
    found = [one for one in getaddresses([_raw_header(mail, "From")]) if one[1]]
    if len(found) != 1 or len(mail.get_all("From", [])) != 1:
        return None
    try:
        address = email_addresses.check_email(found[0][1])
    except ConferenceError:
        return None
    is_ours = _is_ours(address) or address == settings().mail.sender or reply_addresses.thread_in(address) != ""
    return None if is_ours else (threads.clean_text(_in_words(found[0][0]), threads.NAME_LENGTH), address)


def _is_ours(address: str) -> bool:
    local, _at, domain = address.partition("@")
    is_no_person = _OURS.fullmatch(local) or _ROBOTS.fullmatch(local)
    return domain.casefold() == settings().mail.domain.casefold() and is_no_person is not None


def _is_by_machine(mail: Mail, address: str) -> bool:
    """Whether an automatic answer would be wrong (RFC 3834 section 2)."""
    automatic = _header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        automatic not in ("", "no")
        or _BULK.match(_header(mail, "Precedence")) is not None
        or any(name in mail for name in ("List-Id", "List-Unsubscribe", "List-Post", "X-Autoreply", "X-Autorespond"))
        or _SUPPRESSED.search(_header(mail, "X-Auto-Response-Suppress")) is not None
        or _header(mail, "Return-Path").replace(" ", "") == "<>"
        or mail.get_content_type() in ("multipart/report", "message/delivery-status")
        or _ROBOTS.fullmatch(address.partition("@")[0]) is not None
    )


def _incoming(mail: Mail, raw: bytes) -> Incoming | None:
    sender = _sender(mail)
    subject = threads.clean_text(_header(mail, "Subject"), 200)
    with texts.language(_language_of(subject)):
        body = mail_text.words_of(mail) or subject  # to unsubscribe, mail programs send a subject alone
    if sender is None or not body:
        return None
    name, address = sender
    mail_id = _header(mail, "Message-ID")
    mail_id = mail_id if reply_addresses.MAIL_ID.fullmatch(mail_id) else ""
    return Incoming(
        email=address,
        subject=subject,
        body=body,
        name=name or None,
        mail_id=mail_id,
        mail_key=reply_addresses.mail_key(mail_id or hashlib.sha256(raw).hexdigest()),
        may_be_thanked=not _is_by_machine(mail, address),
        language=_language_of(f"{subject} {body[:2000]}"),
        source="mail",
    )


def _language_of(text: str) -> str:
    return "pl" if _POLISH.search(text) else DEFAULT_LANGUAGE


def _thread_of(mail: Mail) -> str:
    """The thread named by the address it was sent to, by what it answers, or by its subject."""
    values = [str(value)[:4000] for name in (*_RECIPIENTS, *_REFERENCES) for value in mail.get_all(name, [])]
    return next((thread for value in values[:50] if (thread := reply_addresses.thread_in(value))), "")
