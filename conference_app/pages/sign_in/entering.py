"""The moment between a sign-in and its cookie: loads the plain route that sets it, which a page change cannot."""

from __future__ import annotations

import reflex as rx
from reflex_base.utils.imports import ImportDict
from reflex_base.vars.base import Var

from conference_app.components.frame.page_frame import narrow_frame
from conference_app.components.frame.page_registry import page
from conference_app.texts import _, n_

_LEAVE = """useEffect(() => {
  const query = new URLSearchParams(window.location.search);
  query.set("zone", Intl.DateTimeFormat().resolvedOptions().timeZone || "");
  window.location.replace("/auth/enter?" + query.toString());
}, []);"""
"""The zone is shown in the person's own list of sign-ins, in place of an address."""


class FullLoad(rx.Fragment):
    """Leaves the page for /auth/enter with this page's query, as soon as it stands."""

    def add_imports(self) -> ImportDict:
        """React's effect."""
        return {"react": "useEffect"}

    def add_hooks(self) -> list[str | Var]:
        """What runs in the browser."""
        return [_LEAVE]


@page("/entering", title=n_("One moment"))
def entering() -> rx.Component:
    """Seen for a blink."""
    return narrow_frame(FullLoad.create(), rx.el.p(_("One moment, you are being signed in."), role="status"))
