"""Logs what breaks while somebody is answered, quoting nobody, and tells the person.

Three kinds: our own code broke (an incident with a number), the database is away or full (no mistake of ours, one
line), a handler refused (anybody can bring that about, so it leaves neither an error nor a trace).
"""

from __future__ import annotations

import logging
import secrets
import traceback
from collections import deque

from reflex_base.event import EventSpec
from reflex_base.event.context import EventContext

from conference_app import database
from conference_app.errors import ConferenceError
from conference_app.session.budgets import Budget
from conference_app.session.notices import NoticeState

logger = logging.getLogger(__name__)

_traces = Budget(per_s=1 / 60, burst=1)
_broken: deque[str] = deque(maxlen=1000)
"""Reflex's numbers of the events that broke lately; those of their answers name them."""


def report_exception(exception: Exception) -> EventSpec | None:
    """Log what a handler raised and return the event that tells the person: Reflex's `backend_exception_handler`."""
    if isinstance(exception, ConferenceError):
        logger.info("a handler refused: %s", exception.code)
        return _event(NoticeState.report_refusal())
    if note_database_failure(exception):
        return _event(NoticeState.report_failure()) if _can_be_told() else None
    incident = note_incident(exception)
    return _event(NoticeState.report_incident(incident)) if _can_be_told() else None


def note_database_failure(exception: Exception) -> bool:
    """Log a failure of the database in one line; False, and nothing, for any other exception."""
    failure = database.failure_of(exception)
    if failure:
        logger.warning("the database failed somebody: %s", failure)
    return failure != ""


def note_incident(exception: Exception) -> str:
    """Log where our own code broke, without the exception's words, and return the number to find it by.

    What breaks at the same place again within a minute leaves a line and no trace: anybody may know how to bring it
    about.
    """
    incident = secrets.token_hex(4).upper()
    where = "".join(traceback.format_tb(exception.__traceback__))
    trace = f"\n{where}" if _traces.take(where) else " at the same place as before"
    logger.error("incident %s: %s%s", incident, type(exception).__name__, trace)
    return incident


def _can_be_told() -> bool:
    """Whether the running event is no answer to one that broke: telling so is an event too, and what broke the first,
    such as a database that is away, breaks it as well. Told anew each time, that would never end.
    """
    try:
        event = EventContext.get()
    except LookupError:  # Reflex calls for something that is no event
        return True
    _broken.append(event.txid)
    return event.parent_txid not in _broken


def _event(called: object) -> EventSpec:
    """What the call of a handler's name makes outside of a State; the library's types know the handler only."""
    if not isinstance(called, EventSpec):
        raise TypeError("a handler was run instead of named")
    return called
