"""The invitation of a meeting that is being made, as its guests will read it."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file
from conference_app.components.kit.surfaces import card
from conference_app.session import SessionState
from conference_app.texts import _, current_language


class InvitationPreview(Component):
    """Says what the fields of the form `form` hold, as an invitation; `when` and `host` have a slot for it."""

    library = browser_file(__file__, "preview.tsx")
    tag = "InvitationPreview"
    form: rx.Var[str]
    lang: rx.Var[str]
    no_subject: rx.Var[str]
    host: rx.Var[str]
    host_name: rx.Var[str]
    when: rx.Var[str]
    times_in: rx.Var[str]
    link: rx.Var[str]
    phrase: rx.Var[str]
    account: rx.Var[str]


def invitation_preview(form: str) -> rx.Component:
    """A card with the invitation that the form with the id `form` makes, live."""
    return rx.el.aside(
        rx.el.h2(_("What your guests read"), class_name="text-sm font-medium text-ink-muted tracking-normal mb-3"),
        card(
            InvitationPreview.create(
                form=form,
                lang=current_language(),
                no_subject=_("Subject"),
                host=_("Host: {name}"),
                host_name=SessionState.first_name,
                when=_("When: {when}"),
                times_in=_("{city} time"),
                link="/m/•••••-•••••-•••••",
                phrase=_("You also need a pass-phrase, which you get separately."),
                account=_("You need no account: a browser is enough."),
            ),
            extra="p-5",
        ),
        rx.el.p(
            _("You can copy it, with its link, once the meeting is created."), class_name="text-sm text-ink-faint mt-3"
        ),
        class_name="lg:sticky lg:top-10 min-w-0",
    )
