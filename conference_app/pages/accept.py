"""Between a sign-in and the meetings, when the terms or the policy have changed: what is new, and the box to tick."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.buttons import button_class, submit_button, text_link
from conference_app.components.fields import checkbox
from conference_app.components.forms import FormState, checked_form, ticked
from conference_app.components.page_frame import narrow_frame, sign_out_form
from conference_app.components.page_registry import page
from conference_app.components.slots import slotted
from conference_app.components.surfaces import card, loading, skeleton
from conference_app.errors import ConferenceError, InvalidInput
from conference_app.services import acceptance, document_versions
from conference_app.services.documents import Document
from conference_app.session import before_acceptance, require_account
from conference_app.texts import _, current_language, localized_path, n_


@dataclass(frozen=True)
class Change:
    """A paragraph of a changed document; `mark` is added, removed or same."""

    mark: str
    text: str


@dataclass(frozen=True)
class ChangedDocument:
    """A document that waits to be accepted, and what is new in it."""

    title: str
    path: str
    changes: list[Change]


def _titles() -> dict[Document, str]:
    return {"terms": _("Terms"), "privacy": _("Privacy policy")}


async def _changed(document: Document, since: str) -> ChangedDocument:
    found = [Change(mark, text) for mark, text in await document_versions.changes(document, since) if mark != "same"]
    return ChangedDocument(_titles()[document], localized_path(f"/{document}"), found)


class AcceptState(FormState, rx.State):
    """What has changed since the person last accepted."""

    loaded: bool = False
    changed: list[ChangedDocument] = []

    @rx.event
    @before_acceptance
    async def load(self) -> EventSpec | None:
        account = await require_account(self)
        self._reset_form()
        if not account.must_accept:
            return rx.redirect(self._next_path())
        waiting = await acceptance.waiting(account.account_id)
        self.changed = [await _changed(document, since) for document, since in waiting.items()]
        self.loaded = True
        return None

    @rx.event
    @before_acceptance
    async def submit(self, form: dict[str, object]) -> AsyncIterator[EventSpec | None]:
        account = await require_account(self)
        self._begin()
        yield
        try:
            if not ticked(form, "accepted"):
                missing = ConferenceError(n_("Tick the box to go on, or sign out: nothing is lost either way."))
                raise InvalidInput(n_("Some fields need another look."), {"accepted": missing})
            await acceptance.accept(account.account_id, account.session_hash, current_language())
            yield rx.redirect(self._next_path())
        except ConferenceError as error:
            self._refuse(error)
        finally:
            self.busy = False

    def _next_path(self) -> str:
        path = self.router.url.query_parameters.get("next", "")
        is_ours = path.startswith("/") and not path.startswith(("//", "/\\", "/auth/")) and path.isprintable()
        return path if is_ours else localized_path("/dashboard")


def _change(change: Change) -> rx.Component:
    added = change.mark == "added"
    return rx.el.li(
        rx.el.span(rx.cond(added, _("New:"), _("No longer:")), class_name="text-xs font-medium text-ink-muted block"),
        rx.cond(
            added,
            rx.el.ins(change.text, class_name="no-underline text-ink"),
            rx.el.del_(change.text, class_name="text-ink-muted"),
        ),
        class_name=rx.cond(added, "border-l-2 border-ok pl-3", "border-l-2 border-line-strong pl-3"),
    )


def _document(document: ChangedDocument) -> rx.Component:
    return card(
        rx.el.h2(document.title, class_name="text-lg"),
        rx.cond(
            document.changes.length() > 0,
            rx.el.ul(rx.foreach(document.changes, _change), class_name="grid gap-4 mt-4 text-sm leading-6"),
        ),
        rx.el.p(text_link(_("Read it in full"), document.path, target="_blank"), class_name="text-sm mt-4"),
    )


@page("/accept", title=n_("Our terms have changed"), on_load=AcceptState.load)
def accept() -> rx.Component:
    state = AcceptState
    form = checked_form(
        state,
        rx.foreach(state.changed, _document),
        checkbox(
            slotted(
                _("I accept the {terms} and the {policy}."),
                terms=text_link(_("terms"), localized_path("/terms"), target="_blank"),
                policy=text_link(_("privacy policy"), localized_path("/privacy"), target="_blank"),
            ),
            "accepted",
            error=state.errors["accepted"],
        ),
        submit_button(_("Accept and go on"), busy=state.busy, extra="w-full"),
        on_submit=state.submit,
    )
    return narrow_frame(
        rx.el.h1(_("Our terms have changed"), class_name="text-[2rem]"),
        rx.el.p(
            _(
                "Before you go on, see what is new. If you do not agree, sign out; your data stays yours to take or erase."
            ),
            class_name="text-ink-muted mt-3 mb-8",
        ),
        rx.cond(state.loaded, form, loading(skeleton("h-40 rounded-card"))),
        rx.el.div(sign_out_form(button_class("quiet", "normal", "w-full")), class_name="mt-3"),
    )
