"""Schemathesis against every plain route: as nobody, as a member, and as the mail server with its secrets."""

from __future__ import annotations

import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck
from hypothesis import settings as examples
from requests import PreparedRequest
from requests.auth import AuthBase
from schemathesis import Case, checks
from schemathesis.python import asgi
from starlette.applications import Starlette

from conference_app import database
from conference_app.api.http.security_headers import SecurityHeaders
from conference_app.api.mail import bounces
from conference_app.conference_app import app as product
from conference_app.conference_app import routes
from conference_app.config import settings
from conference_app.services.documents import cookies
from conference_app.services.jobs import queue, worker
from conference_app.services.people import signed_links
from conference_app.services.personal_data import personal_rows
from conference_app.services.privacy import export
from conference_app.services.sign_in import sessions
from conference_app.session import session_cookie
from tests.conference_app.api.http_description import OPERATIONS, OWN, description, methods_of
from tests.conference_app.people import confirmed, session_token

pytestmark = pytest.mark.slow


SECRET = "s" * 40
ORIGIN = "http://localhost:3000"


def test_every_route_is_described_and_nothing_else() -> None:
    described = {path: set(operations) for path, operations in OPERATIONS.items()}
    assert described == methods_of(routes)


def test_the_framework_adds_no_route_that_we_do_not_know() -> None:
    """`/_upload` would come with the first rx.upload, and needs a look before it is let in."""
    assert product._api is not None
    assert {getattr(route, "path", "") for route in product._api.routes} == {"/ping", "/_health", "/_event"}


@dataclass
class Caller(AuthBase):
    """Whose requests these are: dresses up what Schemathesis made."""

    who: str
    session: str = ""
    count: int = 0
    """How many accounts they have had."""
    own: dict[str, str] = field(default_factory=dict)
    """What `OWN` stands for, by the beginning of the path."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        if self.who == "member":
            request.headers["Cookie"] = f"{session_cookie()}={self.session}"
            request.headers["X-CSRF-Token"] = sessions.csrf_token(self.session)
            request.headers["Origin"] = ORIGIN
        if self.who == "mail server":
            body = request.body or b""
            raw = body if isinstance(body, bytes) else str(body).encode()
            request.headers["Authorization"] = f"Bearer {SECRET}"
            request.headers["Parley-Signature"] = bounces.signature(raw, int(time.time()), SECRET)
        return request

    def take(self, case: Case) -> None:
        """Put what is their own in place of its stand-in."""
        for name, value in case.path_parameters.items():
            if value == OWN:
                key = name if name == "export_id" else case.path.partition("{")[0]
                case.path_parameters[name] = self.own.get(key, OWN)


async def prepare(caller: Caller) -> None:
    """Give the caller an account, links to their address and a copy of their data that is ready."""
    caller.count += 1
    account = await confirmed(f"ann{caller.count}")
    caller.session = await session_token(account)
    async with database.reading() as db:
        person = await personal_rows.of_account(db, account.id)
    assert person is not None
    key = person.email_keys[0]
    asked = await export.ask(person, "en")
    await worker.run_due(queue.now(), kinds=["privacy.export"])
    caller.own = dict.fromkeys(("/preferences/", "/pl/preferences/"), signed_links.make("preferences", key))
    caller.own |= {"/u/": signed_links.make("unsubscribe", key, "newsletter"), "export_id": asked.id}
    caller.own |= {"/privacy-export/": signed_links.make("privacy", key)}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A caller with everything that is theirs, and where it is kept."""

    caller: Caller
    environment: dict[str, str]


@pytest.fixture(scope="module")
def prepared() -> dict[str, Prepared]:
    """Who has been prepared so far: each serves all tests, since preparing takes longer than most of them."""
    return {}


@pytest.fixture
def caller(
    who: str,
    engine: str,
    prepared: dict[str, Prepared],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Caller]:
    """Somebody who calls the routes, which are served while the test runs. Who was signed out gets a new session."""
    folder = tmp_path_factory.mktemp("contract")
    if who not in prepared:
        environment = {
            "PARLEY_DATA": str(folder / "data"),
            "PARLEY_INBOUND_SECRET": SECRET,
            "PARLEY_BOUNCE_SECRET": SECRET,
            "PARLEY_DATABASE_URL": own_database(engine, folder, request),
        }
        prepared[who] = Prepared(Caller(who), environment)
    found = prepared[who]
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        if await sessions.resolve(found.caller.session) is None:
            await prepare(found.caller)
        yield
        await database.dispose()

    CONTRACT.app = SecurityHeaders(Starlette(routes=routes, lifespan=lifespan), built=folder, is_https=False)
    with asgi.get_client(CONTRACT.app) as client:
        client.get("/")  # the first request begins the lifespan
    yield found.caller
    asgi.shutdown_lifespans()


def own_database(engine: str, folder: Path, request: pytest.FixtureRequest) -> str:
    """The URL of a migrated database that no other test uses."""
    if engine == "postgresql":
        return request.getfixturevalue("postgres")("template_parley")
    shutil.copy(request.getfixturevalue("sqlite_template"), folder / "contract.db")
    return f"sqlite:///{folder}/contract.db"


CONTRACT = schemathesis.openapi.from_dict(description(routes))
FOR_MEMBERS = CONTRACT.exclude(path_regex="^/(pl|mail|rtc)/")
MAIL_DOORS = CONTRACT.include(path_regex="^/mail/")
bounded = examples(
    max_examples=10, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize(("who", "engine"), [("nobody", "sqlite")], indirect=["engine"])
@CONTRACT.parametrize()
@bounded
def test_a_route_answers_nobody_as_described(case: Case, caller: Caller) -> None:
    check(case, caller)


@pytest.mark.parametrize(("who", "engine"), [("member", "postgresql")], indirect=["engine"])
@FOR_MEMBERS.parametrize()
@bounded
def test_a_route_answers_members_as_described(case: Case, caller: Caller) -> None:
    check(case, caller)


@pytest.mark.parametrize("who", ["mail server"])
@MAIL_DOORS.parametrize()
@bounded
def test_a_door_for_mails_answers_its_mail_server_as_described(case: Case, caller: Caller) -> None:
    check(case, caller)


def check(case: Case, caller: Caller) -> None:
    """Send what was generated, and hold the answer to every check of Schemathesis."""
    caller.take(case)
    refuses_everything = case.path.startswith("/rtc")  # plain requests, which belong to no call
    excluded = [checks.positive_data_acceptance] if refuses_everything else []
    answer = case.call_and_validate(app=CONTRACT.app, base_url=ORIGIN, auth=caller, excluded_checks=excluded)
    for line in answer.headers.get("set-cookie", []):
        assert cookies.find("cookie", line.partition("=")[0]) is not None, line.partition("=")[0]
