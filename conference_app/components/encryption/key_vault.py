"""The account's key vault in the browser: opened there, with what was proven on the way to the page."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component, NoSSRComponent

from conference_app.browser_files import browser_file
from conference_app.components.encryption.vault_state import VaultState

PACKAGES = ["@noble/curves@2.0.1", "@noble/hashes@2.0.1", "@scure/bip39@2.0.1", "lucide-react@1.26.0"]
"""What the TypeScript of this folder imports."""


def _two_texts(first: rx.Var[str], second: rx.Var[str]) -> tuple[rx.Var[str], rx.Var[str]]:
    return (first, second)


class KeyVault(NoSSRComponent):
    """Opens the vault as far as that needs nobody, and has kept what the server lacks."""

    library = browser_file(__file__, "key_vault.tsx")
    tag = "KeyVault"
    lib_dependencies: list[str] = PACKAGES
    vault: rx.Var[str]
    meetings: rx.Var[str]
    proven: rx.Var[int]
    on_put: rx.EventHandler[_two_texts]
    """(name of the key, wraps as JSON)."""
    on_replace: rx.EventHandler[_two_texts]
    """The same, for a new key."""
    on_meetings: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    """(public keys of meetings as JSON)."""


class TypedPassword(Component):
    """Keeps what is typed into the field `field` of a form for the page that follows, in a form that only derives keys."""

    library = browser_file(__file__, "typed_password.tsx")
    tag = "TypedPassword"
    field: rx.Var[str]


def key_vault() -> rx.Component:
    """For every page of a member that shows links or comes after a sign-in."""
    state = VaultState
    return rx.fragment(
        rx.el.span(on_mount=state.load, hidden=True),
        KeyVault.create(
            vault=state.vault,
            meetings=state.meetings,
            proven=state.proven,
            on_put=state.put,
            on_replace=state.replace,
            on_meetings=state.put_meetings,
        ),
    )
