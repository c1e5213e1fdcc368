"""How hard a password is to guess, measured in a process of its own while it is typed.

The measuring takes milliseconds as a rule, and up to a second for what somebody made to take long (measured: 0.9 s for
100 characters): nobody but whoever sent it waits, and not for ever.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import logging
import select
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from conference_app.services.sign_in.password_hashes import MIN_LENGTH
from conference_app.texts import n_

logger = logging.getLogger(__name__)

PATIENCE_S = 1.0
"""Then the measuring is given up; a process that starts has ten times as long for its first answer."""
MOST_WAITING = 32
"""Passwords of other people before this one: more are not measured."""
_MEASURED = 40
"""Characters; more hardly change the verdict, and cost more than twice as much each time their number doubles."""
_PROGRAM = Path(__file__).with_name("strength_process.py")


@dataclass(frozen=True, slots=True)
class Strength:
    """How hard a password is to guess: `score` 0 (at once) … 4 (very hard); `advice` is a msgid."""

    score: int
    advice: str


_ADVICE = (
    n_("Very easy to guess. Use several unrelated words."),
    n_("Easy to guess. Add more unrelated words."),
    n_("Could be stronger. Another word helps."),
    n_("Hard to guess."),
    n_("Very hard to guess."),
)


class Meter:
    """One child process that measures, started when it is first needed and again after it was given up."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[str] | None = None
        self._turn = ThreadPoolExecutor(max_workers=1, thread_name_prefix="password strength")
        self._waiting = 0

    async def score(self, password: str, words: list[str]) -> int | None:
        """zxcvbn's score, 0 … 4; None if it takes too long or too many wait."""
        if self._waiting >= MOST_WAITING:
            return None
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._turn, self._ask, password, words)
        finally:
            self._waiting -= 1

    def stop(self) -> None:
        """End the child, if there is one."""
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    def _ask(self, password: str, words: list[str]) -> int | None:
        try:
            patience_s = PATIENCE_S if self._child else 10 * PATIENCE_S
            self._child = child = self._child or _started()
            if child.stdin is None or child.stdout is None:
                return None
            child.stdin.write(json.dumps([password, words]) + "\n")
            child.stdin.flush()
            if select.select([child.stdout], [], [], patience_s)[0] and (line := child.stdout.readline()):
                return int(line)
        except (OSError, ValueError) as error:  # it has ended, or its pipe is closed: the next question starts another
            logger.warning("the process that weighs passwords gave no answer (%s)", type(error).__name__)
        self.stop()
        return None


def _started() -> subprocess.Popen[str]:
    command = [sys.executable, "-I", str(_PROGRAM)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")  # noqa: S603 - our own program


_meter = Meter()
atexit.register(_meter.stop)


def _plain(text: str) -> str:
    """As much as the meter needs, without the halves of surrogate pairs that Rust cannot take."""
    return text[:_MEASURED].encode("utf-8", "replace").decode()


async def measured(password: str, *personal: str) -> Strength | None:
    """How hard `password` is to guess for somebody who knows the `personal` words (names, e-mail).

    None if it could not be measured now, which says nothing about the password.
    """
    if len(password) < MIN_LENGTH:
        return Strength(0, n_("Use at least 10 characters."))
    score = await _meter.score(_plain(password), [_plain(word) for word in personal if word])
    return None if score is None else Strength(score, _ADVICE[score])
