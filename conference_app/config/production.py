"""What production refuses: example values, weak secrets, and whatever would leave people unprotected or uninformed."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from conference_app.config.kept_secrets import SECRET_LENGTH, SECRET_NAMES, Secrets
from conference_app.config.schema import Controller, Mail, Settings
from conference_app.config.variables import variables
from conference_app.errors import ConfigurationError

_EXAMPLE_HOSTS = ("example.com", "example.org", "example.net")
_EXAMPLE_SECRETS = ("secret", "devkey", "changeme")


def check_production(settings: Settings) -> None:
    """Raises ConfigurationError with one line for the operator."""
    _check_address(settings)
    _check_controller(settings.controller)
    _check_mail(settings.mail)
    _check_secrets(settings.secrets)


def _check_address(settings: Settings) -> None:
    host = urlsplit(settings.public_url).hostname or ""
    if _is_loopback(host) or host.endswith(_EXAMPLE_HOSTS):
        raise ConfigurationError(
            f"Production needs PARLEY_PUBLIC_HOST set to the name people open; {host!r} is an example."
        )
    if not settings.is_https:
        raise ConfigurationError("Production needs an https PARLEY_PUBLIC_URL: browsers give no camera without it.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _check_controller(controller: Controller) -> None:
    if controller.examples:
        raise ConfigurationError(
            f"Production needs {' and '.join(controller.examples)}: people must know who answers for their data."
        )
    for name, variable in variables(Controller).items():
        example = re.search(r"example|\(not set\)", getattr(controller, name), re.IGNORECASE)
        if example and name != "hosting":  # a sentence may well say "for example"
            raise ConfigurationError(f"Production refuses examples: {example.group()!r} stands in {variable.name}.")


def _check_mail(mail: Mail) -> None:
    if not mail.host:
        raise ConfigurationError("Production needs PARLEY_SMTP_HOST: the server that takes the mails we send.")
    if mail.tls == "none":
        raise ConfigurationError("Production sends mails over TLS only: set PARLEY_SMTP_TLS to starttls or tls.")
    for name, value in (("PARLEY_SMTP_HOST", mail.host), ("PARLEY_MAIL_FROM", mail.domain)):
        if value.endswith(_EXAMPLE_HOSTS):
            raise ConfigurationError(f"Production refuses examples: {name} names {value!r}.")


def _check_secrets(secrets: Secrets) -> None:
    if weak := [name for name in SECRET_NAMES if getattr(secrets, name) in _EXAMPLE_SECRETS]:
        raise ConfigurationError(f"Production refuses the example value of {weak[0]}. Remove it to have one made.")
    if len(secrets.livekit_api_secret) < SECRET_LENGTH:
        raise ConfigurationError(f"Production needs a LIVEKIT_API_SECRET of {SECRET_LENGTH} characters or more.")
