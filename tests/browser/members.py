"""Gives a running product accounts and meetings, for tests of what comes after registering.

Filling in the form, following the mail and planning a meeting loads six pages; test_registration.py and test_pages.py
prove that way. `python -m tests.browser.members` does the same through the product's services, in a process of its
own with the product's environment: one line of JSON in, one line out, until the input ends.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from conference_app import database
from conference_app.services.limits import rate_limits
from conference_app.services.meetings import meetings
from conference_app.services.meetings.meeting_forms import MeetingForm
from conference_app.services.sign_in import password_hashes, sessions
from conference_app.services.sign_in.browser_names import Device
from tests.browser.credentials import PASSWORD
from tests.browser.product import STAFF
from tests.conference_app import people


class Members:
    """The process for the product with this environment; it starts when it is first needed."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.url = f"http://localhost:{environment['PORT']}"
        self._environment = dict(environment)
        self._process: subprocess.Popen[str] | None = None
        self.staff = iter(STAFF)
        """Usernames of the operator's list that nobody has yet."""

    def add(self, username: str, *, zone: str = "", **form: str) -> dict[str, str]:
        """A new account with a confirmed address: its `account_id`, and the `session` of a browser in it.

        An account of the operator's list has the staff's role in that session, and an authenticator app of that `secret`. `form` takes what RegistrationForm does.
        """
        return self._ask("account", username=username, zone=zone, **form)

    def plan(self, account_id: str, subject: str, *, is_open: bool = False) -> str:
        """A new meeting of the account, whose room lets guests in if it `is_open`; its code."""
        return self._ask("meeting", account_id=account_id, subject=subject, is_open=is_open)["code"]

    def _ask(self, what: str, **about: object) -> dict[str, str]:
        process = self._process = self._process or self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps([what, about]) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        assert answer, f"no {what} could be made: what the process said last stands above"
        return json.loads(answer)

    def _started(self) -> subprocess.Popen[str]:
        command, pipe = [sys.executable, "-m", __name__], subprocess.PIPE
        return subprocess.Popen(command, env=self._environment, stdin=pipe, stdout=pipe, text=True)

    def close(self) -> None:
        """End the process, which ends with its input."""
        if self._process:
            self._process.communicate(timeout=60)


async def _account(username: str, zone: str, **form: Any) -> dict[str, str]:
    rate_limits.reset()  # of this process, which people never come to
    account = await people.confirmed(username, **{"email": f"{username}@example.org", "password": PASSWORD} | form)
    secret = await people.give_authenticator(account.id) if username in STAFF else ""
    ticket = await sessions.issue_ticket(account.id)
    session = await sessions.redeem_ticket(ticket, Device("Chrome", "Linux", zone))
    assert session is not None
    return {"account_id": account.id, "session": session, "secret": secret}


async def _meeting(account_id: str, subject: str, is_open: bool) -> dict[str, str]:
    meeting = await meetings.create(account_id, MeetingForm(subject))
    if is_open:
        await meetings.open_room(account_id, meeting.code)
    return {"code": meeting.code}


def _serve() -> None:
    """Do what each line asks for, one after the other."""
    password_hashes.ROUNDS = 4
    with asyncio.Runner() as runner:
        for line in sys.stdin:
            what, about = json.loads(line)
            answer = runner.run({"account": _account, "meeting": _meeting}[what](**about))
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
        runner.run(database.dispose())


if __name__ == "__main__":
    _serve()
