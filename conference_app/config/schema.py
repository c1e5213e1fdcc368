"""The table of settings: everything an operator can set, with its variable, its default and what it may be.

README, "Settings", lists the same variables; a test compares the two.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from conference_app.config.kept_secrets import Secrets
from conference_app.config.origin import host_of, origin_of
from conference_app.config.variables import (
    Variable,
    choice,
    matching,
    number,
    parsed,
    readable,
    secret,
    set_by,
    switch,
    text,
    variables,
)

_EMAIL = r"[A-Za-z0-9._+\-]{1,64}@[A-Za-z0-9.\-]{1,253}"


@dataclass(frozen=True, slots=True)
class Controller:
    """Who answers for the data (GDPR Art. 4(7)): shown in the policy, on the contact page and in every mail.

    Development starts with examples that say so; production refuses them.
    """

    name: str = text("PARLEY_CONTROLLER_NAME", "Example Operator (not set)")
    """Legal name of the company or person."""
    address: str = text("PARLEY_CONTROLLER_ADDRESS", "1 Example Street, 00-000 Exampletown (not set)")
    """Postal address on one line."""
    email: str = matching("PARLEY_CONTROLLER_EMAIL", _EMAIL, "privacy@example.com", "privacy@your-company.org")
    """For questions about privacy."""
    phone: str = text("PARLEY_CONTROLLER_PHONE", "+48 00 000 00 00 (not set)")
    """In international form."""
    country: str = text("PARLEY_CONTROLLER_COUNTRY", "Exampleland (not set)")
    """The country the servers stand in."""
    hosting: str = text("PARLEY_HOSTING")
    """Who hosts the servers and where, in a sentence; empty: the controller does."""

    @property
    def examples(self) -> tuple[str, ...]:
        """The variables that are still examples."""
        default = Controller()
        every = variables(Controller).items()
        return tuple(one.name for name, one in every if getattr(default, name) == getattr(self, name) != "")


@dataclass(frozen=True, slots=True)
class Processor:
    """A company that handles personal data for the controller (GDPR Art. 28), as the operator declares it."""

    name: str
    does: str
    """What it does, such as "Sends our mails"."""
    data: tuple[str, ...]
    """What it gets, such as "E-mail address"."""
    country: str
    safeguard: str = ""
    """What makes a transfer out of the EEA lawful, if there is one."""


def _processors_of(path: str) -> tuple[Processor, ...]:
    entries = json.loads(Path(path).read_text(encoding="utf-8"))
    return tuple(Processor(**{**entry, "data": tuple(entry["data"])}) for entry in entries)


def _addresses(listed: str) -> frozenset[str]:
    found = frozenset(one.strip() for one in listed.split(",") if one.strip())
    if not all(re.fullmatch(_EMAIL, one) for one in found):
        raise ValueError
    return found


_STAFF = Variable(
    "PARLEY_STAFF",
    _addresses,
    "be e-mail addresses with commas between them, such as ann@your-company.org; a username names nobody",
    is_secret=True,
)
"""A username is refused, since one that nobody has yet goes to whoever takes it."""


def _redis_url(typed: str) -> str:
    if not typed.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError
    return typed


def _rsa_key_file(path: str) -> str:
    key = load_pem_private_key(Path(path).read_bytes(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError
    return path


@dataclass(frozen=True, slots=True)
class Mail:
    """How mails leave. Without `host`, outside production, they go to the built-in stand-in (page /dev/mail)."""

    host: str = text("PARLEY_SMTP_HOST")
    """The relay that takes our mails."""
    port: int = number("PARLEY_SMTP_PORT", 0, 1, 65535)
    """TCP port; default 587, or 465 with PARLEY_SMTP_TLS=tls."""
    user: str = secret("PARLEY_SMTP_USER")
    password: str = secret("PARLEY_SMTP_PASSWORD", is_verbatim=True)
    tls: Literal["starttls", "tls", "none"] = choice("PARLEY_SMTP_TLS", "starttls", "tls", "none")
    """tls: from the first byte; none: outside production only."""
    sender: str = matching("PARLEY_MAIL_FROM", _EMAIL, "", "meetings@your-company.org")
    """The address mails come from; default no-reply@ the public host."""
    dkim_key: str = parsed("PARLEY_DKIM_KEY", _rsa_key_file, "", "name a file with an RSA key (PEM) that can be read")
    """File of an RSA private key (PEM); empty: the relay signs."""
    dkim_selector: str = text("PARLEY_DKIM_SELECTOR", "parley")
    """Name of the DNS record with the public key."""
    webhook_secret: str = secret("PARLEY_BOUNCE_SECRET", at_least=32)
    """Signs what the relay posts to /mail/bounce; empty: nothing is taken there."""

    @property
    def domain(self) -> str:
        """The domain mails come from."""
        return self.sender.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can set."""

    secrets: Secrets = field(repr=False)
    environment: Literal["development", "production"] = choice("PARLEY_ENV", "development", "production")
    """Production refuses example values and hides the developer pages."""
    brand_name: str = text("PARLEY_BRAND_NAME", "Parley")
    """Shown in titles, header and mails."""
    accent_color: str = matching("PARLEY_ACCENT_COLOR", "#[0-9a-fA-F]{6}", "#4f46e5", "#4f46e5")
    """Hover, soft and dark shades are derived from it."""
    logo_path: str = text("PARLEY_LOGO")
    """Path under assets/, such as /logo.svg; empty shows the built-in mark."""
    data_dir: Path = parsed("PARLEY_DATA", Path, Path(".data"))
    """Database, secrets and logs; made on first run, mode 0700."""
    bind_host: str = text("PARLEY_BIND_HOST", "127.0.0.1")
    """Address the page, sockets and signalling listen on."""
    port: int = number("PORT", 3000, 1, 65535)
    """TCP port of the one origin."""
    public_host: str = parsed("PARLEY_PUBLIC_HOST", host_of, "", "look like meet.your-company.org")
    """Name of the one origin, if it is https."""
    public_url: str = parsed("PARLEY_PUBLIC_URL", origin_of, "", "look like https://meet.your-company.org")
    """What invitation links begin with; default made of PARLEY_PUBLIC_HOST, else http://localhost:PORT."""
    connections_per_address: int = number("PARLEY_CONNECTIONS_PER_ADDRESS", 512, 16, 65536)
    """TCP connections of one address at most, in each app worker; with proxies in front they have to count."""
    database_url: str = text("PARLEY_DATABASE_URL")
    """SQLAlchemy URL; default SQLite in the data folder."""
    redis_url: str = set_by(
        Variable("PARLEY_REDIS_URL", _redis_url, "begin with redis://, rediss:// or unix://", is_secret=True),
        default="",
        repr=False,
    )
    """Needed only with several app processes. May hold a password."""
    livekit_url: str = text("LIVEKIT_URL")
    """Set: use that LiveKit server. Empty: start the media process as a supervised child."""
    media_http_port: int = number("PARLEY_MEDIA_PORT", 7880, 1, 65535)
    """Loopback TCP port of the embedded media process."""
    media_udp_port: int = number("PARLEY_MEDIA_UDP_PORT", 7882, 1, 65535)
    """The one UDP port that carries all media."""
    media_bind_host: str = text("PARLEY_MEDIA_BIND_HOST", "127.0.0.1")
    """Address the media UDP port listens on."""
    media_public_ip: str = text("PARLEY_MEDIA_PUBLIC_IP")
    """Address that browsers are told to send media to; default the bind address."""
    session_days: int = number("PARLEY_SESSION_DAYS", 14, 1, 365)
    """Days until a sign-in ends by itself."""
    room_token_minutes: int = number("PARLEY_ROOM_TOKEN_MINUTES", 10, 1, 60)
    """Minutes an access token for the media process is valid."""
    room_capacity: int = number("PARLEY_ROOM_CAPACITY", 50, 2, 1000)
    """Participants in one meeting at most; one of these places is the host's."""
    open_meetings: int = number("PARLEY_OPEN_MEETINGS", 200, 1, 100_000)
    """Meetings open at once in this installation."""
    open_per_account: int = number("PARLEY_OPEN_PER_ACCOUNT", 5, 1, 1000)
    """Meetings one account may have open at once."""
    intranet_email: bool = switch("PARLEY_INTRANET_EMAIL", default=False)
    """Whether e-mail addresses of names only an intranet knows are accepted, such as ann@office."""
    require_verified_email: bool = switch("PARLEY_REQUIRE_VERIFIED_EMAIL", default=True)
    """0 lets guests in to meetings of accounts whose e-mail address nobody has confirmed: for closed networks without
    mail."""
    breached_passwords: str = readable("PARLEY_BREACHED_PASSWORDS")
    """Passwords to refuse beside the built-in list: a file of SHA-1 sums in order, or a folder of range files, both as
    Have I Been Pwned gives them. Read on this machine; nobody is asked."""
    trusted_proxy_hops: int = number("PARLEY_TRUSTED_PROXY_HOPS", 0, 0, 5)
    """How many proxies in front set X-Forwarded-For."""
    inbound_secret: str = secret("PARLEY_INBOUND_SECRET", at_least=32)
    """What the mail server shows to hand us mails at /mail/inbound; empty: none are taken."""
    staff: frozenset[str] = set_by(_STAFF, default=frozenset(), repr=False)
    """E-mail addresses of those who may write newsletters and answer people, once they have confirmed them. A domain of
    emails beyond ASCII is written the way it travels (xn--…)."""
    processors: tuple[Processor, ...] = parsed(
        "PARLEY_PROCESSORS",
        _processors_of,
        (),
        "be a JSON list of objects with name, does, data (a list) and country",
    )
    """Path of a JSON file; a processor may also have a safeguard."""
    review_months: int = number("PARLEY_REVIEW_MONTHS", 6, 1, 120)
    """Months after which a person is asked whether what we know is still right."""
    erasure_days: int = number("PARLEY_ERASURE_DAYS", 7, 0, 30)
    """Days between asking for erasure and the erasure, in which it can be taken back."""
    controller: Controller = field(default_factory=Controller)
    mail: Mail = field(default_factory=Mail)
    column_key_file: Path | None = None
    """Where the keys of the encrypted columns are kept; None if the operator gives them by PARLEY_COLUMN_KEY."""

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def keeps_mails(self) -> bool:
        """Whether mails go to the built-in stand-in: never in production, nor when the operator names a relay."""
        return not self.is_production and not self.mail.host

    @property
    def site_url(self) -> str:
        """The public URL as built pages carry it; on localhost without its port, so that one build fits every port."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://localhost" if parts.hostname == "localhost" else self.public_url

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """Origins whose pages may open our sockets and post our forms: the public one, and loopback outside production."""
        if self.is_production:
            return (self.public_url,)
        return (self.public_url, f"http://localhost:{self.port}", f"http://127.0.0.1:{self.port}")

    @property
    def other_hosts(self) -> tuple[str, ...]:
        """Servers beside this one that take part, by name: the mail relay, a media server, databases elsewhere."""
        urls = (self.livekit_url, self.database_url, self.redis_url)
        hosts = dict.fromkeys([self.mail.host, *(urlsplit(url).hostname or "" for url in urls)])
        return tuple(host for host in hosts if host not in ("", "localhost", "127.0.0.1", "::1"))

    @property
    def media_is_embedded(self) -> bool:
        """Whether this app starts and watches its own media process."""
        return not self.livekit_url

    @property
    def media_room_capacity(self) -> int:
        """The media server's own bound of a room. Guests are counted by `services.seats`; what is left above lets the
        host in with a second device, or while a tab that was lost is still counted."""
        return self.room_capacity + 5

    @property
    def media_http_url(self) -> str:
        """Base URL (http or https) of LiveKit's HTTP interface."""
        if self.media_is_embedded:
            return f"http://127.0.0.1:{self.media_http_port}"
        return re.sub(r"^ws", "http", self.livekit_url).rstrip("/")
