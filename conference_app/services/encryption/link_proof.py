"""Whether who asks to join has the whole link: what stands behind its # never comes here, a signature made with it does."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from conference_app.services.encryption.encoding import b64, pack, unb64
from conference_app.services.encryption.meeting_keys import PublicKeys

_ASK = "conference_app/ask/v1"
_KEY_CHARACTERS, _PROOF_CHARACTERS = 43, 86


def checked_leaf_key(leaf_key: object) -> str:
    """`leaf_key`, if it is a public key of 32 bytes, base64url; else empty."""
    if not isinstance(leaf_key, str) or len(leaf_key) != _KEY_CHARACTERS:
        return ""
    try:
        return b64(unb64(leaf_key))
    except ValueError:
        return ""


def is_proven(keys: PublicKeys | None, leaf_key: str, name: object, proof: object) -> bool:
    """Whether the holder of the link signed this leaf key and this name, as it was typed."""
    if keys is None or not leaf_key or not isinstance(name, str):
        return False
    if not isinstance(proof, str) or len(proof) != _PROOF_CHARACTERS:
        return False
    try:
        link = Ed25519PublicKey.from_public_bytes(unb64(keys.link_public))
        link.verify(unb64(proof), pack(_ASK, unb64(leaf_key), name))
    except (InvalidSignature, ValueError):
        return False
    return True
