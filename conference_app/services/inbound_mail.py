"""Mails that people send us, as the mail server hands them over: raw, hostile, and sometimes written by machines.

The old, forgiving parser of the standard library is used on purpose: the newer one raises on some broken headers.
"""

from __future__ import annotations

import email
import hashlib
import html
import logging
import re
from collections.abc import Iterator
from datetime import datetime
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses
from typing import TYPE_CHECKING, Literal

import nh3

from conference_app.config import settings
from conference_app.errors import ConferenceError, TooManyAttempts
from conference_app.services import addresses, bounces, contact, rate_limits
from conference_app.services import mail as mail_engine
from conference_app.services.contact import Incoming
from conference_app.texts import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    Mail = Message[str, str]

logger = logging.getLogger(__name__)

MAX_BYTES = 1_048_576
Outcome = Literal["stored", "known", "machine", "unreadable", "too many", "report"]

_MAX_PARTS = 40
_ROBOTS = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounce[s+-].*|.*-(?:request|owner|bounces))", re.I
)
_BULK = re.compile(r"\s*(?:bulk|list|junk|auto_reply)", re.I)
_POLISH = re.compile(r"[ąćęłńśźż]|\b(?:proszę|dzień dobry|jest|nie|się)\b", re.I)
_RECIPIENTS = ("Delivered-To", "X-Original-To", "To", "Cc")
_REFERENCES = ("In-Reply-To", "References", "Subject")


async def take(raw: bytes, *, now: datetime | None = None) -> Outcome:
    """Keep a mail (RFC 5322) as a message of its thread. What cannot be read, or comes from a machine, is dropped.

    A machine's mail is kept only in a thread it answers to, and is never answered.
    """
    mail = _parsed(raw)
    if mail is not None and mail.get_content_type() == "multipart/report":
        if (report := bounces.read_report(raw)) is not None:
            await mail_engine.take_report(report, now=now)
            return "report"
    incoming = _incoming(mail, raw) if mail is not None else None
    if mail is None or incoming is None:
        return _dropped("unreadable")
    thread_id = _thread_of(mail)
    if not incoming.may_be_thanked and not thread_id:
        return _dropped("machine")
    try:
        await rate_limits.count(rate_limits.INBOUND_PER_EMAIL, addresses.email_key(incoming.email).hex())
    except TooManyAttempts:
        return _dropped("too many")
    kept = await contact.receive(incoming, thread_id=thread_id, language=incoming.language, now=now)
    return "stored" if kept else "known"


def _dropped(why: Outcome) -> Outcome:
    logger.info("a mail to us was dropped: %s", why)
    return why


def _parsed(raw: bytes) -> Mail | None:
    """The mail, or None if it is too large or nested to take the parser's memory."""
    if len(raw) > MAX_BYTES or raw.lower().count(b"boundary") > _MAX_PARTS:
        return None
    try:
        return email.message_from_bytes(raw, policy=compat32)
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def _header(mail: Mail, name: str, limit: int = 2000) -> str:
    """The header's text on one line, its encoded words read (RFC 2047), cut at `limit`; empty without it."""
    given = str(mail.get(name, ""))[:limit]
    try:
        parts = decode_header(given)
        text = "".join(
            part.decode(charset or "ascii", "replace") if isinstance(part, bytes) else part for part, charset in parts
        )
    except (ValueError, LookupError):
        text = given
    return " ".join(text.split())


def _sender(mail: Mail) -> tuple[str, str] | None:
    """(name, address) of the one sender; None for none, several, ourselves, or what is no address."""
    found = [one for one in getaddresses([_header(mail, "From")]) if one[1]]
    if len(found) != 1:
        return None
    try:
        address = addresses.check_email(found[0][1])
    except ConferenceError:
        return None
    is_ours = address.rpartition("@")[2] == settings().mail.domain and _ROBOTS.fullmatch(address.partition("@")[0])
    is_ours = is_ours or address == settings().mail.sender or contact.thread_in(address) != ""
    return None if is_ours else (contact.clean_text(found[0][0], contact.NAME_LENGTH), address)


def _is_by_machine(mail: Mail, address: str) -> bool:
    """Whether an automatic answer would be wrong (RFC 3834 section 2)."""
    automatic = _header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        automatic not in ("", "no")
        or _BULK.match(_header(mail, "Precedence")) is not None
        or any(name in mail for name in ("List-Id", "List-Unsubscribe", "X-Auto-Response-Suppress", "X-Autoreply"))
        or _header(mail, "Return-Path").replace(" ", "") == "<>"
        or mail.get_content_type() in ("multipart/report", "message/delivery-status")
        or _ROBOTS.fullmatch(address.partition("@")[0]) is not None
    )


def _incoming(mail: Mail, raw: bytes) -> Incoming | None:
    sender = _sender(mail)
    body = _text(mail)
    if sender is None or not body:
        return None
    name, address = sender
    mail_id = _header(mail, "Message-ID")
    mail_id = mail_id if contact.MAIL_ID.fullmatch(mail_id) else ""
    subject = contact.clean_text(_header(mail, "Subject"), 200)
    return Incoming(
        email=address,
        subject=subject or "-",
        body=body,
        name=name or None,
        mail_id=mail_id,
        mail_key=contact.mail_key(mail_id or hashlib.sha256(raw).hexdigest()),
        may_be_thanked=not _is_by_machine(mail, address),
        language="pl" if _POLISH.search(f"{subject} {body[:2000]}") else DEFAULT_LANGUAGE,
        source="mail",
    )


def _thread_of(mail: Mail) -> str:
    """The thread named by the address it was sent to, by what it answers, or by its subject."""
    values = [str(value)[:4000] for name in (*_RECIPIENTS, *_REFERENCES) for value in mail.get_all(name, [])]
    return next((thread for value in values[:50] if (thread := contact.thread_in(value))), "")


def _parts(mail: Mail) -> Iterator[Mail]:
    for number, part in enumerate(mail.walk()):
        if number >= _MAX_PARTS:
            return
        if not part.is_multipart() and part.get_content_disposition() != "attachment":
            yield part


def _text(mail: Mail) -> str:
    """The first plain text, else the first HTML without its tags; attachments are not kept."""
    for wanted in ("text/plain", "text/html"):
        for part in _parts(mail):
            if part.get_content_type() == wanted and (text := _decoded(part)):
                text = html.unescape(nh3.clean(text, tags=set())) if wanted == "text/html" else text
                return contact.clean_text(text, contact.MAIL_LENGTH)
    return ""


def _decoded(part: Mail) -> str:
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError):
        return ""
    if not isinstance(payload, bytes):
        return ""
    charset = str(part.get_content_charset("utf-8"))
    try:
        return payload.decode(charset, "replace")
    except (LookupError, ValueError):
        return payload.decode("utf-8", "replace")
