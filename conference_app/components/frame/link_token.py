"""The secret of a mailed link: in the address's fragment, which browsers send to nobody, and gone from there at once.

So no server log, Referer header or history holds it, and a program that opens every link of a mail opens a page that
does nothing. The tab keeps it until it is used: over a reload, and over a change of language.
"""

from __future__ import annotations

import re

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file
from conference_app.components.kit.surfaces import banner
from conference_app.session import public
from conference_app.texts import _

_FORM = re.compile(r"[A-Za-z0-9_-]{20,100}")


class LinkToken(Component):
    """Reports the secret in the address's fragment (`#token=…`), which it takes out of there, or "" if there is none."""

    library = browser_file(__file__, "link_token.tsx")
    tag = "LinkToken"
    on_token: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class LinkTokenState(rx.State):
    """What the link of the page in this tab carried."""

    missing: bool = False
    """Whether the page was opened without its link's secret."""
    _token: str = ""

    @rx.event
    @public
    async def take(self, token: str) -> None:
        """The page's report: the secret in its address, or "" if there was none."""
        if isinstance(token, str) and _FORM.fullmatch(token):
            self._token = token
        self.missing = not self._token


async def held_token(state: rx.State) -> str:
    """The secret that the tab of `state` holds; empty if there is none."""
    return (await state.get_state(LinkTokenState))._token


async def drop_token(state: rx.State) -> None:
    """Forget it: it is used."""
    (await state.get_state(LinkTokenState))._token = ""


def with_token(page: rx.Component, way_out: rx.Component) -> rx.Component:
    """`page` for who came by a whole link, with all that it says about it; word of it and `way_out` for who did not."""
    incomplete = _("This address is not the whole link. Open the link in the e-mail again, or copy all of it.")
    return rx.fragment(
        LinkToken.create(on_token=LinkTokenState.take),
        rx.cond(
            LinkTokenState.missing,
            rx.el.div(banner(incomplete, "warn"), way_out, class_name="grid gap-6 mt-5"),
            page,
        ),
    )
