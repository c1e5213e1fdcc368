"""The lite side of ICE for one peer (RFC 8445 section 2.5): credentials, the client's addresses, and its consent."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass, field

from media.transport.wire import Address

CONSENT_S = 30.0
"""Without a check for so long, consent to send is gone (RFC 7675 section 5.1)."""
MAX_ADDRESSES = 8
"""Addresses that one peer may use at a time: a few interfaces, each seen through a NAT."""
MAX_GENERATIONS = 2
"""Credentials that are good at a time: those in force, and those before them for checks that are on their way."""
_CHARACTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Credentials:
    """Our user fragment and password of one ICE generation."""

    ufrag: str
    password: str = field(repr=False)

    @classmethod
    def generate(cls) -> Credentials:
        """Fresh random ones: 71 bits to find the peer, 190 bits to authenticate (RFC 8445 asks for 24 and 128)."""
        return cls(_random(12), _random(32))


def _random(length: int) -> str:
    return "".join(secrets.choice(_CHARACTERS) for _ in range(length))


class ICELite:
    """Keep what one peer knows of its client's network. `now` is monotonic seconds."""

    def __init__(self, register: Callable[[str], None], unregister: Callable[[str], None]) -> None:
        """`register` leads checks for a user fragment here, `unregister` leads them nowhere."""
        self.addresses: dict[Address, float] = {}
        """Addresses with consent and when each last checked; the address book keeps it bounded."""
        self.address: Address | None = None
        """Where to send: the address nominated last, or the first that checked."""
        self._register = register
        self._unregister = unregister
        self._generations: list[Credentials] = []
        self._checked_at: float | None = None
        self._begin_generation()

    @property
    def credentials(self) -> Credentials:
        """Those that our descriptions show."""
        return self._generations[-1]

    def password_of(self, ufrag: str) -> str:
        """Our password that belongs to `ufrag`. Raises KeyError when that is none of ours."""
        return {one.ufrag: one.password for one in self._generations}[ufrag]

    def restart(self) -> None:
        """The client changed its credentials, so we do (RFC 8445 section 9); old checks still count for a while."""
        self._begin_generation()
        if len(self._generations) > MAX_GENERATIONS:
            self._unregister(self._generations.pop(0).ufrag)

    def _begin_generation(self) -> None:
        self._generations.append(Credentials.generate())
        self._register(self.credentials.ufrag)

    def checked(self, address: Address, now: float, *, nominates: bool) -> None:
        """Note an authenticated connectivity check from `address`, and send there if it nominates or is the first."""
        self._checked_at = now
        if self.address is None or nominates:
            self.address = address

    def lost(self, address: Address) -> None:
        """Give up `address`, which is not the client's any more; if it was in use, the next check chooses another."""
        self.addresses.pop(address, None)
        if self.address == address:
            self.address = None

    def has_expired(self, now: float) -> bool:
        """Tell whether the client, once heard of, was silent for CONSENT_S, after which nothing may be sent to it."""
        return self._checked_at is not None and now - self._checked_at > CONSENT_S

    def close(self) -> None:
        """Unregister every user fragment, so that no check leads here any more."""
        for one in self._generations:
            self._unregister(one.ufrag)
