"""The keys of meetings in tests, and people who have the whole link, as their browsers show it."""

from __future__ import annotations

from typing import TypedDict

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conference_app.services.encryption import meeting_keys
from conference_app.services.encryption.encoding import b64, pack, unb64
from conference_app.services.encryption.meeting_keys import PublicKeys

ROOT = Ed25519PrivateKey.from_private_bytes(b"root".ljust(32))
LINK = Ed25519PrivateKey.from_private_bytes(b"link".ljust(32))
LEAF = b64(Ed25519PrivateKey.from_private_bytes(b"leaf".ljust(32)).public_key().public_bytes_raw())
"""The key that the browsers of all people in tests name."""


def public_keys() -> PublicKeys:
    """Those of every meeting."""
    root, link = (key.public_key().public_bytes_raw() for key in (ROOT, LINK))
    return PublicKeys(b64(root), b64(link), b64(ROOT.sign(pack("conference_app/link-certificate/v1", root, link))))


async def give_keys(account_id: str, meeting_id: str) -> None:
    """As the organizer's browser does when it first shows the meeting."""
    await meeting_keys.put(account_id, meeting_id, public_keys())


class HeldLink(TypedDict):
    """What a browser shows of the link and of itself, as arguments of `joining.join`."""

    leaf_key: str
    proof: str


def with_link(name: str, leaf_key: str = LEAF) -> HeldLink:
    """What the browser of somebody who has the whole link sends along, for `joining.join`."""
    return {"leaf_key": leaf_key, "proof": b64(LINK.sign(pack("conference_app/ask/v1", unb64(leaf_key), name)))}
