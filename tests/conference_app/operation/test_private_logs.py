"""Nothing a person typed, and no secret, is found in any log line: canaries through the whole product."""

from __future__ import annotations

import io
import logging
from collections.abc import Awaitable, Iterator

import httpx
import pytest
from reflex_base.registry import RegistrationContext
from starlette.applications import Starlette

from conference_app.api.sign_in import cookies as auth
from conference_app.config import Settings, settings
from conference_app.errors import ConferenceError
from conference_app.operation.private_logs import keep_logs_private, private_record, short_log
from conference_app.services.accounts import registration
from conference_app.services.accounts.registration import RegistrationForm
from conference_app.services.media_server import room_service
from conference_app.services.meetings import meetings
from conference_app.services.meetings.meeting_forms import MeetingForm
from conference_app.services.room import joining, moderation
from conference_app.services.room.hosts import Caller
from conference_app.services.sign_in import by_password, sessions
from conference_app.session import budgets, session_cookie
from tests.conference_app.people import confirm_address
from tests.conference_app.tabs import Tab, processing

CANARY = "canary"


@pytest.fixture(autouse=True)
def private() -> Iterator[None]:
    before = logging.getLogRecordFactory()
    keep_logs_private()
    yield
    logging.setLogRecordFactory(before)


class Everything(logging.Handler):
    """Keeps each line as the log file would show it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log() -> Iterator[Everything]:
    handler, root = Everything(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    logging.getLogger("aiosqlite").setLevel(logging.INFO)  # at DEBUG it writes down each statement's values
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)


def refusing(_request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("canary-address")


async def refused(attempt: Awaitable[object]) -> ConferenceError:
    """The error it ends in."""
    with pytest.raises(ConferenceError) as caught:
        await attempt
    return caught.value


async def test_a_life_full_of_mistakes_leaves_no_trace_in_the_log(sqlite_db: Settings, log: Everything) -> None:
    form = RegistrationForm("Canary", "Canarysson", "canary", "canary@example.com", "canary-password", accepted=True)
    before = room_service.room_admin()
    room_service.use(room_service.LiveKitRoomAdmin(httpx.MockTransport(refusing)))
    try:
        account = await registration.register(form, address="203.0.113.77")
        assert await confirm_address(account)
        errors = [
            await refused(attempt)
            for _ in range(12)
            for attempt in (
                registration.register(form, address="203.0.113.77"),
                by_password.sign_in("canary@example.com", "canary-wrong", address="203.0.113.77"),
            )
        ]
        ticket = await sessions.issue_ticket(account.id)
        token = await sessions.redeem_ticket(ticket)
        assert token is not None
        caller = await sessions.resolve(token)
        made = await meetings.create(account.id, MeetingForm("Canary subject", pass_phrase="canary-phrase"))
        place = await joining.join(
            made.code, name="Canary", pass_phrase="", tab_id="canary-tab", session=caller, address="203.0.113.77"
        )
        assert isinstance(place, joining.Admitted)
        errors.append(await refused(moderation.end(Caller(account.id), made.code)))
        shown = repr([account, caller, made, place, form, errors, [str(error) for error in errors]])
    finally:
        room_service.use(before)
    text = "\n".join([*log.lines, shown])
    assert log.lines  # something was said
    secrets = settings().secrets
    words = [ticket, token, place.token, made.code, "203.0.113.77", secrets.session_key, secrets.livekit_api_secret]
    for word in (CANARY, *words):
        assert word.lower() not in text.lower()


@pytest.mark.slow
async def test_reflex_does_not_quote_what_a_browser_sent(sqlite_db: Settings, log: Everything) -> None:
    account = await registration.register(
        RegistrationForm("Ann", "Nowak", "ann", "ann@example.com", "a quite long password", accepted=True), address=""
    )
    token = await sessions.redeem_ticket(await sessions.issue_ticket(account.id))
    assert token is not None
    async with processing() as running:
        for tab in (Tab(running, token="canary-tab"), Tab.signed_in(running, token, token="canary-tab-2")):
            for name, entry in RegistrationContext.get().event_handlers.items():
                arguments = [word for word in entry.handler.fn.__annotations__ if word not in ("return", "self")]
                await tab.send(name, **dict.fromkeys(arguments, {"canary": ["canary-value"]}))
                await tab.send(name, canary="canary-value")
        assert running.errors  # the junk did break handlers
    assert any("did not fit" in line for line in log.lines)
    assert CANARY not in "\n".join(log.lines).lower()


@pytest.mark.parametrize("name", ["reflex.app", "reflex_base.event.processor", "socketio.server"])
def test_what_handles_browsers_is_told_by_its_place_only(log: Everything, name: str) -> None:
    logging.getLogger(name).error("no such event: %s", "canary-payload")
    (line,) = log.lines
    assert "withheld" in line
    assert "test_private_logs.py" in line
    assert CANARY not in line


def test_an_exception_is_told_by_its_place_and_type(log: Everything) -> None:
    try:
        int("canary-number")
    except ValueError:
        logging.getLogger("conference_app.anything").exception("a number was wrong")
    (line,) = log.lines
    assert "ValueError" in line
    assert "test_private_logs.py" in line
    assert "canary-number'" not in line


async def test_broken_requests_to_our_routes_are_not_quoted(sqlite_db: Settings, log: Everything) -> None:
    transport = httpx.ASGITransport(Starlette(routes=auth.routes), raise_app_exceptions=False)
    cookies = {session_cookie(): "canary-session"}
    form = {"content-type": "application/x-www-form-urlencoded"}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000", cookies=cookies) as client:
        for path in ("/auth/enter?next=canary", "/auth/language/canary", "/auth/sign-out"):
            await client.get(path)
            await client.post(path, content="csrf_token=canary", headers=form)
    ours = [line for line in log.lines if " httpx: " not in line]  # the test's own client speaks of its requests
    assert CANARY not in "\n".join(ours).lower()


class Clock:
    """A clock that a test sets."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


def test_nobody_fills_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(budgets, "time", clock)
    out = io.StringIO()
    handler = short_log()
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(out)

    def write() -> None:
        for name in ("socketio.server", "conference_app.services.jobs"):
            handler.handle(private_record(name, logging.WARNING, "there.py", 7, "a line", (), None))

    for _ in range(100):
        write()
    clock.now += 61
    write()
    lines = out.getvalue().splitlines()
    assert [line for line in lines if "withheld" in line] == [lines[0], lines[-2]]
    assert lines[-2].endswith("(and 99 times before)")
    assert lines.count("a line") == 101  # what we say ourselves is never left out
