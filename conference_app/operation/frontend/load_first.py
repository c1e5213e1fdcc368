"""Lets a page be loaded again without a loss: each connection to the server begins with that, also one after a break.

What was pressed while the server was away waits until the page is loaded. Reflex sends it at once; the page's own `load`
could then come after it, and put an empty form in place of what the server has just said: that the message was sent.
And the page is told before and after, so that it can keep what is being typed (components/kit/typed.tsx).
"""

from __future__ import annotations

from reflex_base.plugins import Plugin

from conference_app.operation.frontend.state_js import change_state_js

_RECONNECTING = "      socket.current.wait_connect = true;\n      socket.current.io.opts.query"
_WAITING_TOO = "      socket.current.wait_load = true;\n" + _RECONNECTING
_MAY_SEND = "  if (!(socket && socket.connected) && isStateful()) {\n"
_LOADED_TOO = "  if (!(socket && socket.connected && !socket.wait_load) && isStateful()) {\n"
_AT_ONCE = "    while (event_queue.length > 0) {\n      await processEvent"
_ONCE_LOADED = "    while (event_queue.length > 0 && !socket.current.wait_load) {\n      await processEvent"
_AT_EACH_DRAWING = "    if (isBackendDisabled() || !socket.current || !socket.current.connected) {\n"
_WHEN_LOADED = "    if (isBackendDisabled() || !socket.current?.connected || socket.current.wait_load) {\n"
_COMES = "        for (const substate in delta) {\n          dispatch[substate]"
_IS_TOLD = """        const is_loaded = delta[app.state_name]?.is_hydrated_rx_state_;
        if (is_loaded === false) {
          window.dispatchEvent(new Event("parley-load"));
        }
"""
_TAKEN = "        applyClientStorageDelta(client_storage, delta);\n"
_GO_ON = """        if (is_loaded) {
          window.dispatchEvent(new Event("parley-loaded"));
        }
        if (is_loaded && socket.current.wait_load) {
          socket.current.wait_load = false;
          processEvent(socket.current, navigate, params).catch(reportStateUpdateError);
        }
"""


class LoadFirstPlugin(Plugin):
    """Holds the frontend's queue of events back until the page is loaded, and tells the page when that begins and ends."""

    def pre_compile(self, **_context: object) -> None:
        """Change the framework's state.js."""
        change_state_js(
            (_RECONNECTING, _WAITING_TOO),
            (_MAY_SEND, _LOADED_TOO),
            (_AT_ONCE, _ONCE_LOADED),
            (_AT_EACH_DRAWING, _WHEN_LOADED),
            (_COMES, _IS_TOLD + _COMES),
            (_TAKEN, _TAKEN + _GO_ON),
            told_by=__file__,
        )
