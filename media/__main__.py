"""`python -m media`: runs the media process until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys

from media.config import MediaConfig, load_config
from media.errors import ConfigurationError
from media.server import MediaServer


async def run(config: MediaConfig) -> None:
    """Serves until told to stop. Raises ConfigurationError when it cannot start."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    server = MediaServer(config)
    await server.start()
    await stopping.wait()
    await server.stop()


def main() -> int:
    """The process's exit code: 0 after a stop, 1 when it cannot start."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    try:
        asyncio.run(run(load_config(os.environ)))
    except ConfigurationError as err:
        sys.stderr.write(f"{err}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
