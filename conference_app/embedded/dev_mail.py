"""The page that shows what the mail stand-in has kept. Outside production, and from this machine alone."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterable

import reflex as rx

from conference_app.components.frame.page_frame import visitor_frame
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import button, icon
from conference_app.components.kit.loading import loading, skeleton
from conference_app.components.kit.surfaces import banner, card, empty_state
from conference_app.components.kit.tabs import tabs
from conference_app.components.kit.vars import one_of
from conference_app.config import settings
from conference_app.embedded import mail_sink
from conference_app.embedded.kept_mail import MailLine, OpenMail, newest, opened
from conference_app.errors import NotFound
from conference_app.session import client_address, public, sent_headers
from conference_app.texts import _, n_

SHOWN = 100
_LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
_OF_PROXIES = ("forwarded", "via", "x-real-ip")
"""Headers by which a proxy shows itself (RFC 7239, RFC 9110), beside all that begin with x-forwarded-."""


def came_by_proxy(headers: Iterable[str]) -> bool:
    """Whether one of the header names says that somebody else's request was passed on from this machine."""
    return any(name.lower() in _OF_PROXIES or name.lower().startswith("x-forwarded-") for name in headers)


def is_local(address: str, host: str) -> bool:
    """Whether a request with this client address and Host header comes from this machine."""
    try:
        loopback = ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False
    return loopback and (host.rpartition(":")[0] or host) in _LOCAL_HOSTS


class DevMailState(rx.State):
    """The list, and the mail that is open."""

    loaded: bool = False
    refused: bool = False
    mails: list[MailLine] = []
    chosen: OpenMail = OpenMail()
    view: str = "html"

    @rx.event
    @public
    async def load(self) -> None:
        self.refused = not self._may_look()
        if not self.refused:
            self.mails = await asyncio.to_thread(newest, mail_sink.folder(settings()), SHOWN)
        self.loaded = True

    @rx.event
    @public
    async def open(self, key: str) -> None:
        if not self._may_look():
            return
        try:
            self.chosen = await asyncio.to_thread(opened, mail_sink.folder(settings()), key)
        except NotFound:
            self.chosen = OpenMail()

    @rx.event
    @public
    async def show(self, view: str) -> None:
        self.view = view if view in ("html", "text", "headers") else "html"

    def _may_look(self) -> bool:
        """A proxy that rewrites Host is known by its headers; one without any fails the Origin check of the socket."""
        if not mail_sink.is_used(settings()) or came_by_proxy(sent_headers()):
            return False
        return is_local(client_address(self), self.router.headers.host)


def _row(mail: MailLine) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(mail.subject, class_name="block font-medium wrap-anywhere"),
            rx.el.span(mail.recipient, class_name="block text-sm text-ink-muted wrap-anywhere"),
            rx.el.span(mail.when, class_name="block text-sm text-ink-faint"),
            type="button",
            on_click=DevMailState.open(mail.key),
            class_name=(
                "w-full text-left p-4 rounded-card border border-line bg-surface-raised hover:bg-surface-sunken "
                "aria-[current=true]:border-accent"
            ),
            custom_attrs={"aria-current": rx.cond(DevMailState.chosen.key == mail.key, "true", "false")},
        )
    )


def _opened_mail() -> rx.Component:
    chosen = DevMailState.chosen
    plain = "whitespace-pre-wrap wrap-anywhere text-sm font-mono p-4"
    return rx.el.section(
        rx.el.h2(chosen.subject, class_name="text-xl mb-3 wrap-anywhere"),
        tabs(
            _("View"),
            (("html", _("Mail")), ("text", _("Text")), ("headers", _("Headers"))),
            DevMailState.view,
            DevMailState.show,
        ),
        card(
            one_of(
                DevMailState.view,
                ("text", rx.el.pre(chosen.text, class_name=plain)),
                ("headers", rx.el.pre(chosen.headers, class_name=plain)),
                otherwise=rx.el.iframe(
                    src_doc=chosen.html,
                    title=_("The mail"),
                    custom_attrs={"sandbox": "allow-popups allow-popups-to-escape-sandbox"},
                    class_name="w-full h-[70dvh] border-0 block",
                ),
            ),
            extra="mt-3 overflow-hidden",
        ),
        aria_label=_("The mail"),
        class_name="min-w-0",
    )


def _list() -> rx.Component:
    return rx.cond(
        DevMailState.mails,
        rx.el.div(
            rx.el.ul(
                rx.foreach(DevMailState.mails, _row),
                class_name="grid gap-2 content-start lg:max-h-[80dvh] overflow-y-auto p-1 -m-1",
                aria_label=_("E-mails"),
                custom_attrs={"tabIndex": "0"},
            ),
            rx.cond(
                DevMailState.chosen.key,
                _opened_mail(),
                rx.el.p(_("Choose an e-mail to read it."), class_name="text-ink-muted p-4"),
            ),
            class_name="grid gap-6 lg:grid-cols-[22rem_minmax(0,1fr)]",
        ),
        empty_state(
            "mail",
            _("No mail yet."),
            _("What this server would send appears here as soon as it is sent."),
            button(_("Look again"), kind="secondary", on_click=DevMailState.load),
        ),
    )


@page("/dev/mail", title=n_("E-mails"), on_load=DevMailState.load)
def dev_mail() -> rx.Component:
    note = _("A stand-in: no mail server is set, so e-mails are kept on this machine instead of being sent.")
    return visitor_frame(
        rx.el.div(
            rx.el.div(
                rx.el.h1(_("E-mails")),
                button(_("Look again"), kind="secondary", icon_name="refresh-cw", on_click=DevMailState.load),
                class_name="flex flex-wrap items-center justify-between gap-4 mb-4",
            ),
            banner(note, "warn"),
            rx.el.div(
                rx.cond(
                    DevMailState.refused,
                    rx.el.p(
                        icon("lock", 18),
                        _("This page answers only on the machine it runs on."),
                        class_name="flex items-center gap-2 text-ink-muted",
                    ),
                    rx.cond(DevMailState.loaded, _list(), loading(skeleton("h-20"), skeleton("h-20"))),
                ),
                class_name="mt-6",
            ),
            class_name="max-w-page mx-auto px-4 sm:px-6 lg:px-8 py-10",
        )
    )
