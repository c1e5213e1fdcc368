"""How long a newsletter to 10,000 readers takes to queue, and what sending an email costs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import perf_counter, process_time

from conference_app import database
from conference_app.services.emails import template as message_template
from conference_app.services.jobs import leases, queue, worker
from conference_app.services.mail import delivery, smtp
from conference_app.services.newsletters import drafts, queueing, sending
from conference_app.services.newsletters.views import Draft
from tests.bench.own_data import own_data
from tests.bench.report import Figure
from tests.conference_app.readers import readers

READERS = 10_000
_SENT, _ONE_BY_ONE = 1_500, 150
_RELAY = """
import asyncio

async def talk(reader, writer):
    writer.write(b"220 here\\r\\n")
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"DATA":
            writer.write(b"354 go on\\r\\n")
            await reader.readuntil(b"\\r\\n.\\r\\n")
        writer.write(b"250-here\\r\\n250 8BITMIME\\r\\n" if verb == b"EHLO" else b"250 OK\\r\\n")

async def main():
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


def measure_newsletter() -> list[Figure]:
    """Seconds to queue, and processor time of an email, also against emails that are made and sent one by one."""
    with own_data():
        return asyncio.run(_measured())


@asynccontextmanager
async def _relay() -> AsyncIterator[None]:
    """A relay in a process of its own, which takes everything and keeps nothing."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _RELAY, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    smtp.use_stand_in("127.0.0.1", int(await process.stdout.readline()))
    try:
        yield
    finally:
        smtp.close()
        smtp.forget_stand_in()
        process.kill()
        await process.wait()


async def _queued() -> float:
    """Seconds until a newsletter to everybody is queued."""
    text = "## New\n\nMeetings can now be *planned*.\n\n" + "Some words with a [link](https://example.com/).\n\n" * 8
    newsletter_id = await drafts.save(Draft("What is new", "Co nowego", text, text))
    await sending.start(newsletter_id)
    began = perf_counter()
    await worker.run_due(datetime.now(UTC) + timedelta(seconds=1), kinds=[queueing.JOB])
    return perf_counter() - began


async def _send(count: int) -> tuple[float, float]:
    """Milliseconds of our own processor, and of the clock, for each of `count` emails."""
    began, cpu = perf_counter(), process_time()
    done = 0
    while done < count:
        claimed = await leases.claim(datetime.now(UTC) + timedelta(seconds=1), [delivery.JOB])
        await worker.run(claimed)
        done += len(claimed)
    return (process_time() - cpu) * 1000 / done, (perf_counter() - began) * 1000 / done


async def _one_by_one() -> float:
    """Processor milliseconds of an email that is claimed, read, rendered, sent and noted by itself."""
    kind, template = queue.KINDS[delivery.JOB], sending.MESSAGE
    queue.KINDS[delivery.JOB] = replace(kind, most=1)
    message_template.TEMPLATES[template.name] = replace(template, same_for_all=False)
    try:
        return (await _send(_ONE_BY_ONE))[0]
    finally:
        queue.KINDS[delivery.JOB], message_template.TEMPLATES[template.name] = kind, template


async def _measured() -> list[Figure]:
    await readers(READERS)
    queued = await _queued()
    async with _relay():
        await _send(100)  # what is compiled and cached at first is no part of it
        single = await _one_by_one()
        cpu, clock = await _send(_SENT)
    await database.dispose()
    return [
        Figure("newsletter_to_10000_queued", queued, "s", 5.0),
        Figure("newsletter_letter_on_the_processor", cpu, "ms", 5.0),
        Figure("newsletter_letter_over_one_connection", clock, "ms", 12.5),
        Figure("newsletter_batch_share_of_one_by_one", cpu / single, "of 1", 0.5),
    ]
