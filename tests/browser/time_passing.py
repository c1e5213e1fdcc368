"""Does in the product's database what is due at another time: `python -m tests.browser.time_passing 2026-12-01T12:00:00+00:00`.

This is how a browser test lets days pass for a running product, whose own clock nobody can move: a process of the
test's own, with the product's environment, runs the named jobs with a `now` that it passes in. No code of the product
knows about it, so there is nothing to switch off in production.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta

KINDS = ("privacy.erase", "mail.send", "privacy.wipe")


def later(environment: Mapping[str, str], now: datetime) -> None:
    """Run what is due at `now` on the product with this environment, in a process of its own."""
    command = [sys.executable, "-m", "tests.browser.time_passing", now.isoformat()]
    subprocess.run(command, env=dict(environment), check=True, timeout=120, capture_output=True)


async def _run(now: datetime) -> None:
    from conference_app.config import settings
    from conference_app.embedded.mail_sink import running_sink
    from conference_app.services.jobs import worker
    from conference_app.services.privacy import erasure_requests

    async with running_sink(settings()):
        for moment in (now, now + erasure_requests.FAREWELL_LOOK, now + timedelta(hours=12)):
            await worker.run_due(moment, kinds=KINDS)


if __name__ == "__main__":
    os.environ["__REFLEX_SKIP_COMPILE"] = "true"
    importlib.import_module("conference_app.conference_app")  # every job and every adapter, as the product has them
    asyncio.run(_run(datetime.fromisoformat(sys.argv[1])))
