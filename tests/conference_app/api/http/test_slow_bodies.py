"""A body that does not come ends its request; one that comes, however long it takes to answer, does not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Scope

from conference_app.api.http.bodies import body_of
from conference_app.api.http.incidents import Incidents
from conference_app.api.http.slow_bodies import BYTES_PER_S, SlowBodies

GONE: Message = {"type": "http.disconnect"}


def part(body: bytes, *, more: bool = True) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


async def reads(request: Request) -> Response:
    return Response(await body_of(request, 10**7))


async def answers_at_once(_request: Request) -> Response:
    return Response(b"done")


async def answer_to(
    path: str, parts: Sequence[Message], patience_s: float = 60.0
) -> tuple[int, bytes, dict[bytes, bytes]]:
    """What the product's routes answer to a request of these parts, after which nothing more comes."""
    coming, sent = iter(parts), list[Message]()
    routes = [Route("/reads", reads, methods=["POST"]), Route("/at-once", answers_at_once, methods=["POST"])]
    plain = Starlette(routes=routes, middleware=[Middleware(Incidents)])

    async def receive() -> Message:
        for one in coming:
            return one
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {"type": "http", "method": "POST", "path": path, "headers": [], "query_string": b""}
    await SlowBodies(plain, patience_s=patience_s)(scope, receive, send)
    start, *rest = sent
    return start["status"], b"".join(one.get("body", b"") for one in rest), dict(start["headers"])


@pytest.mark.parametrize("parts", [[], [part(b"a")], [part(b"a"), part(b"b")]], ids=len)
async def test_a_body_that_stays_away_ends_the_request_and_its_connection(parts: list[Message]) -> None:
    status, _body, headers = await answer_to("/reads", parts, patience_s=0.01)
    assert status == 408
    assert headers[b"connection"] == b"close"


async def test_a_body_that_comes_is_read() -> None:
    status, body, headers = await answer_to("/reads", [part(b"ab"), part(b"c", more=False)])
    assert (status, body) == (200, b"abc")
    assert b"connection" not in headers


async def test_each_part_that_comes_earns_time_for_the_next_ones() -> None:
    enough = part(b"x" * BYTES_PER_S * 60)
    status, _body, _headers = await answer_to("/reads", [enough, part(b"y", more=False)], patience_s=0.01)
    assert status == 200


@pytest.mark.parametrize("parts", [[GONE], [part(b"a"), GONE]], ids=len)
async def test_a_body_that_breaks_off_is_the_client_s_mistake(parts: list[Message]) -> None:
    status, _body, _headers = await answer_to("/reads", parts)
    assert status == 400


async def test_a_route_that_reads_nothing_answers_at_once() -> None:
    assert (await answer_to("/at-once", []))[:2] == (200, b"done")


async def test_after_the_body_the_server_may_be_waited_for_without_a_limit() -> None:
    left = asyncio.Event()
    messages = [part(b"", more=False)]

    async def receive() -> Message:
        if messages:
            return messages.pop()
        await left.wait()
        return GONE

    async def waits_for_the_client(_scope: Scope, receive: object, _send: object) -> None:
        assert await receive() == part(b"", more=False)  # type: ignore[operator]
        asyncio.get_running_loop().call_soon(left.set)
        assert await receive() == GONE  # type: ignore[operator]

    async def send(_message: Message) -> None:
        raise AssertionError("nothing is said")

    await SlowBodies(waits_for_the_client, patience_s=0.0001)({"type": "http"}, receive, send)
