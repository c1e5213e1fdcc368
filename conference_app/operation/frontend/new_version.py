"""Says in the product's own words that the server is newer than the page.

Reflex finds out, and loads the page anew once: that would end a running call and lose what is typed, so it is left to
the person as soon as they have done anything on the page. Then, and when loading does not help, Reflex would add a bar
of its own, in English and in its own look; instead the page is told, and `components.connection` shows what to do.
"""

from __future__ import annotations

from reflex_base.plugins import Plugin

from conference_app.operation.frontend.state_js import change_state_js

_LOADS_ANEW = "  if (Date.now() - last_reload > info.reload_cooldown_ms) {\n"
_IF_UNUSED = "  if (!navigator.userActivation?.hasBeenActive && Date.now() - last_reload > info.reload_cooldown_ms) {\n"
_OWN_BAR = "  showNewVersionBanner();\n"
_EVENT = '  window.dispatchEvent(new Event("parley-new-version"));\n'


class NewVersionPlugin(Plugin):
    """Lets only an unused page load itself anew, and replaces the framework's bar by an event."""

    def pre_compile(self, **_context: object) -> None:
        """Change the framework's state.js."""
        change_state_js((_OWN_BAR, _EVENT), (_LOADS_ANEW, _IF_UNUSED), told_by=__file__)
