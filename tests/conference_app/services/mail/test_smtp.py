"""Speaking SMTP: TLS that is checked, refusals told from delays, and signatures that verify."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dkim
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings, settings
from conference_app.models import BadAddress, OutgoingEmail
from conference_app.services.emails.recipients import AccountRecipient
from conference_app.services.jobs import worker
from conference_app.services.mail import outbox, smtp
from conference_app.services.people.subjects import Subject
from tests.conference_app.sample_templates import NEWS_BODY, PLAIN
from tests.conference_app.services.mail.test_outbox import account, ledger
from tests.fakes import LOOKING

pytestmark = pytest.mark.usefixtures("sample_templates")


class Server:
    """A relay that answers as told."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.got: list[bytes] = []

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        envelope.mail_from = address
        return self.answers.get("mail", "250 OK")

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("rcpt", "250 OK")

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.got.append(envelope.content)
        return self.answers.get("data", "250 OK")


@asynccontextmanager
async def relay(handler: Server, **options: Any) -> AsyncIterator[int]:
    """`handler` on a free port of loopback."""
    loop = asyncio.get_running_loop()
    tls = options.pop("implicit_tls", None)
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="localhost", loop=loop, **options), "127.0.0.1", 0, ssl=tls
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        smtp.close()
        server.close()
        await server.wait_closed()


def use(monkeypatch: pytest.MonkeyPatch, port: int, **more: str) -> None:
    """The operator's relay is ours."""
    given = {"PARLEY_SMTP_HOST": "127.0.0.1", "PARLEY_SMTP_PORT": str(port), "PARLEY_SMTP_TLS": "none"} | more
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()


async def post() -> str:
    person = await account("ann")
    async with database.session(*LOOKING) as db:
        return await outbox.send(db, PLAIN.message(AccountRecipient(person)))


async def deliver(later: timedelta = timedelta(seconds=1)) -> None:
    await worker.run_due(datetime.now(UTC) + later, kinds=[outbox.JOB])


async def outcome(email_id: str) -> tuple[str, str, int]:
    async with database.reading(*LOOKING) as db:
        row = await db.get(OutgoingEmail, email_id)
        assert row is not None
        return row.status, row.reason, len((await db.exec(select(BadAddress))).all())


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"rcpt": "550 5.1.1 no such user"}, ("refused", "5.1.1", 1)),
        ({"rcpt": "550 no such user"}, ("refused", "5.1.1", 1)),
        ({"rcpt": "550 5.7.1 we do not like you"}, ("refused", "5.7.1", 0)),
        ({"rcpt": "552 5.2.2 mailbox full"}, ("refused", "5.2.2", 0)),
        ({"rcpt": "554 we talk to nobody of your network"}, ("refused", "5.3.0", 0)),
        ({"mail": "550 5.1.8 bad sender"}, ("queued", "", 0)),
        ({"mail": "530 5.7.0 say who you are"}, ("queued", "", 0)),
        ({"data": "554 5.7.1 this is spam"}, ("refused", "5.7.1", 0)),
        ({"rcpt": "451 4.7.1 greylisted"}, ("queued", "", 0)),
        ({"data": "452 4.3.1 disk full"}, ("queued", "", 0)),
    ],
)
@pytest.mark.slow
async def test_what_the_relay_says_decides(
    sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch, answers: dict[str, str], expected: tuple[str, str, int]
) -> None:
    async with relay(Server(**answers)) as port:
        use(monkeypatch, port)
        email_id = await post()
        await deliver()
    assert await outcome(email_id) == expected


async def test_what_waited_leaves_later(sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    handler = Server(rcpt="451 4.7.1 greylisted")
    async with relay(handler) as port:
        use(monkeypatch, port)
        email_id = await post()
        await deliver()
        handler.answers.clear()
        await deliver(timedelta(hours=1))
    assert (await outcome(email_id))[0] == "sent"
    assert len(handler.got) == 1


async def test_a_relay_that_hangs_up_in_the_text_leaves_it_open(
    sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class HangsUp(Server):
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            self.got.append(envelope.content)
            server.transport.abort()
            return "250 never heard"

    handler = HangsUp()
    async with relay(handler) as port:
        use(monkeypatch, port)
        person = await account("ann")
        await ledger(Subject("account", person), "newsletter", given=True)
        async with database.session(*LOOKING) as db:
            email_id = await outbox.send(db, NEWS_BODY.message(AccountRecipient(person)))
        await deliver()
        await deliver(timedelta(hours=1))
    assert (await outcome(email_id))[0] == "uncertain"
    assert len(handler.got) == 1


async def test_one_connection_serves_many_messages(sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    connections = 0

    class Counts(Server):
        async def handle_EHLO(
            self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
        ) -> list[str]:
            nonlocal connections
            connections += 1
            session.host_name = hostname
            return responses

    handler = Counts()
    async with relay(handler) as port:
        use(monkeypatch, port)
        person = await account("ann")
        async with database.session(*LOOKING) as db:
            for _message in range(5):
                await outbox.send(db, PLAIN.message(AccountRecipient(person)))
        await deliver()
    assert (len(handler.got), connections) == (5, 1)


def _certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A self-signed certificate for `name` and its key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / f"{name}.crt", folder / f"{name}.key"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    return cert_file, key_file


def _server_tls(cert: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


@pytest.mark.promise("P107")
@pytest.mark.parametrize("mode", ["starttls", "tls"])
@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.slow
async def test_certificates_are_checked(
    sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: str, trusted: bool
) -> None:
    cert, key = _certificate(tmp_path, "localhost")
    if trusted:
        monkeypatch.setattr(smtp, "_tls", lambda: ssl.create_default_context(cafile=str(cert)))
    handler, tls = Server(), _server_tls(cert, key)
    options: dict[str, Any] = {"tls_context": tls} if mode == "starttls" else {"implicit_tls": tls}
    async with relay(handler, **options) as port:
        use(monkeypatch, port, PARLEY_SMTP_TLS=mode, PARLEY_SMTP_HOST="localhost")
        email_id = await post()
        await deliver()
    assert (await outcome(email_id))[0] == ("sent" if trusted else "queued")
    assert len(handler.got) == int(trusted)


async def test_a_relay_without_tls_gets_neither_password_nor_mail(
    sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []

    def authenticator(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: object) -> AuthResult:
        tried.append(data)
        return AuthResult(success=True)

    handler = Server()
    async with relay(handler, authenticator=authenticator, auth_require_tls=False) as port:
        use(monkeypatch, port, PARLEY_SMTP_TLS="starttls", PARLEY_SMTP_USER="us", PARLEY_SMTP_PASSWORD="secret")
        email_id = await post()
        await deliver()
    assert (await outcome(email_id))[0] == "queued"
    assert (handler.got, tried) == ([], [])


async def test_the_relays_password_is_given_over_tls(
    sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cert, key = _certificate(tmp_path, "localhost")
    monkeypatch.setattr(smtp, "_tls", lambda: ssl.create_default_context(cafile=str(cert)))

    def authenticator(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: object) -> AuthResult:
        return AuthResult(success=isinstance(data, LoginPassword) and data == LoginPassword(b"us", b"secret"))

    handler = Server()
    async with relay(
        handler, tls_context=_server_tls(cert, key), authenticator=authenticator, auth_required=True
    ) as port:
        use(
            monkeypatch,
            port,
            PARLEY_SMTP_TLS="starttls",
            PARLEY_SMTP_HOST="localhost",
            PARLEY_SMTP_USER="us",
            PARLEY_SMTP_PASSWORD="secret",
        )
        email_id = await post()
        await deliver()
    assert (await outcome(email_id))[0] == "sent"


@pytest.mark.promise("P60")
async def test_a_signature_covers_the_way_to_stop(
    sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path / "dkim.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    handler = Server()
    async with relay(handler) as port:
        use(monkeypatch, port, PARLEY_DKIM_KEY=str(file), PARLEY_MAIL_FROM="news@real-company.org")
        person = await account("ann")
        await ledger(Subject("account", person), "newsletter", given=True)
        async with database.session(*LOOKING) as db:
            await outbox.send(db, NEWS_BODY.message(AccountRecipient(person)))
        await deliver()
    (got,) = handler.got
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    asked: list[bytes] = []

    def dns(name: bytes, timeout: int = 5) -> bytes:
        asked.append(name)
        return record

    assert dkim.verify(got, dnsfunc=dns)
    assert asked == [b"parley._domainkey.real-company.org."]
    listed = got.partition(b"\r\n\r\n")[0].split(b"h=")[1].split(b";")[0].lower()
    assert {b"list-unsubscribe", b"list-unsubscribe-post"} <= {name.strip() for name in listed.split(b":")}
    assert not dkim.verify(got.replace(b"/u/", b"/x/"), dnsfunc=dns)
    for added in (b"From: us@real-company.org", b"Subject: Pay here", b"To: you@example.com", b"In-Reply-To: <a@b>"):
        assert not dkim.verify(added + b"\r\n" + got, dnsfunc=dns), added
