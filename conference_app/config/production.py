"""What production refuses: example values, weak secrets, and whatever would leave people unprotected or uninformed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from conference_app.config.kept_secrets import SECRET_LENGTH, SECRET_NAMES, Secrets
from conference_app.config.origin import is_loopback
from conference_app.config.schema import Controller, Mail, Settings
from conference_app.config.variables import variables

_EXAMPLE_HOSTS = ("example.com", "example.org", "example.net")
_EXAMPLE_SECRETS = ("secret", "devkey", "changeme")
_WHERE_FROM = {
    "name": "the legal name of the company or person that runs this service, as your register entry has it",
    "address": "its postal address on one line, as your letterhead has it",
    "email": "a mailbox that somebody reads for questions about privacy; make one at your mail provider",
    "phone": "a number that somebody answers, in international form, such as +48 22 555 01 00",
    "country": "the country that the servers stand in; your hosting provider names it",
}
"""What each field of the controller is, and where to get it."""


def missing_for_production(settings: Settings) -> list[str]:
    """Everything that keeps these settings from facing the world: a line for each, with where to get what is needed."""
    return [
        *_about_address(settings),
        *_about_controller(settings.controller),
        *_about_mail(settings.mail),
        *_about_secrets(settings.secrets),
    ]


def _about_address(settings: Settings) -> Iterator[str]:
    host = urlsplit(settings.public_url).hostname or ""
    if is_loopback(host) or host.endswith(_EXAMPLE_HOSTS):
        yield (
            f"Production needs PARLEY_PUBLIC_HOST: the name that people open ({host!r} is an example). Your domain's DNS"
            " must lead it to this machine."
        )
    elif not settings.is_https:
        yield (
            "Production needs an https PARLEY_PUBLIC_URL: browsers give no camera without it. A proxy in front, such as"
            " nginx or Caddy, gets the certificate."
        )


def _about_controller(controller: Controller) -> Iterator[str]:
    for name, variable in variables(Controller).items():
        value = getattr(controller, name)
        if variable.name in controller.examples:
            yield f"Production needs {variable.name}: {_WHERE_FROM[name]}."
        elif name != "hosting" and (example := re.search(r"example|\(not set\)", value, re.IGNORECASE)):
            yield f"Production refuses examples: {example.group()!r} stands in {variable.name}."


def _about_mail(mail: Mail) -> Iterator[str]:
    if not mail.host:
        yield (
            "Production needs PARLEY_SMTP_HOST: the server that takes the mails we send. Your mail provider names it as"
            " its SMTP or outgoing server, with the _USER and _PASSWORD for it."
        )
    if mail.tls == "none":
        yield "Production sends mails over TLS only: set PARLEY_SMTP_TLS to starttls or tls."
    for name, value in (("PARLEY_SMTP_HOST", mail.host), ("PARLEY_MAIL_FROM", mail.domain)):
        if value.endswith(_EXAMPLE_HOSTS):
            yield f"Production refuses examples: {name} names {value!r}."


def _about_secrets(secrets: Secrets) -> Iterator[str]:
    for name in SECRET_NAMES:
        if getattr(secrets, name) in _EXAMPLE_SECRETS:
            yield f"Production refuses the example value of {name}. Remove it to have one made."
    if len(secrets.livekit_api_secret) < SECRET_LENGTH:
        yield (
            f"Production needs a LIVEKIT_API_SECRET of {SECRET_LENGTH} characters or more. Remove it to have one made, or"
            " make one with: openssl rand -hex 32"
        )
