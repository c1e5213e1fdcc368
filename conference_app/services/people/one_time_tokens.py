"""Secrets that open something for whoever holds them: 256 random bits, of which the database keeps a hash only.

The tables that keep the hashes, what each token opens and for how long, belong to the domains that issue them.
"""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """Make a token of 256 random bits: 43 characters that a URL and a cookie can hold."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """Hash a token, ours or whatever somebody sent, to the 32 bytes that are kept of it.

    A plain SHA-256 suffices: nobody can try 2^256 values.
    """
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
