"""Marks on handlers: who may call one that is not for every signed-in member. Without a mark it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Handler = TypeVar("Handler", bound=Callable[..., object])

_PUBLIC_MARK = "parley_public"
_BEFORE_ACCEPTANCE_MARK = "parley_before_acceptance"


def public(handler: Handler) -> Handler:
    """Mark a handler as callable by anybody. Stands directly above the function, below `@rx.event`."""
    setattr(handler, _PUBLIC_MARK, True)
    return handler


def before_acceptance(handler: Handler) -> Handler:
    """Mark a handler as open to members who have not accepted changed terms yet. Stands where `@public` does.

    For what nobody may be kept from: accepting, taking one's data out, and taking back what one had agreed to.
    """
    setattr(handler, _BEFORE_ACCEPTANCE_MARK, True)
    return handler


def is_public(handler: Callable[..., object]) -> bool:
    """Whether anybody may call it."""
    return getattr(handler, _PUBLIC_MARK, False) is True


def is_before_acceptance(handler: Callable[..., object]) -> bool:
    """Whether members may call it who have changed terms to accept."""
    return getattr(handler, _BEFORE_ACCEPTANCE_MARK, False) is True
