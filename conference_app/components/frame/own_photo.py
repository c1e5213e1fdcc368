"""One's own photo beside the navigation."""

from __future__ import annotations

import reflex as rx

from conference_app.services.accounts import photos
from conference_app.session import public, signed_in


class OwnPhotoState(rx.State):
    """Where the photo of who is signed in is, looked up once in each tab."""

    path: str = ""
    """Another one for each photo; empty for none."""
    _of: str = ""
    """Whose it is, by account."""

    @rx.event
    @public
    async def look(self) -> None:
        """Public, since the frame of a page stands before its load knows that a visitor finds nothing there."""
        caller = signed_in()
        if caller and self._of != caller.account_id:
            self.show(await photos.version(caller.account_id), caller.account_id)

    def show(self, version: str, account_id: str) -> None:
        """For the page where it is changed: what is there now; an empty `version` is none."""
        self.path, self._of = f"/account/photo?v={version}" if version else "", account_id
