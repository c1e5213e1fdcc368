"""Makes one frontend build serve on every host and port.

Reflex bakes the backend's address into the build and at run time corrects its host, but not its port, so a build
for one port would call another. The page, its socket and the signalling share one origin here, so the page's own
port is always the right one.
"""

from __future__ import annotations

from reflex_base.plugins import Plugin

from conference_app.operation.frontend.state_js import change_state_js

_BAKED = "    endpoint.hostname = frontend_hostname;\n"
_OWN_PORT = "    endpoint.port = window.location.port;\n"
_PORT_443 = '      endpoint.port = ""; // Assume websocket is on https port via load balancer.\n'


class OneOriginPlugin(Plugin):
    """Replaces the port in the frontend's `getBackendURL` by that of the page."""

    def pre_compile(self, **_context: object) -> None:
        """Change the framework's state.js."""
        change_state_js((_BAKED, _BAKED + _OWN_PORT), (_PORT_443, ""), told_by=__file__)
