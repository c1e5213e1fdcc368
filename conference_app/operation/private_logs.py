"""Keeps what people typed out of the logs, also out of the lines that libraries write.

Reflex quotes the value of an argument it cannot convert, the payload of an event it does not know, and a tab's token;
an exception's own words quote what it choked on. Where it happened is enough to find the mistake.
"""

from __future__ import annotations

import logging
import traceback
from types import TracebackType
from typing import Any

_QUOTING = ("reflex.app", "reflex.state", "reflex.istate", "reflex._upload", "reflex.utils.token_manager")
_QUOTING += ("reflex_base.event", "reflex_base.vars", "reflex_components_core.core", "socketio", "engineio")
"""Loggers of code that handles what comes from browsers."""

_make_record = logging.getLogRecordFactory()


def _is_quoting(name: str) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in _QUOTING)


def exception_text(kind: type[BaseException] | None, trace: TracebackType | None) -> str:
    """An exception as its type and the lines of code it passed through, without its words."""
    return "".join(traceback.format_tb(trace)) + (kind.__qualname__ if kind else "no exception")


def private_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """A log record that tells where, and quotes nobody."""
    record = _make_record(*args, **kwargs)
    if _is_quoting(record.name):
        record.msg, record.args = f"message withheld; see {record.module}.py, line {record.lineno}", ()
    if record.exc_info:
        record.exc_text = exception_text(record.exc_info[0], record.exc_info[2])
    return record


def keep_logs_private() -> None:
    """Make every log record of this process from now on a private one."""
    logging.setLogRecordFactory(private_record)
