"""The errors the media process raises on purpose, each with a stable `code` that counters and edges use.

Texts go to clients and operators, so they hold no name, address or token.
"""

from __future__ import annotations


class MediaError(Exception):
    """Base of everything raised on purpose. `code` is a short word for counters and logs."""

    code = "error"


class ConfigurationError(MediaError):
    """The operator's settings cannot work: one plain line that says which and what to do."""

    code = "configuration"


class InvalidDescription(MediaError):
    """A session description that cannot be answered: the client that sent it is closed."""

    code = "invalid_description"


class ProtocolViolation(MediaError):
    """A client sent what no well-behaved client sends: it is closed, nobody else is."""

    code = "protocol_violation"

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class JoinRefused(MediaError):
    """A client may not join. `status` is the HTTP status of `/rtc` and `/rtc/validate`, the text its body."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class RoomFull(MediaError):
    """The room holds as many participants as it may."""

    code = "room_full"


class AdminError(MediaError):
    """A RoomService call that cannot be done; `code` is the Twirp code (invalid_argument, not_found, …)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
