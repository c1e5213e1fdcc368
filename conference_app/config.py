"""The product's settings: read once from the environment into one typed, frozen object.

Every field names its unit, default and variable. Secrets that the operator does not give are made on first run and
kept in the data folder, readable by its owner only.
"""

from __future__ import annotations

import base64
import functools
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from conference_app.errors import ConfigurationError

VERSION = "0.1.0"
LANGUAGES = ("en", "pl")
"""Languages the pages are built in; the first is served without a path prefix."""

SECRET_NAMES = ("session_key", "password_pepper", "column_key", "lookup_key", "livekit_api_key", "livekit_api_secret")
_EXAMPLE_HOSTS = ("example.com", "example.org", "example.net")


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must never leave this process: no log, page, URL or exception shows a field of it."""

    session_key: str = field(repr=False)
    """Keys the CSRF tokens and signed links; hex, 256 bits."""
    password_pepper: str = field(repr=False)
    """Keys the HMAC under bcrypt; hex, 256 bits; lost means every password must be reset."""
    column_key: str = field(repr=False)
    """Encrypts personal columns; comma-separated Fernet keys, newest first."""
    lookup_key: str = field(repr=False)
    """Keys the HMAC by which encrypted columns are looked up; hex, 256 bits."""
    livekit_api_key: str = field(repr=False)
    livekit_api_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Controller:
    """Who answers for the data (GDPR Art. 4(7)): shown in the policy, on the contact page and in every mail.

    Development starts with examples that say so; production refuses them.
    """

    name: str = "Example Operator (not set)"
    """PARLEY_CONTROLLER_NAME. Legal name of the company or person."""
    address: str = "1 Example Street, 00-000 Exampletown (not set)"
    """PARLEY_CONTROLLER_ADDRESS. Postal address on one line."""
    email: str = "privacy@example.com"
    """PARLEY_CONTROLLER_EMAIL. For questions about privacy."""
    phone: str = "+48 00 000 00 00 (not set)"
    """PARLEY_CONTROLLER_PHONE. In international form."""
    country: str = "Exampleland (not set)"
    """PARLEY_CONTROLLER_COUNTRY. The country the servers stand in."""
    hosting: str = ""
    """PARLEY_HOSTING. Who hosts the servers and where, in a sentence; empty: the controller does."""

    @property
    def examples(self) -> tuple[str, ...]:
        """The variables that are still examples."""
        default = Controller()
        names = [name for name in _CONTROLLER if getattr(self, name) == getattr(default, name)]
        return tuple(_CONTROLLER[name] for name in names)


_CONTROLLER = {
    "name": "PARLEY_CONTROLLER_NAME",
    "address": "PARLEY_CONTROLLER_ADDRESS",
    "email": "PARLEY_CONTROLLER_EMAIL",
    "phone": "PARLEY_CONTROLLER_PHONE",
    "country": "PARLEY_CONTROLLER_COUNTRY",
}


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


@dataclass(frozen=True, slots=True)
class Mail:
    """How mails leave. Without `host`, outside production, they go to the built-in stand-in (page /dev/mail)."""

    host: str = ""
    """PARLEY_SMTP_HOST. The relay that takes our mails."""
    port: int = 587
    """PARLEY_SMTP_PORT. TCP port; default 587, or 465 with PARLEY_SMTP_TLS=tls."""
    user: str = field(default="", repr=False)
    """PARLEY_SMTP_USER."""
    password: str = field(default="", repr=False)
    """PARLEY_SMTP_PASSWORD."""
    tls: Literal["starttls", "tls", "none"] = "starttls"
    """PARLEY_SMTP_TLS. starttls, tls (from the first byte), or none (outside production only)."""
    sender: str = ""
    """PARLEY_MAIL_FROM. The address mails come from, such as meetings@your-company.org."""
    dkim_key: str = ""
    """PARLEY_DKIM_KEY. File of an RSA private key (PEM); empty: the relay signs."""
    dkim_selector: str = "parley"
    """PARLEY_DKIM_SELECTOR. Name of the DNS record with the public key."""
    webhook_secret: str = field(default="", repr=False)
    """PARLEY_BOUNCE_SECRET. Signs what the relay posts to /mail/bounce; empty: nothing is taken there."""

    @property
    def domain(self) -> str:
        """The domain mails come from."""
        return self.sender.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can set. The variable of each field stands in its description."""

    secrets: Secrets = field(repr=False)
    environment: Literal["development", "production"] = "development"
    """PARLEY_ENV. Production refuses example values and hides the developer pages."""
    brand_name: str = "Parley"
    """PARLEY_BRAND_NAME. Shown in titles, header and mails."""
    accent_color: str = "#4f46e5"
    """PARLEY_ACCENT_COLOR. `#rrggbb`; hover, soft and dark shades are derived from it."""
    logo_path: str = ""
    """PARLEY_LOGO. Path under assets/, such as /logo.svg; empty shows the built-in mark."""
    data_dir: Path = Path(".data")
    """PARLEY_DATA. Database, secrets and logs; made on first run, mode 0700."""
    bind_host: str = "127.0.0.1"
    """PARLEY_BIND_HOST. Address the page, sockets and signalling listen on."""
    port: int = 3000
    """PORT. TCP port of the one origin."""
    public_url: str = "http://localhost:3000"
    """PARLEY_PUBLIC_URL, or made of PARLEY_PUBLIC_HOST (https). What invitation links begin with."""
    database_url: str = ""
    """PARLEY_DATABASE_URL. SQLAlchemy URL; default SQLite in the data folder."""
    redis_url: str = ""
    """PARLEY_REDIS_URL. Needed only with several app processes."""
    livekit_url: str = ""
    """LIVEKIT_URL. Set: use that LiveKit server. Empty: start the media process as a supervised child."""
    media_http_port: int = 7880
    """PARLEY_MEDIA_PORT. Loopback TCP port of the embedded media process."""
    media_udp_port: int = 7882
    """PARLEY_MEDIA_UDP_PORT. The one UDP port that carries all media."""
    media_bind_host: str = "127.0.0.1"
    """PARLEY_MEDIA_BIND_HOST. Address the media UDP port listens on."""
    media_public_ip: str = ""
    """PARLEY_MEDIA_PUBLIC_IP. Address that browsers are told to send media to; default the bind address."""
    session_days: int = 14
    """PARLEY_SESSION_DAYS. Days until a sign-in ends by itself."""
    room_token_minutes: int = 10
    """PARLEY_ROOM_TOKEN_MINUTES. Minutes an access token for the media process is valid."""
    room_capacity: int = 50
    """PARLEY_ROOM_CAPACITY. Participants in one meeting at most."""
    intranet_email: bool = False
    """PARLEY_INTRANET_EMAIL. 1 accepts e-mail addresses of names only an intranet knows, such as ann@office."""
    require_verified_email: bool = False
    """PARLEY_REQUIRE_VERIFIED_EMAIL. 1: only who has confirmed their e-mail address can let guests in. Default: 1 in
    production and with a PARLEY_SMTP_HOST, else 0, since the built-in stand-in reaches nobody."""
    breached_passwords: str = ""
    """PARLEY_BREACHED_PASSWORDS. Passwords to refuse beside the built-in list: a file of SHA-1 sums in order, or a
    folder of range files, both as Have I Been Pwned gives them. Read on this machine; nobody is asked."""
    column_key_file: Path | None = None
    """Where the keys of the encrypted columns are kept; None if the operator gives them by PARLEY_COLUMN_KEY."""
    trusted_proxy_hops: int = 0
    """PARLEY_TRUSTED_PROXY_HOPS. How many proxies in front set X-Forwarded-For."""
    controller: Controller = field(default_factory=Controller)
    mail: Mail = field(default_factory=Mail)
    inbound_secret: str = field(default="", repr=False)
    """PARLEY_INBOUND_SECRET. What the mail server shows to hand us mails at /mail/inbound, 32 characters or more;
    empty: none are taken."""
    staff: frozenset[str] = frozenset()
    """PARLEY_STAFF. Comma-separated usernames, case-folded, of those who may write newsletters and answer people."""
    processors: tuple[Processor, ...] = ()
    """PARLEY_PROCESSORS. Path of a JSON file with a list of objects: name, does, data (list), country, safeguard."""
    review_months: int = 6
    """PARLEY_REVIEW_MONTHS. Months after which a person is asked whether what we know is still right."""
    erasure_days: int = 7
    """PARLEY_ERASURE_DAYS. Days between asking for erasure and the erasure, in which it can be taken back."""

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

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
    def media_is_embedded(self) -> bool:
        """Whether this app starts and watches its own media process."""
        return not self.livekit_url

    @property
    def media_http_url(self) -> str:
        """Base URL (http or https) of LiveKit's HTTP interface."""
        if self.media_is_embedded:
            return f"http://127.0.0.1:{self.media_http_port}"
        return re.sub(r"^ws", "http", self.livekit_url).rstrip("/")


def _number(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ConfigurationError(f"{name}={text!r} must be a whole number from {low} to {high}.")
    return int(text)


def _data_dir(environ: Mapping[str, str]) -> Path:
    path = Path(environ.get("PARLEY_DATA", "").strip() or ".data").resolve()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as err:
        reason = err.strerror or "unknown error"
        raise ConfigurationError(
            f"The data folder {path} cannot be written ({reason}). Set PARLEY_DATA to a folder you own."
        ) from err
    return path


def _public_url(environ: Mapping[str, str], port: int) -> str:
    url = environ.get("PARLEY_PUBLIC_URL", "").strip().rstrip("/")
    if not url:
        host = environ.get("PARLEY_PUBLIC_HOST", "").strip()
        url = f"https://{host}" if host else f"http://localhost:{port}"
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(f"PARLEY_PUBLIC_URL={url!r} must look like https://meet.your-company.org.")
    return url


def _controller(environ: Mapping[str, str]) -> Controller:
    given = {name: environ.get(variable, "").strip() for name, variable in _CONTROLLER.items()}
    given["hosting"] = environ.get("PARLEY_HOSTING", "").strip()
    return Controller(**{name: value for name, value in given.items() if value})


def _processors(environ: Mapping[str, str]) -> tuple[Processor, ...]:
    path = environ.get("PARLEY_PROCESSORS", "").strip()
    if not path:
        return ()
    try:
        entries = json.loads(Path(path).read_text(encoding="utf-8"))
        return tuple(Processor(**{**entry, "data": tuple(entry["data"])}) for entry in entries)
    except (OSError, ValueError, TypeError, KeyError) as err:
        raise ConfigurationError(
            f"PARLEY_PROCESSORS={path!r} must be a JSON list of objects with name, does, data (a list) and country."
        ) from err


def _mail(environ: Mapping[str, str], public_url: str) -> Mail:
    def text(name: str) -> str:
        return environ.get(name, "").strip()

    tls = text("PARLEY_SMTP_TLS") or "starttls"
    if tls not in ("starttls", "tls", "none"):
        raise ConfigurationError(f"PARLEY_SMTP_TLS={tls!r} must be starttls, tls or none.")
    sender = text("PARLEY_MAIL_FROM") or f"no-reply@{urlsplit(public_url).hostname}"
    if not re.fullmatch(r"[A-Za-z0-9._+\-]{1,64}@[A-Za-z0-9.\-]{1,253}", sender):
        raise ConfigurationError(f"PARLEY_MAIL_FROM={sender!r} must look like meetings@your-company.org.")
    secret = text("PARLEY_BOUNCE_SECRET")
    if secret and len(secret) < 32:
        raise ConfigurationError("PARLEY_BOUNCE_SECRET must have 32 characters or more.")
    return Mail(
        host=text("PARLEY_SMTP_HOST"),
        port=_number(environ, "PARLEY_SMTP_PORT", 465 if tls == "tls" else 587, 1, 65535),
        user=text("PARLEY_SMTP_USER"),
        password=environ.get("PARLEY_SMTP_PASSWORD", ""),
        tls=tls,  # pyright: ignore[reportArgumentType]
        sender=sender,
        dkim_key=text("PARLEY_DKIM_KEY"),
        dkim_selector=text("PARLEY_DKIM_SELECTOR") or "parley",
        webhook_secret=secret,
    )


def _check_mail(mail: Mail) -> None:
    if not mail.host:
        raise ConfigurationError("Production needs PARLEY_SMTP_HOST: the server that takes the mails we send.")
    if mail.tls == "none":
        raise ConfigurationError("Production sends mails over TLS only: set PARLEY_SMTP_TLS to starttls or tls.")
    for name, value in (("PARLEY_SMTP_HOST", mail.host), ("PARLEY_MAIL_FROM", mail.domain)):
        if value.endswith(_EXAMPLE_HOSTS):
            raise ConfigurationError(f"Production refuses examples: {name} names {value!r}.")


def _inbound_secret(environ: Mapping[str, str]) -> str:
    secret = environ.get("PARLEY_INBOUND_SECRET", "").strip()
    if secret and len(secret) < 32:
        raise ConfigurationError("PARLEY_INBOUND_SECRET must have 32 characters or more.")
    return secret


def _make_secret(name: str) -> str:
    if name == "column_key":
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()  # the form of a Fernet key
    if name == "livekit_api_key":
        return "API" + secrets.token_hex(8)
    return secrets.token_hex(32)


def _read_or_make(path: Path, name: str) -> str:
    """The secret kept in `path`, made now if there is none. Two processes starting at once agree on one."""
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(_make_secret(name))
    try:
        os.link(draft, path)  # fails if another process was first: then its value holds
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text(encoding="ascii").strip()


def _load_secrets(environ: Mapping[str, str], data_dir: Path) -> Secrets:
    """Secrets from PARLEY_<NAME> (LIVEKIT_API_KEY and _SECRET for the pair), else from the data folder."""

    def one(name: str) -> str:
        variable = name.upper() if name.startswith("livekit") else f"PARLEY_{name.upper()}"
        return environ.get(variable, "").strip() or _read_or_make(data_dir / "secrets" / name, name)

    return Secrets(**{name: one(name) for name in SECRET_NAMES})


def _check_production(settings: Settings) -> None:
    host = urlsplit(settings.public_url).hostname or ""
    if host == "localhost" or host.endswith(_EXAMPLE_HOSTS):
        raise ConfigurationError(
            f"Production needs PARLEY_PUBLIC_HOST set to the name people open; {host!r} is an example."
        )
    if not settings.is_https:
        raise ConfigurationError("Production needs an https PARLEY_PUBLIC_URL: browsers give no camera without it.")
    if examples := settings.controller.examples:
        raise ConfigurationError(
            f"Production needs {' and '.join(examples)}: people must know who answers for their data."
        )
    example = re.search(r"example|\(not set\)", " ".join(getattr(settings.controller, n) for n in _CONTROLLER), re.I)
    if example:
        raise ConfigurationError(
            f"Production refuses examples: {example.group()!r} stands in a PARLEY_CONTROLLER_ variable."
        )
    _check_mail(settings.mail)
    weak = [name for name in SECRET_NAMES if getattr(settings.secrets, name) in ("secret", "devkey", "changeme")]
    if weak:
        raise ConfigurationError(f"Production refuses the example value of {weak[0]}. Remove it to have one made.")


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from `environ`, with secrets made where missing.

    Raises ConfigurationError with one line for the operator.
    """
    environment = environ.get("PARLEY_ENV", "").strip() or "development"
    if environment not in ("development", "production"):
        raise ConfigurationError(f"PARLEY_ENV={environment!r} must be development or production.")
    accent = environ.get("PARLEY_ACCENT_COLOR", "").strip() or "#4f46e5"
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", accent):
        raise ConfigurationError(f"PARLEY_ACCENT_COLOR={accent!r} must look like #4f46e5.")
    data_dir = _data_dir(environ)
    port = _number(environ, "PORT", 3000, 1, 65535)
    public_url = _public_url(environ, port)
    reaches_people = environment == "production" or bool(environ.get("PARLEY_SMTP_HOST", "").strip())
    settings = Settings(
        secrets=_load_secrets(environ, data_dir),
        environment="production" if environment == "production" else "development",
        brand_name=environ.get("PARLEY_BRAND_NAME", "").strip() or "Parley",
        accent_color=accent,
        logo_path=environ.get("PARLEY_LOGO", "").strip(),
        data_dir=data_dir,
        bind_host=environ.get("PARLEY_BIND_HOST", "").strip() or "127.0.0.1",
        port=port,
        public_url=public_url,
        database_url=environ.get("PARLEY_DATABASE_URL", "").strip() or f"sqlite+aiosqlite:///{data_dir}/parley.db",
        redis_url=environ.get("PARLEY_REDIS_URL", "").strip(),
        livekit_url=environ.get("LIVEKIT_URL", "").strip(),
        media_http_port=_number(environ, "PARLEY_MEDIA_PORT", 7880, 1, 65535),
        media_udp_port=_number(environ, "PARLEY_MEDIA_UDP_PORT", 7882, 1, 65535),
        media_bind_host=environ.get("PARLEY_MEDIA_BIND_HOST", "").strip() or "127.0.0.1",
        media_public_ip=environ.get("PARLEY_MEDIA_PUBLIC_IP", "").strip(),
        session_days=_number(environ, "PARLEY_SESSION_DAYS", 14, 1, 365),
        room_token_minutes=_number(environ, "PARLEY_ROOM_TOKEN_MINUTES", 10, 1, 60),
        room_capacity=_number(environ, "PARLEY_ROOM_CAPACITY", 50, 2, 1000),
        intranet_email=_number(environ, "PARLEY_INTRANET_EMAIL", 0, 0, 1) == 1,
        require_verified_email=_number(environ, "PARLEY_REQUIRE_VERIFIED_EMAIL", int(reaches_people), 0, 1) == 1,
        breached_passwords=environ.get("PARLEY_BREACHED_PASSWORDS", "").strip(),
        column_key_file=None if environ.get("PARLEY_COLUMN_KEY", "").strip() else data_dir / "secrets" / "column_key",
        trusted_proxy_hops=_number(environ, "PARLEY_TRUSTED_PROXY_HOPS", 0, 0, 5),
        controller=_controller(environ),
        mail=_mail(environ, public_url),
        inbound_secret=_inbound_secret(environ),
        staff=frozenset(name.strip().casefold() for name in environ.get("PARLEY_STAFF", "").split(",") if name.strip()),
        processors=_processors(environ),
        review_months=_number(environ, "PARLEY_REVIEW_MONTHS", 6, 1, 120),
        erasure_days=_number(environ, "PARLEY_ERASURE_DAYS", 7, 0, 30),
    )
    if settings.is_production:
        _check_production(settings)
    return settings


@functools.cache
def settings() -> Settings:
    """The settings of this process, read from its environment at the first call."""
    return load_settings(os.environ)
