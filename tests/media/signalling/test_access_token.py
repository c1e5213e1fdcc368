"""Access tokens: ours are read exactly, everybody else's are refused with 401."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from livekit import api
from livekit.protocol import models

from media.errors import JoinRefused
from media.room.permissions import Grants
from media.signalling.access_token import mint_refresh, verify
from tests.media.world import SECRET

NOW = int(time.time())
CLAIMS: dict[str, Any] = {"iss": "key", "sub": "ann", "exp": NOW + 3600, "video": {"roomJoin": True, "room": "room"}}


def token(secret: str = SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    return jwt.encode(claims, secret, algorithm=algorithm)


def test_token_of_the_official_library_is_read() -> None:
    grants = api.VideoGrants(
        room_join=True, room="room", can_publish=True, can_publish_sources=["camera"], can_update_own_metadata=True
    )
    text = (
        api.AccessToken("key", SECRET)
        .with_identity("ann")
        .with_name("Ann")
        .with_metadata("m")
        .with_attributes({"role": "host"})
        .with_grants(grants)
        .to_jwt()
    )
    assert verify(text, "key", SECRET) == Grants(
        identity="ann",
        room="room",
        name="Ann",
        metadata="m",
        attributes={"role": "host"},
        room_join=True,
        can_publish_sources=("camera",),
        can_update_own_metadata=True,
    )


def test_absent_rights_follow_livekit() -> None:
    grants = verify(token(), "key", SECRET)
    assert grants.can_publish
    assert grants.can_subscribe
    assert grants.can_publish_data
    assert not grants.can_update_own_metadata
    assert not grants.room_admin


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "x",
        "a.b.c",
        "x" * 40_000,
        token(secret="another-secret-of-more-than-32-characters"),
        token(iss="other"),
        token(iss=None),
        token(exp=None),
        token(exp=NOW - 60),
        token(nbf=NOW + 3600),
        token(algorithm="HS384"),
        jwt.encode(CLAIMS, "", algorithm="none"),
        token(video="admin"),
        token(video={"roomJoin": "yes", "room": "room"}),
        token(video={"roomJoin": True, "room": 7}),
        token(video={"roomJoin": True, "room": "room", "canPublishSources": ["everything"]}),
        token(attributes={"a": 1}),
        token(attributes=["a"]),
        token(sub=5),
        token(name="\ud800"),
        token(attributes={"a": "\udfff"}),
    ],
)
def test_everything_else_is_refused(bad: str) -> None:
    with pytest.raises(JoinRefused) as caught:
        verify(bad, "key", SECRET)
    assert caught.value.status == 401


@settings(deadline=None)  # a busy machine is no failure
@given(st.text(max_size=200))
def test_junk_is_refused_and_nothing_else_happens(text: str) -> None:
    with pytest.raises(JoinRefused):
        verify(text, "key", SECRET)


def test_refreshed_token_carries_the_rights_of_now() -> None:
    grants = verify(token(video={"roomJoin": True, "room": "room", "roomAdmin": True}), "key", SECRET)
    permission = models.ParticipantPermission(
        can_publish=True, can_publish_sources=[models.MICROPHONE], can_update_metadata=True
    )
    info = models.ParticipantInfo(name="New", metadata="m", attributes={"a": "b"}, permission=permission)
    refreshed = mint_refresh(grants, info, "key", SECRET)
    assert verify(refreshed, "key", SECRET) == Grants(
        identity="ann",
        room="room",
        name="New",
        metadata="m",
        attributes={"a": "b"},
        room_join=True,
        room_admin=True,
        can_subscribe=False,
        can_publish_data=False,
        can_publish_sources=("microphone",),
        can_update_own_metadata=True,
    )
    expiry = jwt.decode(refreshed, SECRET, algorithms=["HS256"])["exp"]
    assert expiry - time.time() == pytest.approx(600, abs=5)
