"""Keeps what people typed out of the logs, also out of the lines that libraries write.

Reflex quotes the value of an argument it cannot convert, the payload of an event it does not know, and a tab's token;
an exception's own words quote what it choked on. Where it happened is enough to find the mistake.

Anybody can have such lines written, so each place writes one a minute, and says then how many it left out.
"""

from __future__ import annotations

import logging
import traceback
from collections import Counter
from types import TracebackType
from typing import Any

from conference_app.session.budgets import Budget

_QUOTING = ("reflex.app", "reflex.state", "reflex.istate", "reflex._upload", "reflex.utils.token_manager")
_QUOTING += ("reflex_base.event", "reflex_base.vars", "reflex_components_core.core", "socketio", "engineio", "asyncio")
"""Loggers of code that handles what comes from browsers; asyncio's tells of its tasks that nobody waited for."""
_BY_ANYBODY = (*_QUOTING, "granian", "_granian", "conference_app.session")
"""Loggers whose lines a stranger can bring about."""

_MOST_COUNTED = 1000

_make_record = logging.getLogRecordFactory()


def _is_of(name: str, loggers: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in loggers)


class OncePerMinute(logging.Filter):
    """Lets one of the same lines through a minute, with the number of those left out before it."""

    def __init__(self) -> None:
        super().__init__()
        self._lines = Budget(per_s=1 / 60, burst=1)
        self._left_out: Counter[str] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written; the same are those of one place and one text."""
        if not _is_of(record.name, _BY_ANYBODY):
            return True
        line = f"{record.name}:{record.lineno}:{record.getMessage()[:200]}"
        if not self._lines.take(line):
            self._left_out[line] += 1 if line in self._left_out or len(self._left_out) < _MOST_COUNTED else 0
            return False
        if left_out := self._left_out.pop(line, 0):
            record.msg, record.args = f"{record.getMessage()} (and {left_out} times before)", ()
        return True


def exception_text(kind: type[BaseException] | None, trace: TracebackType | None) -> str:
    """An exception as its type and the lines of code it passed through, without its words."""
    return "".join(traceback.format_tb(trace)) + (kind.__qualname__ if kind else "no exception")


def private_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """A log record that tells where, and quotes nobody."""
    record = _make_record(*args, **kwargs)
    if _is_of(record.name, _QUOTING):
        record.msg, record.args = f"message withheld; see {record.module}.py, line {record.lineno}", ()
    if record.exc_info:
        record.exc_text = exception_text(record.exc_info[0], record.exc_info[2])
    return record


def keep_logs_private() -> None:
    """Make every log record of this process from now on a private one."""
    logging.setLogRecordFactory(private_record)


def short_log() -> logging.Handler:
    """The handler of the root logger: to standard error, and nobody can fill it."""
    handler = logging.StreamHandler()
    handler.addFilter(OncePerMinute())
    return handler
