"""A page that is loaded begins anew: the tab's State forgets what the page before it had come to.

A page stands in its HTML before it is alive, and people type by then. Would the State of an earlier visit come with the
first answer ("your message has arrived"), the form would give way to it for a moment and come back empty.
"""

from __future__ import annotations

from reflex.state import BaseState
from reflex_base.constants.compiler import CompileVars
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext


class StartsAnew:
    """Mixin of a State: all it holds belongs to one visit of its page."""


def is_first_of_page(event: Event) -> bool:
    """Whether the hydration `event` is a page's first: one after a lost connection has no initial state left to name."""
    return bool(event.payload.get(CompileVars.PAYLOAD_HASHES))


async def start_anew(root: BaseState) -> None:
    """Set every State of the tab that says so to its defaults."""
    for state in RegistrationContext.get().base_states.values():
        if issubclass(state, StartsAnew):
            (await root.get_state(state)).reset()
