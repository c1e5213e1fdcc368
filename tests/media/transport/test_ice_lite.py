"""What a peer knows of its client's network: credentials, the address in use, and consent."""

from __future__ import annotations

import re
from typing import Any

import pytest

from media.transport.ice_lite import CONSENT_S, Credentials, ICELite

OURS: Any = "the socket that was asked"
HOME, PHONE = (OURS, ("192.0.2.1", 4000)), (OURS, ("198.51.100.7", 5000))


class Register:
    """The user fragments that lead here."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.ice = ICELite(self.known.add, self.known.discard)


def test_credentials_differ_and_are_long_enough() -> None:
    first, second = Credentials.generate(), Credentials.generate()
    assert first.ufrag != second.ufrag
    assert first.password != second.password
    assert re.fullmatch(r"[A-Za-z0-9]{12}", first.ufrag)
    assert re.fullmatch(r"[A-Za-z0-9]{32}", first.password)
    assert first.password not in repr(first)


def test_the_first_address_is_used_until_another_is_nominated() -> None:
    ice = Register().ice
    ice.checked(HOME, 1.0, nominates=False)
    ice.checked(PHONE, 2.0, nominates=False)
    assert ice.address == HOME
    ice.checked(PHONE, 3.0, nominates=True)
    assert ice.address == PHONE


def test_a_lost_address_leaves_the_choice_to_the_next_check() -> None:
    ice = Register().ice
    ice.checked(HOME, 1.0, nominates=True)
    ice.lost(PHONE)
    assert ice.address == HOME
    ice.lost(HOME)
    assert ice.address is None
    ice.checked(PHONE, 2.0, nominates=False)
    assert ice.address == PHONE


def test_consent_ends_after_a_silence_and_only_if_it_ever_began() -> None:
    ice = Register().ice
    assert not ice.has_expired(1e9)
    ice.checked(HOME, 100.0, nominates=True)
    assert not ice.has_expired(100.0 + CONSENT_S)
    assert ice.has_expired(100.1 + CONSENT_S)


def test_a_restart_keeps_one_older_generation() -> None:
    register = Register()
    generations = [register.ice.credentials]
    for _ in range(3):
        register.ice.restart()
        generations.append(register.ice.credentials)
    assert register.known == {one.ufrag for one in generations[-2:]}
    assert register.ice.password_of(generations[-2].ufrag) == generations[-2].password
    with pytest.raises(KeyError):
        register.ice.password_of(generations[0].ufrag)
    register.ice.close()
    assert register.known == set()
