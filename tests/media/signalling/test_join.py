"""Coming in: what the query may say and what the join response must."""

from __future__ import annotations

import base64
import json

import pytest
from livekit.protocol import models

from media.config import Limits
from media.errors import JoinRefused
from media.room.permissions import Grants
from media.signalling.join import check_grants, join_response, newcomer_of
from tests.media.world import World

GRANTS = Grants(identity="ann", room="room", room_join=True)
OWN = Grants(identity="ann", room="room", room_join=True, can_update_own_metadata=True, attributes={"a": "1"})


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("grants", "status"),
    [
        (Grants(identity="ann", room="room"), 401),
        (Grants(identity="", room="room", room_join=True), 400),
        (Grants(identity="ann", room="", room_join=True), 400),
        (Grants(identity="a" * 300, room="room", room_join=True), 400),
        (Grants(identity="ann", room="room", room_join=True, metadata="x" * 20_000), 400),
        (Grants(identity="ann", room="room", room_join=True, attributes={"a": "x" * 20_000}), 400),
    ],
)
def test_token_must_be_for_joining_and_of_a_sensible_size(grants: Grants, status: int) -> None:
    with pytest.raises(JoinRefused) as caught:
        check_grants(grants, Limits())
    assert caught.value.status == status


def test_client_is_described_by_the_query() -> None:
    query = {
        "auto_subscribe": "0",
        "client_protocol": "2",
        "capabilities": "CAP_PACKET_TRAILER, CAP_INVENTED,CAP_COMPRESSION_DEFLATE_RAW",
        "unknown": "x",
    }
    newcomer = newcomer_of(query, GRANTS, Limits())
    assert not newcomer.auto_subscribe
    assert newcomer.client_protocol == 2
    assert list(newcomer.capabilities) == [
        models.ClientInfo.CAP_PACKET_TRAILER,
        models.ClientInfo.CAP_COMPRESSION_DEFLATE_RAW,
    ]


@pytest.mark.parametrize("number", ["", "-1", "x", "99999999999999999999", "²"])
def test_odd_numbers_mean_none(number: str) -> None:
    assert newcomer_of({"client_protocol": number}, GRANTS, Limits()).client_protocol == 0


def test_attributes_in_the_query_need_the_grant() -> None:
    query = {"attributes": encoded({"b": "2"})}
    assert newcomer_of(query, GRANTS, Limits()).attributes == {}
    assert newcomer_of(query, OWN, Limits()).attributes == {"b": "2"}


@pytest.mark.parametrize(
    "attributes",
    [
        "?",
        encoded([1]),
        encoded({"a": 1}),
        encoded({"a": "x" * 20_000}),
        encoded({"a": "\ud800"}),
        encoded({"\udfff": "a"}),
        "W" * 7,
    ],
)
def test_unreadable_attributes_are_refused(attributes: str) -> None:
    with pytest.raises(JoinRefused) as caught:
        newcomer_of({"attributes": attributes}, OWN, Limits())
    assert caught.value.status == 400


def test_join_response_says_what_clients_demand() -> None:
    world = World()
    ann = world.join("ann")
    world.publish(ann)
    ghost = world.join("ghost", hidden=True)
    ben = world.enter("ben")
    response = join_response(world.room, ben)
    assert response.participant.permission.can_publish
    assert [other.identity for other in response.other_participants] == ["ann"]
    assert len(response.other_participants[0].tracks) == 1
    assert response.subscriber_primary
    assert (response.ping_interval, response.ping_timeout) == (5, 15)
    assert response.server_info.version == response.server_version == "1.9.0"
    assert response.client_configuration.resume_connection == models.DISABLED
    assert [codec.mime for codec in response.enabled_publish_codecs] == ["audio/opus", "video/VP8"]
    assert list(response.ice_servers) == []
    assert ghost.sid not in response.SerializeToString().decode("latin-1")
