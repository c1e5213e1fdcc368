"""How long the preference page takes on the server when 10,000 people are known."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from time import perf_counter
from typing import get_args

import httpx
from starlette.applications import Starlette

from conference_app import database
from conference_app.api.consent import unsubscribe
from conference_app.models import Address, ConsentEvent
from conference_app.services.people import email_addresses, signed_links
from tests.bench.own_data import Engine, own_data
from tests.bench.report import Figure, percentile

CONTACTS = 10_000
_LOOKS = 200


def measure_preferences() -> list[Figure]:
    """The page and the one-click stop on both databases, in milliseconds at the 95th percentile of 200."""
    figures: list[Figure] = []
    for engine in get_args(Engine):
        with own_data(engine):
            figures += asyncio.run(_measured(engine))
    return figures


async def _fill() -> list[bytes]:
    now, keys = datetime.now(UTC), []
    async with database.session() as db:
        for number in range(CONTACTS):
            email = f"reader{number}@example.com"
            row = Address(email=email, email_key=email_addresses.email_key(email), language="en", created_at=now)
            keys.append(row.email_key)
            event = ConsentEvent(
                subject_kind="address",
                subject_id=row.id,
                purpose="newsletter",
                kind="given",
                control="bench",
                page="bench",
                words_sha256="0" * 64,
                language="en",
                occurred_at=now,
            )
            db.add_all([row, event])
    return keys


async def _measured(engine: Engine) -> list[Figure]:
    keys = await _fill()
    transport = httpx.ASGITransport(Starlette(routes=unsubscribe.routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        pages = [f"/preferences/{signed_links.make('preferences', key)}" for key in keys[:_LOOKS]]
        stops = [f"/u/{signed_links.make('unsubscribe', key, 'newsletter')}" for key in keys[:_LOOKS]]
        await client.get(pages[0])
        looks = [await _time_of(client, "GET", page) for page in pages]
        clicks = [await _time_of(client, "POST", stop) for stop in stops]
    await database.dispose()
    return [
        Figure(f"preference_page_p95_with_10000_contacts_{engine}", percentile(looks, 0.95), "ms", 100.0),
        Figure(f"one_click_stop_p95_with_10000_contacts_{engine}", percentile(clicks, 0.95), "ms", 100.0),
    ]


async def _time_of(client: httpx.AsyncClient, method: str, path: str) -> float:
    began = perf_counter()
    body = {"List-Unsubscribe": "One-Click"} if method == "POST" else None
    (await client.request(method, path, data=body)).raise_for_status()
    return (perf_counter() - began) * 1000
