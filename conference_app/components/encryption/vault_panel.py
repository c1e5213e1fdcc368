"""What pages say of the key vault: how to open it, the recovery phrase, and what it protects from."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import NoSSRComponent

from conference_app.browser_files import browser_file
from conference_app.components.encryption.key_vault import PACKAGES
from conference_app.components.encryption.vault_state import VaultState
from conference_app.components.encryption.words import look, vault_words
from conference_app.components.kit.surfaces import banner
from conference_app.texts import _


class VaultPanel(NoSSRComponent):
    """Says something only where the person is needed."""

    library = browser_file(__file__, "vault_panel.tsx")
    tag = "VaultPanel"
    lib_dependencies: list[str] = PACKAGES
    account: rx.Var[str]
    has_meeting: rx.Var[bool]
    words: rx.Var[dict[str, str]]
    look: rx.Var[dict[str, str]]


class VaultSection(NoSSRComponent):
    """What opens the vault, and a new phrase."""

    library = browser_file(__file__, "vault_panel.tsx")
    tag = "VaultSection"
    lib_dependencies: list[str] = PACKAGES
    words: rx.Var[dict[str, str]]
    look: rx.Var[dict[str, str]]


def vault_panel() -> rx.Component:
    """On pages about meetings; nothing while all is well."""
    state = VaultState
    return rx.el.div(
        rx.cond(state.problem, rx.el.div(banner(state.problem, "danger"), role="alert", class_name="mb-4")),
        VaultPanel.create(account=state.account, has_meeting=state.has_meeting, words=vault_words(), look=look()),
        class_name="mb-6 empty:hidden",
    )


def vault_section() -> rx.Component:
    """The body of the security page's section about the keys."""
    state = VaultState
    return rx.fragment(
        rx.el.p(
            _(
                "They are made in your browser. Our server keeps them locked, so a stolen database or backup opens no "
                "meeting. It does not protect from a server that sends your browser altered code, or that keeps the "
                "password you type when you sign in."
            ),
            class_name="text-sm leading-6 text-ink-muted",
        ),
        rx.cond(state.problem, rx.el.div(banner(state.problem, "danger"), role="alert")),
        VaultSection.create(words=vault_words(), look=look()),
    )
