"""The delivery service alone, over a database of its own with one open meeting, for granian to serve; see `running`.

PEOPLE_FILE is where the meeting's secrets and its people's tokens are written, PEOPLE how many there are, RECONNECTS_S how
long who was connected may take to come back, COMMITS_A_MINUTE how many commits one of them may make.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from limits import RateLimitItemPerMinute
from starlette.applications import Starlette

from conference_app.api.encryption.delivery_socket import Delivery
from conference_app.config import settings
from conference_app.operation import migrations
from conference_app.services.encryption import meeting_keys, presence
from conference_app.services.encryption.encoding import b64, pack
from conference_app.services.encryption.meeting_keys import PublicKeys
from conference_app.services.limits import rate_limits
from conference_app.services.media_server import room_service
from conference_app.services.room import admissions
from tests.conference_app.joined import admitted, opened
from tests.conference_app.people import confirmed, session_of
from tests.fakes import FakeRoomAdmin

presence.RECONNECTS = timedelta(seconds=float(os.environ["RECONNECTS_S"]))
rate_limits.ENCRYPTION_COMMITS = RateLimitItemPerMinute(int(os.environ["COMMITS_A_MINUTE"]), 1, "bench-commits")
room_service.use(FakeRoomAdmin())
delivery = Delivery(admissions.admitted)
PEOPLE_FILE = Path(os.environ["PEOPLE_FILE"])


def _prepare() -> bool:
    """Bring the database up to date; False when it was in use before: the service was killed and starts again."""
    migrations.upgrade(settings())
    return not PEOPLE_FILE.exists()


def _write(people: str) -> None:
    """At once: whoever waits for the file finds all of it."""
    PEOPLE_FILE.with_suffix(".new").write_text(people)
    PEOPLE_FILE.with_suffix(".new").rename(PEOPLE_FILE)


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


async def _meeting(people: int) -> dict[str, object]:
    """An open meeting with keys; its secrets and its people, the first of whom is the organizer."""
    root, secret = Ed25519PrivateKey.generate(), os.urandom(16)
    seed = HKDF(SHA256(), 32, None, b"conference_app/link/v1").derive(secret)
    link = Ed25519PrivateKey.from_private_bytes(seed)
    certificate = root.sign(pack("conference_app/link-certificate/v1", _public(root), _public(link)))
    host = await confirmed("ann")
    made = await opened(host)
    # All of them have shown that they have the link of tests' meetings; from now on the browsers' side has its secret too.
    places = [await admitted(made.code, tab="host", session=await session_of(host))]
    places += [await admitted(made.code, tab=f"tab {one}", address=f"10.0.{one}.7") for one in range(1, people)]
    await meeting_keys.put(host.id, made.id, PublicKeys(b64(_public(root)), b64(_public(link)), b64(certificate)))
    return {
        "root_seed": b64(root.private_bytes_raw()),
        "link_secret": b64(secret),
        "people": [{"identity": one.identity, "token": one.token} for one in places],
    }


@contextlib.asynccontextmanager
async def _lifespan(_app: Starlette) -> AsyncIterator[None]:
    is_new = await asyncio.to_thread(_prepare)
    watching = asyncio.create_task(delivery.watch())
    if is_new:
        _write(json.dumps(await _meeting(int(os.environ["PEOPLE"]))))
    yield
    watching.cancel()
    await delivery.stop()


app = Starlette(routes=delivery.routes, lifespan=_lifespan)
