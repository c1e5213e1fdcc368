"""Keep our side of one SDP conversation (RFC 8829): what the client said last, and what stays the same in ours."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence

from aiortc.rtcdtlstransport import RTCCertificate

from media.errors import InvalidDescription
from media.transport import sdp_reader, sdp_writer
from media.transport.ice_lite import ICELite
from media.transport.ports import PeerHost
from media.transport.sdp import Description, Transport


class Conversation:
    """Descriptions of one peer, both ways."""

    def __init__(self, host: PeerHost, ice: ICELite, certificate: RTCCertificate) -> None:
        self.remote: Transport | None = None
        """The client's keys and credentials, None before its first description."""
        self.role = ""
        """Ours in DTLS, 'server' or 'client'; settled by the first exchange."""
        self._host = host
        self._ice = ice
        self._fingerprint = next(f.value for f in certificate.getFingerprints() if f.algorithm == "sha-256")
        self._session_id = secrets.randbits(62)
        self._version = 0

    def read(self, text: str) -> Description:
        """The client's description, which may change everything but the certificate. Raises InvalidDescription."""
        description = sdp_reader.parse(text)
        if self.remote is not None and self.remote.fingerprints != description.transport.fingerprints:
            raise InvalidDescription("certificate changed")
        return description

    def adopt(self, transport: Transport, role: str) -> None:
        """Take the client's keys; `role` is ours in DTLS if that is still open."""
        if self.remote is not None and self.remote.ufrag != transport.ufrag:
            self._ice.restart()
        self.remote = transport
        self.role = self.role or role

    def local(self, setup: str) -> sdp_writer.LocalTransport:
        """Our keys and addresses; `setup` is what we say about DTLS."""
        ours, host = self._ice.credentials, self._host
        return sdp_writer.LocalTransport(
            ours.ufrag, ours.password, self._fingerprint, setup, host.announced_ips, host.port
        )

    def write(self, mids: Iterable[str], sections: Iterable[Sequence[str]]) -> str:
        """Our next description from its sections; `mids` are those that are live."""
        self._version += 1
        return sdp_writer.session(self._session_id, self._version, mids, sections)
