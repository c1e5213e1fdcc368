"""Keeps what stands behind the # of an address in the browser: meetings' keys and the secrets of mailed links.

Browsers send it to nobody, but Reflex puts the page's whole address, fragment included, into every event that goes over
its socket.
"""

from __future__ import annotations

from reflex_base.plugins import Plugin

from conference_app.operation.frontend.state_js import change_state_js

_SENT = "      asPath: loc.pathname + search + hash,\n"
_KEPT = "      asPath: loc.pathname + search,\n"
_READ = '    const hash = liveLoc.hash ?? "";\n'


class KeepFragmentPlugin(Plugin):
    """Leaves the fragment out of the address that the frontend tells the server."""

    def pre_compile(self, **_context: object) -> None:
        """Change the framework's state.js."""
        change_state_js((_SENT, _KEPT), (_READ, ""), told_by=__file__)
