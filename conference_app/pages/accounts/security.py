"""The account's safety: e-mail, password, passkeys, the authenticator app, and what happened lately."""

from __future__ import annotations

import reflex as rx

from conference_app.components.accounts.account_frame import account_frame
from conference_app.components.accounts.confirm_email import confirm_email_banner
from conference_app.components.encryption.key_vault import key_vault
from conference_app.components.encryption.vault_panel import vault_section
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import button
from conference_app.components.kit.loading import loading, skeleton
from conference_app.components.kit.surfaces import banner
from conference_app.components.kit.times import moment
from conference_app.components.sign_in.authenticator_section import authenticator_section
from conference_app.components.sign_in.credentials_section import email_section, password_section
from conference_app.components.sign_in.passkeys_section import passkeys_section
from conference_app.components.sign_in.security_form import SecurityState, section
from conference_app.texts import _, n_


def _events() -> rx.Component:
    row = lambda one: rx.el.li(  # noqa: E731 - one line of a list
        rx.el.span(one.what, class_name="wrap-anywhere"),
        rx.el.span(moment(one.at), class_name="text-ink-muted tabular-nums sm:whitespace-nowrap"),
        class_name="flex flex-col sm:flex-row sm:justify-between gap-x-4 py-2 border-t border-line first:border-t-0 text-sm",
    )
    return section(
        _("Recent activity"),
        _("Something you don't recognise? Change your password; that signs out every other device."),
        rx.el.ul(rx.foreach(SecurityState.events, row)),
    )


@page("/account/security", title=n_("Security"), on_load=SecurityState.load)
def account_security() -> rx.Component:
    state = SecurityState
    again = button(_("Try again"), kind="secondary", size="small", on_click=state.load)
    waiting = loading(skeleton("h-32 rounded-card"), skeleton("h-32 rounded-card"), skeleton("h-32 rounded-card"))
    parts = rx.el.div(
        email_section(),
        password_section(),
        passkeys_section(),
        authenticator_section(),
        section(
            _("Keys of your meetings"), _("With them your browsers make links and let people in."), vault_section()
        ),
        _events(),
        class_name="max-w-2xl",
    )
    return account_frame(
        key_vault(),
        confirm_email_banner(),
        rx.cond(state.failure, banner(state.failure, "danger", again)),
        rx.cond(state.loaded, parts, rx.cond(state.failure, rx.fragment(), waiting)),
        part="/account/security",
    )
