"""The server's signed word that somebody has left: it allows any member to take them out of the group.

A word holds for one epoch of one room. Members know the key by which to check it from the group itself.
"""

from __future__ import annotations

import hmac

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conference_app.config import settings
from conference_app.services.encryption.encoding import b64, pack

_WORD = "conference_app/gone/v1"


def _key() -> Ed25519PrivateKey:
    secret = settings().secrets.session_key.encode()
    return Ed25519PrivateKey.from_private_bytes(hmac.digest(secret, b"encryption server key\0", "sha256"))


def server_key() -> str:
    """The public key of this installation: Ed25519, 32 bytes in base64url."""
    return b64(_key().public_key().public_bytes_raw())


def words(room: str, epoch: int, identities: list[str]) -> list[dict[str, str]]:
    """A signed word for each of `identities`, good in `epoch` of `room`."""
    key = _key()
    return [{"identity": one, "signature": b64(key.sign(pack(_WORD, room, epoch, one)))} for one in identities]
