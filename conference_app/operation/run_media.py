"""`make media`: the media process alone, with the key pair and ports the app would give it."""

from __future__ import annotations

import os
import sys

from conference_app.config import settings
from conference_app.errors import ConfigurationError
from conference_app.operation.media_child import media_environment
from conference_app.operation.run import complain

if __name__ == "__main__":
    try:
        environment = media_environment(settings())
    except ConfigurationError as err:
        complain(str(err))
        sys.exit(1)
    os.execve(sys.executable, [sys.executable, "-m", "media"], environment)
