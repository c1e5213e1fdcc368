"""Access tokens: read by LiveKit's own library, exact in their grants, and told from others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from livekit import api

from conference_app.config import Settings, settings
from conference_app.errors import NotAllowed
from conference_app.services.media_server.access_tokens import Role, admin_token, room_token, verify_room_token


@pytest.fixture
def config() -> Settings:
    return settings()


def verifier(config: Settings) -> api.TokenVerifier:
    return api.TokenVerifier(config.secrets.livekit_api_key, config.secrets.livekit_api_secret)


@pytest.mark.parametrize("role", ["host", "guest"])
def test_livekit_reads_the_grants_of_a_role(config: Settings, role: Role) -> None:
    said = verifier(config).verify(room_token("room-1", "guest-1", "Ann Nowak", role))
    assert (said.identity, said.name, said.attributes) == ("guest-1", "Ann Nowak", {"role": role})
    video = said.video
    assert video is not None
    assert (video.room, video.room_join, video.can_publish, video.can_subscribe) == ("room-1", True, True, True)
    assert sorted(video.can_publish_sources or []) == ["camera", "microphone", "screen_share", "screen_share_audio"]
    assert video.can_update_own_metadata is False
    for power in ("room_admin", "room_create", "room_list", "room_record", "ingress_admin", "recorder", "hidden"):
        assert not getattr(video, power)


def test_the_claims_are_these_and_no_others(config: Settings) -> None:
    said = jwt.decode(room_token("r", "i", "n", "host"), options={"verify_signature": False})
    assert set(said) == {"iss", "sub", "nbf", "exp", "name", "attributes", "video", "roomConfig"}
    assert said["roomConfig"] == {"maxParticipants": 55}  # guests are counted by `seats`
    assert said["exp"] - said["nbf"] == 610


def test_a_good_token_names_room_and_identity(config: Settings) -> None:
    claims = verify_room_token(room_token("room-1", "guest-1", "Ann", "guest"))
    assert (claims.room, claims.identity) == ("room-1", "guest-1")


def forged(config: Settings, **changes: object) -> str:
    now = int(datetime.now(UTC).timestamp())
    claims: dict[str, object] = {
        "iss": config.secrets.livekit_api_key,
        "sub": "guest-1",
        "nbf": now - 10,
        "exp": now + 600,
        "video": {"room": "r", "roomJoin": True},
    }
    claims |= changes
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, config.secrets.livekit_api_secret, algorithm="HS256")


def test_foreign_old_and_broken_tokens_are_refused(config: Settings) -> None:
    good = room_token("r", "i", "n", "guest")
    head, body, mark = good.split(".")
    unsigned = jwt.encode({"sub": "i", "video": {"room": "r", "roomJoin": True}}, "", algorithm="none")
    hour = timedelta(hours=1)
    junk = [
        "",
        "a.b.c",
        "\ud800",
        f"{head}.{body}.{mark[:-4]}AAAA",
        unsigned,
        jwt.encode({"sub": "i"}, "another secret that is long enough", algorithm="HS256"),
        room_token("r", "i", "n", "guest", now=datetime.now(UTC) - hour),
        room_token("r", "i", "n", "guest", now=datetime.now(UTC) + hour),
        admin_token("r"),
        forged(config, iss="APIother"),
        forged(config, exp=None),
        forged(config, sub=None),
        forged(config, sub=7),
        forged(config, video=None),
        forged(config, video="everything"),
        forged(config, video={"room": "r"}),
        forged(config, video={"room": 7, "roomJoin": True}),
        forged(config, video={"room": "r", "roomJoin": "yes"}),
    ]
    for token in junk:
        with pytest.raises(NotAllowed):
            verify_room_token(token)
    assert verify_room_token(forged(config)).room == "r"


def test_our_own_orders_are_for_one_room_and_seconds(config: Settings) -> None:
    said = verifier(config).verify(admin_token("room-1"))
    assert said.video is not None
    assert (said.video.room, said.video.room_admin, said.video.room_create) == ("room-1", True, True)
    assert not said.video.room_join
    raw = jwt.decode(admin_token("room-1"), options={"verify_signature": False})
    assert raw["exp"] - raw["nbf"] == 40
    assert "sub" not in raw
