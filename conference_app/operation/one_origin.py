"""Makes one frontend build serve on every host and port.

Reflex bakes the backend's address into the build and at run time corrects its host, but not its port, so a build
for one port would call another. The page, its socket and the signalling share one origin here, so the page's own
port is always the right one.
"""

from __future__ import annotations

from reflex.utils.prerequisites import get_web_dir
from reflex_base.plugins import Plugin

from conference_app.errors import ConfigurationError

_BAKED = "    endpoint.hostname = frontend_hostname;\n"
_OWN_PORT = "    endpoint.port = window.location.port;\n"
_PORT_443 = '      endpoint.port = ""; // Assume websocket is on https port via load balancer.\n'


class OneOriginPlugin(Plugin):
    """Replaces the port in the frontend's `getBackendURL` by that of the page."""

    def pre_compile(self, **_context: object) -> None:
        """Patch the framework's state.js after it is put in place and before it is bundled."""
        path = get_web_dir() / "utils" / "state.js"
        text = path.read_text(encoding="utf-8")
        if _OWN_PORT in text:
            return
        if text.count(_BAKED) != 1 or text.count(_PORT_443) != 1:
            raise ConfigurationError(
                "This version of Reflex connects in another way: operation/one_origin.py is out of date."
            )
        text = text.replace(_BAKED, _BAKED + _OWN_PORT).replace(_PORT_443, "")
        path.write_text(text, encoding="utf-8")
