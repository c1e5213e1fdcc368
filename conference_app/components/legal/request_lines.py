"""A legal request in words, as the staff's pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import reflex as rx

from conference_app.components.kit.surfaces import badge
from conference_app.services.legal import legal_requests
from conference_app.services.legal.legal_requests import RequestView
from conference_app.texts import _, localized_path


@dataclass
class RequestLine:
    """An entry of the log."""

    id: str = ""
    path: str = ""
    non_disclosure_path: str = ""
    """Where the day is changed until when the person may not be told."""
    kind: str = ""
    authority: str = ""
    reference: str = ""
    scope: str = ""
    about: str = ""
    received: str = ""
    decision: str = ""
    is_pending: bool = False
    decided: str = ""
    handed_out: str = ""
    hidden: str = ""
    """Until when the person may not be told; empty if they may."""


def _day(at: datetime | None) -> str:
    return at.astimezone(UTC).date().isoformat() if at else ""


def last_day(told_from: datetime | None) -> str:
    """The last day on which the person may not be told; `told_from` is the moment after it."""
    return _day(told_from - timedelta(days=1)) if told_from else ""


def _about(legal_request: RequestView) -> str:
    match legal_request.about:
        case "account":
            return _("Somebody with an account")
        case "address":
            return _("An address without an account")
        case _:
            return _("Nobody in particular")


def request_line(legal_request: RequestView, now: datetime) -> RequestLine:
    """What the pages say of a legal request."""
    until = legal_request.hidden_until
    return RequestLine(
        id=legal_request.id,
        path=localized_path(f"/staff/legal/{legal_request.id}"),
        non_disclosure_path=localized_path(f"/staff/non-disclosure/{legal_request.id}"),
        kind=_(legal_requests.KINDS[legal_request.kind]),
        authority=legal_request.authority,
        reference=legal_request.reference,
        scope=legal_request.scope,
        about=_about(legal_request),
        received=_day(legal_request.received_at),
        decision=_(legal_requests.DECISIONS[legal_request.decision]),
        is_pending=legal_request.decided_at is None,
        decided=_day(legal_request.decided_at),
        handed_out=legal_request.handed_out,
        hidden=last_day(until) if until and until > now else "",
    )


def request_badges(line: RequestLine) -> rx.Component:
    """How it was decided, and whether the person may be told."""
    return rx.el.span(
        rx.cond(line.is_pending, badge(line.decision, "warn"), badge(line.decision, "neutral")),
        rx.cond(line.hidden, badge(_("Not told yet"), "danger")),
        class_name="flex flex-wrap items-center gap-2",
    )
